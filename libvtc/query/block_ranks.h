/* In which order blocks are worth reading for the longest spans, from their zone maps alone.
 *
 * A zone map gives the longest duration of a block exactly, and a bound of where its spans can
 * start: not before its first time, or, as an E may end a B of an earlier block, not before that by
 * more than the longest. So blocks are ranked by (longest, descending; bound; position), and:
 *
 * - Each block holds a span of its longest duration. Where N blocks have a longest of d or more, one
 *   whose longest is below d can give nothing: it is left out before anything is read.
 * - When N spans are found and the worst of them stands before all that a block could give, neither
 *   can that block change the answer nor any behind it.
 */
#ifndef VTCI_QUERY_BLOCK_RANKS_H
#define VTCI_QUERY_BLOCK_RANKS_H

#include <stdbool.h>

#include "base/memory.h"
#include "query/span_heap.h"
#include "vtc/reader.h"

struct vtci_block_rank {
    uint64_t longest_ns;
    int64_t earliest_ns; /* no span here starts before */
    uint64_t block;
};

struct vtci_block_ranks {
    struct vtci_block_rank *ranks;
    size_t count;
    size_t capacity;
};

/* Those of the blocks that may be needed for `wanted` spans, the best first. */
VTC_NODISCARD vtc_status vtci_block_ranks_make(struct vtci_block_ranks *ranks,
                                               struct vtci_memory *memory, const vtc_reader *reader,
                                               uint64_t wanted, struct vtc_error *err);
void vtci_block_ranks_free(struct vtci_block_ranks *ranks, struct vtci_memory *memory);

/* Whether nothing of this block, and of those behind it, can get into the heap. */
bool vtci_block_rank_is_beaten(const struct vtci_block_rank *rank,
                               const struct vtci_span_heap *heap);

#endif
