/* The directory of a block (SPEC 7.5), and with it the places of leaves: segment 1 holds the small
 * leaves of arrays, segment 2 those of text, and every large leaf has one of its own after that. */
#include "base/error.h"
#include "column/block_encode_internal.h"
#include "column/number.h"

#define FIRST_OWN_SEGMENT 3

static vtc_status put_place(struct vtci_block_encoder *encoder, uint32_t leaf_index,
                            uint32_t *segments)
{
    struct vtci_leaf *leaf = &encoder->leaves[leaf_index];
    if (leaf->stored) {
        leaf->segment = (*segments)++;
        leaf->offset = 0;
    } else {
        struct vtci_buffer *pool = &encoder->pools[leaf->pool];
        leaf->segment = 1u + leaf->pool;
        leaf->offset = pool->len_bytes;
        VTC_TRY(vtci_buffer_append(pool, leaf->raw, leaf->raw_bytes));
    }
    VTC_TRY(vtci_buffer_varint(&encoder->directory, leaf->segment));
    return vtci_buffer_varint(&encoder->directory, leaf->offset);
}

static vtc_status put_array(struct vtci_block_encoder *encoder, const struct vtci_op *op,
                            uint32_t *segments);

static vtc_status put_mix(struct vtci_block_encoder *encoder, const struct vtci_op *op,
                          uint32_t *segments)
{
    struct vtci_buffer *to = &encoder->directory;
    VTC_TRY(put_place(encoder, op->segment, segments));
    VTC_TRY(vtci_buffer_varint(to, op->bytes));
    VTC_TRY(vtci_buffer_u8(to, op->flags));
    for (unsigned i = 0; i < op->flags; i++) {
        VTC_TRY(vtci_buffer_u8(to, op->contexts[i].lag));
        VTC_TRY(vtci_buffer_varint(to, op->contexts[i].column));
    }
    return VTC_OK;
}

static vtc_status put_parameters(struct vtci_block_encoder *encoder, const struct vtci_op *op,
                                 uint32_t *segments)
{
    struct vtci_buffer *to = &encoder->directory;
    switch (op->code) {
    case VTCI_OP_CONSTANT: return vtci_buffer_svarint(to, op->base);
    case VTCI_OP_PLANES:
        VTC_TRY(vtci_buffer_u8(to, op->flags));
        VTC_TRY(vtci_buffer_svarint(to, op->base));
        return put_place(encoder, op->segment, segments);
    case VTCI_OP_RUNS:
    case VTCI_OP_PALETTE: return vtci_buffer_varint(to, op->parts[0]->count);
    case VTCI_OP_MAP:
        VTC_TRY(vtci_buffer_varint(to, op->column));
        return vtci_buffer_varint(to, op->parts[0]->count);
    case VTCI_OP_LINEAR:
    case VTCI_OP_NESTED: return vtci_buffer_varint(to, op->column);
    case VTCI_OP_NEST:
        VTC_TRY(vtci_buffer_u8(to, op->flags));
        if (!(op->flags & VTCI_NEST_HAS_DUR))
            return VTC_OK;
        VTC_TRY(vtci_buffer_varint(to, op->column));
        return vtci_buffer_varint(to, op->parts[0]->count);
    case VTCI_OP_SCALE:
        VTC_TRY(vtci_buffer_varint(to, op->factor));
        return vtci_buffer_svarint(to, op->base);
    case VTCI_OP_MIX: return put_mix(encoder, op, segments);
    default: return VTC_OK;
    }
}

/* Recursion as deep as the tree, 8. */
static vtc_status put_array(struct vtci_block_encoder *encoder, const struct vtci_op *op,
                            uint32_t *segments)
{
    VTC_TRY(vtci_buffer_u8(&encoder->directory, op->code));
    VTC_TRY(put_parameters(encoder, op, segments));
    for (int part = 0; part < VTCI_OP_PARTS_MAX; part++)
        if (op->parts[part])
            VTC_TRY(put_array(encoder, op->parts[part], segments));
    return VTC_OK;
}

