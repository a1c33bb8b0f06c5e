/* Conditions on the selected rows of a batch: each node of the tree gives a byte a row, one kind of
 * comparison at a time over whole arrays. The recursion is as deep as the question is nested.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "query/batch.h"
#include "query/carried_arguments.h"
#include "query/row_values.h"

enum { NO = 1, YES = 2, TOKEN_BYTES_MAX = 64 };

struct judge {
    struct vtci_batch_reader *batches;
    const struct vtci_batch *batch;
    struct vtc_error *err;
};

static vtc_status judge_text(const struct judge *judge, const struct vtci_pattern *pattern,
                             vtc_string string, bool *out_matches)
{
    struct vtci_text_store texts;
    struct vtc_text text = vtc_block_string(judge->batch->block, string);
    vtc_status status = VTC_OK;
    vtci_text_store_init(&texts, &judge->batches->query->memory);
    if (text.len_bytes && memchr(text.data, '\\', text.len_bytes))
        status = vtci_text_store_decode(&texts, text, &text);
    if (status == VTC_OK)
        status = vtci_pattern_match(pattern, text, out_matches);
    vtci_text_store_free(&texts);
    return status;
}

/* Whether a string matches, from memory where it was asked before. */
static vtc_status judge_string(const struct judge *judge, size_t index, vtc_string string,
                               bool *out_matches)
{
    const struct vtci_condition *condition = &judge->batches->filter->question->conditions[index];
    if (string >= VTC_STRING_LOCAL)
        return judge_text(judge, condition->pattern, string, out_matches);
    uint32_t *verdict = vtci_string_map_place(&judge->batches->verdicts[index], string);
    if (!verdict)
        return VTC_ERR_NO_MEMORY;
    if (*verdict == 0) {
        VTC_TRY(judge_text(judge, condition->pattern, string, out_matches));
        *verdict = *out_matches ? YES : NO;
    }
    *out_matches = *verdict == YES;
    return VTC_OK;
}

static vtc_status judge_strings(const struct judge *judge, size_t index, const vtc_string *strings,
                                uint8_t *mask)
{
    const struct vtci_batch *batch = judge->batch;
    const struct vtci_condition *condition = &judge->batches->filter->question->conditions[index];
    bool wanted = condition->comparison == VTCI_EQUAL;
    for (size_t i = 0; i < batch->selected_count; i++) {
        vtc_string string = strings[batch->selected[i]];
        bool matches = false;
        mask[i] = 0;
        if (string == VTC_NO_STRING)
            continue;
        VTC_TRY(judge_string(judge, index, string, &matches));
        mask[i] = matches == wanted;
    }
    return VTC_OK;
}

static void judge_tracks(const struct judge *judge, size_t index, uint8_t *mask)
{
    const struct vtci_batch *batch = judge->batch;
    const struct vtci_filter *filter = judge->batches->filter;
    const uint8_t *verdicts = filter->tracks[index];
    for (size_t i = 0; i < batch->selected_count; i++) {
        uint32_t track = batch->track[batch->selected[i]];
        mask[i] = verdicts[track < filter->track_count ? track : filter->track_count];
    }
}

/* A pair of B and E is of phase B. */
static vtc_status judge_phases(const struct judge *judge, size_t index, uint8_t *mask)
{
    const struct vtci_batch *batch = judge->batch;
    const struct vtci_condition *condition = &judge->batches->filter->question->conditions[index];
    uint8_t verdicts[256] = {0};
    for (unsigned phase = 1; phase < 256; phase++) {
        char text = (char)phase;
        bool matches = false;
        VTC_TRY(vtci_pattern_match(condition->pattern, (struct vtc_text){&text, 1}, &matches));
        verdicts[phase] = matches == (condition->comparison == VTCI_EQUAL);
    }
    if (batch->is_spans)
        verdicts['E'] = verdicts['B'];
    for (size_t i = 0; i < batch->selected_count; i++)
        mask[i] = verdicts[batch->phase[batch->selected[i]]];
    return VTC_OK;
}

static inline bool holds(enum vtci_comparison comparison, int order)
{
    switch (comparison) {
    case VTCI_EQUAL: return order == 0;
    case VTCI_UNEQUAL: return order != 0;
    case VTCI_BELOW: return order < 0;
    case VTCI_AT_MOST: return order <= 0;
    case VTCI_ABOVE: return order > 0;
    case VTCI_AT_LEAST: return order >= 0;
    }
    return false;
}

