/* MAP: a column that another decides, as the category by the name. */
#include "base/error.h"
#include "column/block_encode_internal.h"
#include "column/context_table.h"

#define SAMPLE 256

/* Fills `values` by context number; false where two rows of one context differ, or where there are
 * more contexts than a quarter of the rows looked at (and a few). */
static bool decides(struct vtci_context_table *table, const struct vtci_input *input,
                    const uint32_t *context, size_t step, int64_t *values)
{
    for (size_t i = 0, seen = 0; i < input->count; i += step, seen++) {
        uint32_t before = table->count;
        uint32_t number = vtci_context_table_number(table, context[input->rows[i]]);
        if (number == before) {
            if (number == table->limit || number > seen / 2 + 16)
                return false;
            values[number] = input->values[i];
        } else if (values[number] != input->values[i]) {
            return false;
        }
    }
    return true;
}

vtc_status vtci_draft_map(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                          uint32_t column, struct vtci_draft *out_draft)
{
    struct vtci_arena *scratch = &encoder->scratch;
    uint32_t limit = (uint32_t)(input->count / 4) + 1;
    const uint32_t *context;
    struct vtci_context_table table;
    out_draft->op = NULL;
    if (vtci_rows_context(&encoder->rows, column, &context) != VTC_OK)
        return VTC_ERR_NO_MEMORY;
    size_t step = input->count / SAMPLE | 1;
    int64_t sampled[SAMPLE * 2];
    VTC_TRY(vtci_context_table_init(&table, scratch, SAMPLE + 1));
    if (input->count > SAMPLE * 2 && !decides(&table, input, context, step, sampled))
        return VTC_OK;
    VTC_TRY(vtci_context_table_init(&table, scratch, limit));
    int64_t *values = vtci_arena_array(scratch, (size_t)limit + 1, sizeof *values);
    struct vtci_op *op = vtci_arena_array_zeroed(&encoder->arena, 1, sizeof *op);
    if (!values || !op)
        return VTC_ERR_NO_MEMORY;
    if (!decides(&table, input, context, 1, values))
        return VTC_OK;
    struct vtci_input part = {.values = values,
                              .count = table.count,
                              .depth = input->depth + 1,
                              .column = input->column,
                              .tried = input->tried};
    struct vtci_draft inner;
    VTC_TRY(vtci_array_plan(encoder, &part, &inner));
    op->code = VTCI_OP_MAP;
    op->count = input->count;
    op->column = column;
    op->parts[0] = inner.op;
    out_draft->op = op;
    out_draft->cost_bytes = inner.cost_bytes + 5;
    return VTC_OK;
}
