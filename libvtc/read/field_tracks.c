/* Tracks of events: a pid and a tid by what tells them from others, looked up by their text once. See
 * event_fields.h. */
#include "read/event_fields.h"

/* What tells a pid or tid from another without its text; but for HALF_TEXT, where only that does. */
enum { HALF_TEXT = 255 };

struct track_half {
    int64_t value;
    uint16_t scale;
    uint16_t kind;
};

struct track_entry {
    struct track_half pid, tid;
    uint32_t track;
    bool used;
};

struct track_cache {
    struct track_entry *entries;
    size_t entry_count; /* a power of two */
    size_t used_count;
};

static inline struct track_half half_of(const struct vtci_field *field, vtci_place at)
{
    struct track_half half = {0, 0, (uint16_t)(at & 7)};
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

static inline bool halves_equal(struct track_half a, struct track_half b)
{
    return a.value == b.value && a.scale == b.scale && a.kind == b.kind && a.kind != HALF_TEXT;
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

static struct track_entry *cache_slot(const struct track_cache *cache, struct track_half pid,
                                      struct track_half tid)
{
    uint64_t hash = ((uint64_t)pid.value * 0x9E3779B97F4A7C15u + pid.scale + pid.kind) ^
                    ((uint64_t)tid.value * 0xC2B2AE3D27D4EB4Fu + tid.scale * 7u + tid.kind);
    size_t mask = cache->entry_count - 1;
    size_t at = (size_t)(hash ^ hash >> 29) & mask;
    while (cache->entries[at].used && !(halves_equal(cache->entries[at].pid, pid) &&
                                        halves_equal(cache->entries[at].tid, tid)))
        at = (at + 1) & mask;
    return &cache->entries[at];
}

static vtc_status cache_grow(const struct vtci_event_maker *maker, struct track_cache *cache)
{
    struct track_cache larger = {NULL, cache->entry_count ? cache->entry_count * 4 : 64, 0};
    larger.entries =
        vtci_arena_array_zeroed(&maker->block->arena, larger.entry_count, sizeof *larger.entries);
    if (!larger.entries)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < cache->entry_count; i++)
        if (cache->entries[i].used)
            *cache_slot(&larger, cache->entries[i].pid, cache->entries[i].tid) = cache->entries[i];
    larger.used_count = cache->used_count;
    *cache = larger;
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
                             const struct vtci_field *tids, size_t event, struct track_cache *cache,
                             uint32_t *out_track)
{
    struct track_half pid = half_of(pids, vtci_place_of(pids, event));
    struct track_half tid = half_of(tids, vtci_place_of(tids, event));
    if (pid.kind == HALF_TEXT || tid.kind == HALF_TEXT)
        return find_track(maker, pids, tids, event, out_track);
    struct track_entry *entry = cache_slot(cache, pid, tid);
    if (!entry->used) {
        uint32_t track;
        VTC_TRY(find_track(maker, pids, tids, event, &track));
        *entry = (struct track_entry){pid, tid, track, true};
        if (++cache->used_count * 2 > cache->entry_count) {
            VTC_TRY(cache_grow(maker, cache));
            entry = cache_slot(cache, pid, tid);
        }
    }
    *out_track = entry->track;
    return VTC_OK;
}

/* Where the run of equal values ends that begins at `first`, at most at `end`. */
static size_t run_end(const struct vtci_values *values, size_t first, size_t end)
{
    int64_t value = values->values[first];
    uint8_t scale = values->scales[first];
    size_t i = first + 1;
    while (i < end && values->values[i] == value && values->scales[i] == scale)
        i++;
    return i;
}

/* Where the run of events on the track of `first` ends, as far as is seen without looking at texts. */
static size_t same_track(const struct vtci_field *pids, const struct vtci_field *tids, size_t first,
                         size_t count)
{
    if (vtci_field_is_direct(pids, VTCI_NUMBER) && vtci_field_is_direct(tids, VTCI_NUMBER))
        return run_end(pids->numbers, first, run_end(tids->numbers, first, count));
    struct track_half pid = half_of(pids, vtci_place_of(pids, first));
    struct track_half tid = half_of(tids, vtci_place_of(tids, first));
    size_t i = first + 1;
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
    struct track_cache cache = {NULL, 0, 0};
    if (!tracks || cache_grow(maker, &cache) != VTC_OK)
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
