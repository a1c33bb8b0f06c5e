/* Slices in the order of one column that has few values, or small ones: names, categories, depths,
 * tracks, parents. What SQLite would sort for GROUP BY comes to it in order.
 *
 * One pass takes the key of every row, as a number, and the columns that are used; they are put in
 * order in place, each row going to the stretch of its key (American flag sort: McIlroy, Bostic,
 * McIlroy, 1993). The stretches are then gone through in the order of what the keys stand for. Only
 * where the columns are few and fit into half of the memory limit; else SQLite sorts.
 */
#include "sql/slice_groups.h"

#include <stdlib.h>

#include "base/error.h"

/* Of a row that has no value in the column; all other keys count from 1. */
#define KEY_ABSENT 0
/* No slice's own time: it is a difference of two that are not below 0. */
#define NO_TIME INT64_MIN

static const uint64_t possible = UINT64_C(1) << VTCI_SLICE_ID | UINT64_C(1) << VTCI_SLICE_TS |
                                 UINT64_C(1) << VTCI_SLICE_DUR | UINT64_C(1) << VTCI_SLICE_SELF_DUR;

bool vtci_slice_groups_can(const struct vtci_sql_trace *trace, int key, uint64_t used)
{
    uint64_t slices = trace->slice_first[trace->summary.blocks], row_bytes = 4;
    if (key != VTCI_SLICE_NAME && key != VTCI_SLICE_CATEGORY && key != VTCI_SLICE_DEPTH &&
        key != VTCI_SLICE_TRACK_ID && key != VTCI_SLICE_PARENT_ID)
        return false;
    if (used & ~(possible | UINT64_C(1) << key))
        return false;
    row_bytes += used >> VTCI_SLICE_ID & 1 ? 4 : 0;
    row_bytes += used >> VTCI_SLICE_TS & 1 ? 8 : 0;
    row_bytes += used >> VTCI_SLICE_DUR & 1 ? 8 : 0;
    row_bytes += used >> VTCI_SLICE_SELF_DUR & 1 ? 8 : 0;
    row_bytes += key == VTCI_SLICE_PARENT_ID ? 8 : 0;
    return slices * row_bytes <= trace->memory.limit_bytes / 2;
}

void vtci_slice_groups_free(struct vtci_slice_groups *groups)
{
    if (!groups->trace)
        return;
    struct vtci_memory *memory = &groups->trace->memory;
    VTCI_ARRAY_FREE(memory, groups->keys, groups->capacity);
    VTCI_ARRAY_FREE(memory, groups->ids, groups->id_capacity);
    VTCI_ARRAY_FREE(memory, groups->ts, groups->ts_capacity);
    VTCI_ARRAY_FREE(memory, groups->dur, groups->dur_capacity);
    VTCI_ARRAY_FREE(memory, groups->self_dur, groups->self_dur_capacity);
    VTCI_ARRAY_FREE(memory, groups->ends, groups->end_capacity);
    VTCI_ARRAY_FREE(memory, groups->order, groups->order_capacity);
    memset(groups, 0, sizeof *groups);
}

static vtc_status key_of(struct vtci_slice_groups *groups, const struct vtci_slice_ref *at,
                         uint32_t *out_key)
{
    struct vtci_sql_trace *trace = groups->trace;
    size_t event = at->block->slice_event[at->index];
    uint32_t number = vtci_slice_number(trace, at);
    switch (groups->key_column) {
    case VTCI_SLICE_NAME: return vtci_slice_name(trace, at, out_key);
    case VTCI_SLICE_CATEGORY:
        VTC_TRY(vtci_labels_of_string(&trace->labels, at->block->block,
                                      at->block->events->category[event], out_key));
        if (vtci_label_text(&trace->labels, *out_key).len_bytes == 0)
            *out_key = KEY_ABSENT;
        return VTC_OK;
    case VTCI_SLICE_DEPTH: *out_key = trace->model->depth[number] + 1u; return VTC_OK;
    case VTCI_SLICE_TRACK_ID: *out_key = vtci_slice_track(trace, at) + 1; return VTC_OK;
    default:
        *out_key = trace->model->parent[number] + 1; /* VTCI_NO_SLICE + 1 is 0 */
        return VTC_OK;
    }
}

