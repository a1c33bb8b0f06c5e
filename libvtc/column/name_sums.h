/* What the events of each name add up to so far, for the name totals of the INDEX
 * (wire/name_totals.h).
 *
 * Both the importer and `verify` add up by this one unit. Names are told by their ids in the
 * dictionary; a name that has none, one too many, or a sum beyond 64 bits, and the sums are lost:
 * the file then has no totals.
 */
#ifndef VTCI_COLUMN_NAME_SUMS_H
#define VTCI_COLUMN_NAME_SUMS_H

#include <stdbool.h>

#include "base/error.h"
#include "base/memory.h"
#include "column/open_spans.h"
#include "wire/name_totals.h"

struct vtci_name_sums {
    struct vtci_memory *memory;
    struct vtci_name_total *names; /* by id */
    size_t count, capacity;
    bool is_lost;
};

void vtci_name_sums_init(struct vtci_name_sums *sums, struct vtci_memory *memory);
void vtci_name_sums_free(struct vtci_name_sums *sums);

/* Makes room for a name, or loses the sums. NO_MEMORY. */
VTC_NODISCARD vtc_status vtci_name_sums_reach(struct vtci_name_sums *sums,
                                              const struct vtci_label *name);

/* *out_total: those of the name; NULL when the sums are lost. NO_MEMORY. */
VTC_NODISCARD static inline vtc_status vtci_name_sums_find(struct vtci_name_sums *sums,
                                                           const struct vtci_label *name,
                                                           struct vtci_name_total **out_total)
{
    if (name->id >= sums->count || (name->id == 0 && !name->absent))
        VTC_TRY(vtci_name_sums_reach(sums, name));
    *out_total = sums->is_lost ? NULL : &sums->names[name->id];
    return VTC_OK;
}

/* An event of any phase but E and M. NO_MEMORY. */
VTC_NODISCARD static inline vtc_status vtci_name_sums_event(struct vtci_name_sums *sums,
                                                            const struct vtci_label *name)
{
    struct vtci_name_total *total;
    VTC_TRY(vtci_name_sums_find(sums, name, &total));
    if (total)
        total->events++;
    return VTC_OK;
}

/* An X with time and duration, or a pair. NO_MEMORY. */
VTC_NODISCARD static inline vtc_status vtci_name_sums_span(struct vtci_name_sums *sums,
                                                           const struct vtci_label *name,
                                                           int64_t duration_ns)
{
    struct vtci_name_total *total;
    VTC_TRY(vtci_name_sums_find(sums, name, &total));
    if (!total)
        return VTC_OK;
    if (total->spans++ == 0)
        total->least_ns = total->most_ns = duration_ns;
    if (duration_ns < total->least_ns)
        total->least_ns = duration_ns;
    if (duration_ns > total->most_ns)
        total->most_ns = duration_ns;
    sums->is_lost |= __builtin_add_overflow(total->total_ns, duration_ns, &total->total_ns);
    return VTC_OK;
}

/* Puts the names that occur together at the front, by ascending id, and returns how many they are;
 * 0 where the sums are lost. Nothing is added from then on. */
size_t vtci_name_sums_list(struct vtci_name_sums *sums);

#endif