/* As a range with an outside, so that one loop does for all comparisons. */
static void judge_times(const struct judge *judge, const int64_t *times,
                        enum vtci_comparison comparison, int64_t bound, uint8_t *mask)
{
    const struct vtci_batch *batch = judge->batch;
    int64_t least = INT64_MIN + 1, most = INT64_MAX; /* VTC_NO_TIME is below */
    bool is_inverse = comparison == VTCI_UNEQUAL, is_never = false;
    if (comparison == VTCI_EQUAL || is_inverse || comparison == VTCI_ABOVE ||
        comparison == VTCI_AT_LEAST)
        least = bound;
    if (comparison == VTCI_EQUAL || is_inverse || comparison == VTCI_BELOW ||
        comparison == VTCI_AT_MOST)
        most = bound;
    if (comparison == VTCI_ABOVE)
        is_never = __builtin_add_overflow(least, 1, &least);
    if (comparison == VTCI_BELOW)
        is_never = __builtin_sub_overflow(most, 1, &most);
    for (size_t i = 0; i < batch->selected_count; i++) {
        int64_t time = times[batch->selected[i]];
        bool within = time >= least && time <= most && !is_never;
        mask[i] = within != is_inverse && time != VTC_NO_TIME;
    }
}

/* --- arguments ------------------------------------------------------------------------------- */

/* The value of a number that is no decimal, such as 1e300. */
static bool token_holds(const struct judge *judge, const struct vtci_condition *condition,
                        vtc_string string)
{
    char copy[TOKEN_BYTES_MAX + 1], *end;
    struct vtc_text text = vtc_block_string(judge->batch->block, string);
    if (!text.data || text.len_bytes == 0 || text.len_bytes > TOKEN_BYTES_MAX)
        return false;
    memcpy(copy, text.data, text.len_bytes);
    copy[text.len_bytes] = '\0';
    double value = strtod(copy, &end), bound = (double)condition->quantity.number;
    for (unsigned i = 0; i < condition->quantity.scale; i++)
        bound /= 10;
    if (*end)
        return false;
    return holds(condition->comparison, value < bound ? -1 : value > bound);
}

static vtc_status value_holds(const struct judge *judge, size_t index,
                              const struct vtc_values *values, size_t i, bool *out_holds)
{
    const struct vtci_condition *condition = &judge->batches->filter->question->conditions[index];
    if (condition->pattern) {
        bool matches = false;
        VTC_TRY(judge_string(judge, index, values->string[i], &matches));
        *out_holds = matches == (condition->comparison == VTCI_EQUAL);
    } else if (values->scale[i] == VTCI_SCALE_OF_TOKEN) {
        *out_holds = token_holds(judge, condition, values->string[i]);
    } else {
        *out_holds =
            holds(condition->comparison,
                  vtci_quantity_compare(values->number[i], values->scale[i], &condition->quantity));
    }
    return VTC_OK;
}

/* Whether the condition holds for any value of a row. */
static vtc_status row_holds(const struct judge *judge, size_t index,
                            const struct vtc_values *values, uint32_t row, uint8_t *out_holds)
{
    bool found = false;
    for (size_t i = vtci_values_first(values, row);
         i < values->count && values->row[i] == row && !found; i++)
        VTC_TRY(value_holds(judge, index, values, i, &found));
    *out_holds |= found;
    return VTC_OK;
}

vtc_status vtci_filter_judge_row(struct vtci_batch_reader *batches, const struct vtci_batch *batch,
                                 size_t index, const struct vtc_values *values, uint32_t row,
                                 uint8_t *out_holds, struct vtc_error *err)
{
    struct judge judge = {batches, batch, err};
    return row_holds(&judge, index, values, row, out_holds);
}

static vtc_status judge_arguments(const struct judge *judge, size_t index, uint8_t *mask)
{
    const struct vtci_batch *batch = judge->batch;
    const struct vtci_argument_columns *columns = &judge->batches->filter->arguments[index];
    struct vtc_values values;
    memset(mask, 0, batch->selected_count);
    if (!columns->has_number && !columns->has_string)
        return VTC_OK;
    VTC_TRY(vtc_block_values(batch->block, columns->has_number ? columns->number : columns->string,
                             &values, judge->err));
    for (size_t i = 0; i < batch->selected_count && values.count > 0; i++) {
        uint32_t at = batch->selected[i];
        VTC_TRY(row_holds(judge, index, &values, batch->row[at], &mask[i]));
        if (batch->begin_row && batch->begin_row[at] != VTC_NO_ROW && !mask[i])
            VTC_TRY(row_holds(judge, index, &values, batch->begin_row[at], &mask[i]));
    }
    const struct vtci_carried_arguments *carried = judge->batches->filter->carried;
    for (size_t i = 0; i < batch->selected_count && batch->begin_row && carried; i++) {
        uint32_t at = batch->selected[i];
        if (batch->phase[at] == 'E' && batch->begin_row[at] == VTC_NO_ROW)
            mask[i] |= vtci_carried_arguments_hold(carried, batch->index, batch->row[at], index);
    }
    return VTC_OK;
}

