/* Which span lies within which, on each track.
 *
 * The parent of a span is, of the spans of its track that contain it (start no later, end no earlier,
 * and not ending where it starts), the innermost: the one that starts last. Spans that overlap without
 * nesting have no relation with each other; what lies in both belongs to the one that starts later.
 * Of spans without duration none contains another.
 *
 * Spans come in the order of the trace, and no track is sorted that need not be. A track is in
 *
 *   exit order    as tracers write that record a call when it returns, and as pairs of B and E end:
 *                 children before their parent. Spans wait until one comes that contains the last of
 *                 them, and takes those at the end of the list that lie within it:
 *
 *                     waiting:  a  b  c  d      e contains c and d:      a  b  e
 *
 *                 A span of the same times as the last one waiting contains it, and one that starts
 *                 where it ends, too if it came first: a call returned before its caller did.
 *   start order   parents before their children: a stack of what is open. Ends on it decrease, as a
 *                 span that is passed by a later start and end can contain nothing further.
 *   neither       it is sorted (nesting_sort.c): VTCI_NESTING_DISORDER tells when the order of a track
 *                 breaks, and the track is to be fed once more as sorted. There, of equal spans the
 *                 first one in the trace is the outer one.
 *
 * A track begins as both; the first span that lies within another decides. Whole tracks of spans that
 * do not touch wait to their end, as a last span may contain them all: memory is bounded by what
 * waits, 32 bytes each.
 */
#ifndef VTCI_QUERY_NESTING_H
#define VTCI_QUERY_NESTING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"

struct vtci_nested {
    int64_t start_ns;
    int64_t end_ns;      /* not before the start */
    int64_t children_ns; /* the durations of its children; for `completed` */
    uint64_t tag;        /* the caller's */
};

struct vtci_nesting_calls {
    void *context;
    /* The parent of a span is known; NULL: it has none. Once for each span. In exit order the span is
     * complete, otherwise it has no children yet. Its tag may be changed. */
    vtc_status (*placed)(void *context, struct vtci_nested *span, struct vtci_nested *parent,
                         uint32_t track);
    /* All children of a span are known. Once for each span; in exit order before `placed`. */
    vtc_status (*completed)(void *context, struct vtci_nested *span, uint32_t track);
};

enum vtci_nesting_order {
    VTCI_NESTING_UNKNOWN,
    VTCI_NESTING_EXIT,
    VTCI_NESTING_START,
    VTCI_NESTING_DISORDER
};

struct vtci_nesting_track {
    struct vtci_nested *spans; /* waiting, or open */
    size_t count, capacity;
    int64_t last_start_ns, last_end_ns; /* in start order: of the span that came last */
    uint8_t order;                      /* enum vtci_nesting_order */
};

struct vtci_nesting {
    struct vtci_memory *memory;
    struct vtci_nesting_calls calls;
    struct vtci_nesting_track *tracks;
    size_t track_count, track_capacity;
    bool has_disorder;
};

void vtci_nesting_init(struct vtci_nesting *nesting, struct vtci_memory *memory,
                       const struct vtci_nesting_calls *calls);
void vtci_nesting_free(struct vtci_nesting *nesting);

/* Takes the next span. A negative duration counts as none. Where the track is in disorder, or gets
 * into it, the span is left out and `has_disorder` is set. NO_MEMORY, or what a call returned. */
VTC_NODISCARD vtc_status vtci_nesting_add(struct vtci_nesting *nesting, uint32_t track,
                                          int64_t start_ns, int64_t duration_ns, uint64_t tag);
/* A track that will be fed in start order, whatever its first spans look like; before the first one.
 * NO_MEMORY. */
VTC_NODISCARD vtc_status vtci_nesting_set_start_order(struct vtci_nesting *nesting, uint32_t track);
/* After the last span: completes and places what still waits. */
VTC_NODISCARD vtc_status vtci_nesting_finish(struct vtci_nesting *nesting);
static inline bool vtci_nesting_is_disordered(const struct vtci_nesting *nesting, uint32_t track)
{
    return track < nesting->track_count && nesting->tracks[track].order == VTCI_NESTING_DISORDER;
}

#endif
