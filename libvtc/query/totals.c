#include "query/totals.h"

#include <string.h>

#include "base/error.h"

void vtci_totals_init(struct vtci_totals *totals, struct vtci_memory *memory)
{
    memset(totals, 0, sizeof *totals);
    totals->memory = memory;
}

void vtci_totals_free(struct vtci_totals *totals)
{
    VTCI_ARRAY_FREE(totals->memory, totals->groups, totals->capacity);
    totals->count = 0;
}

vtc_status vtci_totals_reach(struct vtci_totals *totals, size_t group)
{
    static const struct vtci_total none = {.least_ns = INT64_MAX, .most_ns = INT64_MIN};
    VTC_TRY(VTCI_ARRAY_RESERVE(totals->memory, totals->groups, totals->capacity, group + 1));
    while (totals->count <= group)
        totals->groups[totals->count++] = none;
    return VTC_OK;
}

vtc_status vtci_totals_merge(struct vtci_totals *totals, size_t group,
                             const struct vtci_total *other)
{
    if (group >= totals->count)
        VTC_TRY(vtci_totals_reach(totals, group));
    struct vtci_total *total = &totals->groups[group];
    total->count += other->count;
    total->total_ns += other->total_ns;
    total->self_ns += other->self_ns;
    if (other->least_ns < total->least_ns)
        total->least_ns = other->least_ns;
    if (other->most_ns > total->most_ns)
        total->most_ns = other->most_ns;
    return VTC_OK;
}

vtc_status vtci_totals_merge_names(struct vtci_totals *totals, struct vtci_name_table *names,
                                   const struct vtci_totals *other,
                                   const struct vtci_name_table *other_names)
{
    for (size_t i = 0; i < other->count; i++) {
        uint32_t group;
        if (other->groups[i].count == 0)
            continue;
        VTC_TRY(vtci_name_table_add(names, other_names->names[i], &group));
        VTC_TRY(vtci_totals_merge(totals, group, &other->groups[i]));
    }
    return VTC_OK;
}

int vtci_text_compare(struct vtc_text a, struct vtc_text b)
{
    if (!a.data || !b.data)
        return !a.data - !b.data;
    size_t common = a.len_bytes < b.len_bytes ? a.len_bytes : b.len_bytes;
    int order = common ? memcmp(a.data, b.data, common) : 0;
    if (order != 0)
        return order;
    return a.len_bytes < b.len_bytes ? -1 : a.len_bytes > b.len_bytes;
}