/* --- the tree -------------------------------------------------------------------------------- */

static vtc_status judge_node(const struct judge *judge, uint16_t index, uint8_t *mask);

static vtc_status judge_both(const struct judge *judge, const struct vtci_condition *condition,
                             uint8_t *mask)
{
    struct vtci_memory *memory = &judge->batches->query->memory;
    size_t count = judge->batch->selected_count;
    uint8_t *right = vtci_allocate(memory, count);
    if (!right)
        return VTC_ERR_NO_MEMORY;
    vtc_status status = judge_node(judge, condition->left, mask);
    if (status == VTC_OK)
        status = judge_node(judge, condition->right, right);
    for (size_t i = 0; i < count && status == VTC_OK; i++)
        mask[i] = condition->kind == VTCI_CONDITION_AND ? mask[i] & right[i] : mask[i] | right[i];
    vtci_release(memory, right, count);
    return status;
}

static vtc_status judge_node(const struct judge *judge, uint16_t index, uint8_t *mask)
{
    const struct vtci_filter *filter = judge->batches->filter;
    const struct vtci_condition *condition = &filter->question->conditions[index];
    const struct vtci_batch *batch = judge->batch;
    switch (condition->kind) {
    case VTCI_CONDITION_AND:
    case VTCI_CONDITION_OR: return judge_both(judge, condition, mask);
    case VTCI_CONDITION_NOT:
        VTC_TRY(judge_node(judge, condition->left, mask));
        for (size_t i = 0; i < batch->selected_count; i++)
            mask[i] = !mask[i];
        return VTC_OK;
    case VTCI_CONDITION_NAME: return judge_strings(judge, index, batch->name, mask);
    case VTCI_CONDITION_CATEGORY: return judge_strings(judge, index, batch->category, mask);
    case VTCI_CONDITION_THREAD:
    case VTCI_CONDITION_PROCESS: judge_tracks(judge, index, mask); return VTC_OK;
    case VTCI_CONDITION_PHASE: return judge_phases(judge, index, mask);
    case VTCI_CONDITION_DURATION:
        judge_times(judge, batch->duration_ns, condition->comparison, condition->whole_ns, mask);
        return VTC_OK;
    case VTCI_CONDITION_TIME:
        judge_times(judge, batch->time_ns, condition->comparison, filter->times[index], mask);
        return VTC_OK;
    case VTCI_CONDITION_ARGUMENT: return judge_arguments(judge, index, mask);
    }
    return VTC_OK;
}

vtc_status vtci_filter_apply(struct vtci_batch_reader *batches, size_t conjunct,
                             struct vtc_error *err)
{
    struct vtci_batch *batch = &batches->batch;
    struct judge judge = {batches, batch, err};
    size_t count = batch->selected_count, kept = 0;
    if (count == 0)
        return VTC_OK;
    uint8_t *mask = vtci_allocate(&batches->query->memory, count);
    if (!mask)
        return vtci_error_memory(err, count);
    vtc_status status = judge_node(&judge, batches->filter->conjuncts[conjunct], mask);
    for (size_t i = 0; i < count && status == VTC_OK; i++) {
        batch->selected[kept] = batch->selected[i];
        kept += mask[i];
    }
    vtci_release(&batches->query->memory, mask, count);
    if (status == VTC_OK)
        batch->selected_count = kept;
    return status == VTC_ERR_NO_MEMORY ? vtci_error_memory(err, count) : status;
}

static int64_t sum(int64_t a, int64_t b)
{
    int64_t result;
    if (__builtin_add_overflow(a, b, &result))
        return b < 0 ? INT64_MIN + 1 : INT64_MAX;
    return result;
}

void vtci_filter_apply_range(struct vtci_batch_reader *batches)
{
    struct vtci_batch *batch = &batches->batch;
    const struct vtci_filter *filter = batches->filter;
    size_t kept = 0;
    for (size_t i = 0; i < batch->selected_count; i++) {
        uint32_t at = batch->selected[i];
        int64_t start_ns = batch->time_ns[at];
        int64_t duration_ns = batch->duration_ns[at] == VTC_NO_TIME ? 0 : batch->duration_ns[at];
        int64_t end_ns = sum(start_ns, duration_ns);
        /* Metadata at time 0 stand outside of time, as in the zone map. */
        bool has_time = start_ns != VTC_NO_TIME && !(batch->phase[at] == 'M' && start_ns == 0);
        bool touches = (start_ns < end_ns ? start_ns : end_ns) <= filter->to_ns &&
                       (start_ns < end_ns ? end_ns : start_ns) >= filter->from_ns;
        batch->selected[kept] = at;
        kept += has_time && touches;
    }
    batch->selected_count = kept;
}
