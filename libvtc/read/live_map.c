/* A hostile file may choose keys that collide: the hash is a multiplication by a constant. What that
 * costs is bounded by what the file holds, squared within one cluster; so a key that had to step over
 * many others makes the table larger, as long as it is no more than sixteen times too large. */
#include "read/live_map.h"

#include "base/error.h"

enum { FIRST_SLOTS = 64, STEPS_MAX = 64, SPARSE_MAX = 16 };

void vtci_live_map_init(struct vtci_live_map *map, struct vtci_memory *memory)
{
    struct vtci_live_map empty = {.memory = memory};
    *map = empty;
}

void vtci_live_map_free(struct vtci_live_map *map)
{
    vtci_release(map->memory, map->slots, map->slot_count * sizeof *map->slots);
    vtci_live_map_init(map, map->memory);
}

/* Returns how many slots were stepped over. */
static size_t put(struct vtci_live_map *map, uint64_t key, uint32_t stored)
{
    size_t at = (size_t)(key * 0x9E3779B97F4A7C15u >> map->shift), steps = 0;
    while (map->slots[at].value != 0) {
        at = (at + 1) & (map->slot_count - 1);
        steps++;
    }
    map->slots[at].key = key;
    map->slots[at].value = stored;
    return steps;
}

static vtc_status grow(struct vtci_live_map *map)
{
    struct vtci_live_map larger = *map;
    larger.slot_count = map->slot_count ? 2 * map->slot_count : FIRST_SLOTS;
    larger.shift = 64u - (unsigned)__builtin_ctzll(larger.slot_count);
    if (larger.slot_count > SIZE_MAX / sizeof *larger.slots)
        return VTC_ERR_NO_MEMORY;
    larger.slots = vtci_allocate_zeroed(map->memory, larger.slot_count * sizeof *larger.slots);
    if (!larger.slots)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < map->slot_count; i++)
        if (map->slots[i].value != 0)
            put(&larger, map->slots[i].key, map->slots[i].value);
    vtci_release(map->memory, map->slots, map->slot_count * sizeof *map->slots);
    *map = larger;
    return VTC_OK;
}

vtc_status vtci_live_map_add(struct vtci_live_map *map, uint64_t key, uint32_t value)
{
    if (2 * (map->used + 1) > map->slot_count)
        VTC_TRY(grow(map));
    map->used++;
    if (put(map, key, value + 1) > STEPS_MAX && map->slot_count < SPARSE_MAX * map->used)
        VTC_TRY(grow(map));
    return VTC_OK;
}
