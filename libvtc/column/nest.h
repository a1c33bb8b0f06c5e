/* Kernel: the times of spans that lie within each other (SPEC 8.5).
 *
 * A tracer writes a span when it ends, so children come before their parent:
 *
 *     |----------------- P -----------------|        order: A, B, P
 *        |--- A ---|       |---- B ----|
 *     <a>                  <b>          <b>          A: k = 0, gap before it; its duration
 *                                                    B: likewise
 *                                                    P: k = 2, from its start to A's, from B's
 *                                                       end to its own
 * All arithmetic is modulo 2^64, so times in any order come back; k and the stack are the only
 * thing that can be wrong. Traces in the order of begins are the same, mirrored: time runs
 * backwards, from the last row to the first.
 */
#ifndef VTCI_COLUMN_NEST_H
#define VTCI_COLUMN_NEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vtci_span_time {
    uint64_t start;
    uint64_t end;
};

/* One lane: `count` rows with a time, `has_dur[i]` of each. Arrays are in the order of the
 * operator (reversed: of falling rows). `stack` has room for the lane's spans. Returns false where
 * k asks for more than the stack has. k and b have an item for each row with a dur, which are also
 * the rows that write to `dur`. */
bool vtci_nest_decode_lane(size_t count, const uint8_t *has_dur, bool reversed, const int64_t *k,
                           const int64_t *a, const int64_t *b, struct vtci_span_time *stack,
                           int64_t *ts, int64_t *dur);

void vtci_nest_encode_lane(size_t count, const uint8_t *has_dur, bool reversed, const int64_t *ts,
                           const int64_t *dur, struct vtci_span_time *stack, int64_t *k, int64_t *a,
                           int64_t *b);

#endif
