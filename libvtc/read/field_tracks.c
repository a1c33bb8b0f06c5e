/* Tracks of events: a pid and a tid by what tells them from others, looked up by their text once. See
 * event_fields.h. */
#include "read/event_fields.h"
#include "read/track_cache.h"

/* What tells a pid or tid from another without its text; but for HALF_TEXT, where only that does. */
enum { HALF_TEXT = 255 };

static inline struct vtci_track_half half_of(const struct vtci_field *field, vtci_place at)
{
    struct vtci_track_half half = {0, 0, (uint16_t)(at & 7)};
    size_t index = at >> VTCI_PLACE_SHIFT;
    if ((at & VTCI_PLACE_TYPE) == VTCI_NUMBER) {
        half.value = field->numbers->values[index];
        half.scale = field->numbers->scales[index];
        if (vtci_value_is_plain(field->numbers, index))
            half.kind = HALF_TEXT;
    } else if (at) {
        half.value = field->strings->values[index];
        if (half.value == 0)
            half.kind = HALF_TEXT;
    }
    return half;
}

static inline bool halves_equal(struct vtci_track_half a, struct vtci_track_half b)
{
    return a.kind != HALF_TEXT && vtci_track_halves_equal(a, b);
}

static vtc_status half_text(const struct vtci_event_maker *maker, const struct vtci_field *field,
                            vtci_place at, struct vtci_bytes *out)
{
    *out = (struct vtci_bytes){NULL, 0};
    if (at == 0)
        return VTC_OK;
    if ((at & VTCI_PLACE_TYPE) == VTCI_NUMBER)
        return vtci_field_number_text(maker, field, at, true, out);
    struct vtci_bytes bytes =
        vtci_block_bytes(maker->block, vtci_field_string(field, at >> VTCI_PLACE_SHIFT));
    uint8_t *text = vtci_event_array(maker, bytes.len_bytes + 2, 1);
    if (!text)
        return VTC_ERR_NO_MEMORY;
    text[0] = text[bytes.len_bytes + 1] = '"';
    if (bytes.len_bytes)
        memcpy(text + 1, bytes.data, bytes.len_bytes);
    *out = (struct vtci_bytes){text, bytes.len_bytes + 2};
    return VTC_OK;
}

static vtc_status find_track(const struct vtci_event_maker *maker,
                             const struct vtci_field *pid_field, const struct vtci_field *tid_field,
                             size_t event, uint32_t *out_track)
{
    const struct vtci_definitions *definitions = maker->block->definitions;
    struct vtci_arena_mark mark = vtci_arena_mark(&maker->block->arena);
    struct vtci_bytes pid, tid;
    VTC_TRY(half_text(maker, pid_field, vtci_place_of(pid_field, event), &pid));
    VTC_TRY(half_text(maker, tid_field, vtci_place_of(tid_field, event), &tid));
    *out_track = vtci_track_table_find(&definitions->tracks, &definitions->schema, pid, tid);
    vtci_arena_rewind(&maker->block->arena, mark);
    return VTC_OK;
}

/* The track of an event, from the cache if it is there. */
static vtc_status take_track(const struct vtci_event_maker *maker, const struct vtci_field *pids,
                             const struct vtci_field *tids, size_t event,
                             struct vtci_track_cache *cache, uint32_t *out_track)
{
    struct vtci_track_half pid = half_of(pids, vtci_place_of(pids, event));
    struct vtci_track_half tid = half_of(tids, vtci_place_of(tids, event));
    if (pid.kind == HALF_TEXT || tid.kind == HALF_TEXT)
        return find_track(maker, pids, tids, event, out_track);
    struct vtci_track_entry *entry = vtci_track_cache_entry(cache, pid, tid);
    if (entry->is_used) {
        *out_track = entry->track;
        return VTC_OK;
    }
    VTC_TRY(find_track(maker, pids, tids, event, out_track));
    return vtci_track_cache_add(cache, entry, pid, tid, *out_track);
}

static inline bool repeats(const struct vtci_values *values, size_t i)
{
    return values->values[i] == values->values[i - 1] && values->scales[i] == values->scales[i - 1];
}

/* Where the run of events on the track of `first` ends, as far as is seen without looking at texts. */
static size_t same_track(const struct vtci_field *pids, const struct vtci_field *tids, size_t first,
                         size_t count)
{
    size_t i = first + 1;
    if (vtci_field_is_direct(pids, VTCI_NUMBER) && vtci_field_is_direct(tids, VTCI_NUMBER)) {
        /* Both at once: a run of one may go on to the end of the block for each value of the other. */
        while (i < count && repeats(pids->numbers, i) && repeats(tids->numbers, i))
            i++;
        return i;
    }
    struct vtci_track_half pid = half_of(pids, vtci_place_of(pids, first));
    struct vtci_track_half tid = half_of(tids, vtci_place_of(tids, first));
    while (i < count && halves_equal(half_of(pids, vtci_place_of(pids, i)), pid) &&
           halves_equal(half_of(tids, vtci_place_of(tids, i)), tid))
        i++;
    return i;
}

vtc_status vtci_fill_tracks(const struct vtci_event_maker *maker, uint32_t **out_tracks)
{
    struct vtci_field pids, tids;
    VTC_TRY(vtci_field_find(maker, VTCI_EVENT_PID, &pids));
    VTC_TRY(vtci_field_find(maker, VTCI_EVENT_TID, &tids));
    size_t count = maker->block->all.count;
    uint32_t *tracks = vtci_event_array(maker, count, sizeof *tracks);
    struct vtci_track_cache cache;
    if (!tracks || vtci_track_cache_init(&cache, &maker->block->arena) != VTC_OK)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < count;) {
        uint32_t track;
        VTC_TRY(take_track(maker, &pids, &tids, i, &cache, &track));
        for (size_t end = same_track(&pids, &tids, i, count); i < end; i++)
            tracks[i] = track;
    }
    *out_tracks = tracks;
    return VTC_OK;
}
