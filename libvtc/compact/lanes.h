/* The lanes that merged rows are sorted into: one for each track's metadata, one for its events.
 *
 * A lane is known by a number that grows in order of appearance; what comes before what follows from
 * the texts alone, so that it is the same for every run of an external sort:
 *
 *     metadata before all else; then by pid, then by tid:
 *     absent < numbers, by value < everything else, by bytes
 */
#ifndef VTCI_COMPACT_LANES_H
#define VTCI_COMPACT_LANES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "compact/row_split.h"

struct vtci_merge_lane {
    size_t pid_pos; /* in `texts` */
    size_t pid_bytes;
    size_t tid_bytes; /* behind the pid */
    uint32_t next;    /* in the same hash bucket, + 1; 0: none */
    bool is_metadata;
};

struct vtci_merge_lanes {
    struct vtci_memory *memory;
    struct vtci_merge_lane *lanes;
    size_t count;
    size_t capacity;
    uint32_t *buckets; /* lane + 1; 0: none */
    size_t bucket_count;
    struct vtci_buffer texts;
};

void vtci_merge_lanes_init(struct vtci_merge_lanes *lanes, struct vtci_memory *memory);
void vtci_merge_lanes_free(struct vtci_merge_lanes *lanes);

/* Finds a lane, or makes it. VTC_ERR_NO_MEMORY. */
VTC_NODISCARD vtc_status vtci_merge_lane_find(struct vtci_merge_lanes *lanes, bool is_metadata,
                                              struct vtci_span_text pid, struct vtci_span_text tid,
                                              uint32_t *out_lane);
/* Below 0, 0, above 0. 0 only for the same lane. */
int vtci_merge_lane_compare(const struct vtci_merge_lanes *lanes, uint32_t a, uint32_t b);
/* Puts lanes in order. In place, without memory, n log n. */
void vtci_merge_lanes_sort(const struct vtci_merge_lanes *lanes, uint32_t *order, size_t count);

#endif
