/* A vtci_memory for libraries whose free() is not told the size: each block is preceded by it. */
#ifndef VTCI_CODEC_COUNTED_MEMORY_H
#define VTCI_CODEC_COUNTED_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"

#define VTCI_COUNTED_HEAD_BYTES 16 /* keeps the alignment that the allocator gave */

static inline void *vtci_counted_allocate(void *memory, size_t bytes)
{
    if (bytes > SIZE_MAX - VTCI_COUNTED_HEAD_BYTES)
        return NULL;
    size_t whole_bytes = bytes + VTCI_COUNTED_HEAD_BYTES;
    unsigned char *block = vtci_allocate(memory, whole_bytes);
    if (!block)
        return NULL;
    memcpy(block, &whole_bytes, sizeof whole_bytes);
    return block + VTCI_COUNTED_HEAD_BYTES;
}

static inline void vtci_counted_release(void *memory, void *address)
{
    if (!address)
        return;
    unsigned char *block = (unsigned char *)address - VTCI_COUNTED_HEAD_BYTES;
    size_t whole_bytes;
    memcpy(&whole_bytes, block, sizeof whole_bytes);
    vtci_release(memory, block, whole_bytes);
}

#endif
