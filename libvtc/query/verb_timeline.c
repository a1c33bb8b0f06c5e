/* `timeline`: how busy each thread is over time, in 60 slices of the trace, or of the range. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "query/busy.h"
#include "query/thread_list.h"
#include "query/totals.h"

enum { SLICES = 60 };

struct line {
    vtci_wide busy_ns[SLICES];
    bool is_there;
};

struct timeline {
    struct vtci_memory *memory;
    struct vtci_name_table names;
    struct line *lines; /* by track */
    size_t line_count, line_capacity;
    int64_t from_ns, to_ns;
};

static const struct vtc_query_column COLUMNS[] = {
    VTCI_THREAD_COLUMNS_LABEL,
    {"from_ns", VTC_UNIT_TIME, VTC_FOR_PROGRAMS},
    {"to_ns", VTC_UNIT_TIME, VTC_FOR_PROGRAMS},
    {"activity", VTC_UNIT_NONE, VTC_FOR_PEOPLE},
    {"activity", VTC_UNIT_NONE, VTC_FOR_PROGRAMS},
    {"busy_ns", VTC_UNIT_DURATION, VTC_FOR_ALL},
    {"share", VTC_UNIT_SHARE, VTC_FOR_ALL},
    VTCI_THREAD_COLUMNS_NUMBERS,
};

void vtci_timeline_columns(struct vtci_verbs *verbs)
{
    VTCI_VERB_COLUMNS(verbs, COLUMNS);
}

static vtc_status begin(void *context)
{
    struct timeline *own = context;
    if (own->line_count > 0)
        memset(own->lines, 0, own->line_count * sizeof *own->lines);
    return VTC_OK;
}

static vtci_wide length_of(const struct timeline *own)
{
    return (vtci_wide)own->to_ns - own->from_ns;
}

/* Where a slice begins; SLICES gives the end. */
static int64_t slice_from(const struct timeline *own, size_t slice)
{
    return (int64_t)(own->from_ns + length_of(own) * (int64_t)slice / SLICES);
}

static vtc_status take(void *context, const struct vtci_busy *busy)
{
    struct timeline *own = context;
    int64_t start_ns = busy->start_ns < own->from_ns ? own->from_ns : busy->start_ns;
    int64_t end_ns = busy->end_ns > own->to_ns ? own->to_ns : busy->end_ns;
    size_t before = own->line_count;
    VTC_TRY(
        VTCI_ARRAY_RESERVE(own->memory, own->lines, own->line_capacity, (size_t)busy->track + 1));
    if (busy->track >= own->line_count)
        own->line_count = (size_t)busy->track + 1;
    if (own->line_count > before)
        memset(own->lines + before, 0, (own->line_count - before) * sizeof *own->lines);
    struct line *line = &own->lines[busy->track];
    line->is_there = true;
    if (end_ns <= start_ns)
        return VTC_OK;
    size_t slice = (size_t)(((vtci_wide)start_ns - own->from_ns) * SLICES / length_of(own));
    slice -= slice > 0; /* slices are rounded */
    for (; slice < SLICES && start_ns < end_ns; slice++) {
        int64_t slice_end = slice_from(own, slice + 1);
        if (slice_end <= start_ns)
            continue;
        int64_t until = slice_end < end_ns ? slice_end : end_ns;
        line->busy_ns[slice] += (vtci_wide)until - start_ns;
        start_ns = until;
    }
    return VTC_OK;
}

/* One character a slice, from empty to full; a little is not nothing. */
static size_t draw(const struct timeline *own, const struct line *line, char *out)
{
    static const char LEVELS[] = " .:-=+*#%@";
    for (size_t i = 0; i < SLICES; i++) {
        vtci_wide width = (vtci_wide)slice_from(own, i + 1) - slice_from(own, i);
        vtci_wide busy = line->busy_ns[i];
        size_t level = width > 0 ? (size_t)(busy * 9 / width) : 0;
        out[i] = LEVELS[busy > 0 && level == 0 ? 1 : level > 9 ? 9 : level];
    }
    return SLICES;
}

/* The percentages, with commas. */
static size_t list(const struct timeline *own, const struct line *line, char *out)
{
    size_t len_bytes = 0;
    for (size_t i = 0; i < SLICES; i++) {
        vtci_wide width = (vtci_wide)slice_from(own, i + 1) - slice_from(own, i);
        unsigned percent = width > 0 ? (unsigned)(line->busy_ns[i] * 100 / width) : 0;
        if (i > 0)
            out[len_bytes++] = ',';
        if (percent >= 100)
            out[len_bytes++] = '1';
        if (percent >= 10)
            out[len_bytes++] = (char)('0' + percent / 10 % 10);
        out[len_bytes++] = (char)('0' + percent % 10);
    }
    return len_bytes;
}

static void put_row(struct vtci_answer_rows *answer, const struct timeline *own,
                    const struct line *line, const struct vtci_thread *thread)
{
    char drawn[SLICES], listed[SLICES * 4];
    vtci_wide busy_ns = 0;
    for (size_t i = 0; i < SLICES; i++)
        busy_ns += line->busy_ns[i];
    vtci_answer_rows_begin(answer);
    vtci_thread_put_label(answer, thread);
    vtci_answer_rows_integer(answer, own->from_ns);
    vtci_answer_rows_integer(answer, own->to_ns);
    vtci_answer_rows_text(answer, (struct vtc_text){drawn, draw(own, line, drawn)});
    vtci_answer_rows_text(answer, (struct vtc_text){listed, list(own, line, listed)});
    vtci_answer_rows_integer(answer, vtci_clamp(busy_ns));
    vtci_answer_rows_real(answer,
                          length_of(own) > 0 ? (double)busy_ns / (double)length_of(own) : 0);
    vtci_thread_put_numbers(answer, thread);
}

static vtc_status put_rows(struct vtci_verbs *verbs, const struct timeline *own,
                           struct vtc_error *err)
{
    struct vtci_thread_list threads;
    size_t room = own->line_count + 1, count = 0;
    uint32_t *tracks = vtci_allocate(own->memory, room * sizeof *tracks);
    if (!tracks)
        return vtci_error_memory(err, room * sizeof *tracks);
    for (size_t i = 0; i < own->line_count; i++)
        if (own->lines[i].is_there)
            tracks[count++] = (uint32_t)i;
    vtci_thread_list_init(&threads, own->memory);
    vtc_status status = vtci_thread_list_load(&threads, verbs->reader, tracks, count, err);
    for (size_t i = 0; i < count && status == VTC_OK; i++)
        put_row(&verbs->rows, own, &own->lines[tracks[i]],
                vtci_thread_list_find(&threads, tracks[i]));
    vtci_thread_list_free(&threads);
    vtci_release(own->memory, tracks, room * sizeof *tracks);
    return status;
}

vtc_status vtci_timeline_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                             struct vtc_error *err)
{
    struct timeline own = {.memory = &verbs->query.memory};
    struct vtci_busy_walk walk = {&own, begin, take};
    struct vtc_summary summary;
    vtc_reader_summary(verbs->reader, &summary);
    own.from_ns = filter->has_range ? filter->from_ns : summary.has_times ? summary.first_ns : 0;
    own.to_ns = filter->has_range ? filter->to_ns : summary.has_times ? summary.last_ns : 0;
    vtc_status status = vtci_busy_run(verbs, filter, &walk, &own.names, err);
    if (status == VTC_OK)
        status = put_rows(verbs, &own, err);
    vtci_name_table_free(&own.names);
    VTCI_ARRAY_FREE(own.memory, own.lines, own.line_capacity);
    return status;
}
