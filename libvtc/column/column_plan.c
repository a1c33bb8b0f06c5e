/* Which operators a column gets, by what it is: times that nest, names of ends, columns that follow
 * from another one. What does not look at other columns is in array_plan.c.
 *
 *   ts, dur   NEST and NESTED, where spans nest; in the order of ends, or of begins (reversed)
 *   name      UNSTACK, where there are ends
 *   numbers   LINEAR to an earlier column of numbers
 *   any       MAP from an earlier column, GROUP by lane
 */
#include "base/error.h"
#include "column/block_encode_internal.h"
#include "column/estimate.h"

#define PLAN_COUNT_MIN 24
#define NEIGHBOURS 6 /* columns encoded just before, as candidates for MAP and LINEAR */

/* Whether lanes are to be had: SPEC: ROWS-2. */
static vtc_status has_lanes(struct vtci_block_encoder *encoder, uint32_t column, bool *out_has)
{
    uint32_t lane_columns[4];
    vtci_rows_lane_columns(encoder->schema, lane_columns);
    *out_has = false;
    if (column == VTCI_COLUMN_ROOT)
        return VTC_OK;
    for (int i = 0; i < 4; i++)
        if (column == lane_columns[i])
            return VTC_OK;
    VTC_TRY(vtci_rows_lanes(&encoder->rows));
    *out_has = encoder->rows.lane_count > 1;
    return VTC_OK;
}

/* To set a column against another takes an array of a value for each row of the block. Columns of
 * few values are not worth that, and there may be thousands of them. */
static bool is_wide(const struct vtci_block_encoder *encoder, size_t count)
{
    return count >= encoder->rows.rows / 16;
}

static bool is_candidate(const struct vtci_block_encoder *encoder, const struct vtci_input *input,
                         uint32_t column)
{
    return column != input->column && encoder->rows.columns[column].known &&
           is_wide(encoder, encoder->rows.columns[column].count);
}

static bool is_constant(const struct vtci_input *input)
{
    for (size_t i = 1; i < input->count; i++)
        if (input->values[i] != input->values[0])
            return false;
    return true;
}

/* MAP from one of the columns that usually decide others, or of the last few. */
static vtc_status try_map(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                          struct vtci_draft *out_draft)
{
    uint32_t candidates[3 + NEIGHBOURS] = {VTCI_COLUMN_ROOT, encoder->name, encoder->tid};
    size_t count = 3;
    size_t looked = is_wide(encoder, input->count) ? 0 : NEIGHBOURS;
    for (size_t i = encoder->code_count; i-- > 0 && looked < NEIGHBOURS; looked++)
        if (is_candidate(encoder, input, encoder->codes[i].column))
            candidates[count++] = encoder->codes[i].column;
    out_draft->op = NULL;
    for (size_t i = 0; i < count && !out_draft->op; i++)
        if (candidates[i] != VTCI_NONE && candidates[i] != input->column &&
            encoder->rows.columns[candidates[i]].known)
            VTC_TRY(vtci_draft_map(encoder, input, candidates[i], out_draft));
    return VTC_OK;
}

static uint64_t plain_or_delta_cost(const int64_t *sample, size_t count)
{
    uint64_t plain = vtci_sample_plain_cost(sample, count);
    uint64_t delta = vtci_sample_delta_cost(sample, count);
    return delta < plain ? delta : plain;
}

/* The cost of a sample, as it is or with the first value of `column` in its row taken off. */
static uint64_t sample_cost(const struct vtci_block_encoder *encoder,
                            const struct vtci_input *input, const uint32_t *index, uint32_t column)
{
    int64_t sample[VTCI_SAMPLE_MAX], first[VTCI_SAMPLE_MAX];
    uint32_t rows[VTCI_SAMPLE_MAX];
    size_t count = vtci_sample_take(input->values, index, input->count, sample);
    if (column != VTCI_NONE) {
        vtci_sample_take_rows(input->rows, index, input->count, rows);
        vtci_rows_first_of(&encoder->rows, column, rows, count, first);
        for (size_t i = 0; i < count; i++)
            sample[i] = (int64_t)((uint64_t)sample[i] - (uint64_t)first[i]);
    }
    return plain_or_delta_cost(sample, count);
}

struct number_plan {
    uint32_t linear; /* VTCI_NONE */
    bool group;
};

