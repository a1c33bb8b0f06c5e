#include "base/error.h"
#include "wire/index.h"

vtc_status vtci_index_entry_encode(struct vtci_buffer *entries, uint8_t type, uint64_t frame_bytes,
                                   const struct vtci_zone_map *zone)
{
    VTC_TRY(vtci_buffer_u8(entries, type));
    VTC_TRY(vtci_buffer_varint(entries, frame_bytes));
    return zone ? vtci_zone_map_encode(entries, zone) : VTC_OK;
}

vtc_status vtci_index_encode(struct vtci_buffer *out, uint64_t frame_count,
                             const struct vtci_buffer *entries)
{
    VTC_TRY(vtci_buffer_varint(out, frame_count));
    return vtci_buffer_append(out, entries->data, entries->len_bytes);
}
