/* One column of a block: from values to arrays, and what the column's place in the trace suggests
 * for them: times that nest, names of ends, columns that another decides (SPEC 8.3 to 8.6). */
#include "base/bytes.h"
#include "base/error.h"
#include "column/block_encode_internal.h"
#include "column/number.h"
#include "column/text_forms.h"

/* Hands the array in and keeps it as long as the block. */
static vtc_status provide(struct vtci_block_encoder *encoder, uint32_t column, const int64_t *array)
{
    return vtci_rows_provide(&encoder->rows, column, array, encoder->err);
}

static struct vtci_column_code *code_add(struct vtci_block_encoder *encoder, uint32_t column)
{
    struct vtci_column_code *code = &encoder->codes[encoder->code_count++];
    memset(code, 0, sizeof *code);
    code->column = column;
    code->count = encoder->data->columns[column].count;
    return code;
}

/* Mantissas as the column's array has them; NULL when memory is short. */
static vtc_status make_mantissas(struct vtci_block_encoder *encoder,
                                 const struct vtci_values *values, struct vtci_column_code *code,
                                 const int64_t **out_mantissas, const int64_t **out_codes)
{
    bool plain;
    struct vtci_number_style style =
        vtci_number_choose(values->values, values->scales, values->count, &plain);
    code->rule = style.rule;
    code->scale = style.scale;
    *out_codes = NULL;
    *out_mantissas = values->values;
    if (plain)
        return VTC_OK;
    int64_t *mantissas = vtci_arena_array(&encoder->arena, values->count, sizeof *mantissas);
    int64_t *codes = vtci_arena_array(&encoder->scratch, values->count, sizeof *codes);
    if (!mantissas || !codes)
        return VTC_ERR_NO_MEMORY;
    bool zero =
        vtci_number_encode(style, values->values, values->scales, values->count, codes, mantissas);
    *out_mantissas = mantissas;
    *out_codes = zero ? NULL : codes;
    return VTC_OK;
}

static vtc_status constant_zero(struct vtci_block_encoder *encoder, size_t count,
                                const struct vtci_op **out_op)
{
    struct vtci_op *op = vtci_arena_array_zeroed(&encoder->arena, 1, sizeof *op);
    if (!op)
        return VTC_ERR_NO_MEMORY;
    op->code = VTCI_OP_CONSTANT;
    op->count = count;
    *out_op = op;
    return VTC_OK;
}

static vtc_status plan_codes(struct vtci_block_encoder *encoder, const struct vtci_input *column,
                             const int64_t *codes, struct vtci_column_code *code)
{
    struct vtci_input input = *column;
    struct vtci_draft draft;
    if (!codes)
        return constant_zero(encoder, column->count, &code->codes);
    input.values = codes;
    VTC_TRY(vtci_array_plan(encoder, &input, &draft));
    code->codes = draft.op;
    return VTC_OK;
}

/* The decimals to which ticks of a clock are rounded, where no ts beside them says so. */
#define FACTOR_DECIMALS 3

/* dur's mantissas, to nest with ts of `scale` decimals. *out_suits: they may. */
static vtc_status make_nested(struct vtci_block_encoder *encoder, const struct vtci_values *dur,
                              uint8_t scale, bool *out_suits)
{
    struct vtci_column_code *code = &encoder->nested_code;
    memset(code, 0, sizeof *code);
    VTC_TRY(vtci_rows_make(&encoder->rows, encoder->dur, dur->count, encoder->err));
    struct vtci_input input = {.count = dur->count,
                               .depth = 1,
                               .column = encoder->dur,
                               .rows = encoder->rows.columns[encoder->dur].rows};
    VTC_TRY(vtci_factors_plan(encoder, dur, &input, scale, code, &encoder->nested_mantissas,
                              out_suits));
    if (encoder->nested_mantissas)
        return VTC_OK;
    const int64_t *codes;
    VTC_TRY(make_mantissas(encoder, dur, code, &encoder->nested_mantissas, &codes));
    *out_suits = code->scale == scale && !codes;
    return *out_suits ? constant_zero(encoder, dur->count, &code->codes) : VTC_OK;
}