/* By samples: whether lanes help, and then which column to take off. */
static vtc_status choose(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                         bool linear, struct number_plan *out_plan)
{
    struct vtci_lane_order order = {0};
    const uint32_t *orders[2] = {NULL, NULL};
    size_t order_count = 1;
    bool lanes;
    VTC_TRY(has_lanes(encoder, input->column, &lanes));
    if (lanes) {
        VTC_TRY(vtci_rows_lane_order(&encoder->rows, input->rows, input->count, &encoder->scratch,
                                     &order));
        orders[order_count++] = order.index;
    }
    uint64_t best = UINT64_MAX, cost;
    for (size_t with = 0; with < order_count; with++) {
        cost = sample_cost(encoder, input, orders[with], VTCI_NONE);
        if (best == UINT64_MAX || cost < best - best / 32) {
            best = cost;
            *out_plan = (struct number_plan){VTCI_NONE, with == 1};
        }
    }
    size_t first = encoder->code_count > 3 * NEIGHBOURS ? encoder->code_count - 3 * NEIGHBOURS : 0;
    if (!linear || !is_wide(encoder, input->count))
        return VTC_OK;
    for (size_t i = encoder->code_count; i-- > first;) {
        uint32_t column = encoder->codes[i].column;
        if (encoder->schema->columns[column].type != VTCI_NUMBER ||
            !is_candidate(encoder, input, column))
            continue;
        cost = sample_cost(encoder, input, orders[out_plan->group], column);
        if (cost < best - best / 16) {
            best = cost;
            out_plan->linear = column;
        }
    }
    return VTC_OK;
}

static vtc_status plan_group(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                             bool group, struct vtci_draft *out_draft)
{
    return group ? vtci_draft_group(encoder, input, out_draft)
                 : vtci_array_plan(encoder, input, out_draft);
}

static vtc_status plan_any(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                           bool linear, struct vtci_draft *out_draft)
{
    struct number_plan plan = {VTCI_NONE, false};
    VTC_TRY(try_map(encoder, input, out_draft));
    if (out_draft->op)
        return VTC_OK;
    VTC_TRY(choose(encoder, input, linear, &plan));
    if (plan.linear == VTCI_NONE)
        return plan_group(encoder, input, plan.group, out_draft);
    return vtci_draft_linear(encoder, input, plan.linear, plan.group, out_draft);
}

/* Ends: whether most rows of the array that have a phase B or E can be paired is not asked; a
 * sixteenth of ends is enough. */
static vtc_status has_ends(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                           bool *out_has)
{
    const uint8_t *phases;
    size_t ends = 0;
    VTC_TRY(vtci_rows_phases(&encoder->rows, &phases));
    for (size_t i = 0; i < input->count; i++)
        ends += phases[input->rows[i]] == 'E';
    *out_has = ends * 16 > input->count;
    return VTC_OK;
}

static vtc_status plan_name(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                            struct vtci_draft *out_draft)
{
    bool lanes, ends;
    VTC_TRY(has_lanes(encoder, input->column, &lanes));
    VTC_TRY(has_ends(encoder, input, &ends));
    if (ends)
        return vtci_draft_unstack(encoder, input, out_draft);
    return plan_group(encoder, input, lanes, out_draft);
}

vtc_status vtci_column_plan(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                            struct vtci_draft *out_draft)
{
    uint8_t type = encoder->schema->columns[input->column].type;
    if (input->count < PLAN_COUNT_MIN || input->column == VTCI_COLUMN_ROOT || is_constant(input))
        return vtci_array_plan(encoder, input, out_draft);
    if (input->column == encoder->name)
        return plan_name(encoder, input, out_draft);
    return plan_any(encoder, input, type == VTCI_NUMBER, out_draft);
}

/* The order of rows in which spans are known when they are written: whether in lanes the ends rise
 * more often than the begins do. */
static bool is_in_order_of_ends(const struct vtci_lane_order *order, size_t count,
                                const int64_t *ts, const int64_t *dur_by_row)
{
    size_t begins_fall = 0, ends_fall = 0;
    int64_t begin = 0, end = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t next_begin = ts[order->index[i]];
        int64_t next_end =
            (int64_t)((uint64_t)next_begin + (uint64_t)dur_by_row[order->sorted_rows[i]]);
        begins_fall += next_begin < begin;
        ends_fall += next_end < end;
        begin = next_begin;
        end = next_end;
    }
    return ends_fall <= begins_fall;
}

/* ts with dur, whose mantissas are `dur_values`. `out_draft->op` is NULL where they do not suit. */
vtc_status vtci_times_plan(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                           const int64_t *dur_values, struct vtci_draft *out_draft)
{
    uint32_t dur = encoder->dur;
    struct vtci_lane_order order;
    out_draft->op = NULL;
    if (input->count < PLAN_COUNT_MIN)
        return VTC_OK;
    VTC_TRY(vtci_rows_make(&encoder->rows, dur, encoder->data->columns[dur].count, encoder->err));
    VTC_TRY(
        vtci_rows_lane_order(&encoder->rows, input->rows, input->count, &encoder->scratch, &order));
    const struct vtci_row_column *durs = &encoder->rows.columns[dur];
    int64_t *by_row =
        vtci_arena_array_zeroed(&encoder->scratch, encoder->rows.rows, sizeof *by_row);
    if (!by_row)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < durs->count; i++)
        by_row[durs->rows[i]] = dur_values[i];
    bool forward = is_in_order_of_ends(&order, input->count, input->values, by_row);
    return vtci_draft_nest(encoder, input, dur, dur_values, !forward, out_draft);
}
