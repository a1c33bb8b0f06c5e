#include "column/packer.h"

#include "base/error.h"
#include "codec/zstd_wrapper.h"

struct vtci_packer {
    struct vtci_memory *memory;
    struct vtci_zstd *zstd;
};

struct vtci_packer *vtci_packer_create(struct vtci_memory *memory)
{
    struct vtci_packer *packer = vtci_allocate_zeroed(memory, sizeof *packer);
    if (!packer)
        return NULL;
    packer->memory = memory;
    if (vtci_zstd_create(memory, &packer->zstd) == VTC_OK)
        return packer;
    vtci_release(memory, packer, sizeof *packer);
    return NULL;
}

void vtci_packer_free(struct vtci_packer *packer)
{
    if (!packer)
        return;
    vtci_zstd_free(packer->zstd);
    vtci_release(packer->memory, packer, sizeof *packer);
}

/* Text around events is a small part of a trace, and what zstd does best. */
static int zstd_level_of(int level)
{
    static const uint8_t of_level[20] = {0,  1,  3,  6,  9,  12, 12, 15, 17, 18,
                                         19, 19, 19, 19, 19, 19, 20, 21, 22, 22};
    return of_level[level < 1 ? 1 : level > 19 ? 19 : level];
}

vtc_status vtci_pack_text(struct vtci_packer *packer, int level, const void *bytes,
                          size_t len_bytes, struct vtci_buffer *out, uint8_t *out_method)
{
    size_t packed_bytes;
    VTC_TRY(vtci_buffer_reserve(out, len_bytes));
    vtc_status status = VTC_ERR_LIMIT;
    if (len_bytes > 16)
        status = vtci_zstd_compress(packer->zstd, zstd_level_of(level), bytes, len_bytes,
                                    out->data + out->len_bytes, len_bytes - 1, &packed_bytes);
    if (status == VTC_ERR_LIMIT) {
        *out_method = 0;
        return vtci_buffer_append(out, bytes, len_bytes);
    }
    if (status != VTC_OK)
        return status;
    out->len_bytes += packed_bytes;
    *out_method = 1;
    return VTC_OK;
}

vtc_status vtci_unpack(struct vtci_packer *packer, const struct vtci_packed *packed,
                       const void *stored, void *to, uint64_t offset, struct vtc_error *err)
{
    if (packed->method > VTCI_PACKED_ZSTD)
        return vtci_error_set(err, VTC_ERR_UNSUPPORTED, offset, "PCK-1",
                              "expected packing method 0 or 1, found %u", packed->method);
    if (packed->method == VTCI_PACKED_STORED) {
        if (packed->original_bytes != packed->stored_bytes)
            return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "PCK-2",
                                  "expected %llu stored bytes, found %llu",
                                  (unsigned long long)packed->original_bytes,
                                  (unsigned long long)packed->stored_bytes);
        if (packed->original_bytes)
            memcpy(to, stored, (size_t)packed->original_bytes);
        return VTC_OK;
    }
    vtc_status status = vtci_zstd_decompress(packer->zstd, stored, (size_t)packed->stored_bytes, to,
                                             (size_t)packed->original_bytes, err);
    if (status == VTC_ERR_NO_MEMORY)
        return vtci_error_memory(err, packed->original_bytes);
    if (status != VTC_OK && err) {
        err->offset = offset;
        memcpy(err->rule, "PCK-2", sizeof "PCK-2");
    }
    return status;
}
