/* Arrays to operators, one function an operator (SPEC 8.1). Which to use: array_plan.c. */
#include "base/bytes.h"
#include "base/error.h"
#include "column/block_encode_internal.h"
#include "column/planes.h"
#include "column/unstack.h"

#define OP_COST_BYTES 10 /* an operator with its parameters in the directory, packed */

static struct vtci_op *op_new(struct vtci_block_encoder *encoder, enum vtci_op_code code,
                              size_t count)
{
    struct vtci_op *op = vtci_arena_array_zeroed(&encoder->arena, 1, sizeof *op);
    if (op) {
        op->code = (uint8_t)code;
        op->count = count;
    }
    return op;
}

/* The least width and the base for it. Values on both sides of 0 get a base that puts 0 in the
 * middle of every plane, so that the sign of a small value shows in the lowest plane alone. */
static unsigned choose_width(int64_t least, int64_t greatest, int64_t *out_base)
{
    unsigned width = (vtci_bit_length((uint64_t)greatest - (uint64_t)least) + 7) / 8;
    if (width == 0)
        width = 1;
    *out_base = least;
    if (least >= 0 && vtci_bit_length((uint64_t)greatest) <= 8 * width)
        *out_base = 0;
    if (least < 0 && greatest >= 0 && width < 8) {
        int64_t middle = (int64_t)(0x8080808080808080u & ((UINT64_C(1) << (8 * width)) - 1));
        int64_t top = (int64_t)((UINT64_C(1) << (8 * width)) - 1) - middle;
        if (least >= -middle && greatest <= top)
            *out_base = -middle;
    }
    return width;
}

vtc_status vtci_draft_planes(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                             int64_t least, int64_t greatest, struct vtci_draft *out_draft)
{
    struct vtci_op *op = op_new(encoder, VTCI_OP_CONSTANT, input->count);
    if (!op)
        return VTC_ERR_NO_MEMORY;
    out_draft->op = op;
    out_draft->cost_bytes = OP_COST_BYTES;
    op->base = least;
    if (least == greatest)
        return VTC_OK;
    op->code = VTCI_OP_PLANES;
    op->flags = (uint8_t)choose_width(least, greatest, &op->base);
    op->bytes = input->count * op->flags;
    struct vtci_arena_mark mark = vtci_arena_mark(&encoder->scratch);
    uint8_t *planes = vtci_arena_array(&encoder->scratch, (size_t)op->bytes + 8, 1);
    if (!planes)
        return VTC_ERR_NO_MEMORY;
    size_t leaf_cost;
    vtci_planes_pack(input->values, input->count, op->base, op->flags, planes);
    vtc_status status =
        vtci_leaf_make(encoder, planes, (size_t)op->bytes, input->count, VTCI_POOL_PLANES,
                       encoder->effort.planes_zstd, &op->segment, &leaf_cost);
    vtci_arena_rewind(&encoder->scratch, mark);
    out_draft->cost_bytes += leaf_cost;
    if (status != VTC_OK || !encoder->effort.mix)
        return status;
    struct vtci_draft mix;
    VTC_TRY(vtci_draft_mix(encoder, input, least < 0 ? UINT64_MAX : (uint64_t)greatest,
                           out_draft->cost_bytes - 10, &mix));
    if (mix.op)
        *out_draft = mix;
    return VTC_OK;
}

/* An operator around one part with as many values. */
static vtc_status wrap(struct vtci_block_encoder *encoder, struct vtci_op *op,
                       struct vtci_input *part, struct vtci_draft *out_draft)
{
    struct vtci_draft inner;
    if (!op)
        return VTC_ERR_NO_MEMORY;
    part->tried |= 1u << op->code;
    VTC_TRY(vtci_array_plan(encoder, part, &inner));
    op->parts[0] = inner.op;
    out_draft->op = op;
    out_draft->cost_bytes = inner.cost_bytes + OP_COST_BYTES;
    return VTC_OK;
}

vtc_status vtci_draft_delta(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                            struct vtci_draft *out_draft)
{
    int64_t *deltas = vtci_arena_array(&encoder->scratch, input->count, sizeof *deltas);
    if (!deltas)
        return VTC_ERR_NO_MEMORY;
    deltas[0] = input->values[0];
    for (size_t i = 1; i < input->count; i++)
        deltas[i] = (int64_t)((uint64_t)input->values[i] - (uint64_t)input->values[i - 1]);
    struct vtci_input part = *input;
    part.values = deltas;
    part.depth++;
    part.children = NULL;
    return wrap(encoder, op_new(encoder, VTCI_OP_DELTA, input->count), &part, out_draft);
}

vtc_status vtci_draft_scale(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                            uint64_t factor, int64_t least, struct vtci_draft *out_draft)
{
    int64_t *quotients = vtci_arena_array(&encoder->scratch, input->count, sizeof *quotients);
    struct vtci_op *op = op_new(encoder, VTCI_OP_SCALE, input->count);
    if (!quotients || !op)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < input->count; i++)
        quotients[i] = (int64_t)(((uint64_t)input->values[i] - (uint64_t)least) / factor);
    op->factor = factor;
    op->base = least;
    struct vtci_input part = *input;
    part.values = quotients;
    part.depth++;
    part.children = NULL;
    return wrap(encoder, op, &part, out_draft);
}

