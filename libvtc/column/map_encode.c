/* MAP: a column that another decides, as the category by the name. */
#include "base/error.h"
#include "column/block_encode_internal.h"
#include "column/context_table.h"

#define SAMPLE 256

/* Fills `values` by context number; false where two rows of one context differ, or where there are
 * more contexts than a quarter of the rows looked at (and a few). `rows` NULL: there is a context for
 * each value. */
static bool decides(struct vtci_context_table *table, const int64_t *values, size_t count,
                    const uint32_t *rows, const uint32_t *context, int64_t *decided)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t before = table->count;
        uint32_t number = vtci_context_table_number(table, context[rows ? rows[i] : i]);
        if (number == before) {
            if (number == table->limit || number > i / 2 + 16)
                return false;
            decided[number] = values[i];
        } else if (decided[number] != values[i]) {
            return false;
        }
    }
    return true;
}

/* The same for one value in so many, which nearly always tells. */
static vtc_status may_decide(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                             uint32_t column, bool *out_may)
{
    size_t step = input->count / SAMPLE | 1, count = 0;
    int64_t values[SAMPLE * 2], decided[SAMPLE * 2];
    uint32_t sampled_rows[SAMPLE * 2], contexts[SAMPLE * 2];
    struct vtci_context_table table;
    *out_may = true;
    if (input->count <= SAMPLE * 2)
        return VTC_OK;
    for (size_t i = 0; i < input->count; i += step, count++) {
        values[count] = input->values[i];
        sampled_rows[count] = input->rows[i];
    }
    vtci_rows_context_of(&encoder->rows, column, sampled_rows, count, contexts);
    VTC_TRY(vtci_context_table_init(&table, &encoder->scratch, SAMPLE + 1));
    *out_may = decides(&table, values, count, NULL, contexts, decided);
    return VTC_OK;
}

vtc_status vtci_draft_map(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                          uint32_t column, struct vtci_draft *out_draft)
{
    struct vtci_arena *scratch = &encoder->scratch;
    uint32_t limit = (uint32_t)(input->count / 4) + 1;
    const uint32_t *context;
    struct vtci_context_table table;
    bool may;
    out_draft->op = NULL;
    VTC_TRY(may_decide(encoder, input, column, &may));
    if (!may)
        return VTC_OK;
    VTC_TRY(vtci_rows_context(&encoder->rows, column, &context));
    VTC_TRY(vtci_context_table_init(&table, scratch, limit));
    int64_t *values = vtci_arena_array(scratch, (size_t)limit + 1, sizeof *values);
    struct vtci_op *op = vtci_arena_array_zeroed(&encoder->arena, 1, sizeof *op);
    if (!values || !op)
        return VTC_ERR_NO_MEMORY;
    if (!decides(&table, input->values, input->count, input->rows, context, values))
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
