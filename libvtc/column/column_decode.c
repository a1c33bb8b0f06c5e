/* One column of a block: from its arrays to values (SPEC 8.3, 8.4). */
#include "base/error.h"
#include "column/block_decode_internal.h"
#include "column/factors.h"
#include "column/number.h"

static vtc_status decode_codes(struct vtci_block_decoder *decoder,
                               const struct vtci_column_code *code, const uint32_t *rows,
                               const int64_t **out_codes, struct vtc_error *err)
{
    struct vtci_array_place place = {rows, NULL};
    *out_codes = NULL;
    if (code->codes->code == VTCI_OP_CONSTANT && code->codes->base == 0)
        return VTC_OK;
    int64_t *codes = vtci_arena_array(&decoder->scratch, (size_t)code->count, sizeof *codes);
    if (!codes)
        return vtci_error_memory(err, code->count * sizeof *codes);
    *out_codes = codes;
    return vtci_array_decode(decoder, code->codes, place, codes, err);
}

static vtc_status decode_mantissas(struct vtci_block_decoder *decoder,
                                   const struct vtci_column_code *code, const uint32_t *rows,
                                   int64_t *out, struct vtc_error *err)
{
    struct vtci_array_place place = {rows, NULL};
    const struct vtci_op *op = code->array;
    if (op->code == VTCI_OP_NEST) {
        if (code->column != vtci_schema_root_column(decoder->schema, "ts", VTCI_NUMBER))
            return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "NEST-3",
                                  "NEST in column %u, which is not ts", code->column);
        decoder->nested_scale = code->scale;
        return vtci_nest_decode(decoder, op, rows, out, err);
    }
    if (op->code == VTCI_OP_NESTED) {
        uint32_t index = decoder->directory.index_of[op->column];
        const struct vtci_op *ts = decoder->directory.columns[index].array;
        if (ts->code != VTCI_OP_NEST || !decoder->nested ||
            decoder->nested_column != code->column || decoder->nested_scale != code->scale ||
            !(ts->flags & VTCI_NEST_HAS_DUR) || ts->column != code->column)
            return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "NEST-3",
                                  "column %u is NESTED, but no NEST of the same S names it",
                                  code->column);
        memcpy(out, decoder->nested, (size_t)code->count * sizeof *out);
        return VTC_OK;
    }
    return vtci_array_decode(decoder, op, place, out, err);
}

static bool all_zero(const int64_t *codes, size_t count)
{
    int64_t any = 0;
    for (size_t i = 0; codes && i < count; i++)
        any |= codes[i];
    return any == 0;
}

/* An array beside the mantissas, decoded to scratch. */
static vtc_status decode_side_array(struct vtci_block_decoder *decoder, const struct vtci_op *op,
                                    const uint32_t *rows, int64_t **out_array,
                                    struct vtc_error *err)
{
    struct vtci_array_place place = {rows, NULL};
    *out_array = vtci_arena_array(&decoder->scratch, (size_t)op->count, sizeof **out_array);
    if (!*out_array)
        return vtci_error_memory(err, op->count * sizeof **out_array);
    return vtci_array_decode(decoder, op, place, *out_array, err);
}

static bool has_token(const int64_t *codes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (codes[i] == VTCI_NUMBER_CODE_TOKEN)
            return true;
    return false;
}

/* Form 0: lengths to ends; the bytes stay where they were unpacked. */
static vtc_status decode_lengths(struct vtci_block_decoder *decoder,
                                 const struct vtci_column_code *code, struct vtci_values *values,
                                 const int64_t *lengths, struct vtc_error *err)
{
    uint64_t left = decoder->segments[code->segment].raw_bytes - code->offset, end = 0;
    for (size_t i = 0; i < code->plain_count; i++) {
        if ((uint64_t)lengths[i] > left - end)
            return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "STR-1",
                                  "expected strings within their segment, found one of %lld bytes",
                                  (long long)lengths[i]);
        end += (uint64_t)lengths[i];
        values->plain_ends[i] = end;
    }
    const uint8_t *bytes;
    VTC_TRY(vtci_block_decoder_segment(decoder, code->segment, &bytes, err));
    values->plain = (uint8_t *)bytes + code->offset; /* nobody writes to values of a decoder */
    values->plain_bytes = (size_t)end;
    return VTC_OK;
}

static size_t put_hex(uint8_t *to, uint64_t number, unsigned width)
{
    unsigned digits = 1;
    while (digits < 16 && number >> (4 * digits))
        digits++;
    if (digits < width)
        digits = width;
    for (unsigned i = 0; i < digits; i++)
        to[i] = (uint8_t) "0123456789abcdef"[number >> (4 * (digits - 1 - i)) & 15];
    return digits;
}

