/* `counters`: each series of each counter (events C): every argument that is a number, or a string that
 * reads as one (Bazel writes such), by process.
 *
 * The last value is that of the greatest time, of equal ones that which comes last in the trace.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"
#include "query/name_table.h"
#include "query/row_values.h"
#include "query/scan.h"
#include "query/thread_list.h"
#include "query/totals.h"

struct series_column {
    uint32_t column;
    uint32_t key; /* the argument, of the table of texts */
};

struct series {
    uint32_t name, key;
    uint32_t track; /* of its process */
    uint64_t count;
    double least, most, sum, last;
    int64_t last_ns, first_ns;
};

struct counter_work {
    struct vtci_memory *memory;
    const vtc_reader *reader;
    struct vtci_name_table texts;
    struct vtci_name_table ids; /* of a series: name, argument and pid, together */
    struct series *series;      /* by id */
    size_t series_count, series_capacity;
    struct series_column *columns;
    size_t column_count, column_capacity;
    struct vtci_buffer id;
};

static const struct vtc_query_column COLUMNS[] = {
    {"name", VTC_UNIT_NONE, VTC_FOR_ALL},         {"series", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"count", VTC_UNIT_NONE, VTC_FOR_ALL},        {"min", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"max", VTC_UNIT_NONE, VTC_FOR_ALL},          {"mean", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"last", VTC_UNIT_NONE, VTC_FOR_ALL},         {"first_ns", VTC_UNIT_TIME, VTC_FOR_PROGRAMS},
    {"last_ns", VTC_UNIT_TIME, VTC_FOR_PROGRAMS}, {"pid", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"process", VTC_UNIT_NONE, VTC_FOR_PROGRAMS},
};

void vtci_counters_columns(struct vtci_verbs *verbs)
{
    VTCI_VERB_COLUMNS(verbs, COLUMNS);
}

static vtc_status take_column(void *context, const struct vtc_column *column)
{
    struct counter_work *own = context;
    static const char ARGS[] = "args.";
    size_t prefix = sizeof ARGS - 1;
    struct series_column found = {column->column, 0};
    bool may_be_number = strcmp(column->type, "NUMBER") == 0 || strcmp(column->type, "STRING") == 0;
    if (!may_be_number || strncmp(column->path, ARGS, prefix) != 0)
        return VTC_OK;
    VTC_TRY(
        vtci_name_table_add(&own->texts,
                            (struct vtc_text){column->path + prefix, strlen(column->path) - prefix},
                            &found.key));
    VTC_TRY(
        VTCI_ARRAY_RESERVE(own->memory, own->columns, own->column_capacity, own->column_count + 1));
    own->columns[own->column_count++] = found;
    return VTC_OK;
}

static vtc_status find_series(struct counter_work *own, const struct series *wanted,
                              struct series **out_series)
{
    struct vtc_track track = {{NULL, 0}, {NULL, 0}};
    uint32_t id = 0;
    if (vtc_reader_track(own->reader, wanted->track, &track) != VTC_OK)
        track.pid = (struct vtc_text){NULL, 0};
    own->id.len_bytes = 0;
    VTC_TRY(vtci_buffer_u32(&own->id, wanted->name));
    VTC_TRY(vtci_buffer_u32(&own->id, wanted->key));
    if (track.pid.len_bytes)
        VTC_TRY(vtci_buffer_append(&own->id, track.pid.data, track.pid.len_bytes));
    VTC_TRY(vtci_name_table_add(&own->ids,
                                (struct vtc_text){(const char *)own->id.data, own->id.len_bytes},
                                &id));
    if (id >= own->series_count) {
        VTC_TRY(VTCI_ARRAY_RESERVE(own->memory, own->series, own->series_capacity, own->ids.count));
        memset(own->series + own->series_count, 0,
               (own->ids.count - own->series_count) * sizeof *own->series);
        own->series_count = own->ids.count;
        own->series[id] = *wanted;
    }
    *out_series = &own->series[id];
    return VTC_OK;
}

static void add_value(struct series *series, double value, int64_t time_ns)
{
    if (series->count == 0 || value < series->least)
        series->least = value;
    if (series->count == 0 || value > series->most)
        series->most = value;
    if (series->count == 0 || time_ns < series->first_ns)
        series->first_ns = time_ns;
    if (series->count == 0 || time_ns >= series->last_ns) {
        series->last_ns = time_ns;
        series->last = value;
    }
    series->sum += value;
    series->count++;
}

static bool read_number(const vtc_block *block, const struct vtc_values *values, size_t at,
                        double *out_value)
{
    char copy[64], *end;
    if (values->scale && values->scale[at] != VTCI_SCALE_OF_TOKEN) {
        double divisor = 1;
        for (unsigned i = values->scale[at]; i > 0; i--)
            divisor *= 10;
        *out_value = (double)values->number[at] / divisor;
        return true;
    }
    struct vtc_text text = vtc_block_string(block, values->string[at]);
    if (!text.data || text.len_bytes == 0 || text.len_bytes >= sizeof copy)
        return false;
    memcpy(copy, text.data, text.len_bytes);
    copy[text.len_bytes] = '\0';
    if (strspn(copy, "0123456789+-.eE") != text.len_bytes)
        return false; /* infinity, or hexadecimal */
    *out_value = strtod(copy, &end);
    return *end == '\0' && *out_value - *out_value == 0;
}

