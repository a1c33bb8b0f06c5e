/* Zone maps: what can be known of a block without unpacking it. SPEC 7.6: ZON-1, ZON-2, ZON-3.
 *
 * Two forms of the tracks: the writer gives a sorted array (`tracks`); the decoder, which does not
 * allocate, leaves them as they stand in the bytes (`track_bytes`, checked), to be expanded into the
 * caller's array by vtci_zone_map_tracks, or searched by vtci_zone_map_has_track.
 */
#ifndef VTCI_WIRE_ZONE_MAP_H
#define VTCI_WIRE_ZONE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "vtc/status.h"

#define VTCI_BLOOM_BYTES 32

struct vtci_zone_map {
    uint32_t rows;
    uint32_t events;
    uint64_t document_offset;
    uint64_t document_bytes;
    bool has_times;
    int64_t first_ns;     /* the least time of an event */
    uint64_t range_ns;    /* the greatest time or end, less first_ns */
    uint64_t longest_ns;  /* the longest span that ends here */
    uint64_t spans;       /* how many spans end here */
    uint32_t phases[256]; /* how many events of each phase; [0]: without one */
    size_t track_count;
    const uint32_t *tracks;     /* for the encoder: ascending, each once */
    const uint8_t *track_bytes; /* from the decoder: borrowed from the bytes that were decoded */
    size_t track_len_bytes;
    uint8_t bloom[VTCI_BLOOM_BYTES];
};

/* Appends the zone map with its leading length. */
VTC_NODISCARD vtc_status vtci_zone_map_encode(struct vtci_buffer *out,
                                              const struct vtci_zone_map *zone);

/* Takes one zone map from `cursor`, and steps over fields that a later minor version added.
 * `offset` is that of the frame, for errors. The result borrows from the cursor's bytes. */
VTC_NODISCARD vtc_status vtci_zone_map_decode(struct vtci_cursor *cursor, uint64_t offset,
                                              struct vtci_zone_map *out_zone,
                                              struct vtc_error *err);

/* Expands the tracks of a decoded zone map into `out_tracks` (track_count of them). */
void vtci_zone_map_tracks(const struct vtci_zone_map *zone, uint32_t *out_tracks);
/* Of a decoded zone map. */
bool vtci_zone_map_has_track(const struct vtci_zone_map *zone, uint32_t track);

/* The greatest time or end, clamped to what an int64_t holds. */
int64_t vtci_zone_map_last_ns(const struct vtci_zone_map *zone);

/* SPEC: ZON-3. `id` 0 (a name without an id) sets all bits; may_have of 0 is true when all are. */
void vtci_bloom_add(uint8_t bloom[VTCI_BLOOM_BYTES], uint64_t id);
bool vtci_bloom_may_have(const uint8_t bloom[VTCI_BLOOM_BYTES], uint64_t id);

#endif
