/* The order in which answers name spans: the longest first; of equal ones those that start first, then
 * as they end in the file. The list in the INDEX is a prefix of what a query finds, so both take it
 * from here. SPEC: IDX-3
 */
#ifndef VTCI_BASE_SPAN_ORDER_H
#define VTCI_BASE_SPAN_ORDER_H

#include <stdint.h>

struct vtci_span_place {
    int64_t duration_ns;
    int64_t start_ns;
    uint64_t block;
    uint32_t row;
};

/* Below 0: `a` stands before `b`. 0 only for one and the same span of a file. */
static inline int vtci_span_place_compare(struct vtci_span_place a, struct vtci_span_place b)
{
    if (a.duration_ns != b.duration_ns)
        return a.duration_ns > b.duration_ns ? -1 : 1;
    if (a.start_ns != b.start_ns)
        return a.start_ns < b.start_ns ? -1 : 1;
    if (a.block != b.block)
        return a.block < b.block ? -1 : 1;
    return a.row < b.row ? -1 : a.row > b.row;
}

#endif
