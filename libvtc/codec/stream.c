/* One face for plain, gzip and zstd input. */
#include "codec/stream.h"

#include <string.h>

#include "base/error.h"
#include "codec/zlib_wrapper.h"
#include "codec/zstd_wrapper.h"

struct vtci_stream {
    struct vtci_memory *memory;
    enum vtci_stream_kind kind;
    struct vtci_zlib_stream *zlib;
    struct vtci_zstd_stream *zstd;
};

enum vtci_stream_kind vtci_stream_sniff(const void *bytes, size_t len_bytes)
{
    static const uint8_t gzip_magic[] = {0x1f, 0x8b};
    static const uint8_t zstd_magic[] = {0x28, 0xb5, 0x2f, 0xfd};
    static const uint8_t skippable_magic[] = {0x2a, 0x4d, 0x18}; /* after a byte 0x5? */
    const uint8_t *at = bytes;
    if (len_bytes >= 2 && memcmp(at, gzip_magic, 2) == 0)
        return VTCI_STREAM_GZIP;
    if (len_bytes >= 4 && memcmp(at, zstd_magic, 4) == 0)
        return VTCI_STREAM_ZSTD;
    if (len_bytes >= 4 && (at[0] & 0xf0) == 0x50 && memcmp(at + 1, skippable_magic, 3) == 0)
        return VTCI_STREAM_ZSTD;
    return VTCI_STREAM_PLAIN;
}

vtc_status vtci_stream_create(struct vtci_memory *memory, enum vtci_stream_kind kind,
                              uint64_t window_bytes_max, struct vtci_stream **out_stream,
                              struct vtc_error *err)
{
    struct vtci_stream *stream = vtci_allocate_zeroed(memory, sizeof *stream);
    if (!stream)
        return vtci_error_memory(err, sizeof *stream);
    stream->memory = memory;
    stream->kind = kind;
    vtc_status status = VTC_OK;
    if (kind == VTCI_STREAM_GZIP)
        status = vtci_zlib_stream_create(memory, &stream->zlib);
    else if (kind == VTCI_STREAM_ZSTD)
        status = vtci_zstd_stream_create(memory, window_bytes_max, &stream->zstd);
    if (status != VTC_OK) {
        vtci_stream_free(stream);
        return vtci_error_set(err, status, VTC_NO_OFFSET, NULL, "no memory to unpack the input");
    }
    *out_stream = stream;
    return VTC_OK;
}

static void copy(struct vtci_stream_io *io)
{
    size_t bytes = io->in_left_bytes < io->out_left_bytes ? io->in_left_bytes : io->out_left_bytes;
    if (bytes == 0)
        return;
    memcpy(io->out, io->in, bytes);
    io->in += bytes;
    io->in_left_bytes -= bytes;
    io->out += bytes;
    io->out_left_bytes -= bytes;
}

vtc_status vtci_stream_step(struct vtci_stream *stream, struct vtci_stream_io *io,
                            struct vtc_error *err)
{
    switch (stream->kind) {
    case VTCI_STREAM_GZIP: return vtci_zlib_stream_step(stream->zlib, io, err);
    case VTCI_STREAM_ZSTD: return vtci_zstd_stream_step(stream->zstd, io, err);
    case VTCI_STREAM_PLAIN: break;
    }
    copy(io);
    return VTC_OK;
}

vtc_status vtci_stream_finish(const struct vtci_stream *stream, struct vtc_error *err)
{
    if (stream->kind == VTCI_STREAM_GZIP && !vtci_zlib_stream_may_end(stream->zlib))
        return vtci_error_set(err, VTC_ERR_TRUNCATED, VTC_NO_OFFSET, NULL,
                              "expected the rest of the gzip input, found its end");
    if (stream->kind == VTCI_STREAM_ZSTD && !vtci_zstd_stream_may_end(stream->zstd))
        return vtci_error_set(err, VTC_ERR_TRUNCATED, VTC_NO_OFFSET, NULL,
                              "expected the rest of the zstd input, found its end");
    return VTC_OK;
}

void vtci_stream_free(struct vtci_stream *stream)
{
    if (!stream)
        return;
    vtci_zlib_stream_free(stream->zlib);
    vtci_zstd_stream_free(stream->zstd);
    vtci_release(stream->memory, stream, sizeof *stream);
}
