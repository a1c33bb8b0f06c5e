#include "base/error.h"
#include "wire/packed.h"
#include "wire/varint_rule.h"

/* SPEC: PCK-1, FRM-5. That a stored n equals s is part of PCK-2. */
vtc_status vtci_packed_head_decode(const void *bytes, size_t len_bytes, uint32_t payload_bytes,
                                   uint64_t min_bytes, uint64_t max_bytes, const char *rule,
                                   uint64_t offset, struct vtci_packed *out_packed,
                                   struct vtc_error *err)
{
    struct vtci_fields fields = vtci_fields_make(bytes, len_bytes);
    struct vtci_packed packed;
    packed.original_bytes = vtci_fields_varint(&fields);
    packed.method = vtci_cursor_u8(&fields.cursor);
    packed.stored_bytes = payload_bytes;
    if (fields.cursor.failed || vtci_cursor_left(&fields.cursor) != 0)
        return vtci_error_set(err, VTC_ERR_CORRUPT, offset, vtci_fields_rule(&fields),
                              "expected a length and a method in the frame's head of %zu bytes",
                              len_bytes);
    if (packed.original_bytes < min_bytes || packed.original_bytes > max_bytes)
        return vtci_error_set(err, VTC_ERR_CORRUPT, offset, rule,
                              "expected %llu to %llu bytes, found %llu",
                              (unsigned long long)min_bytes, (unsigned long long)max_bytes,
                              (unsigned long long)packed.original_bytes);
    if (packed.method > VTCI_PACKED_ZSTD)
        return vtci_error_set(err, VTC_ERR_UNSUPPORTED, offset, "PCK-1",
                              "expected packing method 0 or 1, found %u", packed.method);
    if (packed.method == VTCI_PACKED_STORED && packed.original_bytes != packed.stored_bytes)
        return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "PCK-2",
                              "expected %llu stored bytes, found %u",
                              (unsigned long long)packed.original_bytes, payload_bytes);
    *out_packed = packed;
    return VTC_OK;
}
