#include "input_unpack.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "message.h"

enum { GZIP_WINDOW = 15 + 16, ZSTD_WINDOW_LOG_MIN = 10, ZSTD_WINDOW_LOG_LARGEST = 30 };
static const size_t MEMORY_DEFAULT_BYTES = (size_t)512 << 20;

static vtc_status open_gzip(struct input_stream *stream, struct vtc_error *err)
{
    z_stream *zlib = calloc(1, sizeof *zlib);
    if (!zlib || inflateInit2(zlib, GZIP_WINDOW) != Z_OK) {
        free(zlib);
        return failure_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, "no memory to unpack gzip");
    }
    stream->unpacker = zlib;
    return VTC_OK;
}

static vtc_status open_zstd(struct input_stream *stream, size_t memory_bytes, struct vtc_error *err)
{
    ZSTD_DCtx *zstd = ZSTD_createDCtx();
    int window_log = ZSTD_WINDOW_LOG_MIN;
    size_t window_bytes = (memory_bytes ? memory_bytes : MEMORY_DEFAULT_BYTES) / 4;
    while (window_log < ZSTD_WINDOW_LOG_LARGEST && ((size_t)2 << window_log) <= window_bytes)
        window_log++;
    if (!zstd || ZSTD_isError(ZSTD_DCtx_setParameter(zstd, ZSTD_d_windowLogMax, window_log))) {
        ZSTD_freeDCtx(zstd);
        return failure_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, "no memory to unpack zstd");
    }
    stream->unpacker = zstd;
    return VTC_OK;
}

vtc_status input_unpack_open(struct input_stream *stream, size_t memory_bytes,
                             struct vtc_error *err)
{
    switch (stream->packing) {
    case INPUT_GZIP: return open_gzip(stream, err);
    case INPUT_ZSTD: return open_zstd(stream, memory_bytes, err);
    case INPUT_PLAIN: break;
    }
    return VTC_OK;
}

static void took(struct input_stream *stream, size_t bytes)
{
    stream->pos += bytes;
    stream->packed_offset += bytes;
}

/* After a member: zeros to the end are padding (gzip -c | tape), another member goes on. */
static vtc_status begin_member(struct input_stream *stream, struct vtc_error *err)
{
    while (stream->len_bytes > 0 && stream->packed_offset > 0 && stream->buffer[stream->pos] == 0) {
        took(stream, 1);
        vtc_status result = input_stream_refill(stream, err);
        if (result != VTC_OK)
            return result;
    }
    if (stream->len_bytes == 0)
        return VTC_END;
    if (stream->buffer[stream->pos] != 0x1F)
        return failure_set(err, VTC_ERR_CORRUPT, stream->packed_offset,
                           "expected the end of the gzip file, found other data");
    if (stream->packed_offset > 0)
        inflateReset(stream->unpacker);
    stream->is_within = true;
    return VTC_OK;
}

static vtc_status step_gzip(struct input_stream *stream, void *buffer, size_t capacity_bytes,
                            size_t *out_bytes, struct vtc_error *err)
{
    z_stream *zlib = stream->unpacker;
    if (!stream->is_within) {
        vtc_status result = begin_member(stream, err);
        if (result != VTC_OK)
            return result;
    }
    size_t available = stream->len_bytes - stream->pos;
    uInt room = capacity_bytes > UINT_MAX ? UINT_MAX : (uInt)capacity_bytes;
    zlib->next_in = stream->buffer + stream->pos;
    zlib->avail_in = (uInt)available;
    zlib->next_out = buffer;
    zlib->avail_out = room;
    int result = inflate(zlib, Z_NO_FLUSH);
    took(stream, available - zlib->avail_in);
    *out_bytes = room - zlib->avail_out;
    if (result == Z_STREAM_END)
        stream->is_within = false;
    else if (result == Z_BUF_ERROR && available == 0)
        return failure_set(err, VTC_ERR_TRUNCATED, stream->packed_offset,
                           "the gzip data ends in the middle");
    else if (result == Z_MEM_ERROR)
        return failure_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, "no memory to unpack gzip");
    else if (result != Z_OK && result != Z_BUF_ERROR)
        return failure_set(err, VTC_ERR_CORRUPT, stream->packed_offset,
                           "the gzip data is corrupt: %s", zlib->msg ? zlib->msg : "unknown");
    return VTC_OK;
}

static vtc_status zstd_failure(const struct input_stream *stream, size_t result,
                               struct vtc_error *err)
{
    const char *name = ZSTD_getErrorName(result);
    switch (ZSTD_getErrorCode(result)) {
    case ZSTD_error_frameParameter_windowTooLarge:
        return failure_set(err, VTC_ERR_LIMIT, stream->packed_offset,
                           "the zstd window is too large; raise it with --memory");
    case ZSTD_error_memory_allocation:
        return failure_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, "no memory to unpack zstd");
    case ZSTD_error_prefix_unknown:
        return failure_set(err, VTC_ERR_CORRUPT, stream->packed_offset,
                           "expected the end of the zstd file, found other data");
    default:
        return failure_set(err, VTC_ERR_CORRUPT, stream->packed_offset,
                           "the zstd data is corrupt: %s", name);
    }
}

static vtc_status step_zstd(struct input_stream *stream, void *buffer, size_t capacity_bytes,
                            size_t *out_bytes, struct vtc_error *err)
{
    if (stream->len_bytes == 0 && !stream->is_within)
        return VTC_END;
    ZSTD_inBuffer in = {stream->buffer, stream->len_bytes, stream->pos};
    ZSTD_outBuffer out = {buffer, capacity_bytes, 0};
    size_t result = ZSTD_decompressStream(stream->unpacker, &out, &in);
    if (ZSTD_isError(result))
        return zstd_failure(stream, result, err);
    if (stream->len_bytes == 0 && out.pos == 0)
        return failure_set(err, VTC_ERR_TRUNCATED, stream->packed_offset,
                           "the zstd data ends in the middle");
    took(stream, in.pos - stream->pos);
    stream->is_within = result != 0;
    *out_bytes = out.pos;
    return VTC_OK;
}

vtc_status input_unpack_read(struct input_stream *stream, void *buffer, size_t capacity_bytes,
                             size_t *out_bytes, struct vtc_error *err)
{
    *out_bytes = 0;
    while (*out_bytes == 0) {
        vtc_status result = input_stream_refill(stream, err);
        if (result == VTC_OK)
            result = stream->packing == INPUT_GZIP
                         ? step_gzip(stream, buffer, capacity_bytes, out_bytes, err)
                         : step_zstd(stream, buffer, capacity_bytes, out_bytes, err);
        if (result == VTC_END)
            return VTC_OK;
        if (result != VTC_OK)
            return result;
    }
    return VTC_OK;
}

void input_unpack_close(struct input_stream *stream)
{
    if (stream->packing == INPUT_GZIP && stream->unpacker)
        inflateEnd(stream->unpacker);
    if (stream->packing == INPUT_ZSTD)
        ZSTD_freeDCtx(stream->unpacker);
    else
        free(stream->unpacker);
    stream->unpacker = NULL;
}
