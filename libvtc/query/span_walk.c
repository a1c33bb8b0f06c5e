#include "query/span_walk.h"

#include <string.h>

#include "base/error.h"
#include "query/span_sorter.h"

struct walker {
    const struct vtci_span_walk *walk;
    struct vtci_nesting nesting;
    struct vtci_span_sorter sorter;
    uint8_t *is_sorted; /* by track: goes through the sorter */
    uint32_t track_count;
};

static vtc_status take_span(struct walker *walker, const struct vtci_batch *batch, size_t at,
                            bool selected)
{
    const struct vtci_span_walk *walk = walker->walk;
    uint32_t track = batch->track[at];
    uint64_t tag = 0;
    if (track > walker->track_count)
        track = walker->track_count;
    VTC_TRY(walk->meet(walk->context, batch, at, selected, &tag));
    if (walker->is_sorted[track])
        return vtci_span_sorter_add(&walker->sorter, track, batch->time_ns[at],
                                    batch->duration_ns[at], tag);
    return vtci_nesting_add(&walker->nesting, track, batch->time_ns[at], batch->duration_ns[at],
                            tag);
}

static vtc_status walk_batch(void *state, const struct vtci_batch *batch, struct vtc_error *err)
{
    struct walker *walker = state;
    (void)err;
    size_t next = 0;
    if (walker->walk->only_selected) {
        for (; next < batch->selected_count; next++)
            VTC_TRY(take_span(walker, batch, batch->selected[next], true));
        return VTC_OK;
    }
    for (size_t i = 0; i < batch->count; i++) {
        bool selected = next < batch->selected_count && batch->selected[next] == i;
        next += selected;
        if (vtci_batch_is_span(batch, i))
            VTC_TRY(take_span(walker, batch, i, selected));
    }
    return VTC_OK;
}

static vtc_status take_sorted(void *context, const struct vtci_sorted_span *span)
{
    struct vtci_nesting *nesting = context;
    return vtci_nesting_add(nesting, span->track, span->start_ns, span->duration_ns, span->tag);
}

/* One run; the tracks that are marked are sorted. */
static vtc_status run_once(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                           struct walker *walker, struct vtc_error *err)
{
    const struct vtci_span_walk *walk = walker->walk;
    void *states[1] = {walker};
    struct vtci_scan scan = {.work = walk_batch,
                             .in_order = true,
                             .states = states,
                             .state_count = 1};
    struct vtci_nesting_calls calls = {walk->context, walk->placed, walk->completed};
    scan.wish.spans = true;
    scan.wish.everything = !walk->only_selected;
    scan.wish.fields = walk->fields | VTC_FIELD_TIME | VTC_FIELD_DURATION | VTC_FIELD_TRACK;
    vtci_nesting_free(&walker->nesting);
    vtci_nesting_init(&walker->nesting, &verbs->query.memory, &calls);
    vtc_status status = walk->begin(walk->context);
    for (uint32_t i = 0; i <= walker->track_count && status == VTC_OK; i++)
        if (walker->is_sorted[i])
            status = vtci_nesting_set_start_order(&walker->nesting, i);
    if (status != VTC_OK)
        return vtci_error_memory(err, walker->track_count);
    VTC_TRY(vtci_scan_run(verbs, filter, &scan, err));
    if (walker->nesting.has_disorder)
        return VTC_OK;
    status =
        vtci_span_sorter_give(&walker->sorter, &verbs->query, take_sorted, &walker->nesting, err);
    if (status == VTC_OK)
        status = vtci_nesting_finish(&walker->nesting);
    if (status == VTC_ERR_NO_MEMORY)
        return vtci_error_set(err, status, VTC_NO_OFFSET, NULL,
                              "the nesting of the spans does not fit into the memory limit");
    return status;
}

static void mark_disordered(struct walker *walker)
{
    for (uint32_t i = 0; i <= walker->track_count; i++)
        walker->is_sorted[i] |= vtci_nesting_is_disordered(&walker->nesting, i);
}

vtc_status vtci_span_walk_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                              const struct vtci_span_walk *walk, struct vtc_error *err)
{
    struct vtci_memory *memory = &verbs->query.memory;
    struct vtc_summary summary;
    struct walker walker;
    memset(&walker, 0, sizeof walker);
    vtc_reader_summary(verbs->reader, &summary);
    walker.walk = walk;
    walker.track_count = (uint32_t)summary.tracks;
    walker.is_sorted = vtci_allocate_zeroed(memory, (size_t)walker.track_count + 1);
    if (!walker.is_sorted)
        return vtci_error_memory(err, walker.track_count);
    vtci_span_sorter_init(&walker.sorter, memory);
    walker.nesting.memory = memory;
    vtc_status status = run_once(verbs, filter, &walker, err);
    if (status == VTC_OK && walker.nesting.has_disorder) {
        mark_disordered(&walker);
        status = run_once(verbs, filter, &walker, err);
    }
    vtci_nesting_free(&walker.nesting);
    vtci_span_sorter_free(&walker.sorter);
    vtci_release(memory, walker.is_sorted, (size_t)walker.track_count + 1);
    return status;
}
