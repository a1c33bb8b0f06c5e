/* A block on its way: made, emptied for the next, freed. See block_builder.h. */
#include "base/error.h"
#include "import/block_builder.h"

#include <string.h>

void vtci_built_block_init(struct vtci_built_block *block, struct vtci_memory *memory)
{
    memset(block, 0, sizeof *block);
    block->data.memory = memory;
    vtci_buffer_init(&block->carried_text, memory);
}

void vtci_built_block_free(struct vtci_built_block *block)
{
    struct vtci_memory *memory = block->data.memory;
    for (size_t i = 0; i < block->data.column_capacity; i++) {
        struct vtci_values *values = &block->data.columns[i];
        VTCI_ARRAY_FREE(memory, values->values, values->capacity);
        VTCI_ARRAY_FREE(memory, values->scales, values->scales_capacity);
        VTCI_ARRAY_FREE(memory, values->plain, values->plain_capacity);
        VTCI_ARRAY_FREE(memory, values->plain_ends, values->plain_ends_capacity);
    }
    VTCI_ARRAY_FREE(memory, block->data.columns, block->data.column_capacity);
    VTCI_ARRAY_FREE(memory, block->tracks, block->track_capacity);
    VTCI_ARRAY_FREE(memory, block->carried, block->carried_capacity);
    vtci_buffer_free(&block->carried_text);
    vtci_built_block_init(block, memory);
}

void vtci_built_block_clear(struct vtci_built_block *block)
{
    for (size_t i = 0; i < block->data.column_count; i++) {
        struct vtci_values *values = &block->data.columns[i];
        values->count = values->plain_bytes = values->plain_count = 0;
    }
    block->data.rows = block->data.column_count = 0;
    memset(&block->zone, 0, sizeof block->zone);
    block->carried_count = 0;
    block->carried_text.len_bytes = 0;
}
