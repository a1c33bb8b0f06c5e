/* Counts and durations by group, added up by each worker for itself.
 *
 * Sums have 128 bits, so that they do not depend on the order in which they are added; answers clamp
 * them to 63.
 */
#ifndef VTCI_QUERY_TOTALS_H
#define VTCI_QUERY_TOTALS_H

#include <stdbool.h>

#include "query/name_table.h"

__extension__ typedef __int128 vtci_wide;

struct vtci_total {
    uint64_t count;
    vtci_wide total_ns;
    vtci_wide self_ns;
    int64_t least_ns;
    int64_t most_ns;
};

struct vtci_totals {
    struct vtci_memory *memory;
    struct vtci_total *groups;
    size_t count, capacity;
};

static inline int64_t vtci_clamp(vtci_wide value)
{
    return value > INT64_MAX ? INT64_MAX : value < -INT64_MAX ? -INT64_MAX : (int64_t)value;
}

void vtci_totals_init(struct vtci_totals *totals, struct vtci_memory *memory);
void vtci_totals_free(struct vtci_totals *totals);
/* Makes room for groups up to this one. NO_MEMORY. */
VTC_NODISCARD vtc_status vtci_totals_reach(struct vtci_totals *totals, size_t group);

static inline void vtci_total_add(struct vtci_total *total, int64_t duration_ns)
{
    total->count++;
    total->total_ns += duration_ns;
    if (duration_ns < total->least_ns)
        total->least_ns = duration_ns;
    if (duration_ns > total->most_ns)
        total->most_ns = duration_ns;
}

/* Adds a group of another worker to one of these. */
VTC_NODISCARD vtc_status vtci_totals_merge(struct vtci_totals *totals, size_t group,
                                           const struct vtci_total *other);
/* Adds all of another worker, its names looked up among these. */
VTC_NODISCARD vtc_status vtci_totals_merge_names(struct vtci_totals *totals,
                                                 struct vtci_name_table *names,
                                                 const struct vtci_totals *other,
                                                 const struct vtci_name_table *other_names);

struct vtci_filter;

/* Takes over the totals that the file lists, where a question has no condition: of spans, or of all
 * events that are counted. VTC_END where they do not answer it. */
VTC_NODISCARD vtc_status vtci_totals_take_listed(struct vtci_totals *totals,
                                                 struct vtci_name_table *names,
                                                 const struct vtci_filter *filter, bool of_spans,
                                                 struct vtc_error *err);

/* An absent text comes last. */
int vtci_text_compare(struct vtc_text a, struct vtc_text b);

#endif