static vtc_status reserve(struct vtci_slice_groups *groups, size_t needed)
{
    struct vtci_memory *memory = &groups->trace->memory;
    VTC_TRY(VTCI_ARRAY_RESERVE(memory, groups->keys, groups->capacity, needed));
    if (groups->used >> VTCI_SLICE_ID & 1)
        VTC_TRY(VTCI_ARRAY_RESERVE(memory, groups->ids, groups->id_capacity, needed));
    if (groups->used >> VTCI_SLICE_TS & 1)
        VTC_TRY(VTCI_ARRAY_RESERVE(memory, groups->ts, groups->ts_capacity, needed));
    if (groups->used >> VTCI_SLICE_DUR & 1)
        VTC_TRY(VTCI_ARRAY_RESERVE(memory, groups->dur, groups->dur_capacity, needed));
    if (groups->used >> VTCI_SLICE_SELF_DUR & 1)
        VTC_TRY(VTCI_ARRAY_RESERVE(memory, groups->self_dur, groups->self_dur_capacity, needed));
    return VTC_OK;
}

static vtc_status add_row(void *context, const struct vtci_slice_ref *at)
{
    struct vtci_slice_groups *groups = context;
    size_t i = groups->count;
    uint32_t key;
    VTC_TRY(key_of(groups, at, &key));
    if (i == groups->capacity)
        VTC_TRY(reserve(groups, i + 1));
    groups->keys[i] = key;
    if (groups->ids)
        groups->ids[i] = vtci_slice_number(groups->trace, at);
    if (groups->ts)
        groups->ts[i] = at->block->events->time_ns[at->block->slice_event[at->index]];
    if (groups->dur)
        groups->dur[i] = vtci_slice_dur(groups->trace, at);
    if (groups->self_dur && !vtci_slice_self_dur(groups->trace, at, &groups->self_dur[i]))
        groups->self_dur[i] = NO_TIME;
    if (key >= groups->key_count)
        groups->key_count = (size_t)key + 1;
    groups->count++;
    return VTC_OK;
}

static void swap_times(int64_t *times, size_t a, size_t b)
{
    int64_t kept = times[a];
    times[a] = times[b];
    times[b] = kept;
}

static void swap_numbers(uint32_t *numbers, size_t a, size_t b)
{
    uint32_t kept = numbers[a];
    numbers[a] = numbers[b];
    numbers[b] = kept;
}

static void swap_rows(struct vtci_slice_groups *groups, size_t a, size_t b)
{
    swap_numbers(groups->keys, a, b);
    if (groups->ids)
        swap_numbers(groups->ids, a, b);
    if (groups->ts)
        swap_times(groups->ts, a, b);
    if (groups->dur)
        swap_times(groups->dur, a, b);
    if (groups->self_dur)
        swap_times(groups->self_dur, a, b);
}

/* `ends` first has where each key's stretch goes on being filled, and at the end where it ends. */
static vtc_status sort_rows(struct vtci_slice_groups *groups)
{
    struct vtci_memory *memory = &groups->trace->memory;
    size_t keys = groups->key_count;
    VTC_TRY(VTCI_ARRAY_RESERVE(memory, groups->ends, groups->end_capacity, keys + 1));
    uint32_t *ends = groups->ends,
             *counts = vtci_allocate_zeroed(memory, (keys + 1) * sizeof *counts);
    if (!counts)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < groups->count; i++)
        counts[groups->keys[i]]++;
    uint32_t start = 0;
    for (size_t key = 0; key < keys; key++) {
        ends[key] = start;
        start += counts[key];
        counts[key] = start; /* where the stretch ends */
    }
    for (size_t key = 0; key < keys; key++) {
        while (ends[key] < counts[key]) {
            uint32_t own = groups->keys[ends[key]];
            if (own == key)
                ends[key]++;
            else
                swap_rows(groups, ends[key], ends[own]++);
        }
    }
    vtci_release(memory, counts, (keys + 1) * sizeof *counts);
    return VTC_OK;
}

/* qsort has no context: the texts go with the keys. */
struct named_key {
    struct vtc_text text;
    uint32_t key;
};

static int compare_named(const void *a, const void *b)
{
    const struct named_key *left = a, *right = b;
    size_t left_bytes = left->text.len_bytes, right_bytes = right->text.len_bytes;
    size_t common = left_bytes < right_bytes ? left_bytes : right_bytes;
    int order = common ? memcmp(left->text.data, right->text.data, common) : 0;
    if (order == 0)
        order = left_bytes < right_bytes ? -1 : left_bytes > right_bytes;
    if (order == 0)
        order = (left->text.data != NULL) - (right->text.data != NULL);
    return order;
}

