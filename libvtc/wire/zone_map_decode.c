#include "base/bytes.h"
#include "base/error.h"
#include "base/limits.h"
#include "wire/varint_rule.h"
#include "wire/zone_map.h"

bool vtci_bloom_may_have(const uint8_t bloom[VTCI_BLOOM_BYTES], uint64_t id)
{
    unsigned first = (unsigned)((id * 0x9E3779B97F4A7C15u) >> 56);
    unsigned second = (unsigned)((id * 0xC2B2AE3D27D4EB4Fu) >> 56);
    if (id == 0) {
        for (unsigned i = 0; i < VTCI_BLOOM_BYTES; i++)
            if (bloom[i] != 0xff)
                return false;
        return true;
    }
    return (bloom[first / 8] >> (first % 8) & 1) && (bloom[second / 8] >> (second % 8) & 1);
}

static vtc_status malformed(const struct vtci_fields *fields, uint64_t offset,
                            struct vtc_error *err, const char *what)
{
    return vtci_error_set(err, VTC_ERR_CORRUPT, offset, vtci_fields_rule(fields),
                          "a zone map is malformed: %s", what);
}

static vtc_status decode_phases(struct vtci_fields *fields, uint64_t offset,
                                struct vtci_zone_map *zone, struct vtc_error *err)
{
    uint64_t phase_count = vtci_fields_varint(fields);
    if (fields->cursor.failed || phase_count > 256)
        return malformed(fields, offset, err, "more than 256 phases");
    int last = -1;
    for (uint64_t i = 0; i < phase_count; i++) {
        uint8_t phase = vtci_cursor_u8(&fields->cursor);
        uint64_t count = vtci_fields_varint(fields);
        if (fields->cursor.failed)
            return malformed(fields, offset, err, "the phases");
        if (phase <= last || count > zone->rows)
            return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "ZON-4",
                                  "expected ascending phases of at most %u events, found phase %u "
                                  "of %llu",
                                  zone->rows, phase, (unsigned long long)count);
        zone->phases[phase] = (uint32_t)count;
        last = phase;
    }
    return VTC_OK;
}

static vtc_status decode_tracks(struct vtci_fields *fields, uint64_t offset,
                                struct vtci_zone_map *zone, struct vtc_error *err)
{
    uint64_t track_count = vtci_fields_varint(fields);
    /* One byte each at least: CON-2. */
    if (fields->cursor.failed || track_count > vtci_cursor_left(&fields->cursor))
        return malformed(fields, offset, err, "the number of tracks");
    zone->track_bytes = fields->cursor.pos;
    uint64_t next = 0;
    for (uint64_t i = 0; i < track_count; i++) {
        uint64_t gap = vtci_fields_varint(fields);
        if (fields->cursor.failed || gap >= UINT32_MAX || next + gap >= UINT32_MAX)
            return malformed(fields, offset, err, "a track");
        next += gap + 1;
    }
    zone->track_count = (size_t)track_count;
    zone->track_len_bytes = (size_t)(fields->cursor.pos - zone->track_bytes);
    return VTC_OK;
}

/* SPEC: ZON-1. */
vtc_status vtci_zone_map_decode(struct vtci_cursor *cursor, uint64_t offset,
                                struct vtci_zone_map *out_zone, struct vtc_error *err)
{
    struct vtci_fields outer = {*cursor, false};
    uint64_t fields_bytes = vtci_fields_varint(&outer);
    const uint8_t *fields_at = vtci_cursor_take(&outer.cursor, fields_bytes);
    *cursor = outer.cursor;
    if (cursor->failed)
        return malformed(&outer, offset, err, "it is longer than what holds it");
    struct vtci_fields fields = vtci_fields_make(fields_at, (size_t)fields_bytes);
    struct vtci_zone_map zone;
    memset(&zone, 0, sizeof zone);
    uint64_t rows = vtci_fields_varint(&fields);
    uint64_t events = vtci_fields_varint(&fields);
    zone.document_offset = vtci_fields_varint(&fields);
    zone.document_bytes = vtci_fields_varint(&fields);
    zone.has_times = vtci_cursor_u8(&fields.cursor) & 1;
    zone.first_ns = vtci_fields_svarint(&fields);
    zone.range_ns = vtci_fields_varint(&fields);
    zone.longest_ns = vtci_fields_varint(&fields);
    zone.spans = vtci_fields_varint(&fields);
    if (fields.cursor.failed)
        return malformed(&fields, offset, err, "it is too short");
    if (rows < 1 || rows > VTCI_BLOCK_ROWS_MAX || events > rows)
        return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "ZON-1",
                              "expected 1 to %u rows and no more events, found %llu and %llu",
                              VTCI_BLOCK_ROWS_MAX, (unsigned long long)rows,
                              (unsigned long long)events);
    zone.rows = (uint32_t)rows;
    zone.events = (uint32_t)events;
    VTC_TRY(decode_phases(&fields, offset, &zone, err));
    VTC_TRY(decode_tracks(&fields, offset, &zone, err));
    const uint8_t *bloom = vtci_cursor_take(&fields.cursor, VTCI_BLOOM_BYTES);
    if (!bloom)
        return malformed(&fields, offset, err, "it is too short");
    memcpy(zone.bloom, bloom, VTCI_BLOOM_BYTES);
    *out_zone = zone;
    return VTC_OK;
}

void vtci_zone_map_tracks(const struct vtci_zone_map *zone, uint32_t *out_tracks)
{
    struct vtci_cursor cursor = vtci_cursor_make(zone->track_bytes, zone->track_len_bytes);
    uint32_t next = 0;
    for (size_t i = 0; i < zone->track_count; i++) {
        out_tracks[i] = next + (uint32_t)vtci_cursor_varint(&cursor);
        next = out_tracks[i] + 1;
    }
}

bool vtci_zone_map_has_track(const struct vtci_zone_map *zone, uint32_t track)
{
    struct vtci_cursor cursor = vtci_cursor_make(zone->track_bytes, zone->track_len_bytes);
    uint32_t next = 0;
    for (size_t i = 0; i < zone->track_count && next <= track; i++) {
        uint32_t id = next + (uint32_t)vtci_cursor_varint(&cursor);
        if (id == track)
            return true;
        next = id + 1;
    }
    return false;
}

int64_t vtci_zone_map_last_ns(const struct vtci_zone_map *zone)
{
    uint64_t room = (uint64_t)INT64_MAX - (uint64_t)zone->first_ns;
    return zone->range_ns > room ? INT64_MAX : (int64_t)((uint64_t)zone->first_ns + zone->range_ns);
}
