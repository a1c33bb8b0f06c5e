/* Operators to arrays (SPEC 8.1). Recursion follows the tree, which the parser keeps to 8 deep. */
#include "base/error.h"
#include "column/block_decode_internal.h"
#include "column/planes.h"

static vtc_status decode_planes(struct vtci_block_decoder *decoder, const struct vtci_op *op,
                                int64_t *out, struct vtc_error *err)
{
    const uint8_t *bytes;
    VTC_TRY(vtci_block_decoder_segment(decoder, op->segment, &bytes, err));
    vtci_planes_unpack(bytes + op->offset, (size_t)op->count, op->base, op->flags, out);
    return VTC_OK;
}

static vtc_status decode_delta(struct vtci_block_decoder *decoder, const struct vtci_op *op,
                               struct vtci_array_place place, int64_t *out, struct vtc_error *err)
{
    VTC_TRY(vtci_array_decode(decoder, op->parts[0], place, out, err));
    uint64_t value = 0;
    for (size_t i = 0; i < op->count; i++) {
        value += (uint64_t)out[i];
        out[i] = (int64_t)value;
    }
    return VTC_OK;
}

static vtc_status decode_runs(struct vtci_block_decoder *decoder, const struct vtci_op *op,
                              int64_t *out, struct vtc_error *err)
{
    struct vtci_array_place none = {NULL, NULL};
    size_t run_count = (size_t)op->parts[0]->count, at = 0, count = (size_t)op->count;
    int64_t *values = vtci_arena_array(&decoder->scratch, run_count, sizeof *values);
    int64_t *lengths = vtci_arena_array(&decoder->scratch, run_count, sizeof *lengths);
    if (!values || !lengths)
        return vtci_error_memory(err, run_count * sizeof *values);
    VTC_TRY(vtci_array_decode(decoder, op->parts[0], none, values, err));
    VTC_TRY(vtci_array_decode(decoder, op->parts[1], none, lengths, err));
    for (size_t run = 0; run < run_count; run++) {
        if ((uint64_t)lengths[run] >= count - at)
            return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "ENC-3",
                                  "expected runs of %zu values, found more", count);
        for (size_t end = at + (size_t)lengths[run] + 1; at < end; at++)
            out[at] = values[run];
    }
    if (at != count)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "ENC-3",
                              "expected runs of %zu values, found %zu", count, at);
    return VTC_OK;
}

static vtc_status decode_palette(struct vtci_block_decoder *decoder, const struct vtci_op *op,
                                 struct vtci_array_place place, int64_t *out, struct vtc_error *err)
{
    struct vtci_array_place none = {NULL, NULL};
    uint64_t colours = op->parts[0]->count;
    int64_t *values = vtci_arena_array(&decoder->scratch, (size_t)colours, sizeof *values);
    if (!values)
        return vtci_error_memory(err, colours * sizeof *values);
    VTC_TRY(vtci_array_decode(decoder, op->parts[0], none, values, err));
    VTC_TRY(vtci_array_decode(decoder, op->parts[1], place, out, err));
    for (size_t i = 0; i < op->count; i++) {
        if ((uint64_t)out[i] >= colours)
            return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "ENC-4",
                                  "expected an index below %llu, found %llu",
                                  (unsigned long long)colours, (unsigned long long)out[i]);
        out[i] = values[out[i]];
    }
    return VTC_OK;
}

static vtc_status decode_group(struct vtci_block_decoder *decoder, const struct vtci_op *op,
                               struct vtci_array_place place, int64_t *out, struct vtc_error *err)
{
    size_t count = (size_t)op->count;
    struct vtci_lane_order order;
    if (!place.rows)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "ENC-6",
                              "GROUP in an array without rows");
    int64_t *sorted = vtci_arena_array(&decoder->scratch, count, sizeof *sorted);
    if (!sorted || vtci_rows_lane_order(&decoder->rows, place.rows, count, &decoder->scratch,
                                        &order) != VTC_OK)
        return vtci_error_memory(err, count * sizeof *sorted);
    struct vtci_array_place inner = {order.sorted_rows, NULL};
    VTC_TRY(vtci_array_decode(decoder, op->parts[0], inner, sorted, err));
    for (size_t i = 0; i < count; i++)
        out[order.index[i]] = sorted[i];
    return VTC_OK;
}

static vtc_status decode_linear(struct vtci_block_decoder *decoder, const struct vtci_op *op,
                                struct vtci_array_place place, int64_t *out, struct vtc_error *err)
{
    const int64_t *first;
    if (!place.rows)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "ENC-7",
                              "LINEAR in an array without rows");
    if (vtci_rows_first(&decoder->rows, op->column, &first) != VTC_OK)
        return vtci_error_memory(err, decoder->rows.rows * sizeof *first);
    VTC_TRY(vtci_array_decode(decoder, op->parts[0], place, out, err));
    for (size_t i = 0; i < op->count; i++)
        out[i] = (int64_t)((uint64_t)out[i] + (uint64_t)first[place.rows[i]]);
    return VTC_OK;
}

static vtc_status decode_scale(struct vtci_block_decoder *decoder, const struct vtci_op *op,
                               struct vtci_array_place place, int64_t *out, struct vtc_error *err)
{
    VTC_TRY(vtci_array_decode(decoder, op->parts[0], place, out, err));
    for (size_t i = 0; i < op->count; i++)
        out[i] = (int64_t)((uint64_t)out[i] * op->factor + (uint64_t)op->base);
    return VTC_OK;
}

static vtc_status decode_op(struct vtci_block_decoder *decoder, const struct vtci_op *op,
                            struct vtci_array_place place, int64_t *out, struct vtc_error *err)
{
    if (op->code != VTCI_OP_MIX) /* SPEC: ENC-8: only where MIX itself is a or b */
        place.children = NULL;
    switch (op->code) {
    case VTCI_OP_CONSTANT:
        for (size_t i = 0; i < op->count; i++)
            out[i] = op->base;
        return VTC_OK;
    case VTCI_OP_PLANES: return decode_planes(decoder, op, out, err);
    case VTCI_OP_DELTA: return decode_delta(decoder, op, place, out, err);
    case VTCI_OP_RUNS: return decode_runs(decoder, op, out, err);
    case VTCI_OP_PALETTE: return decode_palette(decoder, op, place, out, err);
    case VTCI_OP_MAP: return vtci_array_decode_map(decoder, op, place, out, err);
    case VTCI_OP_GROUP: return decode_group(decoder, op, place, out, err);
    case VTCI_OP_LINEAR: return decode_linear(decoder, op, place, out, err);
    case VTCI_OP_UNSTACK: return vtci_array_decode_unstack(decoder, op, place, out, err);
    case VTCI_OP_SCALE: return decode_scale(decoder, op, place, out, err);
    case VTCI_OP_MIX: return vtci_array_decode_mix(decoder, op, place, out, err);
    default: /* NEST and NESTED stand only at the root of ts and dur */
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "NEST-3",
                              "NEST or NESTED outside of the mantissas of ts and dur");
    }
}

vtc_status vtci_array_decode(struct vtci_block_decoder *decoder, const struct vtci_op *op,
                             struct vtci_array_place place, int64_t *out, struct vtc_error *err)
{
    struct vtci_arena_mark mark = vtci_arena_mark(&decoder->scratch);
    vtc_status status = decode_op(decoder, op, place, out, err);
    vtci_arena_rewind(&decoder->scratch, mark);
    return status;
}
