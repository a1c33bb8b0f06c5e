/* `gaps N`: the longest stretches in which a thread has no span, between two of its spans. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "query/busy.h"
#include "query/thread_list.h"

enum { KEPT_LEAST = 1024 };

struct gap {
    int64_t duration_ns;
    int64_t start_ns;
    uint32_t track;
    uint32_t after, before; /* names of the spans around it */
};

struct gaps {
    struct vtci_memory *memory;
    uint64_t wanted;
    struct vtci_name_table names;
    struct gap *gaps;
    size_t count, capacity;
};

static const struct vtc_query_column COLUMNS[] = {
    {"duration_ns", VTC_UNIT_DURATION, VTC_FOR_ALL},
    {"start_ns", VTC_UNIT_TIME, VTC_FOR_ALL},
    VTCI_THREAD_COLUMNS_LABEL,
    {"after", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"before", VTC_UNIT_NONE, VTC_FOR_ALL},
    VTCI_THREAD_COLUMNS_NUMBERS,
};

void vtci_gaps_columns(struct vtci_verbs *verbs)
{
    VTCI_VERB_COLUMNS(verbs, COLUMNS);
}

static int compare(const void *a, const void *b)
{
    const struct gap *left = a, *right = b;
    if (left->duration_ns != right->duration_ns)
        return left->duration_ns > right->duration_ns ? -1 : 1;
    if (left->start_ns != right->start_ns)
        return left->start_ns < right->start_ns ? -1 : 1;
    return left->track < right->track ? -1 : left->track > right->track;
}

/* Keeps the longest. */
static void prune(struct gaps *own)
{
    if (own->count > 0)
        qsort(own->gaps, own->count, sizeof *own->gaps, compare);
    if (own->count > own->wanted)
        own->count = (size_t)own->wanted;
}

static vtc_status begin(void *context)
{
    struct gaps *own = context;
    own->count = 0;
    return VTC_OK;
}

static vtc_status take(void *context, const struct vtci_busy *busy)
{
    struct gaps *own = context;
    int64_t duration_ns;
    if (busy->start_ns <= busy->from_ns || busy->is_first)
        return VTC_OK;
    if (__builtin_sub_overflow(busy->start_ns, busy->from_ns, &duration_ns))
        duration_ns = INT64_MAX;
    if (own->count == own->capacity && own->count >= KEPT_LEAST && own->count / 2 >= own->wanted)
        prune(own);
    VTC_TRY(VTCI_ARRAY_RESERVE(own->memory, own->gaps, own->capacity, own->count + 1));
    own->gaps[own->count++] =
        (struct gap){duration_ns, busy->from_ns, busy->track, busy->before, busy->name};
    return VTC_OK;
}

static vtc_status put_rows(struct vtci_verbs *verbs, const struct gaps *own, struct vtc_error *err)
{
    struct vtci_answer_rows *answer = &verbs->rows;
    struct vtci_thread_list threads;
    uint32_t *tracks = vtci_allocate(own->memory, (own->count + 1) * sizeof *tracks);
    if (!tracks)
        return vtci_error_memory(err, own->count * sizeof *tracks);
    for (size_t i = 0; i < own->count; i++)
        tracks[i] = own->gaps[i].track;
    vtci_thread_list_init(&threads, own->memory);
    vtc_status status = vtci_thread_list_load(&threads, verbs->reader, tracks, own->count, err);
    for (size_t i = 0; i < own->count && status == VTC_OK; i++) {
        const struct gap *gap = &own->gaps[i];
        const struct vtci_thread *thread = vtci_thread_list_find(&threads, gap->track);
        vtci_answer_rows_begin(answer);
        vtci_answer_rows_integer(answer, gap->duration_ns);
        vtci_answer_rows_integer(answer, gap->start_ns);
        vtci_thread_put_label(answer, thread);
        vtci_answer_rows_text(answer, own->names.names[gap->after]);
        vtci_answer_rows_text(answer, own->names.names[gap->before]);
        vtci_thread_put_numbers(answer, thread);
    }
    vtci_thread_list_free(&threads);
    vtci_release(own->memory, tracks, (own->count + 1) * sizeof *tracks);
    return status;
}

vtc_status vtci_gaps_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                         struct vtc_error *err)
{
    struct gaps own = {.memory = &verbs->query.memory, .wanted = verbs->question.count};
    struct vtci_busy_walk walk = {&own, begin, take};
    vtc_status status = vtci_busy_run(verbs, filter, &walk, &own.names, err);
    if (status == VTC_OK) {
        prune(&own);
        status = put_rows(verbs, &own, err);
    }
    vtci_name_table_free(&own.names);
    VTCI_ARRAY_FREE(own.memory, own.gaps, own.capacity);
    return status;
}
