/* Self time of each name: the durations of its spans less those of their children. So a span adds its
 * duration when it is met and takes off what its children took when it is complete. */
#include "query/self_time.h"

#include "base/error.h"
#include "query/span_walk.h"

enum { SELECTED = 1 };

struct self_time {
    struct vtci_memory *memory;
    struct vtci_name_table names;
    struct vtci_totals totals;
};

static vtc_status begin(void *context)
{
    struct self_time *own = context;
    vtci_name_table_free(&own->names);
    vtci_totals_free(&own->totals);
    vtci_totals_init(&own->totals, own->memory);
    return vtci_name_table_init(&own->names, own->memory);
}

static vtc_status meet(void *context, const struct vtci_batch *batch, size_t at, bool selected,
                       uint64_t *out_tag)
{
    struct self_time *own = context;
    uint32_t group;
    *out_tag = 0;
    if (!selected)
        return VTC_OK;
    VTC_TRY(vtci_name_table_group(&own->names, batch->block, batch->name[at], &group));
    if (group >= own->totals.count)
        VTC_TRY(vtci_totals_reach(&own->totals, group));
    vtci_total_add(&own->totals.groups[group], batch->duration_ns[at]);
    own->totals.groups[group].self_ns += batch->duration_ns[at];
    *out_tag = (uint64_t)group << 1 | SELECTED;
    return VTC_OK;
}

static vtc_status placed(void *context, struct vtci_nested *span, struct vtci_nested *parent,
                         uint32_t track)
{
    (void)context;
    (void)span;
    (void)parent;
    (void)track;
    return VTC_OK;
}

static vtc_status completed(void *context, struct vtci_nested *span, uint32_t track)
{
    struct self_time *own = context;
    (void)track;
    if (span->tag & SELECTED)
        own->totals.groups[span->tag >> 1].self_ns -= span->children_ns;
    return VTC_OK;
}

vtc_status vtci_self_time_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                              struct vtc_error *err)
{
    struct self_time own = {.memory = &verbs->query.memory};
    struct vtci_span_walk walk = {
        .context = &own,
        .begin = begin,
        .meet = meet,
        .placed = placed,
        .completed = completed,
        .fields = VTC_FIELD_NAME,
    };
    vtc_status status = vtci_span_walk_run(verbs, filter, &walk, err);
    if (status == VTC_OK)
        status = vtci_top_put(verbs, &own.names, &own.totals, err);
    vtci_name_table_free(&own.names);
    vtci_totals_free(&own.totals);
    return status;
}
