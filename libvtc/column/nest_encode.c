/* NEST of a block (SPEC 8.5): the times of spans, from the kernel lane by lane. */
#include "base/error.h"
#include "column/block_encode_internal.h"
#include "column/nest.h"
#include "column/nest_order.h"

struct parts {
    int64_t *k, *a, *b;
};

static vtc_status fill_parts(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                             const struct vtci_nest_order *order, const int64_t *dur_values,
                             bool reversed, struct parts *out)
{
    struct vtci_arena *scratch = &encoder->scratch;
    size_t count = order->count, spans = order->span_count, start = 0, span = 0;
    int64_t *ts = vtci_arena_array(scratch, count, sizeof *ts);
    int64_t *dur = vtci_arena_array(scratch, spans, sizeof *dur);
    struct vtci_span_time *stack = vtci_arena_array(scratch, spans, sizeof *stack);
    out->k = vtci_arena_array(scratch, spans, sizeof *out->k);
    out->a = vtci_arena_array(scratch, count, sizeof *out->a);
    out->b = vtci_arena_array(scratch, spans, sizeof *out->b);
    if (!ts || !dur || !stack || !out->k || !out->a || !out->b)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        ts[i] = input->values[order->time_index[i]];
    for (size_t i = 0; i < spans; i++)
        dur[i] = dur_values[order->span_index[i]];
    for (uint32_t lane = 0; lane < order->lane_count; lane++) {
        size_t end = order->lane_ends[lane];
        vtci_nest_encode_lane(end - start, order->has_dur + start, reversed, ts + start, dur + span,
                              stack, out->k + span, out->a + start, out->b + span);
        for (size_t i = start; i < end; i++)
            span += order->has_dur[i];
        start = end;
    }
    return VTC_OK;
}

static vtc_status plan_parts(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                             const struct vtci_nest_order *order, const struct parts *parts,
                             struct vtci_op *op, size_t *out_cost_bytes)
{
    struct vtci_draft draft;
    struct vtci_input of_times = {.values = parts->a,
                                  .count = order->count,
                                  .rows = order->rows,
                                  .depth = input->depth + 1,
                                  .column = input->column,
                                  .tried = input->tried};
    *out_cost_bytes = 6;
    if (order->span_count) {
        struct vtci_input of_spans = of_times;
        of_spans.values = parts->k;
        of_spans.count = order->span_count;
        of_spans.rows = order->span_rows;
        VTC_TRY(vtci_array_plan(encoder, &of_spans, &draft));
        op->parts[0] = draft.op;
        *out_cost_bytes += draft.cost_bytes;
        VTC_TRY(vtci_nest_children(order, parts->k, &encoder->scratch, &of_times.children,
                                   &of_spans.children));
        of_spans.values = parts->b;
        VTC_TRY(vtci_array_plan(encoder, &of_spans, &draft));
        op->parts[2] = draft.op;
        *out_cost_bytes += draft.cost_bytes;
    }
    VTC_TRY(vtci_array_plan(encoder, &of_times, &draft));
    op->parts[1] = draft.op;
    *out_cost_bytes += draft.cost_bytes;
    return VTC_OK;
}

vtc_status vtci_draft_nest(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                           uint32_t dur, const int64_t *dur_values, bool reversed,
                           struct vtci_draft *out_draft)
{
    const uint32_t *dur_rows = NULL;
    size_t span_count = 0;
    out_draft->op = NULL;
    if (dur != VTCI_NONE) {
        span_count = encoder->data->columns[dur].count;
        VTC_TRY(vtci_rows_make(&encoder->rows, dur, span_count, encoder->err));
        dur_rows = encoder->rows.columns[dur].rows;
    }
    struct vtci_nest_order order;
    vtc_status status = vtci_nest_order_make(&encoder->rows, input->rows, input->count, dur_rows,
                                             span_count, reversed, &encoder->scratch, &order);
    if (status == VTC_ERR_CORRUPT) /* SPEC: NEST-1: doubled keys, a dur without ts */
        return VTC_OK;
    struct vtci_op *op = vtci_arena_array_zeroed(&encoder->arena, 1, sizeof *op);
    struct parts parts;
    if (status != VTC_OK || !op ||
        fill_parts(encoder, input, &order, dur_values, reversed, &parts) != VTC_OK)
        return VTC_ERR_NO_MEMORY;
    op->code = VTCI_OP_NEST;
    op->count = input->count;
    op->column = dur;
    op->flags =
        (uint8_t)((reversed ? VTCI_NEST_REVERSED : 0) | (span_count ? VTCI_NEST_HAS_DUR : 0));
    VTC_TRY(plan_parts(encoder, input, &order, &parts, op, &out_draft->cost_bytes));
    out_draft->op = op;
    return VTC_OK;
}
