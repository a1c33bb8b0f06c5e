/* `async`: operations that begin and end by events of their own (b n e, and the old S T p F).
 *
 * Those of one key (linked_events.h) nest by their order in time: an end ends the innermost open begin
 * of its name, or, without a name, the innermost. Conditions are about the begins.
 */
#include <stdlib.h>

#include "base/error.h"
#include "query/linked_events.h"
#include "query/thread_list.h"

#define NO_OPERATION UINT32_MAX

struct operation {
    uint32_t begin;    /* of linked->events */
    uint32_t outer;    /* the open operation around it, while it is open itself */
    uint32_t depth;    /* how many were open when it began */
    uint32_t instants; /* events n, T and p within */
    int64_t end_ns;    /* VTC_NO_TIME: never ended */
};

struct open_operations {
    uint32_t innermost;
    uint32_t count;
};

struct async_work {
    struct vtci_memory *memory;
    struct vtci_linked_events linked;
    struct operation *operations;
    size_t count, capacity;
    struct open_operations *open; /* by key */
};

static const struct vtc_query_column COLUMNS[] = {
    {"depth", VTC_UNIT_DEPTH, VTC_FOR_ALL},
    {"name", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"duration_ns", VTC_UNIT_DURATION, VTC_FOR_ALL},
    {"start_ns", VTC_UNIT_TIME, VTC_FOR_ALL},
    {"instants", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"id", VTC_UNIT_NONE, VTC_FOR_ALL},
    VTCI_THREAD_COLUMNS_LABEL,
    {"category", VTC_UNIT_NONE, VTC_FOR_ALL},
    VTCI_THREAD_COLUMNS_NUMBERS,
};

void vtci_async_columns(struct vtci_verbs *verbs)
{
    VTCI_VERB_COLUMNS(verbs, COLUMNS);
}

static vtc_status begin_operation(struct async_work *own, uint32_t index)
{
    struct open_operations *open = &own->open[own->linked.events[index].key];
    if (own->count >= NO_OPERATION - 1)
        return VTC_ERR_NO_MEMORY;
    VTC_TRY(VTCI_ARRAY_RESERVE(own->memory, own->operations, own->capacity, own->count + 1));
    own->operations[own->count] = (struct operation){.begin = index,
                                                     .outer = open->innermost,
                                                     .depth = open->count++,
                                                     .end_ns = VTC_NO_TIME};
    open->innermost = (uint32_t)own->count++;
    return VTC_OK;
}

static void end_operation(struct async_work *own, uint32_t index)
{
    const struct vtci_linked_event *events = own->linked.events, *event = &events[index];
    struct open_operations *open = &own->open[event->key];
    uint32_t *place = &open->innermost;
    while (*place != NO_OPERATION && event->name != 0 &&
           events[own->operations[*place].begin].name != event->name)
        place = &own->operations[*place].outer;
    if (*place == NO_OPERATION)
        return;
    struct operation *ended = &own->operations[*place];
    ended->end_ns = event->time_ns;
    *place = ended->outer;
    open->count--;
}

static vtc_status pair_events(struct async_work *own, const vtc_query *query, struct vtc_error *err)
{
    size_t key_count = own->linked.keys.count;
    own->open = vtci_allocate(own->memory, key_count * sizeof *own->open);
    if (!own->open)
        return vtci_error_memory(err, key_count * sizeof *own->open);
    for (size_t i = 0; i < key_count; i++)
        own->open[i] = (struct open_operations){NO_OPERATION, 0};
    for (size_t i = 0; i < own->linked.count; i++) {
        const struct vtci_linked_event *event = &own->linked.events[i];
        uint32_t innermost = own->open[event->key].innermost;
        if (i % 65536 == 0)
            VTC_TRY(vtci_query_check(query, err));
        if (event->phase == 'b' || event->phase == 'S')
            VTC_TRY(begin_operation(own, (uint32_t)i));
        else if (event->phase == 'e' || event->phase == 'F')
            end_operation(own, (uint32_t)i);
        else if (innermost != NO_OPERATION)
            own->operations[innermost].instants++;
    }
    return VTC_OK;
}

/* For qsort, which has no context: what is sorted has all that is compared. */
struct sorted {
    int64_t duration_ns; /* -1: never ended */
    uint32_t operation;
    uint32_t begin;
};