static vtc_status order_names(struct vtci_slice_groups *groups)
{
    struct vtci_sql_trace *trace = groups->trace;
    size_t bytes = (groups->order_count + 1) * sizeof(struct named_key);
    struct named_key *named = vtci_allocate(&trace->memory, bytes);
    if (!named)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < groups->order_count; i++)
        named[i] =
            (struct named_key){vtci_label_text(&trace->labels, groups->order[i]), groups->order[i]};
    qsort(named, groups->order_count, sizeof *named, compare_named);
    for (size_t i = 0; i < groups->order_count; i++)
        groups->order[i] = named[i].key;
    vtci_release(&trace->memory, named, bytes);
    return VTC_OK;
}

static uint32_t start_of(const struct vtci_slice_groups *groups, uint32_t key)
{
    return key ? groups->ends[key - 1] : 0;
}

/* The keys that have rows, in the order of what they stand for. */
static vtc_status order_keys(struct vtci_slice_groups *groups)
{
    bool is_text =
        groups->key_column == VTCI_SLICE_NAME || groups->key_column == VTCI_SLICE_CATEGORY;
    for (uint32_t key = 0; key < groups->key_count; key++) {
        if (start_of(groups, key) == groups->ends[key])
            continue;
        VTC_TRY(VTCI_ARRAY_RESERVE(&groups->trace->memory, groups->order, groups->order_capacity,
                                   groups->order_count + 1));
        groups->order[groups->order_count++] = key;
    }
    if (is_text)
        VTC_TRY(order_names(groups));
    for (size_t i = 0; groups->is_descending && i < groups->order_count / 2; i++) {
        uint32_t key = groups->order[i];
        groups->order[i] = groups->order[groups->order_count - 1 - i];
        groups->order[groups->order_count - 1 - i] = key;
    }
    return VTC_OK;
}

static vtc_status make(struct vtci_slice_groups *groups, struct vtci_slice_filter *filter)
{
    const struct vtci_sql_trace *trace = groups->trace;
    for (uint64_t block = 0; block < trace->summary.blocks; block++)
        if (vtci_slice_filter_block(filter, trace, block))
            VTC_TRY(vtci_slice_visit_block(groups->trace, filter, block, groups->fields, add_row,
                                           groups));
    VTC_TRY(sort_rows(groups));
    VTC_TRY(order_keys(groups));
    vtci_slice_groups_next(groups);
    return VTC_OK;
}

vtc_status vtci_slice_groups_make(struct vtci_slice_groups *groups,
                                  struct vtci_slice_filter *filter, bool has_conditions)
{
    struct vtci_sql_trace *trace = groups->trace;
    vtc_status status = VTC_OK;
    if (!has_conditions)
        status = reserve(groups, (size_t)trace->slice_first[trace->summary.blocks] + 1);
    if (status == VTC_OK)
        status = make(groups, filter);
    return vtci_sql_fail(trace, status);
}

void vtci_slice_groups_next(struct vtci_slice_groups *groups)
{
    if (groups->has_row && ++groups->at < groups->end)
        return;
    groups->has_row = groups->next_key < groups->order_count;
    if (!groups->has_row)
        return;
    uint32_t key = groups->order[groups->next_key++];
    groups->at = start_of(groups, key);
    groups->end = groups->ends[key];
}

void vtci_slice_groups_column(sqlite3_context *context, const struct vtci_slice_groups *groups,
                              int column)
{
    uint32_t key = groups->keys[groups->at];
    if (column == VTCI_SLICE_DUR)
        sqlite3_result_int64(context, groups->dur[groups->at]);
    else if (column == VTCI_SLICE_SELF_DUR && groups->self_dur[groups->at] != NO_TIME)
        sqlite3_result_int64(context, groups->self_dur[groups->at]);
    else if (column == VTCI_SLICE_SELF_DUR)
        sqlite3_result_null(context);
    else if (column == VTCI_SLICE_TS)
        sqlite3_result_int64(context, groups->ts[groups->at]);
    else if (column == VTCI_SLICE_ID)
        sqlite3_result_int64(context, groups->ids[groups->at]);
    else if (column == VTCI_SLICE_NAME || column == VTCI_SLICE_CATEGORY)
        vtci_result_label(context, groups->trace, key);
    else if (key != KEY_ABSENT)
        sqlite3_result_int64(context, (int64_t)key - 1);
}
