#include "column/unpack.h"

#include <string.h>

#include "base/error.h"

vtc_status vtci_unpack(struct vtci_zstd *zstd, const struct vtci_packed *packed,
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
    vtc_status status = vtci_zstd_decompress(zstd, stored, (size_t)packed->stored_bytes, to,
                                             (size_t)packed->original_bytes, err);
    if (status == VTC_ERR_NO_MEMORY)
        return vtci_error_memory(err, packed->original_bytes);
    if (status != VTC_OK && err) {
        err->offset = offset;
        memcpy(err->rule, "PCK-2", sizeof "PCK-2");
    }
    return status;
}