/* ts, when there is a dur: both at once, so dur's mantissas are made here. */
static vtc_status plan_times(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                             struct vtci_draft *out_draft)
{
    const struct vtci_values *dur =
        encoder->dur != VTCI_NONE && encoder->dur < encoder->data->column_count
            ? &encoder->data->columns[encoder->dur]
            : NULL;
    out_draft->op = NULL;
    if (dur && dur->count) {
        bool suits;
        VTC_TRY(make_nested(encoder, dur, encoder->codes[encoder->code_count - 1].scale, &suits));
        if (suits)
            VTC_TRY(vtci_times_plan(encoder, input, encoder->nested_mantissas, out_draft));
        encoder->nested = out_draft->op != NULL;
    }
    return out_draft->op ? VTC_OK : vtci_column_plan(encoder, input, out_draft);
}

/* dur after a NEST of ts. */
static vtc_status encode_nested(struct vtci_block_encoder *encoder, uint32_t column)
{
    struct vtci_column_code *code = code_add(encoder, column);
    struct vtci_op *op = vtci_arena_array_zeroed(&encoder->arena, 1, sizeof *op);
    if (!op)
        return VTC_ERR_NO_MEMORY;
    op->code = VTCI_OP_NESTED;
    op->column = encoder->ts;
    *code = encoder->nested_code;
    code->column = column;
    code->count = encoder->data->columns[column].count;
    op->count = code->count;
    code->array = op;
    return provide(encoder, column, encoder->nested_mantissas);
}

/* Sources and pictures in traces stay well below. */
#define LONG_STRING_BYTES ((size_t)1 << 20)

static vtc_status encode_texts(struct vtci_block_encoder *encoder, const struct vtci_values *values,
                               struct vtci_column_code *code)
{
    size_t count = values->plain_count, cost_bytes;
    int64_t *lengths = vtci_arena_array(&encoder->scratch, count, sizeof *lengths);
    if (!lengths)
        return VTC_ERR_NO_MEMORY;
    uint64_t start = 0;
    for (size_t i = 0; i < count; i++) {
        lengths[i] = (int64_t)(values->plain_ends[i] - start);
        start = values->plain_ends[i];
    }
    struct vtci_input input = {.values = lengths,
                               .count = count,
                               .depth = 1,
                               .column = code->column};
    struct vtci_draft draft;
    VTC_TRY(vtci_array_plan(encoder, &input, &draft));
    code->plain = draft.op;
    code->form = VTCI_FORM_LENGTHS;
    code->plain_bytes = values->plain_bytes;
    bool is_long = encoder->schema->columns[code->column].type == VTCI_RAW ||
                   values->plain_bytes / count >= LONG_STRING_BYTES;
    int zstd_level = is_long ? encoder->effort.long_zstd : encoder->effort.text_zstd;
    return vtci_leaf_make(encoder, values->plain, values->plain_bytes, values->plain_bytes,
                          VTCI_POOL_TEXT, zstd_level, &code->segment, &cost_bytes);
}

static vtc_status check_plain(struct vtci_block_encoder *encoder, const struct vtci_values *values,
                              uint32_t column)
{
    size_t plain = 0;
    for (size_t i = 0; i < values->count; i++)
        plain += vtci_value_is_plain(values, i);
    if (plain == values->plain_count)
        return VTC_OK;
    return vtci_error_set(encoder->err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, "STR-1",
                          "expected %zu plain strings in column %u, found %zu", plain, column,
                          values->plain_count);
}

