#include "read/block_internal.h"

vtc_block *vtci_spare_blocks_take(struct vtci_spare_blocks *spare)
{
    for (size_t i = 0; i < VTCI_SPARE_BLOCKS; i++) {
        vtc_block *block = atomic_exchange_explicit(&spare->slots[i], NULL, memory_order_acquire);
        if (block)
            return block;
    }
    return NULL;
}

/* A quarter of the limit may rest; whoever needs more finds the rest. */
static bool may_rest(struct vtci_memory *memory)
{
    return atomic_load_explicit(&memory->held_bytes, memory_order_relaxed) <=
           memory->limit_bytes / 4;
}

void vtci_spare_blocks_put(struct vtci_spare_blocks *spare, vtc_block *block)
{
    if (may_rest(block->memory)) {
        vtci_block_reset(block);
        for (size_t i = 0; i < VTCI_SPARE_BLOCKS && block; i++) {
            vtc_block *none = NULL;
            if (atomic_compare_exchange_strong_explicit(&spare->slots[i], &none, block,
                                                        memory_order_release, memory_order_relaxed))
                return;
        }
    }
    vtci_block_free(block);
}

void vtci_spare_blocks_free(struct vtci_spare_blocks *spare)
{
    vtc_block *block;
    while ((block = vtci_spare_blocks_take(spare)) != NULL)
        vtci_block_free(block);
}
