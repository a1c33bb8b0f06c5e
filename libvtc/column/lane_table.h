/* Numbers for pairs of contexts (of pid and tid) in order of first appearance: the lanes of a block.
 * Open addressing, at most half full. */
#ifndef VTCI_COLUMN_LANE_TABLE_H
#define VTCI_COLUMN_LANE_TABLE_H

#include <stdbool.h>

#include "base/table_hash.h"
#include "column/arena.h"
#include "vtc/status.h"

struct vtci_lane_slot {
    uint64_t pair;
    uint32_t lane;
    bool is_used;
};

struct vtci_lane_table {
    struct vtci_arena *arena;
    struct vtci_lane_slot *slots;
    size_t slot_count; /* a power of two */
    uint32_t lane_count;
    uint64_t key;
};

VTC_NODISCARD static inline vtc_status vtci_lane_table_init(struct vtci_lane_table *table,
                                                            struct vtci_arena *arena)
{
    table->arena = arena;
    table->slot_count = 256;
    table->slots = vtci_arena_array_zeroed(arena, table->slot_count, sizeof *table->slots);
    table->lane_count = 0;
    table->key = vtci_table_key();
    return table->slots ? VTC_OK : VTC_ERR_NO_MEMORY;
}

static inline struct vtci_lane_slot *vtci_lane_table_slot(const struct vtci_lane_table *table,
                                                          uint64_t pair)
{
    size_t mask = table->slot_count - 1;
    size_t at = (size_t)vtci_table_hash(table->key, pair) & mask;
    while (table->slots[at].is_used && table->slots[at].pair != pair)
        at = (at + 1) & mask;
    return &table->slots[at];
}

VTC_NODISCARD static inline vtc_status vtci_lane_table_grow(struct vtci_lane_table *table)
{
    struct vtci_lane_table larger = *table;
    larger.slot_count = table->slot_count * 4;
    larger.slots = vtci_arena_array_zeroed(table->arena, larger.slot_count, sizeof *larger.slots);
    if (!larger.slots)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < table->slot_count; i++)
        if (table->slots[i].is_used)
            *vtci_lane_table_slot(&larger, table->slots[i].pair) = table->slots[i];
    *table = larger;
    return VTC_OK;
}

VTC_NODISCARD static inline vtc_status vtci_lane_table_number(struct vtci_lane_table *table,
                                                              uint64_t pair, uint32_t *out_lane)
{
    struct vtci_lane_slot *slot = vtci_lane_table_slot(table, pair);
    *out_lane = slot->is_used ? slot->lane : table->lane_count;
    if (slot->is_used)
        return VTC_OK;
    *slot = (struct vtci_lane_slot){pair, table->lane_count++, true};
    return (size_t)table->lane_count * 2 > table->slot_count ? vtci_lane_table_grow(table) : VTC_OK;
}

#endif