/* The values of one argument in the selected rows; both ascend by row. */
static vtc_status take_values(struct counter_work *own, const struct vtci_batch *batch,
                              const struct vtc_values *values, uint32_t key)
{
    size_t at = 0;
    for (size_t i = 0; i < batch->selected_count; i++) {
        uint32_t event = batch->selected[i];
        struct series wanted = {.key = key, .track = batch->track[event]}, *series;
        double value;
        while (at < values->count && values->row[at] < batch->row[event])
            at++;
        if (at == values->count)
            return VTC_OK;
        if (values->row[at] != batch->row[event] || batch->time_ns[event] == VTC_NO_TIME ||
            !read_number(batch->block, values, at, &value))
            continue;
        VTC_TRY(vtci_name_table_group(&own->texts, batch->block, batch->name[event], &wanted.name));
        VTC_TRY(find_series(own, &wanted, &series));
        add_value(series, value, batch->time_ns[event]);
    }
    return VTC_OK;
}

static vtc_status take_batch(void *state, const struct vtci_batch *batch, struct vtc_error *err)
{
    struct counter_work *own = state;
    for (size_t i = 0; i < own->column_count; i++) {
        struct vtc_values values;
        VTC_TRY(vtc_block_values(batch->block, own->columns[i].column, &values, err));
        VTC_TRY(take_values(own, batch, &values, own->columns[i].key));
    }
    return VTC_OK;
}

struct series_row {
    struct vtc_text name, key;
    const struct series *series;
    uint32_t id;
};

static int compare(const void *a, const void *b)
{
    const struct series_row *left = a, *right = b;
    int order = vtci_text_compare(left->name, right->name);
    if (order == 0)
        order = vtci_text_compare(left->key, right->key);
    return order != 0 ? order : left->id < right->id ? -1 : left->id > right->id;
}

/* Whole numbers stay such. */
static void put_number(struct vtci_answer_rows *answer, double value)
{
    static const double EXACT_MAX = 9007199254740992.0;
    if (value >= -EXACT_MAX && value <= EXACT_MAX && (double)(int64_t)value - value == 0)
        vtci_answer_rows_integer(answer, (int64_t)value);
    else
        vtci_answer_rows_real(answer, value);
}

static void put_row(struct vtci_answer_rows *answer, const struct series_row *row,
                    const struct vtci_thread *thread)
{
    const struct series *series = row->series;
    vtci_answer_rows_begin(answer);
    vtci_answer_rows_text(answer, row->name);
    vtci_answer_rows_text(answer, row->key);
    vtci_answer_rows_unsigned(answer, series->count);
    put_number(answer, series->least);
    put_number(answer, series->most);
    put_number(answer, series->sum / (double)series->count);
    put_number(answer, series->last);
    vtci_answer_rows_integer(answer, series->first_ns);
    vtci_answer_rows_integer(answer, series->last_ns);
    vtci_answer_rows_json(answer, thread->pid);
    vtci_answer_rows_text(answer, thread->process);
}

static vtc_status put_rows(struct vtci_verbs *verbs, const struct counter_work *own,
                           struct vtc_error *err)
{
    size_t room = own->series_count + 1, count = 0;
    struct vtci_thread_list threads;
    struct series_row *rows = vtci_allocate(own->memory, room * sizeof *rows);
    uint32_t *tracks = vtci_allocate(own->memory, room * sizeof *tracks);
    vtc_status status = rows && tracks ? VTC_OK : vtci_error_memory(err, room * sizeof *rows);
    vtci_thread_list_init(&threads, own->memory);
    for (size_t i = 0; i < own->series_count && status == VTC_OK; i++) {
        const struct series *series = &own->series[i];
        if (series->count == 0)
            continue;
        tracks[count] = series->track;
        rows[count++] = (struct series_row){own->texts.names[series->name],
                                            own->texts.names[series->key], series, (uint32_t)i};
    }
    if (status == VTC_OK)
        status = vtci_thread_list_load(&threads, verbs->reader, tracks, count, err);
    if (count > 0)
        qsort(rows, count, sizeof *rows, compare);
    for (size_t i = 0; i < count && status == VTC_OK; i++)
        put_row(&verbs->rows, &rows[i], vtci_thread_list_find(&threads, rows[i].series->track));
    vtci_thread_list_free(&threads);
    vtci_release(own->memory, rows, room * sizeof *rows);
    vtci_release(own->memory, tracks, room * sizeof *tracks);
    return status;
}

static vtc_status collect(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                          struct counter_work *own, struct vtc_error *err)
{
    void *states[1] = {own};
    struct vtci_scan scan = {.wish = {.fields = VTC_FIELD_TIME | VTC_FIELD_NAME | VTC_FIELD_TRACK,
                                      .only = "C"},
                             .work = take_batch,
                             .in_order = true,
                             .states = states,
                             .state_count = 1};
    struct vtc_summary summary;
    vtc_reader_summary(verbs->reader, &summary);
    if (vtci_name_table_init(&own->texts, own->memory) != VTC_OK ||
        vtci_name_table_init(&own->ids, own->memory) != VTC_OK)
        return vtci_error_memory(err, 0);
    if (summary.phases['C'] == 0)
        return VTC_OK;
    VTC_TRY(vtc_reader_columns(verbs->reader, take_column, own, err));
    return vtci_scan_run(verbs, filter, &scan, err);
}

vtc_status vtci_counters_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                             struct vtc_error *err)
{
    struct counter_work own = {.memory = &verbs->query.memory, .reader = verbs->reader};
    vtci_buffer_init(&own.id, own.memory);
    vtc_status status = collect(verbs, filter, &own, err);
    if (status == VTC_OK)
        status = put_rows(verbs, &own, err);
    vtci_name_table_free(&own.texts);
    vtci_name_table_free(&own.ids);
    VTCI_ARRAY_FREE(own.memory, own.series, own.series_capacity);
    VTCI_ARRAY_FREE(own.memory, own.columns, own.column_capacity);
    vtci_buffer_free(&own.id);
    return status;
}
