#include "query/busy.h"

#include <string.h>

#include "base/error.h"

struct track_end {
    int64_t end_ns;
    uint32_t name;
    bool is_begun;
};

struct busy_work {
    struct vtci_memory *memory;
    const struct vtci_busy_walk *walk;
    struct vtci_name_table *names;
    struct track_end *tracks;
    size_t track_count;
};

static vtc_status begin(void *context)
{
    struct busy_work *own = context;
    memset(own->tracks, 0, own->track_count * sizeof *own->tracks);
    vtci_name_table_free(own->names);
    VTC_TRY(vtci_name_table_init(own->names, own->memory));
    return own->walk->begin(own->walk->context);
}

static vtc_status meet(void *context, const struct vtci_batch *batch, size_t at, bool selected,
                       uint64_t *out_tag)
{
    struct busy_work *own = context;
    uint32_t group = 0;
    (void)selected;
    VTC_TRY(vtci_name_table_group(own->names, batch->block, batch->name[at], &group));
    *out_tag = group;
    return VTC_OK;
}

/* Spans without a parent are placed by their starts, in whichever order a track is. */
static vtc_status placed(void *context, struct vtci_nested *span, struct vtci_nested *parent,
                         uint32_t track)
{
    struct busy_work *own = context;
    struct track_end *end = &own->tracks[track];
    if (parent)
        return VTC_OK;
    if (end->is_begun && span->end_ns <= end->end_ns)
        return VTC_OK;
    struct vtci_busy busy = {.track = track,
                             .from_ns = end->is_begun ? end->end_ns : span->start_ns,
                             .start_ns = span->start_ns,
                             .end_ns = span->end_ns,
                             .before = end->name,
                             .name = (uint32_t)span->tag,
                             .is_first = !end->is_begun};
    if (end->is_begun && busy.start_ns < end->end_ns)
        busy.start_ns = end->end_ns;
    *end = (struct track_end){span->end_ns, (uint32_t)span->tag, true};
    return own->walk->take(own->walk->context, &busy);
}

static vtc_status completed(void *context, struct vtci_nested *span, uint32_t track)
{
    (void)context;
    (void)span;
    (void)track;
    return VTC_OK;
}

vtc_status vtci_busy_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                         const struct vtci_busy_walk *walk, struct vtci_name_table *names,
                         struct vtc_error *err)
{
    struct vtc_summary summary;
    vtc_reader_summary(verbs->reader, &summary);
    struct busy_work own = {.memory = &verbs->query.memory,
                            .walk = walk,
                            .names = names,
                            .track_count = (size_t)summary.tracks + 1};
    struct vtci_span_walk spans = {
        .context = &own,
        .begin = begin,
        .meet = meet,
        .placed = placed,
        .completed = completed,
        .only_selected = true,
        .fields = VTC_FIELD_NAME,
    };
    own.tracks = vtci_allocate_zeroed(own.memory, own.track_count * sizeof *own.tracks);
    if (!own.tracks)
        return vtci_error_memory(err, own.track_count * sizeof *own.tracks);
    vtc_status status = vtci_span_walk_run(verbs, filter, &spans, err);
    vtci_release(own.memory, own.tracks, own.track_count * sizeof *own.tracks);
    return status;
}
