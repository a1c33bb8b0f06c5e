#include "read/live_map.h"

#include "base/error.h"

enum { FIRST_SLOTS = 64 };

void vtci_live_map_init(struct vtci_live_map *map, struct vtci_memory *memory)
{
    struct vtci_live_map empty = {.memory = memory, .hash_key = vtci_table_key()};
    *map = empty;
}

void vtci_live_map_free(struct vtci_live_map *map)
{
    vtci_release(map->memory, map->slots, map->slot_count * sizeof *map->slots);
    vtci_live_map_init(map, map->memory);
}

static void put(struct vtci_live_map *map, uint64_t key, uint32_t stored)
{
    size_t mask = map->slot_count - 1;
    size_t at = (size_t)vtci_table_hash(map->hash_key, key) & mask;
    while (map->slots[at].value != 0)
        at = (at + 1) & mask;
    map->slots[at].key = key;
    map->slots[at].value = stored;
}

static vtc_status grow(struct vtci_live_map *map)
{
    struct vtci_live_map larger = *map;
    larger.slot_count = map->slot_count ? 2 * map->slot_count : FIRST_SLOTS;
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
    put(map, key, value + 1);
    return VTC_OK;
}
