#include "sql/id_map.h"

#include <string.h>

#include "base/error.h"
#include "base/table_hash.h"

void vtci_id_map_init(struct vtci_id_map *map, struct vtci_memory *memory)
{
    memset(map, 0, sizeof *map);
    map->memory = memory;
}

void vtci_id_map_free(struct vtci_id_map *map)
{
    if (map->memory)
        VTCI_ARRAY_FREE(map->memory, map->slots, map->slot_count);
    map->slots = NULL;
    map->slot_count = map->count = 0;
}

static struct vtci_id_slot *find(const struct vtci_id_map *map, uint64_t key)
{
    size_t mask = map->slot_count - 1, slot = (size_t)vtci_table_hash(vtci_table_key(), key) & mask;
    while (map->slots[slot].is_used && map->slots[slot].key != key)
        slot = (slot + 1) & mask;
    return &map->slots[slot];
}

uint32_t vtci_id_map_get(const struct vtci_id_map *map, uint64_t key)
{
    if (map->slot_count == 0)
        return VTCI_ID_NONE;
    const struct vtci_id_slot *slot = find(map, key);
    return slot->is_used ? slot->value : VTCI_ID_NONE;
}

static vtc_status grow(struct vtci_id_map *map)
{
    struct vtci_id_map larger = *map;
    larger.slot_count = map->slot_count ? 2 * map->slot_count : 64;
    larger.slots = vtci_allocate_zeroed(map->memory, larger.slot_count * sizeof *larger.slots);
    if (!larger.slots)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < map->slot_count; i++)
        if (map->slots[i].is_used)
            *find(&larger, map->slots[i].key) = map->slots[i];
    VTCI_ARRAY_FREE(map->memory, map->slots, map->slot_count);
    *map = larger;
    return VTC_OK;
}

vtc_status vtci_id_map_put(struct vtci_id_map *map, uint64_t key, uint32_t value)
{
    if (2 * (map->count + 1) > map->slot_count)
        VTC_TRY(grow(map));
    struct vtci_id_slot *slot = find(map, key);
    map->count += !slot->is_used;
    *slot = (struct vtci_id_slot){key, value, 1};
    return VTC_OK;
}