static vtc_status put_plain(struct vtci_block_encoder *encoder, const struct vtci_column_code *code,
                            uint32_t *segments)
{
    struct vtci_buffer *to = &encoder->directory;
    VTC_TRY(vtci_buffer_varint(to, code->plain_count));
    if (code->plain_count == 0)
        return VTC_OK;
    VTC_TRY(vtci_buffer_u8(to, code->form));
    if (code->form == VTCI_FORM_HEX) {
        VTC_TRY(vtci_buffer_varint(to, code->prefix_bytes));
        VTC_TRY(vtci_buffer_append(to, code->prefix, code->prefix_bytes));
        VTC_TRY(vtci_buffer_u8(to, code->width));
    }
    VTC_TRY(put_array(encoder, code->plain, segments));
    return code->form == VTCI_FORM_LENGTHS ? put_place(encoder, code->segment, segments) : VTC_OK;
}

static vtc_status put_factors(struct vtci_block_encoder *encoder,
                              const struct vtci_column_code *code, uint32_t *segments)
{
    struct vtci_buffer *to = &encoder->directory;
    VTC_TRY(vtci_buffer_varint(to, code->factor_count));
    for (size_t i = 0; i < code->factor_count; i++) {
        uint64_t a, c;
        memcpy(&a, &code->factors[i].a, sizeof a);
        memcpy(&c, &code->factors[i].c, sizeof c);
        VTC_TRY(vtci_buffer_u64(to, a));
        VTC_TRY(vtci_buffer_u64(to, c));
        VTC_TRY(vtci_buffer_varint(to, code->factors[i].stride));
    }
    VTC_TRY(put_array(encoder, code->indices, segments));
    return put_array(encoder, code->residuals, segments);
}

static vtc_status put_number(struct vtci_block_encoder *encoder,
                             const struct vtci_column_code *code, uint32_t *segments)
{
    struct vtci_buffer *to = &encoder->directory;
    unsigned has_plain = code->plain_count ? VTCI_NUMBER_HAS_PLAIN : 0;
    VTC_TRY(vtci_buffer_u8(to, (uint8_t)(code->rule | has_plain)));
    VTC_TRY(vtci_buffer_u8(to, code->scale));
    if (code->rule == VTCI_NUMBER_RULE_FACTORS)
        VTC_TRY(put_factors(encoder, code, segments));
    VTC_TRY(put_array(encoder, code->codes, segments));
    VTC_TRY(put_array(encoder, code->array, segments));
    return has_plain ? put_plain(encoder, code, segments) : VTC_OK;
}

static vtc_status put_column(struct vtci_block_encoder *encoder,
                             const struct vtci_column_code *code, uint32_t *segments)
{
    struct vtci_buffer *to = &encoder->directory;
    VTC_TRY(vtci_buffer_varint(to, code->column));
    VTC_TRY(vtci_buffer_varint(to, code->count));
    switch (encoder->schema->columns[code->column].type) {
    case VTCI_NUMBER: return put_number(encoder, code, segments);
    case VTCI_STRING:
    case VTCI_RAW:
    case VTCI_SEPARATOR:
        VTC_TRY(put_array(encoder, code->array, segments));
        return put_plain(encoder, code, segments);
    default: return put_array(encoder, code->array, segments);
    }
}

static vtc_status put_bytes(struct vtci_buffer *to, struct vtci_bytes bytes)
{
    VTC_TRY(vtci_buffer_varint(to, bytes.len_bytes));
    return vtci_buffer_append(to, bytes.data, bytes.len_bytes);
}

vtc_status vtci_directory_encode(struct vtci_block_encoder *encoder,
                                 const struct vtci_carried *carried, size_t carried_count,
                                 uint32_t *out_segment_count)
{
    struct vtci_buffer *to = &encoder->directory;
    uint32_t segments = FIRST_OWN_SEGMENT, row = 0;
    VTC_TRY(vtci_buffer_varint(to, encoder->code_count));
    for (size_t i = 0; i < encoder->code_count; i++)
        VTC_TRY(put_column(encoder, &encoder->codes[i], &segments));
    VTC_TRY(vtci_buffer_varint(to, carried_count));
    for (size_t i = 0; i < carried_count; i++) {
        VTC_TRY(vtci_buffer_varint(to, carried[i].row - row));
        VTC_TRY(vtci_buffer_svarint(to, carried[i].start_ns));
        VTC_TRY(put_bytes(to, carried[i].name));
        VTC_TRY(put_bytes(to, carried[i].category));
        row = carried[i].row;
    }
    *out_segment_count = segments;
    return VTC_OK;
}
