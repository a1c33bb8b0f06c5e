/* Numbers for contexts in order of first appearance (SPEC: MAP): a small open-addressing table.
 * A number as large as `limit` means "one too many"; the table then stays as it was. */
#ifndef VTCI_COLUMN_CONTEXT_TABLE_H
#define VTCI_COLUMN_CONTEXT_TABLE_H

#include "base/table_hash.h"
#include "column/arena.h"
#include "vtc/status.h"

struct vtci_context_table {
    uint32_t *contexts; /* by slot */
    uint32_t *numbers;  /* by slot: number + 1, 0 is free */
    uint32_t mask;
    uint32_t count;
    uint32_t limit;
    uint32_t last_context; /* the one asked for before, valid once count > 0 */
    uint32_t last_number;
    uint64_t key;
};

VTC_NODISCARD static inline vtc_status vtci_context_table_init(struct vtci_context_table *table,
                                                               struct vtci_arena *arena,
                                                               uint32_t limit)
{
    uint32_t slots = 64;
    while (slots < (uint64_t)limit * 2)
        slots *= 2;
    table->contexts = vtci_arena_array(arena, slots, sizeof *table->contexts);
    table->numbers = vtci_arena_array_zeroed(arena, slots, sizeof *table->numbers);
    table->mask = slots - 1;
    table->count = 0;
    table->limit = limit;
    table->last_context = 0;
    table->last_number = 0;
    table->key = vtci_table_key();
    return table->contexts && table->numbers ? VTC_OK : VTC_ERR_NO_MEMORY;
}

static inline uint32_t vtci_context_table_number(struct vtci_context_table *table, uint32_t context)
{
    if (table->count && context == table->last_context)
        return table->last_number;
    uint32_t at = (uint32_t)vtci_table_hash(table->key, context) & table->mask;
    while (table->numbers[at] && table->contexts[at] != context)
        at = (at + 1) & table->mask;
    if (!table->numbers[at]) {
        if (table->count == table->limit)
            return table->limit;
        table->contexts[at] = context;
        table->numbers[at] = ++table->count;
    }
    table->last_context = context;
    table->last_number = table->numbers[at] - 1;
    return table->last_number;
}

#endif
