/* A hash table from 64-bit keys to 32-bit values: ids and addresses of a live file, which anybody may
 * have chosen. Open addressing, at most half full; nothing is ever removed.
 */
#ifndef VTCI_READ_LIVE_MAP_H
#define VTCI_READ_LIVE_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/table_hash.h"

struct vtci_live_map_slot {
    uint64_t key;
    uint32_t value; /* + 1; 0: free */
};

struct vtci_live_map {
    struct vtci_memory *memory;
    struct vtci_live_map_slot *slots;
    size_t slot_count; /* a power of two, or 0 */
    size_t used;
    uint64_t hash_key;
};

#define VTCI_LIVE_MAP_NONE UINT32_MAX

void vtci_live_map_init(struct vtci_live_map *map, struct vtci_memory *memory);
void vtci_live_map_free(struct vtci_live_map *map);
/* Adds a key that is not there yet. `value` is below UINT32_MAX. NO_MEMORY only. */
VTC_NODISCARD vtc_status vtci_live_map_add(struct vtci_live_map *map, uint64_t key, uint32_t value);

/* The value, or VTCI_LIVE_MAP_NONE. */
static inline uint32_t vtci_live_map_find(const struct vtci_live_map *map, uint64_t key)
{
    if (map->slot_count == 0)
        return VTCI_LIVE_MAP_NONE;
    size_t at = (size_t)vtci_table_hash(map->hash_key, key) & (map->slot_count - 1);
    while (map->slots[at].value != 0) {
        if (map->slots[at].key == key)
            return map->slots[at].value - 1;
        at = (at + 1) & (map->slot_count - 1);
    }
    return VTCI_LIVE_MAP_NONE;
}

#endif
