/* The INDEX frame's payload: every frame of the file in order, perhaps a top list (wire/top_list.h),
 * and perhaps name totals (wire/name_totals.h). SPEC 7.8: IDX-1, IDX-2.
 *
 * The writer appends an entry to a buffer as it writes each frame, and in the end puts the count
 * before them; the reader takes one after the other.
 */
#ifndef VTCI_WIRE_INDEX_H
#define VTCI_WIRE_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/bytes.h"
#include "vtc/status.h"
#include "wire/zone_map.h"

/* `zone` NULL but for a BLOCK. */
VTC_NODISCARD vtc_status vtci_index_entry_encode(struct vtci_buffer *entries, uint8_t type,
                                                 uint64_t frame_bytes,
                                                 const struct vtci_zone_map *zone);
/* The payload, not yet packed. `top` is what vtci_top_list_encode made, `totals` what
 * vtci_name_totals_encode made; empty: none. */
VTC_NODISCARD vtc_status vtci_index_encode(struct vtci_buffer *out, uint64_t frame_count,
                                           const struct vtci_buffer *entries,
                                           const struct vtci_buffer *top,
                                           const struct vtci_buffer *totals);

struct vtci_index_entry {
    uint8_t type;
    uint64_t offset; /* in the file */
    uint64_t frame_bytes;
    struct vtci_zone_map zone; /* of a BLOCK; borrows from the payload */
    const uint8_t *zone_bytes; /* the same as it stands in the payload; NULL for other frames */
    size_t zone_len_bytes;
};

struct vtci_index_cursor {
    struct vtci_cursor cursor;
    uint64_t frames_left;
    uint64_t next_offset;
    uint64_t index_offset; /* of the INDEX frame itself: where the entries end */
    /* After the last: the top list and the name totals, not looked into; data NULL: none. */
    struct vtci_bytes top, totals;
};

/* Begins. frames_left is then at most half the payload's length. */
VTC_NODISCARD vtc_status vtci_index_decode_begin(const void *payload, size_t len_bytes,
                                                 uint64_t index_offset,
                                                 struct vtci_index_cursor *out_cursor,
                                                 struct vtc_error *err);
/* VTC_OK with an entry; VTC_END after the last, when everything adds up. */
VTC_NODISCARD vtc_status vtci_index_decode_next(struct vtci_index_cursor *cursor,
                                                struct vtci_index_entry *out_entry,
                                                struct vtc_error *err);

#endif
