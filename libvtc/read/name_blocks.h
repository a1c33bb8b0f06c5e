/* The blocks that may name a track or a process: those that have metadata and the track, or a track of
 * the process. A list for each, from the last block to the first, all in one array:
 *
 *     starts   0 2 2 5 ...      key k has blocks[starts[k]] to blocks[starts[k + 1] - 1]
 *     blocks   7 3 | | 9 7 1 | ...
 */
#ifndef VTCI_READ_NAME_BLOCKS_H
#define VTCI_READ_NAME_BLOCKS_H

#include "read/chain.h"

struct vtci_name_blocks {
    size_t *starts; /* one more than keys */
    uint32_t *blocks;
    size_t key_count;
};

/* `key_of` maps a track to its key; NULL: a track is its own. Tracks and keys are below `key_count`.
 * `out_lists` must be all 0, and may be freed after a failure too. NO_MEMORY only. */
VTC_NODISCARD vtc_status vtci_name_blocks_make(const struct vtci_chain *chain,
                                               const uint32_t *key_of, size_t key_count,
                                               struct vtci_memory *memory,
                                               struct vtci_name_blocks *out_lists);
void vtci_name_blocks_free(struct vtci_name_blocks *lists, struct vtci_memory *memory);

#endif
