/* The N longest spans so far: a heap with the worst of them on top.
 *
 * Spans come from a block; the strings that only this block has are copied by
 * vtci_span_heap_settle before it is closed, for those spans that are in the heap by then.
 */
#ifndef VTCI_QUERY_SPAN_HEAP_H
#define VTCI_QUERY_SPAN_HEAP_H

#include <stdbool.h>

#include "base/memory.h"
#include "query/batch.h"

struct vtci_span_texts {
    vtc_string name;
    vtc_string category;
    char *copy; /* owned: name, then category, where the block alone has them */
    size_t copy_bytes;
};

struct vtci_span_heap {
    struct vtci_memory *memory;
    uint64_t wanted; /* N, at least 1 */
    size_t count;
    struct vtc_span *spans;
    size_t spans_capacity;
    struct vtci_span_texts *texts; /* entry i belongs to spans[i] */
    size_t texts_capacity;
};

void vtci_span_heap_init(struct vtci_span_heap *heap, struct vtci_memory *memory, uint64_t wanted);
void vtci_span_heap_free(struct vtci_span_heap *heap);

static inline bool vtci_span_heap_is_full(const struct vtci_span_heap *heap)
{
    return heap->count == heap->wanted;
}

/* Takes the selected spans of a block that belong to the N longest. NO_MEMORY. */
VTC_NODISCARD vtc_status vtci_span_heap_add(struct vtci_span_heap *heap,
                                            const struct vtci_batch *batch);
/* Takes a span whose texts last, if it belongs to the N longest. NO_MEMORY. */
VTC_NODISCARD vtc_status vtci_span_heap_add_told(struct vtci_span_heap *heap,
                                                 const struct vtc_span *span);
/* Gives the spans of a block that are in the heap their texts. NO_MEMORY. */
VTC_NODISCARD vtc_status vtci_span_heap_settle(struct vtci_span_heap *heap,
                                               const vtc_reader *reader, const vtc_block *block,
                                               uint64_t block_index);
/* Puts the longest first; it is no heap from then on. */
void vtci_span_heap_order(struct vtci_span_heap *heap);

#endif
