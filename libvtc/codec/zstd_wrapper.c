/* The custom allocator and the frame inspection are zstd's "static only" interface: exported by every
 * libzstd since 1.3, and unchanged since. */
#define ZSTD_STATIC_LINKING_ONLY
#include "codec/zstd_wrapper.h"

#include <zstd.h>
#include <zstd_errors.h>

#include "base/bytes.h"
#include "base/error.h"
#include "codec/counted_memory.h"

#define LEVEL_MAX 22
#define WINDOW_LOG_DEFAULT 27

struct vtci_zstd {
    struct vtci_memory *memory;
    ZSTD_CCtx *packer;   /* NULL until first used */
    ZSTD_DCtx *unpacker; /* the same */
    int level;           /* that the packer is set to */
};

struct vtci_zstd_stream {
    struct vtci_memory *memory;
    ZSTD_DCtx *unpacker;
    uint64_t in_bytes; /* packed bytes used up */
    bool may_end;
};

static ZSTD_customMem custom_memory(struct vtci_memory *memory)
{
    ZSTD_customMem custom = {vtci_counted_allocate, vtci_counted_release, memory};
    return custom;
}

vtc_status vtci_zstd_create(struct vtci_memory *memory, struct vtci_zstd **out_zstd)
{
    struct vtci_zstd *zstd = vtci_allocate_zeroed(memory, sizeof *zstd);
    if (!zstd)
        return VTC_ERR_NO_MEMORY;
    zstd->memory = memory;
    *out_zstd = zstd;
    return VTC_OK;
}

void vtci_zstd_free(struct vtci_zstd *zstd)
{
    if (!zstd)
        return;
    ZSTD_freeCCtx(zstd->packer);
    ZSTD_freeDCtx(zstd->unpacker);
    vtci_release(zstd->memory, zstd, sizeof *zstd);
}

size_t vtci_zstd_bound_bytes(size_t len_bytes)
{
    size_t bound_bytes = ZSTD_compressBound(len_bytes);
    return ZSTD_isError(bound_bytes) || bound_bytes < len_bytes ? 0 : bound_bytes;
}

/* The packer, set to `level`, with nothing left over from a call that ended early. */
static vtc_status packer_prepare(struct vtci_zstd *zstd, int level)
{
    if (level < 1 || level > LEVEL_MAX)
        return VTC_ERR_ARGUMENT;
    if (!zstd->packer)
        zstd->packer = ZSTD_createCCtx_advanced(custom_memory(zstd->memory));
    if (!zstd->packer)
        return VTC_ERR_NO_MEMORY;
    if (ZSTD_isError(ZSTD_CCtx_reset(zstd->packer, ZSTD_reset_session_only)))
        return VTC_ERR_INTERNAL;
    if (zstd->level != level) {
        if (ZSTD_isError(ZSTD_CCtx_setParameter(zstd->packer, ZSTD_c_compressionLevel, level)))
            return VTC_ERR_INTERNAL;
        zstd->level = level;
    }
    return VTC_OK;
}

static vtc_status packer_status(size_t zstd_code)
{
    switch (ZSTD_getErrorCode(zstd_code)) {
    case ZSTD_error_no_error: return VTC_OK;
    case ZSTD_error_dstSize_tooSmall: return VTC_ERR_LIMIT;
    case ZSTD_error_memory_allocation: return VTC_ERR_NO_MEMORY;
    default: return VTC_ERR_INTERNAL;
    }
}

vtc_status vtci_zstd_compress(struct vtci_zstd *zstd, int level, const void *from, size_t len_bytes,
                              void *to, size_t capacity_bytes, size_t *out_len_bytes)
{
    VTC_TRY(packer_prepare(zstd, level));
    size_t packed_bytes = ZSTD_compress2(zstd->packer, to, capacity_bytes, from, len_bytes);
    VTC_TRY(packer_status(packed_bytes));
    *out_len_bytes = packed_bytes;
    return VTC_OK;
}

vtc_status vtci_zstd_compress_parts(struct vtci_zstd *zstd, int level, const void *from,
                                    size_t len_bytes, size_t part_bytes, void *to,
                                    size_t capacity_bytes, size_t *out_len_bytes)
{
    if (part_bytes == 0)
        return VTC_ERR_ARGUMENT;
    if (part_bytes >= len_bytes)
        return vtci_zstd_compress(zstd, level, from, len_bytes, to, capacity_bytes, out_len_bytes);
    VTC_TRY(packer_prepare(zstd, level));
    if (ZSTD_isError(ZSTD_CCtx_setPledgedSrcSize(zstd->packer, len_bytes)))
        return VTC_ERR_INTERNAL;
    ZSTD_outBuffer out = {to, capacity_bytes, 0};
    ZSTD_inBuffer in = {from, 0, 0};
    while (in.size < len_bytes) {
        in.size = len_bytes - in.size < part_bytes ? len_bytes : in.size + part_bytes;
        size_t left = ZSTD_compressStream2(zstd->packer, &out, &in,
                                           in.size < len_bytes ? ZSTD_e_flush : ZSTD_e_end);
        VTC_TRY(packer_status(left));
        if (left) /* the output is full */
            return VTC_ERR_LIMIT;
    }
    *out_len_bytes = out.pos;
    return VTC_OK;
}