vtc_status vtci_draft_runs(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                           struct vtci_draft *out_draft)
{
    struct vtci_op *op = op_new(encoder, VTCI_OP_RUNS, input->count);
    int64_t *values = vtci_arena_array(&encoder->scratch, input->count, sizeof *values);
    int64_t *lengths = vtci_arena_array(&encoder->scratch, input->count, sizeof *lengths);
    if (!op || !values || !lengths)
        return VTC_ERR_NO_MEMORY;
    size_t runs = 0, start = 0;
    for (size_t i = 1; i <= input->count; i++) {
        if (i < input->count && input->values[i] == input->values[start])
            continue;
        values[runs] = input->values[start];
        lengths[runs++] = (int64_t)(i - start - 1);
        start = i;
    }
    struct vtci_input part = {.values = values,
                              .count = runs,
                              .depth = input->depth + 1,
                              .column = input->column,
                              .tried = input->tried};
    part.tried |= 1u << VTCI_OP_RUNS;
    struct vtci_draft of_values, of_lengths;
    VTC_TRY(vtci_array_plan(encoder, &part, &of_values));
    part.values = lengths;
    VTC_TRY(vtci_array_plan(encoder, &part, &of_lengths));
    op->parts[0] = of_values.op;
    op->parts[1] = of_lengths.op;
    out_draft->op = op;
    out_draft->cost_bytes = of_values.cost_bytes + of_lengths.cost_bytes + OP_COST_BYTES;
    return VTC_OK;
}

vtc_status vtci_draft_group(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                            struct vtci_draft *out_draft)
{
    struct vtci_lane_order order;
    int64_t *sorted = vtci_arena_array(&encoder->scratch, input->count, sizeof *sorted);
    if (!sorted || vtci_rows_lane_order(&encoder->rows, input->rows, input->count,
                                        &encoder->scratch, &order) != VTC_OK)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < input->count; i++)
        sorted[i] = input->values[order.index[i]];
    struct vtci_input part = {.values = sorted,
                              .count = input->count,
                              .rows = order.sorted_rows,
                              .depth = input->depth + 1,
                              .column = input->column};
    return wrap(encoder, op_new(encoder, VTCI_OP_GROUP, input->count), &part, out_draft);
}

vtc_status vtci_draft_linear(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                             uint32_t column, bool group, struct vtci_draft *out_draft)
{
    const int64_t *first;
    struct vtci_op *op = op_new(encoder, VTCI_OP_LINEAR, input->count);
    int64_t *rest = vtci_arena_array(&encoder->scratch, input->count, sizeof *rest);
    if (!op || !rest || vtci_rows_first(&encoder->rows, column, &first) != VTC_OK)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < input->count; i++)
        rest[i] = (int64_t)((uint64_t)input->values[i] - (uint64_t)first[input->rows[i]]);
    op->column = column;
    struct vtci_input part = *input;
    part.values = rest;
    part.depth++;
    part.children = NULL;
    if (!group)
        return wrap(encoder, op, &part, out_draft);
    VTC_TRY(vtci_draft_group(encoder, &part, out_draft));
    op->parts[0] = out_draft->op;
    out_draft->op = op;
    out_draft->cost_bytes += OP_COST_BYTES;
    return VTC_OK;
}

vtc_status vtci_draft_unstack(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                              struct vtci_draft *out_draft)
{
    struct vtci_arena *scratch = &encoder->scratch;
    struct vtci_lane_order order;
    const uint8_t *phases;
    size_t count = input->count, start = 0;
    int64_t *sorted = vtci_arena_array(scratch, count, sizeof *sorted);
    int64_t *x = vtci_arena_array(scratch, count, sizeof *x);
    uint64_t *stack = vtci_arena_array(scratch, count, sizeof *stack);
    uint8_t *sorted_phases = vtci_arena_array(scratch, count, 1);
    if (!sorted || !x || !stack || !sorted_phases ||
        vtci_rows_lane_order(&encoder->rows, input->rows, count, scratch, &order) != VTC_OK ||
        vtci_rows_phases(&encoder->rows, &phases) != VTC_OK)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        sorted[i] = input->values[order.index[i]];
        sorted_phases[i] = phases[order.sorted_rows[i]];
    }
    for (uint32_t lane = 0; lane < encoder->rows.lane_count; lane++) {
        size_t end = order.lane_ends[lane];
        vtci_unstack_encode_lane(end - start, sorted_phases + start, sorted + start, stack,
                                 x + start);
        start = end;
    }
    struct vtci_input part = {.values = x,
                              .count = count,
                              .rows = order.sorted_rows,
                              .depth = input->depth + 1,
                              .column = input->column};
    return wrap(encoder, op_new(encoder, VTCI_OP_UNSTACK, count), &part, out_draft);
}
