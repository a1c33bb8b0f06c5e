/* The order in which NEST takes the rows of a block: lane by lane, in a lane as they stand, or from
 * the last to the first (SPEC 8.5). Shared by both directions. */
#ifndef VTCI_COLUMN_NEST_ORDER_H
#define VTCI_COLUMN_NEST_ORDER_H

#include "column/rows.h"

struct vtci_nest_order {
    size_t count;      /* times */
    size_t span_count; /* of them with a dur */
    uint32_t lane_count;
    const uint32_t *lane_ends;  /* in times */
    const uint32_t *rows;       /* of times, in order */
    const uint32_t *span_rows;  /* of spans, in order */
    const uint32_t *time_index; /* which value of ts is i-th */
    const uint32_t *span_index; /* which value of dur is i-th */
    const uint8_t *has_dur;     /* by time */
    bool is_as_stored;          /* time_index and span_index are 0, 1, 2 … */
};

/* VTC_ERR_CORRUPT: SPEC: NEST-1 is broken. `dur_rows` may be NULL with span_count 0. */
VTC_NODISCARD vtc_status vtci_nest_order_make(struct vtci_block_rows *rows, const uint32_t *ts_rows,
                                              size_t count, const uint32_t *dur_rows,
                                              size_t span_count, bool reversed,
                                              struct vtci_arena *arena,
                                              struct vtci_nest_order *out_order);

/* The contexts "children" of MIX: min(k, 3), and 0 for a row without a dur. */
VTC_NODISCARD vtc_status vtci_nest_children(const struct vtci_nest_order *order, const int64_t *k,
                                            struct vtci_arena *arena, const uint32_t **out_of_times,
                                            const uint32_t **out_of_spans);

#endif
