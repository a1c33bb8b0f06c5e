/* What row_sorter.c (rows in) and row_sorter_read.c (text out) share. */
#ifndef VTCI_COMPACT_ROW_SORTER_INTERNAL_H
#define VTCI_COMPACT_ROW_SORTER_INTERNAL_H

#include "compact/row_sorter.h"

#define VTCI_SORT_ENTRY_BYTES 12u /* of a run's index: u32 lane, u64 bytes */

/* Rows of one lane that lie one after another in a chunk. */
struct vtci_sort_piece {
    const uint8_t *data;
    size_t len_bytes;
    uint32_t next; /* of this lane, + 1; 0: none */
};

struct vtci_sort_chunk {
    uint8_t *data;
    size_t capacity_bytes;
};

/* What a lane has in the arena. */
struct vtci_sort_chain {
    uint32_t first; /* piece + 1; 0: nothing */
    uint32_t last;
};

/* A run in the spill file, and how far it was merged. */
struct vtci_sort_run {
    uint64_t index_offset; /* of the next entry that is not in `buffer` */
    size_t entries_left;   /* those too */
    uint64_t data_offset;  /* of the text of the next entry */
    uint8_t *buffer;       /* VTCI_SORT_CURSOR_BYTES, while merging */
    size_t buffered;       /* entries */
    size_t pos;
};

struct vtci_row_sorter {
    struct vtci_memory *memory;
    const struct vtci_merge_lanes *lanes;
    size_t budget_bytes;
    vtci_spill_fn open_spill;
    void *spill_context;

    struct vtci_sort_chunk *chunks;
    size_t chunk_count;
    size_t chunk_capacity;
    size_t chunk_bytes; /* all together */
    size_t current;     /* chunk being filled, + 1 */
    size_t used_bytes;  /* of it */
    struct vtci_sort_piece *pieces;
    size_t piece_count;
    size_t piece_capacity;
    struct vtci_sort_chain *chains; /* by lane */
    size_t chain_capacity;
    uint32_t *present; /* lanes that have something in the arena; later all, in order */
    size_t present_count;
    size_t present_capacity;
    uint32_t last_lane; /* of the last piece */

    struct vtci_file *spill;
    uint64_t spill_bytes;
    struct vtci_sort_run *runs;
    size_t run_count;
    size_t run_capacity;
    uint64_t rows;
    uint64_t text_bytes;

    /* Reading */
    unsigned part; /* of the document: head, rows, tail, end */
    size_t part_pos;
    uint64_t rows_left_bytes;
    size_t lane_pos; /* in `present` */
    size_t run_pos;
    uint32_t piece;       /* + 1 */
    const uint8_t *bytes; /* what comes next, in memory … */
    uint64_t offset;      /* … or in the spill file */
    uint64_t left_bytes;
};

#endif