static vtc_status corrupt(struct vtc_error *err, uint64_t offset, size_t zstd_code)
{
    if (ZSTD_getErrorCode(zstd_code) == ZSTD_error_memory_allocation)
        return vtci_error_set(err, VTC_ERR_NO_MEMORY, offset, NULL, "no memory for zstd");
    return vtci_error_set(err, VTC_ERR_CORRUPT, offset, NULL,
                          "expected a zstd frame, found a damaged one (%s)",
                          ZSTD_getErrorName(zstd_code));
}

vtc_status vtci_zstd_decompress(struct vtci_zstd *zstd, const void *from, size_t len_bytes,
                                void *to, size_t out_bytes, struct vtc_error *err)
{
    /* ZSTD_decompress takes legacy frames too, and any number of frames: rule them out. */
    if (len_bytes < 4 || vtci_load_u32(from) != ZSTD_MAGICNUMBER)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, NULL,
                              "expected a zstd frame, found other bytes");
    unsigned long long content_bytes = ZSTD_getFrameContentSize(from, len_bytes);
    if (content_bytes == ZSTD_CONTENTSIZE_ERROR)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, NULL,
                              "expected a zstd frame, found a damaged header");
    if (content_bytes != ZSTD_CONTENTSIZE_UNKNOWN && content_bytes != out_bytes)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, NULL,
                              "expected a zstd frame of %zu bytes, found one of %llu", out_bytes,
                              content_bytes);
    size_t frame_bytes = ZSTD_findFrameCompressedSize(from, len_bytes);
    if (ZSTD_isError(frame_bytes))
        return corrupt(err, VTC_NO_OFFSET, frame_bytes);
    if (frame_bytes != len_bytes)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, NULL,
                              "expected one zstd frame of %zu bytes, found its end after %zu",
                              len_bytes, frame_bytes);
    if (!zstd->unpacker)
        zstd->unpacker = ZSTD_createDCtx_advanced(custom_memory(zstd->memory));
    if (!zstd->unpacker)
        return vtci_error_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, NULL, "no memory for zstd");
    size_t found_bytes = ZSTD_decompressDCtx(zstd->unpacker, to, out_bytes, from, len_bytes);
    if (ZSTD_isError(found_bytes))
        return corrupt(err, VTC_NO_OFFSET, found_bytes);
    if (found_bytes != out_bytes)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, NULL,
                              "expected %zu unpacked bytes, found %zu", out_bytes, found_bytes);
    return VTC_OK;
}

vtc_status vtci_zstd_stream_create(struct vtci_memory *memory, uint64_t window_bytes_max,
                                   struct vtci_zstd_stream **out_stream)
{
    struct vtci_zstd_stream *stream = vtci_allocate_zeroed(memory, sizeof *stream);
    if (!stream)
        return VTC_ERR_NO_MEMORY;
    stream->memory = memory;
    stream->may_end = true;
    stream->unpacker = ZSTD_createDCtx_advanced(custom_memory(memory));
    int window_log =
        window_bytes_max ? (int)vtci_bit_length(window_bytes_max) - 1 : WINDOW_LOG_DEFAULT;
    ZSTD_bounds bounds = ZSTD_dParam_getBounds(ZSTD_d_windowLogMax);
    window_log = window_log < bounds.lowerBound ? bounds.lowerBound : window_log;
    window_log = window_log > bounds.upperBound ? bounds.upperBound : window_log;
    if (!stream->unpacker ||
        ZSTD_isError(ZSTD_DCtx_setParameter(stream->unpacker, ZSTD_d_windowLogMax, window_log))) {
        vtci_zstd_stream_free(stream);
        return VTC_ERR_NO_MEMORY;
    }
    *out_stream = stream;
    return VTC_OK;
}

vtc_status vtci_zstd_stream_step(struct vtci_zstd_stream *stream, struct vtci_stream_io *io,
                                 struct vtc_error *err)
{
    for (;;) {
        ZSTD_inBuffer in = {io->in, io->in_left_bytes, 0};
        ZSTD_outBuffer out = {io->out, io->out_left_bytes, 0};
        /* Between frames a call without input would only begin to wait for the next one. */
        if (stream->may_end && in.size == 0)
            return VTC_OK;
        size_t hint = ZSTD_decompressStream(stream->unpacker, &out, &in);
        io->in += in.pos;
        io->in_left_bytes -= in.pos;
        io->out += out.pos;
        io->out_left_bytes -= out.pos;
        stream->in_bytes += in.pos;
        if (ZSTD_getErrorCode(hint) == ZSTD_error_frameParameter_windowTooLarge)
            return vtci_error_set(err, VTC_ERR_LIMIT, stream->in_bytes, NULL,
                                  "the zstd input wants more memory to unpack than is granted");
        if (ZSTD_isError(hint))
            return corrupt(err, stream->in_bytes, hint);
        if (in.pos > 0 || out.pos > 0 || hint == 0)
            stream->may_end = hint == 0;
        if (io->in_left_bytes == 0 || io->out_left_bytes == 0)
            return VTC_OK;
        if (in.pos == 0 && out.pos == 0)
            return vtci_error_set(err, VTC_ERR_INTERNAL, stream->in_bytes, NULL,
                                  "zstd makes no progress");
    }
}

bool vtci_zstd_stream_may_end(const struct vtci_zstd_stream *stream)
{
    return stream->may_end;
}

void vtci_zstd_stream_free(struct vtci_zstd_stream *stream)
{
    if (!stream)
        return;
    ZSTD_freeDCtx(stream->unpacker);
    vtci_release(stream->memory, stream, sizeof *stream);
}