static size_t put_decimal(uint8_t *to, uint64_t number)
{
    uint8_t digits[20];
    size_t count = 0;
    do {
        digits[count++] = (uint8_t)('0' + number % 10);
        number /= 10;
    } while (number);
    for (size_t i = 0; i < count; i++)
        to[i] = digits[count - 1 - i];
    return count;
}

/* Forms 1 and 2. A text has at most the prefix and 16 digits, or 20. */
static vtc_status write_numbers(struct vtci_block_decoder *decoder,
                                const struct vtci_column_code *code, struct vtci_values *values,
                                const int64_t *numbers, struct vtc_error *err)
{
    size_t each = code->prefix_bytes + 20, end = 0;
    values->plain = vtci_arena_array(&decoder->arena, (size_t)code->plain_count, each);
    if (!values->plain)
        return vtci_error_memory(err, code->plain_count * each);
    for (size_t i = 0; i < code->plain_count; i++) {
        if (code->prefix_bytes)
            memcpy(values->plain + end, code->prefix, code->prefix_bytes);
        end += code->prefix_bytes;
        uint64_t number = (uint64_t)numbers[i];
        end += code->form == VTCI_FORM_HEX ? put_hex(values->plain + end, number, code->width)
                                           : put_decimal(values->plain + end, number);
        values->plain_ends[i] = end;
    }
    values->plain_bytes = end;
    return VTC_OK;
}

/* The rows of the plain values. */
static uint32_t *plain_rows(struct vtci_block_decoder *decoder, const struct vtci_values *values,
                            const uint32_t *rows, size_t plain_count)
{
    uint32_t *out = vtci_arena_array(&decoder->scratch, plain_count + 1, sizeof *out);
    size_t at = 0;
    for (size_t i = 0; out && i < values->count; i++) {
        out[at] = rows[i];
        at += vtci_value_is_plain(values, i);
    }
    return out;
}

static vtc_status decode_plain(struct vtci_block_decoder *decoder,
                               const struct vtci_column_code *code, const uint32_t *rows,
                               struct vtci_values *values, struct vtc_error *err)
{
    size_t plain_count = (size_t)code->plain_count;
    struct vtci_array_place place = {NULL, NULL};
    int64_t *numbers = vtci_arena_array(&decoder->scratch, plain_count, sizeof *numbers);
    values->plain_ends = vtci_arena_array(&decoder->arena, plain_count, sizeof *values->plain_ends);
    if (!numbers || !values->plain_ends)
        return vtci_error_memory(err, plain_count * sizeof *numbers);
    values->plain_count = plain_count;
    if (code->form != VTCI_FORM_LENGTHS) {
        place.rows = plain_rows(decoder, values, rows, plain_count);
        if (!place.rows)
            return vtci_error_memory(err, plain_count * sizeof *place.rows);
    }
    VTC_TRY(vtci_array_decode(decoder, code->plain, place, numbers, err));
    return code->form == VTCI_FORM_LENGTHS ? decode_lengths(decoder, code, values, numbers, err)
                                           : write_numbers(decoder, code, values, numbers, err);
}

/* The ids of tokens; and the plain strings among them. SPEC: NUMB-1, STR-1. */
static vtc_status decode_tokens(struct vtci_block_decoder *decoder,
                                const struct vtci_column_code *code, const uint32_t *rows,
                                struct vtci_values *values, struct vtc_error *err)
{
    uint64_t string_count = decoder->schema->columns[code->column].string_count, plain = 0;
    for (size_t i = 0; i < values->count; i++) {
        if (values->scales[i] != VTCI_SCALE_TOKEN)
            continue;
        plain += values->values[i] == 0;
        if ((uint64_t)values->values[i] > string_count || (values->values[i] == 0 && !code->plain))
            return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "NUMB-1",
                                  "expected an id up to %llu, found %lld",
                                  (unsigned long long)string_count, (long long)values->values[i]);
    }
    if (plain != code->plain_count)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "STR-1",
                              "expected %llu plain strings, found %llu", (unsigned long long)plain,
                              (unsigned long long)code->plain_count);
    return plain ? decode_plain(decoder, code, rows, values, err) : VTC_OK;
}

