#define _POSIX_C_SOURCE 200809L

#include "input_stream.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "input_file.h"
#include "input_unpack.h"
#include "message.h"

enum { BUFFER_BYTES = 128 << 10, MAGIC_BYTES = 8 };

static const unsigned char VTC_MAGIC[MAGIC_BYTES] = {0x89, 'V', 'T', 'C', '\r', '\n', 0x1A, '\n'};

/* Reads until there are `needed` bytes or the input ends. */
static vtc_status look_ahead(struct input_stream *stream, size_t needed, struct vtc_error *err)
{
    while (stream->len_bytes < needed) {
        size_t bytes = 0;
        vtc_status result = input_file_read(stream->fd, stream->buffer + stream->len_bytes,
                                            BUFFER_BYTES - stream->len_bytes, &bytes, err);
        if (result != VTC_OK)
            return result;
        if (bytes == 0)
            break;
        stream->len_bytes += bytes;
    }
    return VTC_OK;
}

vtc_status input_stream_refill(struct input_stream *stream, struct vtc_error *err)
{
    if (stream->pos < stream->len_bytes)
        return VTC_OK;
    stream->pos = 0;
    stream->len_bytes = 0;
    return look_ahead(stream, 1, err);
}

static enum input_packing packing_of(const unsigned char *bytes, size_t len_bytes)
{
    if (len_bytes >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B)
        return INPUT_GZIP;
    if (len_bytes < 4)
        return INPUT_PLAIN;
    bool is_zstd = memcmp(bytes, "\x28\xB5\x2F\xFD", 4) == 0;
    bool is_skippable = (bytes[0] & 0xF0) == 0x50 && memcmp(bytes + 1, "\x2A\x4D\x18", 3) == 0;
    return is_zstd || is_skippable ? INPUT_ZSTD : INPUT_PLAIN;
}

static vtc_status prepare(struct input_stream *stream, size_t memory_bytes, struct vtc_error *err)
{
    stream->buffer = malloc(BUFFER_BYTES);
    if (!stream->buffer)
        return failure_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, "no memory for a buffer");
    vtc_status result = look_ahead(stream, MAGIC_BYTES, err);
    if (result != VTC_OK)
        return result;
    if (stream->len_bytes >= MAGIC_BYTES && memcmp(stream->buffer, VTC_MAGIC, MAGIC_BYTES) == 0)
        return failure_set(err, VTC_ERR_NOT_TRACE, 0,
                           "expected the text of a trace, found a vtc file");
    stream->packing = packing_of(stream->buffer, stream->len_bytes);
    return input_unpack_open(stream, memory_bytes, err);
}

vtc_status input_stream_open(struct input_stream *stream, const char *path, bool allow_special,
                             size_t memory_bytes, struct vtc_error *err)
{
    memset(stream, 0, sizeof *stream);
    vtc_status result = input_file_open(path, allow_special, &stream->fd, &stream->status, err);
    if (result != VTC_OK)
        return result;
    if (S_ISREG(stream->status.st_mode)) {
        stream->total_bytes = (uint64_t)stream->status.st_size;
        (void)posix_fadvise(stream->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    result = prepare(stream, memory_bytes, err);
    if (result != VTC_OK)
        input_stream_close(stream);
    return result;
}

/* Plain text: what was looked at, then straight into the caller's buffer. */
static vtc_status read_plain(struct input_stream *stream, void *buffer, size_t capacity_bytes,
                             size_t *out_bytes, struct vtc_error *err)
{
    size_t bytes = stream->len_bytes - stream->pos;
    if (bytes == 0) {
        vtc_status result = input_file_read(stream->fd, buffer, capacity_bytes, &bytes, err);
        if (result != VTC_OK) {
            err->offset = stream->packed_offset;
            return result;
        }
    } else {
        bytes = bytes < capacity_bytes ? bytes : capacity_bytes;
        memcpy(buffer, stream->buffer + stream->pos, bytes);
        stream->pos += bytes;
    }
    stream->packed_offset += bytes;
    *out_bytes = bytes;
    return VTC_OK;
}

vtc_status input_stream_read(void *context, void *buffer, size_t capacity_bytes, size_t *out_bytes,
                             struct vtc_error *err)
{
    struct input_stream *stream = context;
    struct vtc_error unwanted;
    if (!err)
        err = &unwanted;
    if (stream->packing == INPUT_PLAIN)
        return read_plain(stream, buffer, capacity_bytes, out_bytes, err);
    return input_unpack_read(stream, buffer, capacity_bytes, out_bytes, err);
}

void input_stream_close(struct input_stream *stream)
{
    input_unpack_close(stream);
    free(stream->buffer);
    stream->buffer = NULL;
    if (stream->fd >= 0)
        close(stream->fd);
    stream->fd = -1;
}
