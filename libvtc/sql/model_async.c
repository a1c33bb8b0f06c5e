/* Which track an async event is on.
 *
 * Events of one key (category and id) share the name of the first of them; all keys with a name share
 * a set of tracks. A key that begins takes the track that it holds, or else the first one in the set
 * on which nothing is open, or else a new one. That is the rule of Perfetto's track compressor, where
 * it is a search; here it is a table, and a heap of the tracks that are idle.
 */
#include "base/error.h"
#include "sql/model_internal.h"

static vtc_status push_idle(struct vtci_model_maker *maker, struct vtci_async_set *set,
                            uint32_t track)
{
    VTC_TRY(VTCI_ARRAY_RESERVE(&maker->trace->memory, set->idle, set->idle_capacity,
                               set->idle_count + 1));
    size_t at = set->idle_count++;
    for (; at > 0 && set->idle[(at - 1) / 2] > track; at = (at - 1) / 2)
        set->idle[at] = set->idle[(at - 1) / 2];
    set->idle[at] = track;
    return VTC_OK;
}

static uint32_t pop_idle(struct vtci_async_set *set)
{
    uint32_t first = set->idle[0], last = set->idle[--set->idle_count];
    size_t at = 0, child;
    while ((child = 2 * at + 1) < set->idle_count) {
        if (child + 1 < set->idle_count && set->idle[child + 1] < set->idle[child])
            child++;
        if (last <= set->idle[child])
            break;
        set->idle[at] = set->idle[child];
        at = child;
    }
    if (set->idle_count)
        set->idle[at] = last;
    return first;
}

static vtc_status find_set(struct vtci_model_maker *maker, uint32_t upid, vtci_label name,
                           uint32_t *out_set)
{
    uint64_t id = (uint64_t)(upid + 1) << 32 | name; /* VTCI_ID_NONE + 1 is 0 */
    *out_set = vtci_id_map_get(&maker->async_set_ids, id);
    if (*out_set != VTCI_ID_NONE)
        return VTC_OK;
    VTC_TRY(VTCI_ARRAY_RESERVE(&maker->trace->memory, maker->async_sets, maker->async_set_capacity,
                               maker->async_set_count + 1));
    *out_set = (uint32_t)maker->async_set_count;
    memset(&maker->async_sets[maker->async_set_count++], 0, sizeof *maker->async_sets);
    return vtci_id_map_put(&maker->async_set_ids, id, *out_set);
}

/* A track without anything open, or a new one, becomes the key's. */
static vtc_status take_track(struct vtci_model_maker *maker, uint32_t set_number, uint32_t key,
                             vtci_label name, uint32_t *out_track)
{
    struct vtci_async_set *set = &maker->async_sets[set_number];
    uint64_t held = (uint64_t)set_number << 32;
    while (set->idle_count > 0) {
        uint32_t track = pop_idle(set);
        if (set->tracks[track].nesting > 0)
            continue; /* its key took it again meanwhile */
        VTC_TRY(vtci_id_map_put(&maker->async_held, held | set->tracks[track].key, VTCI_ID_NONE));
        set->tracks[track].key = key;
        *out_track = track;
        return vtci_id_map_put(&maker->async_held, held | key, track);
    }
    uint32_t upid = maker->async_keys[key].upid, lane;
    enum vtci_track_kind kind =
        upid == VTCI_ID_NONE ? VTCI_TRACK_ASYNC_GLOBAL : VTCI_TRACK_ASYNC_PROCESS;
    VTC_TRY(VTCI_ARRAY_RESERVE(&maker->trace->memory, set->tracks, set->capacity, set->count + 1));
    VTC_TRY(vtci_lane_extra(maker, kind, upid, name, &lane));
    *out_track = (uint32_t)set->count;
    set->tracks[set->count++] = (struct vtci_async_track){key, 0, lane};
    return vtci_id_map_put(&maker->async_held, held | key, *out_track);
}

vtc_status vtci_async_lane(struct vtci_model_maker *maker, const struct vtci_model_event *event,
                           uint32_t *out_lane)
{
    uint32_t key_number = event->place >> 4, set_number, track;
    struct vtci_async_key *key = &maker->async_keys[key_number];
    if (!key->has_root) {
        key->has_root = true;
        key->root_name = (vtci_label)(event->value >> 32);
    }
    VTC_TRY(find_set(maker, key->upid, key->root_name, &set_number));
    track = vtci_id_map_get(&maker->async_held, (uint64_t)set_number << 32 | key_number);
    if (track == VTCI_ID_NONE)
        VTC_TRY(take_track(maker, set_number, key_number, key->root_name, &track));
    struct vtci_async_set *set = &maker->async_sets[set_number];
    struct vtci_async_track *of = &set->tracks[track];
    *out_lane = of->lane;
    if (vtci_model_kind(event) == VTCI_MODEL_ASYNC_BEGIN) {
        of->nesting++;
        return VTC_OK;
    }
    if (vtci_model_kind(event) == VTCI_MODEL_ASYNC_END && of->nesting > 0)
        of->nesting--;
    return of->nesting == 0 ? push_idle(maker, set, track) : VTC_OK;
}

void vtci_async_free(struct vtci_model_maker *maker)
{
    struct vtci_memory *memory = &maker->trace->memory;
    for (size_t i = 0; i < maker->async_set_count; i++) {
        VTCI_ARRAY_FREE(memory, maker->async_sets[i].tracks, maker->async_sets[i].capacity);
        VTCI_ARRAY_FREE(memory, maker->async_sets[i].idle, maker->async_sets[i].idle_capacity);
    }
    VTCI_ARRAY_FREE(memory, maker->async_sets, maker->async_set_capacity);
    VTCI_ARRAY_FREE(memory, maker->async_keys, maker->async_key_capacity);
    vtci_id_map_free(&maker->async_ids);
    vtci_id_map_free(&maker->async_set_ids);
    vtci_id_map_free(&maker->async_held);
}
