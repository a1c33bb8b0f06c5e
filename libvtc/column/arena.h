/* Memory that is given back all at once: a bump allocator over a vtci_memory.
 *
 * Encoding and decoding a block make many arrays that all end together (with the block, or with the
 * column that is being worked on). An arena keeps its chunks when it is rewound, so that a worker
 * which goes from block to block soon allocates nothing.
 */
#ifndef VTCI_COLUMN_ARENA_H
#define VTCI_COLUMN_ARENA_H

#include <stddef.h>

#include "base/memory.h"

struct vtci_arena_chunk;

struct vtci_arena {
    struct vtci_memory *memory;
    struct vtci_arena_chunk *first;
    struct vtci_arena_chunk *current; /* chunks after it are empty */
};

struct vtci_arena_mark {
    struct vtci_arena_chunk *chunk;
    size_t used_bytes;
};

void vtci_arena_init(struct vtci_arena *arena, struct vtci_memory *memory);
/* Gives all memory back; the arena can be used again. */
void vtci_arena_free(struct vtci_arena *arena);

/* `count` items, aligned for any type; NULL when memory is short or the product overflows. Count 0
 * gives a valid address too. */
void *vtci_arena_array(struct vtci_arena *arena, size_t count, size_t item_bytes);
void *vtci_arena_array_zeroed(struct vtci_arena *arena, size_t count, size_t item_bytes);

/* Everything that was allocated after the mark ends with the rewind. */
struct vtci_arena_mark vtci_arena_mark(const struct vtci_arena *arena);
void vtci_arena_rewind(struct vtci_arena *arena, struct vtci_arena_mark mark);
void vtci_arena_rewind_all(struct vtci_arena *arena);
/* The same, for one that may rest: keeps its memory only if the half of it or more was in use. */
void vtci_arena_recycle(struct vtci_arena *arena);

#endif
