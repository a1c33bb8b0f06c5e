#include "column/nest_order.h"

#include "base/error.h"

static bool strictly_ascending(const uint32_t *rows, size_t count)
{
    uint32_t wrong = 0;
    for (size_t i = 1; i < count; i++)
        wrong |= rows[i] <= rows[i - 1];
    return !wrong;
}

/* Turns each lane round, in place. */
static void reverse_lanes(uint32_t *items, const uint32_t *lane_ends, uint32_t lane_count)
{
    size_t start = 0;
    for (uint32_t lane = 0; lane < lane_count; lane++) {
        size_t end = lane_ends[lane];
        for (size_t i = start, j = end; i + 1 < j; i++) {
            j--;
            uint32_t item = items[i];
            items[i] = items[j];
            items[j] = item;
        }
        start = end;
    }
}

static uint32_t *copy_items(struct vtci_arena *arena, const uint32_t *items, size_t count)
{
    uint32_t *copy = vtci_arena_array(arena, count, sizeof *copy);
    if (copy && count)
        memcpy(copy, items, count * sizeof *copy);
    return copy;
}

/* Walks the times in order and notes where they have a dur. `span_of` is by row: the dur's index
 * + 1. Returns how many spans were met. */
static size_t note_spans(const uint32_t *rows, size_t count, const uint32_t *span_of,
                         uint8_t *has_dur, uint32_t *span_index, uint32_t *span_rows)
{
    size_t spans = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t span = span_of[rows[i]];
        has_dur[i] = span != 0;
        span_index[spans] = span - 1;
        span_rows[spans] = rows[i];
        spans += span != 0;
    }
    return spans;
}

static vtc_status find_spans(size_t row_count, const uint32_t *dur_rows, struct vtci_arena *arena,
                             struct vtci_nest_order *order)
{
    size_t count = order->count;
    uint32_t *span_of = vtci_arena_array_zeroed(arena, row_count, sizeof *span_of);
    uint8_t *has_dur = vtci_arena_array(arena, count, sizeof *has_dur);
    uint32_t *span_index = vtci_arena_array(arena, count + 1, sizeof *span_index);
    uint32_t *span_rows = vtci_arena_array(arena, count + 1, sizeof *span_rows);
    if (!span_of || !has_dur || !span_index || !span_rows)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < order->span_count; i++)
        span_of[dur_rows[i]] = (uint32_t)i + 1;
    if (note_spans(order->rows, count, span_of, has_dur, span_index, span_rows) !=
        order->span_count)
        return VTC_ERR_CORRUPT;
    order->has_dur = has_dur;
    order->span_index = span_index;
    order->span_rows = span_rows;
    return VTC_OK;
}

/* The usual block: each time has a dur. */
static vtc_status all_are_spans(bool reversed, struct vtci_arena *arena,
                                struct vtci_nest_order *order)
{
    uint8_t *has_dur = vtci_arena_array(arena, order->count, sizeof *has_dur);
    if (!has_dur)
        return VTC_ERR_NO_MEMORY;
    memset(has_dur, 1, order->count);
    order->has_dur = has_dur;
    order->span_index = order->time_index;
    order->span_rows = order->rows;
    order->is_as_stored = order->lane_count == 1 && !reversed;
    return VTC_OK;
}

vtc_status vtci_nest_order_make(struct vtci_block_rows *rows, const uint32_t *ts_rows, size_t count,
                                const uint32_t *dur_rows, size_t span_count, bool reversed,
                                struct vtci_arena *arena, struct vtci_nest_order *out_order)
{
    if (!strictly_ascending(ts_rows, count) ||
        (span_count && dur_rows != ts_rows && !strictly_ascending(dur_rows, span_count)))
        return VTC_ERR_CORRUPT;
    struct vtci_lane_order lanes;
    VTC_TRY(vtci_rows_lane_order(rows, ts_rows, count, arena, &lanes));
    struct vtci_nest_order order = {.count = count,
                                    .span_count = span_count,
                                    .lane_count = rows->lane_count,
                                    .lane_ends = lanes.lane_ends,
                                    .rows = lanes.sorted_rows,
                                    .time_index = lanes.index};
    if (reversed) {
        uint32_t *index = copy_items(arena, lanes.index, count);
        uint32_t *sorted_rows = copy_items(arena, lanes.sorted_rows, count);
        if (!index || !sorted_rows)
            return VTC_ERR_NO_MEMORY;
        reverse_lanes(index, order.lane_ends, order.lane_count);
        reverse_lanes(sorted_rows, order.lane_ends, order.lane_count);
        order.time_index = index;
        order.rows = sorted_rows;
    }
    VTC_TRY(dur_rows == ts_rows && span_count == count
                ? all_are_spans(reversed, arena, &order)
                : find_spans(rows->rows, dur_rows, arena, &order));
    *out_order = order;
    return VTC_OK;
}

vtc_status vtci_nest_children(const struct vtci_nest_order *order, const int64_t *k,
                              struct vtci_arena *arena, const uint32_t **out_of_times,
                              const uint32_t **out_of_spans)
{
    uint32_t *of_times = vtci_arena_array(arena, order->count, sizeof *of_times);
    uint32_t *of_spans = vtci_arena_array(arena, order->span_count, sizeof *of_spans);
    if (!of_times || !of_spans)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < order->span_count; i++)
        of_spans[i] = (uint64_t)k[i] < 3 ? (uint32_t)k[i] : 3;
    size_t span = 0;
    for (size_t i = 0; i < order->count; i++)
        of_times[i] = order->has_dur[i] ? of_spans[span++] : 0;
    *out_of_times = of_times;
    *out_of_spans = of_spans;
    return VTC_OK;
}
