/* A hash table from 64-bit keys to 32-bit numbers, by open addressing. Nothing is taken out but by
 * writing VTCI_ID_NONE. */
#ifndef VTCI_SQL_ID_MAP_H
#define VTCI_SQL_ID_MAP_H

#include <stdint.h>

#include "base/memory.h"

#define VTCI_ID_NONE UINT32_MAX

struct vtci_id_slot {
    uint64_t key;
    uint32_t value;
    uint32_t is_used;
};

struct vtci_id_map {
    struct vtci_memory *memory;
    struct vtci_id_slot *slots;
    size_t slot_count; /* 0 or a power of two */
    size_t count;
};

void vtci_id_map_init(struct vtci_id_map *map, struct vtci_memory *memory);
void vtci_id_map_free(struct vtci_id_map *map);
/* VTCI_ID_NONE where there is none. */
uint32_t vtci_id_map_get(const struct vtci_id_map *map, uint64_t key);
VTC_NODISCARD vtc_status vtci_id_map_put(struct vtci_id_map *map, uint64_t key, uint32_t value);

#endif
