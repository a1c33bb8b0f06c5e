/* NEST in a block: the order of its rows, and the kernel lane by lane (SPEC 8.5). */
#include "base/error.h"
#include "column/block_decode_internal.h"
#include "column/nest.h"
#include "column/nest_order.h"

/* Whether an array has the children of NEST as a context. Recursion as deep as the tree, 8. */
static bool uses_children(const struct vtci_op *op)
{
    if (op->code == VTCI_OP_MIX)
        for (unsigned i = 0; i < op->flags; i++)
            if (op->contexts[i].column == VTCI_MIX_CHILDREN)
                return true;
    for (int part = 0; part < VTCI_OP_PARTS_MAX; part++)
        if (op->parts[part] && uses_children(op->parts[part]))
            return true;
    return false;
}

static vtc_status decode_parts(struct vtci_block_decoder *decoder, const struct vtci_op *op,
                               const struct vtci_nest_order *order, int64_t *k, int64_t *a,
                               int64_t *b, struct vtc_error *err)
{
    struct vtci_array_place of_spans = {order->span_rows, NULL};
    struct vtci_array_place of_times = {order->rows, NULL};
    VTC_TRY(vtci_array_decode(decoder, op->parts[0], of_spans, k, err));
    if ((uses_children(op->parts[1]) || uses_children(op->parts[2])) &&
        vtci_nest_children(order, k, &decoder->scratch, &of_times.children, &of_spans.children) !=
            VTC_OK)
        return vtci_error_memory(err, order->count * sizeof *of_times.children);
    VTC_TRY(vtci_array_decode(decoder, op->parts[2], of_spans, b, err));
    return vtci_array_decode(decoder, op->parts[1], of_times, a, err);
}

static vtc_status decode_lanes(const struct vtci_op *op, const struct vtci_nest_order *order,
                               const int64_t *k, const int64_t *a, const int64_t *b,
                               struct vtci_span_time *stack, int64_t *ts, int64_t *dur,
                               struct vtc_error *err)
{
    size_t start = 0, span = 0;
    for (uint32_t lane = 0; lane < order->lane_count; lane++) {
        size_t end = order->lane_ends[lane];
        if (!vtci_nest_decode_lane(end - start, order->has_dur + start,
                                   op->flags & VTCI_NEST_REVERSED, k + span, a + start, b + span,
                                   stack, ts + start, dur + span))
            return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "NEST-2",
                                  "a span with more children than there are");
        for (size_t i = start; i < end; i++)
            span += order->has_dur[i];
        start = end;
    }
    return VTC_OK;
}

vtc_status vtci_nest_decode(struct vtci_block_decoder *decoder, const struct vtci_op *op,
                            const uint32_t *ts_rows, int64_t *out, struct vtc_error *err)
{
    struct vtci_arena *scratch = &decoder->scratch;
    size_t count = (size_t)op->count, span_count = 0;
    const uint32_t *dur_rows = NULL;
    if (op->flags & VTCI_NEST_HAS_DUR) {
        uint32_t index = decoder->directory.index_of[op->column];
        span_count = (size_t)op->parts[0]->count;
        if (index == VTCI_NONE || decoder->directory.columns[index].count != span_count)
            return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "NEST-1",
                                  "expected %zu values of dur", span_count);
        VTC_TRY(vtci_rows_make(&decoder->rows, op->column, span_count, err));
        dur_rows = decoder->rows.columns[op->column].rows;
    }
    struct vtci_nest_order order;
    vtc_status status = vtci_nest_order_make(&decoder->rows, ts_rows, count, dur_rows, span_count,
                                             op->flags & VTCI_NEST_REVERSED, scratch, &order);
    if (status == VTC_ERR_CORRUPT)
        return vtci_error_set(err, status, VTC_NO_OFFSET, "NEST-1",
                              "a row with two times, or with a dur and no ts");
    int64_t *k = vtci_arena_array(scratch, span_count, sizeof *k);
    int64_t *a = vtci_arena_array(scratch, count, sizeof *a);
    int64_t *b = vtci_arena_array(scratch, span_count, sizeof *b);
    int64_t *dur = vtci_arena_array(&decoder->arena, span_count, sizeof *dur);
    bool in_place = status == VTC_OK && order.is_as_stored;
    int64_t *ts = in_place ? out : vtci_arena_array(scratch, count, sizeof *ts);
    int64_t *sorted_dur =
        in_place ? dur : vtci_arena_array(scratch, span_count, sizeof *sorted_dur);
    struct vtci_span_time *stack = vtci_arena_array(scratch, span_count, sizeof *stack);
    if (status != VTC_OK || !k || !a || !b || !ts || !sorted_dur || !stack || !dur)
        return vtci_error_memory(err, count * sizeof *a);
    VTC_TRY(decode_parts(decoder, op, &order, k, a, b, err));
    VTC_TRY(decode_lanes(op, &order, k, a, b, stack, ts, sorted_dur, err));
    for (size_t i = 0; i < count && !in_place; i++)
        out[order.time_index[i]] = ts[i];
    for (size_t i = 0; i < span_count && !in_place; i++)
        dur[order.span_index[i]] = sorted_dur[i];
    decoder->nested = dur;
    decoder->nested_column = op->flags & VTCI_NEST_HAS_DUR ? op->column : VTCI_NONE;
    return VTC_OK;
}
