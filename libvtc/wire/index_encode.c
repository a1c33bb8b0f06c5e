#include "base/error.h"
#include "wire/index.h"

vtc_status vtci_index_entry_encode(struct vtci_buffer *entries, uint8_t type, uint64_t frame_bytes,
                                   const struct vtci_zone_map *zone)
{
    VTC_TRY(vtci_buffer_u8(entries, type));
    VTC_TRY(vtci_buffer_varint(entries, frame_bytes));
    return zone ? vtci_zone_map_encode(entries, zone) : VTC_OK;
}

static vtc_status put_part(struct vtci_buffer *out, const struct vtci_buffer *part)
{
    VTC_TRY(vtci_buffer_varint(out, part->len_bytes));
    return vtci_buffer_append(out, part->data, part->len_bytes);
}

vtc_status vtci_index_encode(struct vtci_buffer *out, uint64_t frame_count,
                             const struct vtci_buffer *entries, const struct vtci_buffer *top,
                             const struct vtci_buffer *totals)
{
    VTC_TRY(vtci_buffer_varint(out, frame_count));
    VTC_TRY(vtci_buffer_append(out, entries->data, entries->len_bytes));
    if (top->len_bytes == 0 && totals->len_bytes == 0)
        return VTC_OK;
    VTC_TRY(put_part(out, top));
    return totals->len_bytes > 0 ? put_part(out, totals) : VTC_OK;
}
