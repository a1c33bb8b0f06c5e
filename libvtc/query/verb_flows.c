/* `flows`: arrows from one event of a flow to the next (s t f), with the time between them.
 *
 * A flow begins with s; each t and the f are the end of an arrow from the one before in time. What has
 * no s before it is no arrow. Conditions are about where an arrow begins.
 */
#include <stdlib.h>

#include "base/error.h"
#include "query/linked_events.h"
#include "query/thread_list.h"

#define NO_EVENT UINT32_MAX

struct arrow {
    int64_t duration_ns;
    uint32_t from, to; /* of linked->events */
};

struct flow_work {
    struct vtci_memory *memory;
    struct vtci_linked_events linked;
    uint32_t *last; /* by key: the event that the next arrow begins at */
    struct arrow *arrows;
    size_t count, capacity;
};

static const struct vtc_query_column COLUMNS[] = {
    {"name", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"duration_ns", VTC_UNIT_DURATION, VTC_FOR_ALL},
    {"start_ns", VTC_UNIT_TIME, VTC_FOR_ALL},
    VTCI_THREAD_COLUMNS_LABEL,
    {"end_ns", VTC_UNIT_TIME, VTC_FOR_ALL},
    {"to_thread", VTC_UNIT_NONE, VTC_FOR_PEOPLE},
    {"to_thread", VTC_UNIT_NONE, VTC_FOR_PROGRAMS},
    {"id", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"category", VTC_UNIT_NONE, VTC_FOR_ALL},
    VTCI_THREAD_COLUMNS_NUMBERS,
    {"to_pid", VTC_UNIT_NONE, VTC_FOR_PROGRAMS},
    {"to_tid", VTC_UNIT_NONE, VTC_FOR_PROGRAMS},
    {"to_process", VTC_UNIT_NONE, VTC_FOR_PROGRAMS},
};

void vtci_flows_columns(struct vtci_verbs *verbs)
{
    VTCI_VERB_COLUMNS(verbs, COLUMNS);
}

static vtc_status add_arrow(struct flow_work *own, uint32_t from, uint32_t to)
{
    const struct vtci_linked_event *events = own->linked.events;
    struct arrow arrow = {0, from, to};
    if (!events[from].selected)
        return VTC_OK;
    if (__builtin_sub_overflow(events[to].time_ns, events[from].time_ns, &arrow.duration_ns))
        arrow.duration_ns = INT64_MAX;
    VTC_TRY(VTCI_ARRAY_RESERVE(own->memory, own->arrows, own->capacity, own->count + 1));
    own->arrows[own->count++] = arrow;
    return VTC_OK;
}

static vtc_status find_arrows(struct flow_work *own, const vtc_query *query, struct vtc_error *err)
{
    size_t key_count = own->linked.keys.count;
    own->last = vtci_allocate(own->memory, key_count * sizeof *own->last);
    if (!own->last || own->linked.count >= NO_EVENT)
        return vtci_error_memory(err, key_count * sizeof *own->last);
    for (size_t i = 0; i < key_count; i++)
        own->last[i] = NO_EVENT;
    for (size_t i = 0; i < own->linked.count; i++) {
        const struct vtci_linked_event *event = &own->linked.events[i];
        uint32_t *last = &own->last[event->key];
        if (i % 65536 == 0)
            VTC_TRY(vtci_query_check(query, err));
        if (event->phase != 's' && *last == NO_EVENT)
            continue;
        if (event->phase != 's')
            VTC_TRY(add_arrow(own, *last, (uint32_t)i));
        *last = event->phase == 'f' ? NO_EVENT : (uint32_t)i;
    }
    return VTC_OK;
}

/* The longest first, of equal ones as they begin. */
static int compare(const void *a, const void *b)
{
    const struct arrow *left = a, *right = b;
    if (left->duration_ns != right->duration_ns)
        return left->duration_ns > right->duration_ns ? -1 : 1;
    if (left->from != right->from)
        return left->from < right->from ? -1 : 1;
    return left->to < right->to ? -1 : left->to > right->to;
}

static void put_row(struct vtci_answer_rows *answer, const struct flow_work *own,
                    const struct arrow *arrow, const struct vtci_thread_list *threads)
{
    const struct vtci_linked_event *from = &own->linked.events[arrow->from];
    const struct vtci_linked_event *to = &own->linked.events[arrow->to];
    const struct vtc_text *texts = own->linked.texts.names;
    const struct vtci_thread *thread = vtci_thread_list_find(threads, from->track);
    const struct vtci_thread *to_thread = vtci_thread_list_find(threads, to->track);
    vtci_answer_rows_begin(answer);
    vtci_answer_rows_text(answer, texts[from->name]);
    vtci_answer_rows_integer(answer, arrow->duration_ns);
    vtci_answer_rows_integer(answer, from->time_ns);
    vtci_thread_put_label(answer, thread);
    vtci_answer_rows_integer(answer, to->time_ns);
    vtci_thread_put_label(answer, to_thread);
    vtci_answer_rows_text(answer, texts[from->id]);
    vtci_answer_rows_text(answer, texts[from->category]);
    vtci_thread_put_numbers(answer, thread);
    vtci_thread_put_numbers(answer, to_thread);
}

static vtc_status put_rows(struct vtci_verbs *verbs, struct flow_work *own, struct vtc_error *err)
{
    struct vtci_thread_list threads;
    size_t count = own->count, room = 2 * count + 1;
    uint32_t *tracks = vtci_allocate(own->memory, room * sizeof *tracks);
    if (!tracks)
        return vtci_error_memory(err, room * sizeof *tracks);
    if (count > 0)
        qsort(own->arrows, count, sizeof *own->arrows, compare);
    if (verbs->question.limit > 0 && verbs->question.order.len_bytes == 0 &&
        count > verbs->question.limit)
        count = (size_t)verbs->question.limit + 1; /* one more shows that there are more */
    for (size_t i = 0; i < count; i++) {
        tracks[2 * i] = own->linked.events[own->arrows[i].from].track;
        tracks[2 * i + 1] = own->linked.events[own->arrows[i].to].track;
    }
    vtci_thread_list_init(&threads, own->memory);
    vtc_status status = vtci_thread_list_load(&threads, verbs->reader, tracks, 2 * count, err);
    for (size_t i = 0; i < count && status == VTC_OK; i++)
        put_row(&verbs->rows, own, &own->arrows[i], &threads);
    vtci_thread_list_free(&threads);
    vtci_release(own->memory, tracks, room * sizeof *tracks);
    return status;
}

vtc_status vtci_flows_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                          struct vtc_error *err)
{
    struct flow_work own = {.memory = &verbs->query.memory};
    VTC_TRY(vtci_linked_events_load(&own.linked, verbs, filter, "stf", "stf", err));
    vtc_status status = find_arrows(&own, &verbs->query, err);
    if (status == VTC_OK)
        status = put_rows(verbs, &own, err);
    vtci_release(own.memory, own.last, own.linked.keys.count * sizeof *own.last);
    VTCI_ARRAY_FREE(own.memory, own.arrows, own.capacity);
    vtci_linked_events_free(&own.linked);
    return status;
}
