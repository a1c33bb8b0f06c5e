/* Events that a filter leaves, as new arrays: pairing B and E needs all of them. */
#include "base/error.h"
#include "column/event_time.h"
#include "read/block_internal.h"

/* Whether an event is on the track and touches the times (both ends inclusive). Metadata at time 0
 * stand outside of time, as in the zone map (SPEC 7.6). */
static bool event_matches(const struct vtc_events *events, size_t i,
                          const struct vtc_filter *filter)
{
    if (filter->has_track && events->track[i] != filter->track)
        return false;
    if (!filter->has_range)
        return true;
    int64_t time_ns = events->time_ns[i], duration_ns = events->duration_ns[i];
    if (time_ns == VTC_NO_TIME || (events->phase[i] == 'M' && time_ns == 0))
        return false;
    if (duration_ns == VTC_NO_TIME || duration_ns < 0)
        duration_ns = 0;
    return time_ns <= filter->to_ns && vtci_time_sum(time_ns, duration_ns) >= filter->from_ns;
}

/* The events that are left, by their index. */
struct choice {
    vtc_block *block;
    const uint32_t *chosen;
    size_t count;
    bool failed;
};

/* The chosen items of one array; NULL stays NULL. */
static const void *choose(struct choice *choice, const void *array, size_t item_bytes)
{
    if (!array || choice->failed)
        return NULL;
    const uint8_t *from = array;
    uint8_t *to = vtci_arena_array(&choice->block->arena, choice->count, item_bytes);
    if (!to) {
        choice->failed = true;
        return NULL;
    }
    for (size_t i = 0; i < choice->count; i++)
        memcpy(to + i * item_bytes, from + choice->chosen[i] * item_bytes, item_bytes);
    return to;
}

vtc_status vtci_block_set_filter(vtc_block *block, const struct vtc_filter *filter,
                                 struct vtc_error *err)
{
    block->filter = *filter;
    if (!filter->has_track && !filter->has_range)
        return VTC_OK;
    struct vtc_events left = block->all;
    uint32_t *chosen = vtci_arena_array(&block->arena, left.count, sizeof *chosen);
    if (!chosen)
        return vtci_block_fail(block, VTC_ERR_NO_MEMORY, err);
    size_t count = 0;
    for (size_t i = 0; i < left.count; i++) {
        chosen[count] = (uint32_t)i;
        count += event_matches(&left, i, filter);
    }
    struct choice choice = {block, chosen, count, false};
    left.row = choose(&choice, left.row, sizeof *left.row);
    left.phase = choose(&choice, left.phase, sizeof *left.phase);
    left.time_ns = choose(&choice, left.time_ns, sizeof *left.time_ns);
    left.duration_ns = choose(&choice, left.duration_ns, sizeof *left.duration_ns);
    left.track = choose(&choice, left.track, sizeof *left.track);
    left.name = choose(&choice, left.name, sizeof *left.name);
    left.category = choose(&choice, left.category, sizeof *left.category);
    left.id = choose(&choice, left.id, sizeof *left.id);
    left.count = count;
    if (choice.failed)
        return vtci_block_fail(block, VTC_ERR_NO_MEMORY, err);
    block->events = left;
    return VTC_OK;
}
