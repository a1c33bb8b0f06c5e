#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void *malloc_allocate(void *context, size_t bytes)
{
    (void)context;
    return malloc(bytes);
}

static void *malloc_reallocate(void *context, void *block, size_t old_bytes, size_t new_bytes)
{
    (void)context;
    (void)old_bytes;
    return realloc(block, new_bytes);
}

static void malloc_release(void *context, void *block, size_t bytes)
{
    (void)context;
    (void)bytes;
    free(block);
}

void vtci_memory_init(struct vtci_memory *memory, const struct vtc_allocator *allocator,
                      size_t limit_bytes)
{
    static const struct vtc_allocator by_malloc = {NULL, malloc_allocate, malloc_reallocate,
                                                   malloc_release};
    memory->allocator = allocator ? *allocator : by_malloc;
    memory->limit_bytes = limit_bytes ? limit_bytes : SIZE_MAX;
    atomic_init(&memory->held_bytes, 0);
}

static int account(struct vtci_memory *memory, size_t bytes)
{
    size_t held = atomic_fetch_add_explicit(&memory->held_bytes, bytes, memory_order_relaxed);
    if (held <= memory->limit_bytes && bytes <= memory->limit_bytes - held)
        return 1;
    atomic_fetch_sub_explicit(&memory->held_bytes, bytes, memory_order_relaxed);
    return 0;
}

static void unaccount(struct vtci_memory *memory, size_t bytes)
{
    atomic_fetch_sub_explicit(&memory->held_bytes, bytes, memory_order_relaxed);
}

void *vtci_allocate(struct vtci_memory *memory, size_t bytes)
{
    if (bytes == 0 || !account(memory, bytes))
        return NULL;
    void *block = memory->allocator.allocate(memory->allocator.context, bytes);
    if (!block)
        unaccount(memory, bytes);
    return block;
}

void *vtci_allocate_zeroed(struct vtci_memory *memory, size_t bytes)
{
    void *block = vtci_allocate(memory, bytes);
    if (block)
        memset(block, 0, bytes);
    return block;
}

void *vtci_reallocate(struct vtci_memory *memory, void *block, size_t old_bytes, size_t new_bytes)
{
    if (!block)
        return vtci_allocate(memory, new_bytes);
    if (new_bytes > old_bytes && !account(memory, new_bytes - old_bytes))
        return NULL;
    void *moved =
        memory->allocator.reallocate(memory->allocator.context, block, old_bytes, new_bytes);
    if (new_bytes > old_bytes && !moved)
        unaccount(memory, new_bytes - old_bytes);
    else if (moved && new_bytes < old_bytes)
        unaccount(memory, old_bytes - new_bytes);
    return moved;
}

void vtci_release(struct vtci_memory *memory, void *block, size_t bytes)
{
    if (!block)
        return;
    memory->allocator.release(memory->allocator.context, block, bytes);
    unaccount(memory, bytes);
}

vtc_status vtci_array_grow(struct vtci_memory *memory, void *array_address, size_t *capacity,
                           size_t item_bytes, size_t needed)
{
    size_t wanted = *capacity ? *capacity : 16;
    while (wanted < needed) {
        if (wanted > SIZE_MAX / 2)
            return VTC_ERR_NO_MEMORY;
        wanted *= 2;
    }
    if (wanted > SIZE_MAX / item_bytes)
        return VTC_ERR_NO_MEMORY;
    void *block;
    memcpy(&block, array_address, sizeof block); /* a typed pointer may not be read as void * */
    block = vtci_reallocate(memory, block, *capacity * item_bytes, wanted * item_bytes);
    if (!block)
        return VTC_ERR_NO_MEMORY;
    memcpy(array_address, &block, sizeof block);
    *capacity = wanted;
    return VTC_OK;
}