/* Strings that are numbers become numbers, with the rows of the plain values. */
static vtc_status encode_plain(struct vtci_block_encoder *encoder, const struct vtci_values *values,
                               const uint32_t *rows, struct vtci_column_code *code)
{
    struct vtci_arena *scratch = &encoder->scratch;
    size_t count = values->plain_count;
    VTC_TRY(check_plain(encoder, values, code->column));
    if (count == 0)
        return VTC_OK;
    code->plain_count = count;
    int64_t *numbers = vtci_arena_array(scratch, count, sizeof *numbers);
    if (!numbers)
        return VTC_ERR_NO_MEMORY;
    if (!vtci_text_forms_parse(values, code, numbers))
        return encode_texts(encoder, values, code);
    uint32_t *plain_rows = vtci_arena_array(scratch, count + 1, sizeof *plain_rows);
    if (!plain_rows)
        return VTC_ERR_NO_MEMORY;
    size_t at = 0;
    for (size_t i = 0; i < values->count; i++) {
        plain_rows[at] = rows[i];
        at += vtci_value_is_plain(values, i);
    }
    struct vtci_input input = {
        .values = numbers, .count = count, .rows = plain_rows, .depth = 1, .column = code->column};
    struct vtci_draft draft;
    VTC_TRY(vtci_column_plan(encoder, &input, &draft));
    code->plain = draft.op;
    return VTC_OK;
}

static vtc_status encode_number(struct vtci_block_encoder *encoder, uint32_t column)
{
    const struct vtci_values *values = &encoder->data->columns[column];
    if (column == encoder->dur && encoder->nested)
        return encode_nested(encoder, column);
    struct vtci_column_code *code = code_add(encoder, column);
    struct vtci_input input = {.count = values->count,
                               .depth = 1,
                               .column = column,
                               .rows = encoder->rows.columns[column].rows};
    const int64_t *codes;
    struct vtci_draft draft;
    bool is_whole;
    VTC_TRY(vtci_factors_plan(encoder, values, &input, FACTOR_DECIMALS, code, &input.values,
                              &is_whole));
    if (input.values) {
        VTC_TRY(vtci_column_plan(encoder, &input, &draft));
        code->array = draft.op;
        VTC_TRY(encode_plain(encoder, values, input.rows, code));
        return provide(encoder, column, input.values);
    }
    VTC_TRY(make_mantissas(encoder, values, code, &input.values, &codes));
    if (column == encoder->ts && !codes) /* SPEC: NEST-3: all codes of ts are 0 */
        VTC_TRY(plan_times(encoder, &input, &draft));
    else
        VTC_TRY(vtci_column_plan(encoder, &input, &draft));
    code->array = draft.op;
    VTC_TRY(plan_codes(encoder, &input, codes, code));
    VTC_TRY(encode_plain(encoder, values, input.rows, code));
    return provide(encoder, column, input.values);
}

static vtc_status encode_string(struct vtci_block_encoder *encoder, uint32_t column)
{
    const struct vtci_values *values = &encoder->data->columns[column];
    struct vtci_column_code *code = code_add(encoder, column);
    struct vtci_input input = {.values = values->values,
                               .count = values->count,
                               .depth = 1,
                               .column = column,
                               .rows = encoder->rows.columns[column].rows};
    struct vtci_draft draft;
    VTC_TRY(vtci_column_plan(encoder, &input, &draft));
    code->array = draft.op;
    VTC_TRY(provide(encoder, column, values->values));
    return encode_plain(encoder, values, input.rows, code);
}

vtc_status vtci_column_encode(struct vtci_block_encoder *encoder, uint32_t column)
{
    const struct vtci_values *values = &encoder->data->columns[column];
    VTC_TRY(vtci_rows_make(&encoder->rows, column, values->count, encoder->err));
    switch (encoder->schema->columns[column].type) {
    case VTCI_NUMBER: return encode_number(encoder, column);
    case VTCI_STRING:
    case VTCI_RAW:
    case VTCI_SEPARATOR: return encode_string(encoder, column);
    default: break;
    }
    struct vtci_input input = {.values = values->values,
                               .count = values->count,
                               .depth = 1,
                               .column = column,
                               .rows = encoder->rows.columns[column].rows};
    struct vtci_draft draft;
    VTC_TRY(vtci_column_plan(encoder, &input, &draft));
    code_add(encoder, column)->array = draft.op;
    return provide(encoder, column, values->values);
}
