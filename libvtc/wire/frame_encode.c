#include "base/bytes.h"
#include "base/checksum.h"
#include "base/error.h"
#include "base/limits.h"
#include "wire/frame.h"

/* SPEC: FRM-1, FRM-2, FRM-3. */
vtc_status vtci_frame_append_head(struct vtci_buffer *out, uint8_t type, uint8_t flags,
                                  const void *head, size_t head_len_bytes, const void *payload,
                                  size_t payload_len_bytes)
{
    static const uint8_t sync[4] = {0xf7, 'V', 'T', 'F'};
    if (head_len_bytes > VTCI_META_BYTES_MAX || payload_len_bytes > VTCI_PAYLOAD_BYTES_MAX)
        return VTC_ERR_ARGUMENT;
    VTC_TRY(vtci_buffer_reserve(out, VTCI_FRAME_OVERHEAD_BYTES + head_len_bytes));
    uint8_t *start = out->data + out->len_bytes;
    memcpy(start, sync, sizeof sync);
    start[4] = type;
    start[5] = flags;
    vtci_store_u16(start + 6, 0);
    vtci_store_u32(start + 8, (uint32_t)head_len_bytes);
    vtci_store_u32(start + 12, (uint32_t)payload_len_bytes);
    vtci_store_u64(start + 16, vtci_checksum(payload, payload_len_bytes));
    if (head_len_bytes)
        memcpy(start + VTCI_FRAME_FIXED_BYTES, head, head_len_bytes);
    size_t summed_bytes = VTCI_FRAME_FIXED_BYTES + head_len_bytes;
    vtci_store_u64(start + summed_bytes, vtci_checksum(start, summed_bytes));
    out->len_bytes += VTCI_FRAME_OVERHEAD_BYTES + head_len_bytes;
    return VTC_OK;
}

vtc_status vtci_frame_append(struct vtci_buffer *out, uint8_t type, uint8_t flags, const void *head,
                             size_t head_len_bytes, const void *payload, size_t payload_len_bytes)
{
    if (head_len_bytes > VTCI_META_BYTES_MAX || payload_len_bytes > VTCI_PAYLOAD_BYTES_MAX)
        return VTC_ERR_ARGUMENT;
    VTC_TRY(
        vtci_buffer_reserve(out, VTCI_FRAME_OVERHEAD_BYTES + head_len_bytes + payload_len_bytes));
    VTC_TRY(
        vtci_frame_append_head(out, type, flags, head, head_len_bytes, payload, payload_len_bytes));
    return vtci_buffer_append(out, payload, payload_len_bytes);
}
