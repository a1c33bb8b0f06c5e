/* The table of names: what their events add up to, as the verbs `top N by total` and `count by name`
 * say it.
 *
 * SQLite groups rows itself, so that GROUP BY name has to hand it every slice; a table that has a row
 * a name already is answered from the totals in the INDEX. Where the file has none the blocks are read
 * once. What is a span, and whose, is the reader's rule (vtc_block_spans) and not the model's, which
 * follows Perfetto: that is what the INDEX has been added up by.
 */
#include "base/error.h"
#include "query/totals.h"
#include "sql/open_block.h"
#include "sql/rows_internal.h"

struct name_row {
    vtci_label name;
    uint64_t events;
    struct vtci_total spans;
};

struct vtci_name_rows {
    struct name_row *rows;
    size_t count, capacity;
    uint32_t *places; /* by label: 1 + the row; 0: none */
    size_t place_capacity;
};

static vtc_status find_row(struct vtci_sql_trace *trace, vtci_label name, struct name_row **out_row)
{
    struct vtci_name_rows *names = trace->names;
    size_t before = names->place_capacity;
    VTC_TRY(
        VTCI_ARRAY_RESERVE(&trace->memory, names->places, names->place_capacity, (size_t)name + 1));
    if (before < names->place_capacity)
        memset(names->places + before, 0, (names->place_capacity - before) * sizeof *names->places);
    if (names->places[name] == 0) {
        VTC_TRY(VTCI_ARRAY_RESERVE(&trace->memory, names->rows, names->capacity, names->count + 1));
        names->rows[names->count++] =
            (struct name_row){.name = name, .spans = {.least_ns = INT64_MAX, .most_ns = INT64_MIN}};
        names->places[name] = (uint32_t)names->count;
    }
    *out_row = &names->rows[names->places[name] - 1];
    return VTC_OK;
}

static vtc_status row_of_string(struct vtci_sql_trace *trace, const vtc_block *block,
                                vtc_string string, struct name_row **out_row)
{
    vtci_label name;
    VTC_TRY(vtci_labels_of_string(&trace->labels, block, string, &name));
    return find_row(trace, name, out_row);
}

/* One name may be listed more than once, in several spellings. */
static vtc_status add_listed(struct vtci_sql_trace *trace, const struct vtc_name_total *listed)
{
    struct name_row *row;
    vtci_label name = 0;
    if (listed->name.data)
        VTC_TRY(vtci_labels_add(&trace->labels, listed->name.data, listed->name.len_bytes, true,
                                true, &name));
    VTC_TRY(find_row(trace, name, &row));
    row->events += listed->events;
    if (listed->spans == 0)
        return VTC_OK;
    row->spans.count += listed->spans;
    row->spans.total_ns += listed->total_ns;
    if (listed->least_ns < row->spans.least_ns)
        row->spans.least_ns = listed->least_ns;
    if (listed->most_ns > row->spans.most_ns)
        row->spans.most_ns = listed->most_ns;
    return VTC_OK;
}

/* VTC_END: the file has no totals. */
static vtc_status take_listed(struct vtci_sql_trace *trace)
{
    struct vtc_name_total listed;
    for (size_t i = 0;; i++) {
        vtc_status status = vtc_reader_name_total(trace->reader, i, &listed, &trace->err);
        if (status == VTC_END && i > 0)
            return VTC_OK;
        if (status != VTC_OK)
            return status;
        VTC_TRY(add_listed(trace, &listed));
    }
}

/* With the spans, where X are the only ones. */
static vtc_status add_events(struct vtci_sql_trace *trace, const struct vtci_open_block *block,
                             bool with_spans)
{
    const struct vtc_events *events = block->events;
    struct name_row *row;
    for (size_t i = 0; i < events->count; i++) {
        uint8_t phase = events->phase[i];
        if (phase == 'E' || phase == 'M')
            continue;
        VTC_TRY(row_of_string(trace, block->block, events->name[i], &row));
        row->events++;
        if (with_spans && phase == 'X' && events->time_ns[i] != VTC_NO_TIME &&
            events->duration_ns[i] != VTC_NO_TIME)
            vtci_total_add(&row->spans, events->duration_ns[i]);
    }
    return VTC_OK;
}

static vtc_status add_pairs(struct vtci_sql_trace *trace, const struct vtci_open_block *block)
{
    const struct vtc_spans *spans;
    struct name_row *row;
    VTC_TRY(vtc_block_spans(block->block, &spans, &trace->err));
    for (size_t i = 0; i < spans->count; i++) {
        VTC_TRY(row_of_string(trace, block->block, spans->name[i], &row));
        vtci_total_add(&row->spans, spans->duration_ns[i]);
    }
    return VTC_OK;
}

static vtc_status read_block(struct vtci_sql_trace *trace, uint64_t index)
{
    bool has_pairs = vtc_reader_zone_phase(trace->reader, index, 'E') > 0;
    unsigned fields =
        has_pairs ? VTC_FIELD_SPANS : VTC_FIELD_NAME | VTC_FIELD_TIME | VTC_FIELD_DURATION;
    struct vtci_open_block *block;
    VTC_TRY(vtci_open_block_get(trace, index, fields, &block));
    vtc_status status = add_events(trace, block, !has_pairs);
    if (status == VTC_OK && has_pairs)
        status = add_pairs(trace, block);
    vtci_open_block_put(trace, block);
    return status;
}

static vtc_status make_rows(struct vtci_sql_trace *trace)
{
    vtc_status status = take_listed(trace);
    if (status != VTC_END)
        return status;
    for (uint64_t block = 0; block < trace->summary.blocks; block++)
        VTC_TRY(read_block(trace, block));
    return VTC_OK;
}

vtc_status vtci_name_total_rows(struct vtci_sql_trace *trace, size_t *out_count)
{
    if (!trace->names) {
        trace->names = vtci_allocate_zeroed(&trace->memory, sizeof *trace->names);
        vtc_status status = trace->names ? make_rows(trace) : VTC_ERR_NO_MEMORY;
        if (status != VTC_OK) {
            vtci_name_rows_free(trace);
            return vtci_sql_fail(trace, status);
        }
        VTCI_ARRAY_FREE(&trace->memory, trace->names->places, trace->names->place_capacity);
        trace->names->places = NULL;
        trace->names->place_capacity = 0;
    }
    *out_count = trace->names->count;
    return VTC_OK;
}

void vtci_name_total_column(sqlite3_context *context, const struct vtci_sql_trace *trace,
                            size_t row, int column)
{
    const struct name_row *name = &trace->names->rows[row];
    const struct vtci_total *spans = &name->spans;
    if (column > 3 && spans->count == 0)
        return; /* NULL */
    switch (column) {
    case 0: vtci_result_label(context, trace, name->name); break;
    case 1: sqlite3_result_int64(context, (int64_t)name->events); break;
    case 2: sqlite3_result_int64(context, (int64_t)spans->count); break;
    case 3: sqlite3_result_int64(context, vtci_clamp(spans->total_ns)); break;
    case 4: sqlite3_result_int64(context, spans->least_ns); break;
    default: sqlite3_result_int64(context, spans->most_ns); break;
    }
}

void vtci_name_rows_free(struct vtci_sql_trace *trace)
{
    struct vtci_name_rows *names = trace->names;
    if (!names)
        return;
    VTCI_ARRAY_FREE(&trace->memory, names->rows, names->capacity);
    VTCI_ARRAY_FREE(&trace->memory, names->places, names->place_capacity);
    vtci_release(&trace->memory, names, sizeof *names);
    trace->names = NULL;
}
