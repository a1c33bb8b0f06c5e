/* Whether a column of numbers is ticks of a clock, and if so its factors (SPEC 8.3, rule 3).
 *
 * Processes calibrate their clocks each on its own, so every pid has a factor; a column of a single
 * process is the common case.
 */
#include "base/error.h"
#include "column/block_data.h"
#include "column/block_encode_internal.h"
#include "column/factors.h"
#include "column/number.h"

#define COUNT_MIN 64
#define LONG_DECIMALS 8 /* a number with so many was printed from a double */

static bool looks_like_floats(const struct vtci_values *values)
{
    size_t count = 0;
    for (size_t i = 0; i < values->count; i++)
        count += values->scales[i] >= LONG_DECIMALS && values->scales[i] <= VTCI_NUMBER_SCALE_MAX;
    return values->count >= COUNT_MIN && count * 2 > values->count;
}

/* Numbers the processes of the values' rows; *out_count is above VTCI_FACTORS_MAX for too many. */
static vtc_status number_processes(struct vtci_block_encoder *encoder, const uint32_t *rows,
                                   size_t count, int64_t *processes, size_t *out_count)
{
    uint32_t pid = vtci_schema_root_column(encoder->schema, "pid", VTCI_NUMBER);
    uint32_t met[VTCI_FACTORS_MAX];
    const uint32_t *contexts;
    *out_count = 1;
    memset(processes, 0, count * sizeof *processes);
    if (pid == VTCI_NONE || !encoder->rows.columns[pid].known)
        return VTC_OK;
    VTC_TRY(vtci_rows_context(&encoder->rows, pid, &contexts));
    size_t met_count = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t context = contexts[rows[i]];
        size_t at = 0;
        while (at < met_count && met[at] != context)
            at++;
        if (at == VTCI_FACTORS_MAX) {
            *out_count = at + 1;
            return VTC_OK;
        }
        if (at == met_count)
            met[met_count++] = context;
        processes[i] = (int64_t)at;
    }
    *out_count = met_count;
    return VTC_OK;
}

/* The numbers of one process, from which its factor is found. */
static bool find_factor(struct vtci_block_encoder *encoder, const struct vtci_values *values,
                        const int64_t *processes, int64_t process,
                        struct vtci_float_factor *out_factor)
{
    struct vtci_arena_mark mark = vtci_arena_mark(&encoder->scratch);
    int64_t *mantissas = vtci_arena_array(&encoder->scratch, values->count, sizeof *mantissas);
    uint8_t *scales = vtci_arena_array(&encoder->scratch, values->count, 1);
    size_t count = 0;
    for (size_t i = 0; mantissas && scales && i < values->count; i++) {
        mantissas[count] = values->values[i];
        scales[count] = values->scales[i];
        count += processes[i] == process;
    }
    bool found = vtci_float_find(mantissas, scales, count, out_factor);
    vtci_arena_rewind(&encoder->scratch, mark);
    return found;
}

static vtc_status plan_side(struct vtci_block_encoder *encoder, const struct vtci_input *column,
                            const int64_t *array, const struct vtci_op **out_op)
{
    struct vtci_input input = *column;
    struct vtci_draft draft;
    input.values = array;
    VTC_TRY(vtci_column_plan(encoder, &input, &draft));
    *out_op = draft.op;
    return VTC_OK;
}

vtc_status vtci_factors_plan(struct vtci_block_encoder *encoder, const struct vtci_values *values,
                             const struct vtci_input *input, uint8_t scale,
                             struct vtci_column_code *code, const int64_t **out_rounded,
                             bool *out_is_whole)
{
    size_t count = values->count, process_count;
    *out_rounded = NULL;
    if (!looks_like_floats(values))
        return VTC_OK;
    struct vtci_float_factor *factors =
        vtci_arena_array_zeroed(&encoder->arena, VTCI_FACTORS_MAX, sizeof *factors);
    struct vtci_factor_arrays arrays = {.factors = factors, .scale = scale};
    arrays.indices = vtci_arena_array(&encoder->arena, count, sizeof(int64_t));
    arrays.residuals = vtci_arena_array(&encoder->arena, count, sizeof(int64_t));
    arrays.codes = vtci_arena_array(&encoder->arena, count, sizeof(int64_t));
    arrays.rounded = vtci_arena_array(&encoder->arena, count, sizeof(int64_t));
    if (!factors || !arrays.indices || !arrays.residuals || !arrays.codes || !arrays.rounded)
        return VTC_ERR_NO_MEMORY;
    VTC_TRY(number_processes(encoder, input->rows, count, arrays.indices, &process_count));
    if (process_count > VTCI_FACTORS_MAX)
        return VTC_OK;
    bool any = false;
    for (size_t i = 0; i < process_count; i++) {
        bool found = find_factor(encoder, values, arrays.indices, (int64_t)i, &factors[i]);
        if (!found)
            factors[i] = (struct vtci_float_factor){1.0, 1.0, 1};
        any |= found;
    }
    arrays.factor_count = process_count;
    if (!any || vtci_factors_encode(&arrays, values->values, values->scales, count) * 4 > count)
        return VTC_OK;
    code->rule = VTCI_NUMBER_RULE_FACTORS;
    code->scale = scale;
    code->factors = factors;
    code->factor_count = process_count;
    VTC_TRY(plan_side(encoder, input, arrays.indices, &code->indices));
    VTC_TRY(plan_side(encoder, input, arrays.residuals, &code->residuals));
    VTC_TRY(plan_side(encoder, input, arrays.codes, &code->codes));
    *out_is_whole = true;
    for (size_t i = 0; i < count; i++)
        *out_is_whole &= arrays.codes[i] != VTCI_NUMBER_CODE_TOKEN;
    *out_rounded = arrays.rounded;
    return VTC_OK;
}
