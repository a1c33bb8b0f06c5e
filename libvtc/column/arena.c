#include "column/arena.h"

#include <stdint.h>
#include <string.h>

#define CHUNK_BYTES_MIN (32u << 10)
#define CHUNK_BYTES_MAX (1u << 20)

struct vtci_arena_chunk {
    struct vtci_arena_chunk *next;
    size_t capacity_bytes; /* after the head */
    size_t used_bytes;
    size_t padding; /* the head is 32 bytes, so that what follows is aligned */
};

void vtci_arena_init(struct vtci_arena *arena, struct vtci_memory *memory)
{
    arena->memory = memory;
    arena->first = NULL;
    arena->current = NULL;
}

void vtci_arena_free(struct vtci_arena *arena)
{
    struct vtci_arena_chunk *chunk = arena->first;
    while (chunk) {
        struct vtci_arena_chunk *next = chunk->next;
        vtci_release(arena->memory, chunk, sizeof *chunk + chunk->capacity_bytes);
        chunk = next;
    }
    arena->first = NULL;
    arena->current = NULL;
}

static struct vtci_arena_chunk *chunk_add(struct vtci_arena *arena, size_t bytes)
{
    size_t capacity_bytes = CHUNK_BYTES_MIN;
    if (arena->current)
        capacity_bytes = arena->current->capacity_bytes < CHUNK_BYTES_MAX / 2
                             ? arena->current->capacity_bytes * 2
                             : CHUNK_BYTES_MAX;
    if (capacity_bytes < bytes)
        capacity_bytes = bytes;
    struct vtci_arena_chunk *chunk = vtci_allocate(arena->memory, sizeof *chunk + capacity_bytes);
    if (!chunk)
        return NULL;
    chunk->capacity_bytes = capacity_bytes;
    chunk->used_bytes = 0;
    if (arena->current) {
        chunk->next = arena->current->next;
        arena->current->next = chunk;
    } else {
        chunk->next = arena->first;
        arena->first = chunk;
    }
    return chunk;
}

void *vtci_arena_array(struct vtci_arena *arena, size_t count, size_t item_bytes)
{
    if (count > (SIZE_MAX / 4) / item_bytes)
        return NULL;
    size_t bytes = (count * item_bytes + 16) & ~(size_t)15; /* never 0 */
    struct vtci_arena_chunk *chunk = arena->current;
    if (!chunk || bytes > chunk->capacity_bytes - chunk->used_bytes) {
        struct vtci_arena_chunk *next = chunk ? chunk->next : arena->first;
        chunk = next && next->capacity_bytes >= bytes ? next : chunk_add(arena, bytes);
        if (!chunk)
            return NULL;
        arena->current = chunk;
    }
    void *block = (unsigned char *)(chunk + 1) + chunk->used_bytes;
    chunk->used_bytes += bytes;
    return block;
}

void *vtci_arena_array_zeroed(struct vtci_arena *arena, size_t count, size_t item_bytes)
{
    void *block = vtci_arena_array(arena, count, item_bytes);
    if (block)
        memset(block, 0, count * item_bytes);
    return block;
}

struct vtci_arena_mark vtci_arena_mark(const struct vtci_arena *arena)
{
    struct vtci_arena_mark mark = {arena->current, arena->current ? arena->current->used_bytes : 0};
    return mark;
}

void vtci_arena_rewind(struct vtci_arena *arena, struct vtci_arena_mark mark)
{
    struct vtci_arena_chunk *chunk = mark.chunk ? mark.chunk->next : arena->first;
    for (; chunk; chunk = chunk->next)
        chunk->used_bytes = 0;
    if (mark.chunk)
        mark.chunk->used_bytes = mark.used_bytes;
    arena->current = mark.chunk;
}

void vtci_arena_recycle(struct vtci_arena *arena)
{
    size_t used_bytes = 0, capacity_bytes = 0;
    for (const struct vtci_arena_chunk *chunk = arena->first; chunk; chunk = chunk->next) {
        used_bytes += chunk->used_bytes;
        capacity_bytes += chunk->capacity_bytes;
    }
    if (capacity_bytes / 2 > used_bytes)
        vtci_arena_free(arena);
    else
        vtci_arena_rewind_all(arena);
}

void vtci_arena_rewind_all(struct vtci_arena *arena)
{
    struct vtci_arena_mark start = {NULL, 0};
    vtci_arena_rewind(arena, start);
}
