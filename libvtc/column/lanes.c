/* Contexts of rows, lanes and the order by lane. See rows.h. */
#include "column/rows.h"

#include "base/bytes.h"
#include "base/error.h"
#include "column/lane_table.h"

static uint32_t number_context(int64_t value)
{
    return (uint32_t)((((uint64_t)value * 2 + 1) * 0x9E3779B97F4A7C15u) >> 33) + 1;
}

static inline uint32_t value_context(bool is_number, int64_t value)
{
    return is_number ? number_context(value) : (uint32_t)value + 1;
}

static bool has_each_row(const struct vtci_block_rows *rows, const struct vtci_row_column *of)
{
    return of->known && of->rows == rows->identity;
}

vtc_status vtci_rows_context(struct vtci_block_rows *rows, uint32_t column,
                             const uint32_t **out_context)
{
    struct vtci_row_column *of = &rows->columns[column];
    bool is_number = rows->schema->columns[column].type == VTCI_NUMBER;
    if (!of->context) {
        uint32_t *context = vtci_arena_array(rows->arena, rows->rows, sizeof *context);
        if (!context)
            return VTC_ERR_NO_MEMORY;
        if (has_each_row(rows, of)) {
            /* Ids of processes and threads, mostly: what repeats is not hashed again. */
            for (size_t i = 0; i < rows->rows; i++)
                context[i] = i && of->values[i] == of->values[i - 1]
                                 ? context[i - 1]
                                 : value_context(is_number, of->values[i]);
        } else {
            memset(context, 0, rows->rows * sizeof *context);
            /* Backwards, so that the first value of a row stays. */
            for (size_t i = of->known ? of->count : 0; i-- > 0;)
                context[of->rows[i]] = value_context(is_number, of->values[i]);
        }
        of->context = context;
    }
    *out_context = of->context;
    return VTC_OK;
}

