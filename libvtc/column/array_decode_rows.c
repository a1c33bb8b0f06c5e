/* The operators that look at rows: MAP, UNSTACK, MIX with its contexts (SPEC 8.1, 8.6). */
#include "base/error.h"
#include "codec/mix_codec.h"
#include "column/block_decode_internal.h"
#include "column/context_table.h"
#include "column/unstack.h"

vtc_status vtci_array_decode_map(struct vtci_block_decoder *decoder, const struct vtci_op *op,
                                 struct vtci_array_place place, int64_t *out, struct vtc_error *err)
{
    struct vtci_array_place none = {NULL, NULL};
    uint32_t count = (uint32_t)op->parts[0]->count;
    const uint32_t *context;
    struct vtci_context_table table;
    if (!place.rows)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "ENC-5",
                              "MAP in an array without rows");
    int64_t *values = vtci_arena_array(&decoder->scratch, count, sizeof *values);
    if (!values || vtci_context_table_init(&table, &decoder->scratch, count) != VTC_OK ||
        vtci_rows_context(&decoder->rows, op->column, &context) != VTC_OK)
        return vtci_error_memory(err, count * sizeof *values);
    VTC_TRY(vtci_array_decode(decoder, op->parts[0], none, values, err));
    for (size_t i = 0; i < op->count; i++) {
        uint32_t number = vtci_context_table_number(&table, context[place.rows[i]]);
        if (number >= count)
            return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "ENC-5",
                                  "expected %u contexts, found more", count);
        out[i] = values[number];
    }
    if (table.count != count)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "ENC-5",
                              "expected %u contexts, found %u", count, table.count);
    return VTC_OK;
}

vtc_status vtci_array_decode_unstack(struct vtci_block_decoder *decoder, const struct vtci_op *op,
                                     struct vtci_array_place place, int64_t *out,
                                     struct vtc_error *err)
{
    size_t count = (size_t)op->count;
    struct vtci_arena *scratch = &decoder->scratch;
    struct vtci_lane_order order;
    const uint8_t *phases;
    if (!place.rows)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "ENC-6",
                              "UNSTACK in an array without rows");
    int64_t *x = vtci_arena_array(scratch, count, sizeof *x);
    int64_t *values = vtci_arena_array(scratch, count, sizeof *values);
    uint64_t *stack = vtci_arena_array(scratch, count, sizeof *stack);
    uint8_t *sorted_phases = vtci_arena_array(scratch, count, sizeof *sorted_phases);
    if (!x || !values || !stack || !sorted_phases ||
        vtci_rows_lane_order(&decoder->rows, place.rows, count, scratch, &order) != VTC_OK ||
        vtci_rows_phases(&decoder->rows, &phases) != VTC_OK)
        return vtci_error_memory(err, count * sizeof *x);
    struct vtci_array_place inner = {order.sorted_rows, NULL};
    VTC_TRY(vtci_array_decode(decoder, op->parts[0], inner, x, err));
    for (size_t i = 0; i < count; i++)
        sorted_phases[i] = phases[order.sorted_rows[i]];
    size_t start = 0;
    for (uint32_t lane = 0; lane < decoder->rows.lane_count; lane++) {
        size_t end = order.lane_ends[lane];
        vtci_unstack_decode_lane(end - start, sorted_phases + start, x + start, stack,
                                 values + start);
        start = end;
    }
    for (size_t i = 0; i < count; i++)
        out[order.index[i]] = values[i];
    return VTC_OK;
}

vtc_status vtci_array_decode_mix(struct vtci_block_decoder *decoder, const struct vtci_op *op,
                                 struct vtci_array_place place, int64_t *out, struct vtc_error *err)
{
    size_t count = (size_t)op->count;
    const uint32_t *contexts[VTCI_OP_CONTEXTS_MAX] = {NULL};
    if (count > VTCI_MIX_VALUES_MAX)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "ENC-8",
                              "expected at most 2^24 values, found %zu", count);
    for (unsigned i = 0; i < op->flags; i++) {
        if (op->contexts[i].column == VTCI_MIX_CHILDREN ? !place.children : !place.rows)
            return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "ENC-8",
                                  "a context that the array does not have");
        if (vtci_rows_mix_context(&decoder->rows, &op->contexts[i], place.rows, place.children,
                                  count, &decoder->scratch, &contexts[i]) != VTC_OK)
            return vtci_error_memory(err, count * sizeof *contexts[i]);
    }
    const uint8_t *bytes;
    VTC_TRY(vtci_block_decoder_segment(decoder, op->segment, &bytes, err));
    size_t workspace_bytes = vtci_mix_workspace_bytes(count) + 64;
    uint8_t *workspace = vtci_arena_array(&decoder->scratch, workspace_bytes, 1);
    if (!workspace)
        return vtci_error_memory(err, workspace_bytes);
    workspace += 64 - ((uintptr_t)workspace & 63);
    const char *rule = vtci_mix_decode(bytes + op->offset, (size_t)op->bytes, contexts, op->flags,
                                       count, workspace, (uint64_t *)out);
    if (rule)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, rule,
                              "expected a stream of %zu values", count);
    return VTC_OK;
}
