/* `threads`: what each thread has: events, spans, and from when to when. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "query/scan.h"
#include "query/thread_list.h"

struct thread_facts {
    uint64_t events, spans;
    int64_t first_ns, last_ns; /* VTC_NO_TIME: none */
};

struct thread_work {
    struct thread_facts *tracks; /* the last: events on no track */
    size_t count;
};

static const struct vtc_query_column COLUMNS[] = {
    VTCI_THREAD_COLUMNS_LABEL,
    {"events", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"spans", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"first_ns", VTC_UNIT_TIME, VTC_FOR_ALL},
    {"last_ns", VTC_UNIT_TIME, VTC_FOR_ALL},
    {"pid", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"tid", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"process", VTC_UNIT_NONE, VTC_FOR_ALL},
};

void vtci_threads_columns(struct vtci_verbs *verbs)
{
    VTCI_VERB_COLUMNS(verbs, COLUMNS);
}

static struct thread_facts *facts_of(struct thread_work *own, uint32_t track)
{
    return &own->tracks[track < own->count - 1 ? track : own->count - 1];
}

static vtc_status count_spans(void *state, const struct vtci_batch *batch, struct vtc_error *err)
{
    (void)err;
    for (size_t i = 0; i < batch->selected_count; i++)
        facts_of(state, batch->track[batch->selected[i]])->spans++;
    return VTC_OK;
}

static vtc_status count_events(void *state, const struct vtci_batch *batch, struct vtc_error *err)
{
    (void)err;
    for (size_t i = 0; i < batch->selected_count; i++) {
        uint32_t at = batch->selected[i];
        struct thread_facts *facts = facts_of(state, batch->track[at]);
        int64_t time_ns = batch->time_ns[at], duration_ns = batch->duration_ns[at], end_ns;
        facts->events++;
        /* Metadata at time 0 stand outside of time, as in the zone map. */
        if (time_ns == VTC_NO_TIME || (batch->phase[at] == 'M' && time_ns == 0))
            continue;
        if (duration_ns < 0)
            duration_ns = 0;
        if (__builtin_add_overflow(time_ns, duration_ns, &end_ns))
            end_ns = INT64_MAX;
        if (facts->first_ns == VTC_NO_TIME || time_ns < facts->first_ns)
            facts->first_ns = time_ns;
        if (facts->last_ns == VTC_NO_TIME || end_ns > facts->last_ns)
            facts->last_ns = end_ns;
    }
    return VTC_OK;
}

static vtc_status collect(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                          struct thread_work *own, struct vtc_error *err)
{
    void *states[1] = {own};
    struct vtci_scan scan = {.wish = {.fields =
                                          VTC_FIELD_TIME | VTC_FIELD_DURATION | VTC_FIELD_TRACK},
                             .work = count_events,
                             .in_order = true,
                             .states = states,
                             .state_count = 1};
    VTC_TRY(vtci_scan_run(verbs, filter, &scan, err));
    scan.wish = (struct vtci_batch_wish){.spans = true, .fields = VTC_FIELD_TRACK};
    scan.work = count_spans;
    return vtci_scan_run(verbs, filter, &scan, err);
}

static void put_row(struct vtci_answer_rows *answer, const struct thread_facts *facts,
                    const struct vtci_thread *thread)
{
    vtci_answer_rows_begin(answer);
    vtci_thread_put_label(answer, thread);
    vtci_answer_rows_unsigned(answer, facts->events);
    vtci_answer_rows_unsigned(answer, facts->spans);
    if (facts->first_ns == VTC_NO_TIME) {
        vtci_answer_rows_none(answer);
        vtci_answer_rows_none(answer);
    } else {
        vtci_answer_rows_integer(answer, facts->first_ns);
        vtci_answer_rows_integer(answer, facts->last_ns);
    }
    vtci_thread_put_numbers(answer, thread);
}

static vtc_status put_rows(struct vtci_verbs *verbs, const struct thread_work *own,
                           struct vtc_error *err)
{
    struct vtci_memory *memory = &verbs->query.memory;
    struct vtci_thread_list threads;
    size_t count = 0;
    uint32_t *tracks = vtci_allocate(memory, own->count * sizeof *tracks);
    if (!tracks)
        return vtci_error_memory(err, own->count * sizeof *tracks);
    for (size_t i = 0; i < own->count; i++)
        if (own->tracks[i].events > 0 || own->tracks[i].spans > 0)
            tracks[count++] = (uint32_t)i;
    vtci_thread_list_init(&threads, memory);
    vtc_status status = vtci_thread_list_load(&threads, verbs->reader, tracks, count, err);
    for (size_t i = 0; i < count && status == VTC_OK; i++)
        put_row(&verbs->rows, &own->tracks[tracks[i]], vtci_thread_list_find(&threads, tracks[i]));
    vtci_thread_list_free(&threads);
    vtci_release(memory, tracks, own->count * sizeof *tracks);
    return status;
}

vtc_status vtci_threads_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                            struct vtc_error *err)
{
    struct vtci_memory *memory = &verbs->query.memory;
    struct vtc_summary summary;
    vtc_reader_summary(verbs->reader, &summary);
    struct thread_work own = {.count = (size_t)summary.tracks + 1};
    own.tracks = vtci_allocate_zeroed(memory, own.count * sizeof *own.tracks);
    if (!own.tracks)
        return vtci_error_memory(err, own.count * sizeof *own.tracks);
    for (size_t i = 0; i < own.count; i++)
        own.tracks[i].first_ns = own.tracks[i].last_ns = VTC_NO_TIME;
    vtc_status status = collect(verbs, filter, &own, err);
    if (status == VTC_OK)
        status = put_rows(verbs, &own, err);
    vtci_release(memory, own.tracks, own.count * sizeof *own.tracks);
    return status;
}
