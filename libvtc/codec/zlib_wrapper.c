#include "codec/zlib_wrapper.h"

#include <limits.h>
#include <zlib.h>

#include "base/error.h"
#include "codec/counted_memory.h"

#define GZIP_ONLY (16 + MAX_WBITS) /* of inflateInit2: the gzip format, the largest window */

enum where {
    BETWEEN, /* before a member: the first, or another */
    INSIDE,
    PADDING /* zeros after the last member */
};

struct vtci_zlib_stream {
    struct vtci_memory *memory;
    z_stream zlib;
    uint64_t in_bytes; /* packed bytes used up */
    enum where where;
};

static voidpf allocate(voidpf memory, uInt items, uInt item_bytes)
{
    return vtci_counted_allocate(memory, (size_t)items * item_bytes);
}

static void release(voidpf memory, voidpf address)
{
    vtci_counted_release(memory, address);
}

vtc_status vtci_zlib_stream_create(struct vtci_memory *memory, struct vtci_zlib_stream **out_stream)
{
    struct vtci_zlib_stream *stream = vtci_allocate_zeroed(memory, sizeof *stream);
    if (!stream)
        return VTC_ERR_NO_MEMORY;
    stream->memory = memory;
    stream->zlib.zalloc = allocate;
    stream->zlib.zfree = release;
    stream->zlib.opaque = memory;
    if (inflateInit2(&stream->zlib, GZIP_ONLY) != Z_OK) {
        vtci_release(memory, stream, sizeof *stream);
        return VTC_ERR_NO_MEMORY;
    }
    *out_stream = stream;
    return VTC_OK;
}

/* Decides by its first byte what follows a member. */
static vtc_status between_members(struct vtci_zlib_stream *stream, struct vtci_stream_io *io,
                                  struct vtc_error *err)
{
    if (*io->in == 0 && stream->in_bytes > 0) {
        stream->where = PADDING;
        io->in++;
        io->in_left_bytes--;
        stream->in_bytes++;
        return VTC_OK;
    }
    if (*io->in != 0x1f || stream->where == PADDING)
        return vtci_error_set(err, VTC_ERR_CORRUPT, stream->in_bytes, NULL,
                              "expected a gzip member or the end, found byte 0x%02x", *io->in);
    if (inflateReset(&stream->zlib) != Z_OK)
        return vtci_error_set(err, VTC_ERR_INTERNAL, stream->in_bytes, NULL, "zlib was not reset");
    stream->where = INSIDE;
    return VTC_OK;
}

static uInt piece(size_t bytes)
{
    return bytes < UINT_MAX ? (uInt)bytes : UINT_MAX;
}

static vtc_status inflate_some(struct vtci_zlib_stream *stream, struct vtci_stream_io *io,
                               struct vtc_error *err)
{
    z_stream *zlib = &stream->zlib;
    zlib->next_in = (z_const Bytef *)io->in;
    zlib->avail_in = piece(io->in_left_bytes);
    zlib->next_out = io->out;
    zlib->avail_out = piece(io->out_left_bytes);
    int code = inflate(zlib, Z_NO_FLUSH);
    size_t used_bytes = (size_t)(zlib->next_in - io->in);
    io->in_left_bytes -= used_bytes;
    io->in += used_bytes;
    io->out_left_bytes -= (size_t)(zlib->next_out - io->out);
    io->out = zlib->next_out;
    stream->in_bytes += used_bytes;
    if (code == Z_STREAM_END)
        stream->where = BETWEEN;
    else if (code == Z_MEM_ERROR)
        return vtci_error_set(err, VTC_ERR_NO_MEMORY, stream->in_bytes, NULL, "no memory for zlib");
    else if (code != Z_OK && code != Z_BUF_ERROR)
        return vtci_error_set(err, VTC_ERR_CORRUPT, stream->in_bytes, NULL,
                              "expected gzip data, found it damaged (%s)",
                              zlib->msg ? zlib->msg : zError(code));
    return VTC_OK;
}

vtc_status vtci_zlib_stream_step(struct vtci_zlib_stream *stream, struct vtci_stream_io *io,
                                 struct vtc_error *err)
{
    do {
        if (stream->where == INSIDE)
            VTC_TRY(inflate_some(stream, io, err));
        else if (io->in_left_bytes > 0)
            VTC_TRY(between_members(stream, io, err));
    } while (io->in_left_bytes > 0 && io->out_left_bytes > 0);
    return VTC_OK;
}

bool vtci_zlib_stream_may_end(const struct vtci_zlib_stream *stream)
{
    return stream->where != INSIDE && stream->in_bytes > 0;
}

void vtci_zlib_stream_free(struct vtci_zlib_stream *stream)
{
    if (!stream)
        return;
    inflateEnd(&stream->zlib);
    vtci_release(stream->memory, stream, sizeof *stream);
}
