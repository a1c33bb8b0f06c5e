#include "base/bytes.h"
#include "base/error.h"
#include "wire/zone_map.h"

void vtci_bloom_add(uint8_t bloom[VTCI_BLOOM_BYTES], uint64_t id)
{
    if (id == 0) {
        memset(bloom, 0xff, VTCI_BLOOM_BYTES);
        return;
    }
    unsigned first = (unsigned)((id * 0x9E3779B97F4A7C15u) >> 56);
    unsigned second = (unsigned)((id * 0xC2B2AE3D27D4EB4Fu) >> 56);
    bloom[first / 8] |= (uint8_t)(1u << (first % 8));
    bloom[second / 8] |= (uint8_t)(1u << (second % 8));
}

static vtc_status encode_fields(struct vtci_buffer *out, const struct vtci_zone_map *zone)
{
    VTC_TRY(vtci_buffer_varint(out, zone->rows));
    VTC_TRY(vtci_buffer_varint(out, zone->events));
    VTC_TRY(vtci_buffer_varint(out, zone->document_offset));
    VTC_TRY(vtci_buffer_varint(out, zone->document_bytes));
    VTC_TRY(vtci_buffer_u8(out, zone->has_times));
    VTC_TRY(vtci_buffer_svarint(out, zone->first_ns));
    VTC_TRY(vtci_buffer_varint(out, zone->range_ns));
    VTC_TRY(vtci_buffer_varint(out, zone->longest_ns));
    VTC_TRY(vtci_buffer_varint(out, zone->spans));
    unsigned phase_count = 0;
    for (unsigned i = 0; i < 256; i++)
        phase_count += zone->phases[i] != 0;
    VTC_TRY(vtci_buffer_varint(out, phase_count));
    for (unsigned i = 0; i < 256; i++) {
        if (zone->phases[i] == 0)
            continue;
        VTC_TRY(vtci_buffer_u8(out, (uint8_t)i));
        VTC_TRY(vtci_buffer_varint(out, zone->phases[i]));
    }
    VTC_TRY(vtci_buffer_varint(out, zone->track_count));
    for (size_t i = 0; i < zone->track_count; i++) {
        uint32_t from = i ? zone->tracks[i - 1] + 1 : 0;
        VTC_TRY(vtci_buffer_varint(out, zone->tracks[i] - from));
    }
    return vtci_buffer_append(out, zone->bloom, sizeof zone->bloom);
}

vtc_status vtci_zone_map_encode(struct vtci_buffer *out, const struct vtci_zone_map *zone)
{
    /* The length goes before what it measures: encode behind a gap of the longest varint, then
     * close the gap. */
    size_t start_pos = out->len_bytes;
    uint8_t length[10] = {0};
    VTC_TRY(vtci_buffer_append(out, length, sizeof length));
    vtc_status status = encode_fields(out, zone);
    size_t fields_bytes = out->len_bytes - start_pos - sizeof length;
    out->len_bytes = start_pos;
    if (status != VTC_OK)
        return status;
    VTC_TRY(vtci_buffer_varint(out, fields_bytes));
    memmove(out->data + out->len_bytes, out->data + start_pos + sizeof length, fields_bytes);
    out->len_bytes += fields_bytes;
    return VTC_OK;
}