/* Rule 3. SPEC: NUMB-3 */
static vtc_status decode_factors(struct vtci_block_decoder *decoder,
                                 const struct vtci_column_code *code, const uint32_t *rows,
                                 struct vtci_values *values, int64_t *rounded,
                                 struct vtc_error *err)
{
    size_t count = (size_t)code->count;
    struct vtci_factor_arrays arrays = {.factors = code->factors,
                                        .factor_count = code->factor_count,
                                        .scale = code->scale,
                                        .rounded = rounded};
    VTC_TRY(decode_side_array(decoder, code->indices, rows, &arrays.indices, err));
    VTC_TRY(decode_side_array(decoder, code->residuals, rows, &arrays.residuals, err));
    VTC_TRY(decode_side_array(decoder, code->codes, rows, &arrays.codes, err));
    bool nests = code->array->code == VTCI_OP_NEST || code->array->code == VTCI_OP_NESTED;
    if (nests && has_token(arrays.codes, count))
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "NEST-3",
                              "expected no tokens in column %u", code->column);
    values->scales = vtci_arena_array(&decoder->arena, count, 1);
    values->values = vtci_arena_array(&decoder->arena, count, sizeof *values->values);
    if (!values->scales || !values->values)
        return vtci_error_memory(err, count);
    size_t good = vtci_factors_decode(&arrays, count, values->values, values->scales);
    if (good != count)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "NUMB-3",
                              "expected ticks that give a decimal, found %lld",
                              (long long)arrays.rounded[good]);
    return decode_tokens(decoder, code, rows, values, err);
}

static vtc_status decode_number(struct vtci_block_decoder *decoder,
                                const struct vtci_column_code *code, const uint32_t *rows,
                                struct vtci_values *values, int64_t *array, struct vtc_error *err)
{
    size_t count = (size_t)code->count;
    struct vtci_number_style style = {code->rule, code->scale};
    const int64_t *codes;
    VTC_TRY(decode_mantissas(decoder, code, rows, array, err));
    if (code->rule == VTCI_NUMBER_RULE_FACTORS)
        return decode_factors(decoder, code, rows, values, array, err);
    VTC_TRY(decode_codes(decoder, code, rows, &codes, err));
    bool nests = code->array->code == VTCI_OP_NEST || code->array->code == VTCI_OP_NESTED;
    if (nests && !all_zero(codes, count))
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "NEST-3",
                              "expected only codes 0 in column %u", code->column);
    values->scales = vtci_arena_array(&decoder->arena, count, 1);
    values->values = array;
    if (style.rule != 0)
        values->values = vtci_arena_array(&decoder->arena, count, sizeof *array);
    if (!values->scales || !values->values)
        return vtci_error_memory(err, count);
    size_t good = vtci_number_decode(style, codes, array, count, values->values, values->scales);
    if (good != count)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "NUMB-1",
                              "expected a code of a number, found %lld", (long long)codes[good]);
    return codes || code->plain ? decode_tokens(decoder, code, rows, values, err) : VTC_OK;
}

static vtc_status decode_string(struct vtci_block_decoder *decoder,
                                const struct vtci_column_code *code, const uint32_t *rows,
                                struct vtci_values *values, int64_t *array, struct vtc_error *err)
{
    uint64_t string_count = decoder->schema->columns[code->column].string_count, zeros = 0;
    struct vtci_array_place place = {rows, NULL};
    VTC_TRY(vtci_array_decode(decoder, code->array, place, array, err));
    uint64_t greatest = 0;
    for (size_t i = 0; i < code->count; i++) {
        zeros += array[i] == 0;
        greatest = (uint64_t)array[i] > greatest ? (uint64_t)array[i] : greatest;
    }
    if (greatest > string_count || zeros != code->plain_count)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "STR-1",
                              "expected ids up to %llu and %llu plain strings, found %llu and %llu",
                              (unsigned long long)string_count,
                              (unsigned long long)code->plain_count, (unsigned long long)greatest,
                              (unsigned long long)zeros);
    values->values = array;
    return zeros ? decode_plain(decoder, code, rows, values, err) : VTC_OK;
}

vtc_status vtci_column_decode(struct vtci_block_decoder *decoder, size_t index,
                              struct vtc_error *err)
{
    const struct vtci_column_code *code = &decoder->directory.columns[index];
    struct vtci_values *values = &decoder->columns[index].values;
    size_t count = (size_t)code->count;
    VTC_TRY(vtci_rows_make(&decoder->rows, code->column, count, err));
    const uint32_t *rows = decoder->rows.columns[code->column].rows;
    int64_t *array = vtci_arena_array(&decoder->arena, count, sizeof *array);
    if (!array)
        return vtci_error_memory(err, count * sizeof *array);
    values->count = count;
    struct vtci_array_place place = {rows, NULL};
    switch (decoder->schema->columns[code->column].type) {
    case VTCI_NUMBER: VTC_TRY(decode_number(decoder, code, rows, values, array, err)); break;
    case VTCI_STRING:
    case VTCI_RAW:
    case VTCI_SEPARATOR: VTC_TRY(decode_string(decoder, code, rows, values, array, err)); break;
    default:
        VTC_TRY(vtci_array_decode(decoder, code->array, place, array, err));
        values->values = array;
    }
    return vtci_rows_provide(&decoder->rows, code->column, array, err);
}