/* The longest first, those that never ended last; of equal ones as they begin. */
static int compare(const void *a, const void *b)
{
    const struct sorted *left = a, *right = b;
    if (left->duration_ns != right->duration_ns)
        return left->duration_ns > right->duration_ns ? -1 : 1;
    return left->begin < right->begin ? -1 : left->begin > right->begin;
}

static size_t list_selected(const struct async_work *own, struct sorted *sorted)
{
    size_t count = 0;
    for (size_t i = 0; i < own->count; i++) {
        const struct operation *operation = &own->operations[i];
        const struct vtci_linked_event *begin = &own->linked.events[operation->begin];
        int64_t duration_ns = -1;
        if (!begin->selected)
            continue;
        if (operation->end_ns != VTC_NO_TIME &&
            __builtin_sub_overflow(operation->end_ns, begin->time_ns, &duration_ns))
            duration_ns = INT64_MAX;
        sorted[count++] = (struct sorted){duration_ns, (uint32_t)i, operation->begin};
    }
    if (count > 0)
        qsort(sorted, count, sizeof *sorted, compare);
    return count;
}

static void put_row(struct vtci_answer_rows *answer, const struct async_work *own,
                    const struct sorted *sorted, const struct vtci_thread_list *threads)
{
    const struct operation *operation = &own->operations[sorted->operation];
    const struct vtci_linked_event *begin = &own->linked.events[operation->begin];
    const struct vtc_text *texts = own->linked.texts.names;
    const struct vtci_thread *thread = vtci_thread_list_find(threads, begin->track);
    vtci_answer_rows_begin(answer);
    vtci_answer_rows_integer(answer, operation->depth);
    vtci_answer_rows_text(answer, texts[begin->name]);
    if (operation->end_ns == VTC_NO_TIME)
        vtci_answer_rows_none(answer);
    else
        vtci_answer_rows_integer(answer, sorted->duration_ns);
    vtci_answer_rows_integer(answer, begin->time_ns);
    vtci_answer_rows_integer(answer, operation->instants);
    vtci_answer_rows_text(answer, texts[begin->id]);
    vtci_thread_put_label(answer, thread);
    vtci_answer_rows_text(answer, texts[begin->category]);
    vtci_thread_put_numbers(answer, thread);
}

static vtc_status put_rows(struct vtci_verbs *verbs, const struct async_work *own,
                           struct vtc_error *err)
{
    size_t room = own->count + 1;
    struct vtci_thread_list threads;
    struct sorted *sorted = vtci_allocate(own->memory, room * sizeof *sorted);
    uint32_t *tracks = vtci_allocate(own->memory, room * sizeof *tracks);
    vtc_status status = sorted && tracks ? VTC_OK : vtci_error_memory(err, room * sizeof *sorted);
    vtci_thread_list_init(&threads, own->memory);
    size_t count = status == VTC_OK ? list_selected(own, sorted) : 0;
    if (verbs->question.limit > 0 && verbs->question.order.len_bytes == 0 &&
        count > verbs->question.limit)
        count = (size_t)verbs->question.limit + 1; /* one more shows that there are more */
    for (size_t i = 0; i < count; i++)
        tracks[i] = own->linked.events[sorted[i].begin].track;
    if (status == VTC_OK)
        status = vtci_thread_list_load(&threads, verbs->reader, tracks, count, err);
    for (size_t i = 0; i < count && status == VTC_OK; i++)
        put_row(&verbs->rows, own, &sorted[i], &threads);
    vtci_thread_list_free(&threads);
    vtci_release(own->memory, sorted, room * sizeof *sorted);
    vtci_release(own->memory, tracks, room * sizeof *tracks);
    return status;
}

vtc_status vtci_async_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                          struct vtc_error *err)
{
    struct async_work own = {.memory = &verbs->query.memory};
    VTC_TRY(vtci_linked_events_load(&own.linked, verbs, filter, "bneSTpF", "STpF", err));
    vtc_status status = pair_events(&own, &verbs->query, err);
    if (status == VTC_OK)
        status = put_rows(verbs, &own, err);
    vtci_release(own.memory, own.open, own.linked.keys.count * sizeof *own.open);
    VTCI_ARRAY_FREE(own.memory, own.operations, own.capacity);
    vtci_linked_events_free(&own.linked);
    return status;
}
