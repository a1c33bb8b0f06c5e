/* From what tells a pid and a tid from others without their text to the track. Open addressing, at
 * most half full, in the arena of a block. See field_tracks.c. */
#ifndef VTCI_READ_TRACK_CACHE_H
#define VTCI_READ_TRACK_CACHE_H

#include <stdbool.h>

#include "base/table_hash.h"
#include "column/arena.h"
#include "vtc/status.h"

struct vtci_track_half {
    int64_t value;
    uint16_t scale;
    uint16_t kind;
};

struct vtci_track_entry {
    struct vtci_track_half pid, tid;
    uint32_t track;
    bool is_used;
};

struct vtci_track_cache {
    struct vtci_arena *arena;
    struct vtci_track_entry *entries;
    size_t entry_count; /* a power of two */
    size_t used_count;
    uint64_t key;
};

static inline bool vtci_track_halves_equal(struct vtci_track_half a, struct vtci_track_half b)
{
    return a.value == b.value && a.scale == b.scale && a.kind == b.kind;
}

/* The entry of the two, or the free one where it belongs. */
static inline struct vtci_track_entry *vtci_track_cache_entry(const struct vtci_track_cache *cache,
                                                              struct vtci_track_half pid,
                                                              struct vtci_track_half tid)
{
    uint64_t kinds =
        (uint64_t)pid.scale << 48 | (uint64_t)pid.kind << 32 | (uint64_t)tid.scale << 16 | tid.kind;
    uint64_t of_pid = vtci_table_hash(cache->key, (uint64_t)pid.value) + kinds;
    size_t mask = cache->entry_count - 1;
    size_t at = (size_t)vtci_table_hash_pair(cache->key, of_pid, (uint64_t)tid.value) & mask;
    while (cache->entries[at].is_used && !(vtci_track_halves_equal(cache->entries[at].pid, pid) &&
                                           vtci_track_halves_equal(cache->entries[at].tid, tid)))
        at = (at + 1) & mask;
    return &cache->entries[at];
}

VTC_NODISCARD static inline vtc_status vtci_track_cache_grow(struct vtci_track_cache *cache,
                                                             size_t entry_count)
{
    struct vtci_track_cache larger = *cache;
    larger.entry_count = entry_count;
    larger.entries = vtci_arena_array_zeroed(cache->arena, entry_count, sizeof *larger.entries);
    if (!larger.entries)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < cache->entry_count; i++) {
        const struct vtci_track_entry *entry = &cache->entries[i];
        if (entry->is_used)
            *vtci_track_cache_entry(&larger, entry->pid, entry->tid) = *entry;
    }
    *cache = larger;
    return VTC_OK;
}

VTC_NODISCARD static inline vtc_status vtci_track_cache_init(struct vtci_track_cache *cache,
                                                             struct vtci_arena *arena)
{
    struct vtci_track_cache empty = {.arena = arena, .key = vtci_table_key()};
    *cache = empty;
    return vtci_track_cache_grow(cache, 64);
}

/* Fills the free entry that vtci_track_cache_entry found. */
VTC_NODISCARD static inline vtc_status vtci_track_cache_add(struct vtci_track_cache *cache,
                                                            struct vtci_track_entry *entry,
                                                            struct vtci_track_half pid,
                                                            struct vtci_track_half tid,
                                                            uint32_t track)
{
    struct vtci_track_entry filled = {pid, tid, track, true};
    *entry = filled;
    return ++cache->used_count * 2 > cache->entry_count
               ? vtci_track_cache_grow(cache, cache->entry_count * 4)
               : VTC_OK;
}

#endif