/* Where the first value at `row` or after it is: sought from `hint`, an earlier answer, onwards. */
static size_t seek_row(const uint32_t *rows, size_t count, size_t hint, uint32_t row)
{
    size_t low = hint < count && rows[hint] <= row ? hint : 0, step = 1;
    while (low + step < count && rows[low + step] < row) {
        low += step;
        step *= 2;
    }
    size_t high = low + step < count ? low + step : count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (rows[middle] < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Whether the column has a value in `row`; the first is number *at, where the answer before was. */
static inline bool find_value(const struct vtci_block_rows *rows, const struct vtci_row_column *of,
                              uint32_t row, size_t *at)
{
    if (!of->known)
        return false;
    *at = has_each_row(rows, of) ? row : seek_row(of->rows, of->count, *at, row);
    return *at < of->count && of->rows[*at] == row;
}

void vtci_rows_context_of(const struct vtci_block_rows *rows, uint32_t column,
                          const uint32_t *of_rows, size_t count, uint32_t *out_contexts)
{
    const struct vtci_row_column *of = &rows->columns[column];
    bool is_number = rows->schema->columns[column].type == VTCI_NUMBER;
    size_t at = 0;
    for (size_t i = 0; i < count; i++)
        out_contexts[i] =
            find_value(rows, of, of_rows[i], &at) ? value_context(is_number, of->values[at]) : 0;
}

void vtci_rows_first_of(const struct vtci_block_rows *rows, uint32_t column,
                        const uint32_t *of_rows, size_t count, int64_t *out_first)
{
    const struct vtci_row_column *of = &rows->columns[column];
    size_t at = 0;
    for (size_t i = 0; i < count; i++)
        out_first[i] = find_value(rows, of, of_rows[i], &at) ? of->values[at] : 0;
}

vtc_status vtci_rows_first(struct vtci_block_rows *rows, uint32_t column, const int64_t **out_first)
{
    struct vtci_row_column *of = &rows->columns[column];
    if (!of->first && has_each_row(rows, of))
        of->first = of->values;
    if (!of->first) {
        int64_t *first = vtci_arena_array_zeroed(rows->arena, rows->rows, sizeof *first);
        if (!first)
            return VTC_ERR_NO_MEMORY;
        for (size_t i = of->known ? of->count : 0; i-- > 0;)
            first[of->rows[i]] = of->values[i];
        of->first = first;
    }
    *out_first = of->first;
    return VTC_OK;
}

vtc_status vtci_rows_phases(struct vtci_block_rows *rows, const uint8_t **out_phases)
{
    if (!rows->phases) {
        const struct vtci_path *root = &rows->schema->paths[0];
        const int64_t *shapes = rows->columns[VTCI_COLUMN_ROOT].values;
        uint8_t *of_shape = vtci_arena_array(rows->arena, root->shape_count + 1, 1);
        uint8_t *phases = vtci_arena_array(rows->arena, rows->rows, 1);
        if (!of_shape || !phases)
            return VTC_ERR_NO_MEMORY;
        of_shape[0] = 0;
        for (size_t i = 0; i < root->shape_count; i++)
            of_shape[i + 1] = rows->schema->shapes[root->shapes[i]].phase;
        for (size_t i = 0; i < rows->rows; i++)
            phases[i] = of_shape[shapes[i]];
        rows->phases = phases;
    }
    *out_phases = rows->phases;
    return VTC_OK;
}

vtc_status vtci_rows_mix_context(struct vtci_block_rows *rows,
                                 const struct vtci_mix_context *context, const uint32_t *value_rows,
                                 const uint32_t *children, size_t count, struct vtci_arena *arena,
                                 const uint32_t **out_context)
{
    if (context->column == VTCI_MIX_CHILDREN) {
        *out_context = children;
        return VTC_OK;
    }
    const uint32_t *by_row;
    VTC_TRY(vtci_rows_context(rows, context->column, &by_row));
    uint32_t *out = vtci_arena_array(arena, count, sizeof *out);
    if (!out)
        return VTC_ERR_NO_MEMORY;
    if (context->lag == VTCI_MIX_LAG_NEXT) {
        for (size_t i = 0; i + 1 < count; i++)
            out[i] = by_row[value_rows[i + 1]];
        if (count)
            out[count - 1] = 0;
    } else {
        size_t lag = context->lag < count ? context->lag : count;
        memset(out, 0, lag * sizeof *out);
        for (size_t i = lag; i < count; i++)
            out[i] = by_row[value_rows[i - lag]];
    }
    *out_context = out;
    return VTC_OK;
}

void vtci_rows_lane_columns(const struct vtci_schema *schema, uint32_t out_columns[4])
{
    out_columns[0] = vtci_schema_root_column(schema, "pid", VTCI_NUMBER);
    out_columns[1] = vtci_schema_root_column(schema, "pid", VTCI_STRING);
    out_columns[2] = vtci_schema_root_column(schema, "tid", VTCI_NUMBER);
    out_columns[3] = vtci_schema_root_column(schema, "tid", VTCI_STRING);
}

/* The contexts of the column NUMBER, or, where it has none, of the column STRING; NULL: all 0. */
static vtc_status id_contexts(struct vtci_block_rows *rows, uint32_t number, uint32_t string,
                              const uint32_t **out_contexts)
{
    bool has_number = number != VTCI_NONE && rows->columns[number].known;
    bool has_string = string != VTCI_NONE && rows->columns[string].known;
    const uint32_t *of_number = NULL, *of_string = NULL;
    if (has_number && vtci_rows_context(rows, number, &of_number) != VTC_OK)
        return VTC_ERR_NO_MEMORY;
    if (has_string && vtci_rows_context(rows, string, &of_string) != VTC_OK)
        return VTC_ERR_NO_MEMORY;
    *out_contexts = has_number ? of_number : of_string;
    if (!has_number || !has_string)
        return VTC_OK;
    uint32_t *both = vtci_arena_array(rows->arena, rows->rows, sizeof *both);
    if (!both)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < rows->rows; i++)
        both[i] = of_number[i] ? of_number[i] : of_string[i];
    *out_contexts = both;
    return VTC_OK;
}

static vtc_status number_lanes(struct vtci_block_rows *rows, const uint32_t *pids,
                               const uint32_t *tids, uint32_t *lanes)
{
    struct vtci_lane_table table;
    uint64_t last_pair = 0;
    VTC_TRY(vtci_lane_table_init(&table, rows->arena));
    for (size_t i = 0; i < rows->rows; i++) {
        uint64_t pair = (uint64_t)(pids ? pids[i] : 0) << 32 | (tids ? tids[i] : 0);
        if (i && pair == last_pair)
            lanes[i] = lanes[i - 1];
        else
            VTC_TRY(vtci_lane_table_number(&table, pair, &lanes[i]));
        last_pair = pair;
    }
    rows->lane_count = table.lane_count;
    return VTC_OK;
}

static vtc_status lane_sort(const struct vtci_block_rows *rows, const uint32_t *value_rows,
                            size_t count, struct vtci_arena *arena,
                            struct vtci_lane_order *out_order)
{
    uint32_t *index = vtci_arena_array(arena, count, sizeof *index);
    uint32_t *sorted_rows = vtci_arena_array(arena, count, sizeof *sorted_rows);
    uint32_t *ends = vtci_arena_array_zeroed(arena, (size_t)rows->lane_count + 1, sizeof *ends);
    if (!index || !sorted_rows || !ends)
        return VTC_ERR_NO_MEMORY;
    out_order->index = index;
    out_order->sorted_rows = sorted_rows;
    out_order->lane_ends = ends;
    if (rows->lane_count == 1) {
        for (size_t i = 0; i < count; i++)
            index[i] = (uint32_t)i;
        out_order->sorted_rows = value_rows;
        ends[0] = (uint32_t)count;
        return VTC_OK;
    }
    for (size_t i = 0; i < count; i++)
        ends[rows->lanes[value_rows[i]] + 1]++;
    for (size_t lane = 0; lane < rows->lane_count; lane++)
        ends[lane + 1] += ends[lane];
    for (size_t i = 0; i < count; i++) {
        uint32_t to = ends[rows->lanes[value_rows[i]]]++; /* starts become ends */
        index[to] = (uint32_t)i;
        sorted_rows[to] = value_rows[i];
    }
    return VTC_OK;
}

/* Whether a column has the same value in each row, or none in any. */
static bool is_uniform(const struct vtci_block_rows *rows, uint32_t column)
{
    if (column == VTCI_NONE || !rows->columns[column].known)
        return true;
    const struct vtci_row_column *of = &rows->columns[column];
    return has_each_row(rows, of) && of->count == rows->rows &&
           memcmp(of->values, of->values + 1, (of->count - 1) * sizeof *of->values) == 0;
}

static bool has_one_lane(const struct vtci_block_rows *rows, const uint32_t columns[4])
{
    return is_uniform(rows, columns[0]) && is_uniform(rows, columns[1]) &&
           is_uniform(rows, columns[2]) && is_uniform(rows, columns[3]);
}

vtc_status vtci_rows_lanes(struct vtci_block_rows *rows)
{
    if (rows->lanes)
        return VTC_OK;
    uint32_t columns[4];
    const uint32_t *pids, *tids;
    vtci_rows_lane_columns(rows->schema, columns);
    uint32_t *lanes = vtci_arena_array(rows->arena, rows->rows, sizeof *lanes);
    if (lanes && has_one_lane(rows, columns)) {
        memset(lanes, 0, rows->rows * sizeof *lanes);
        rows->lanes = lanes;
        rows->lane_count = 1;
        return lane_sort(rows, rows->identity, rows->rows, rows->arena, &rows->all);
    }
    if (!lanes || id_contexts(rows, columns[0], columns[1], &pids) != VTC_OK ||
        id_contexts(rows, columns[2], columns[3], &tids) != VTC_OK)
        return VTC_ERR_NO_MEMORY;
    if (number_lanes(rows, pids, tids, lanes) != VTC_OK)
        return VTC_ERR_NO_MEMORY;
    rows->lanes = lanes;
    return lane_sort(rows, rows->identity, rows->rows, rows->arena, &rows->all);
}

vtc_status vtci_rows_lane_order(struct vtci_block_rows *rows, const uint32_t *value_rows,
                                size_t count, struct vtci_arena *arena,
                                struct vtci_lane_order *out_order)
{
    if (vtci_rows_lanes(rows) != VTC_OK)
        return VTC_ERR_NO_MEMORY;
    if (value_rows == rows->identity && count == rows->rows) {
        *out_order = rows->all;
        return VTC_OK;
    }
    return lane_sort(rows, value_rows, count, arena, out_order);
}
