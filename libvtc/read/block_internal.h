/* An opened block and its arrays. See block_open.c, block_events.c, block_spans.c.
 *
 *     frame in memory -> block decoder -> values of columns -> arrays by event -> spans
 *
 * The arrays live in an arena and end with the block. Strings that are in no dictionary get a number
 * above VTC_STRING_LOCAL: their place in `locals`.
 */
#ifndef VTCI_READ_BLOCK_INTERNAL_H
#define VTCI_READ_BLOCK_INTERNAL_H

#include "column/arena.h"
#include "column/block_decode.h"
#include "read/reader_internal.h"
#include "vtc/block.h"

struct vtc_block {
    struct vtci_memory *memory;
    struct vtci_spare_blocks *spare; /* where it goes when it is closed; NULL: nowhere */
    const struct vtci_definitions *definitions;
    uint64_t index;
    uint64_t file_offset;
    size_t rows;
    unsigned fields;
    struct vtci_buffer room; /* the frame, where the file is not in memory */
    struct vtci_block_decoder *decoder;
    struct vtci_arena arena;
    struct vtci_zone_map zone; /* borrows from the frame */
    struct vtci_bytes *locals;
    size_t local_count, local_capacity;
    uint32_t
        *local_first; /* by column: locals[local_first[c] - 1] is its first plain string; 0: not
                              listed yet */
    struct vtc_events all;    /* every event … */
    struct vtc_events events; /* … and those that the filter leaves: the same without one */
    struct vtc_spans spans;
    bool has_spans;
    struct vtc_row_texts texts;     /* data NULL: not made yet */
    struct vtci_event_maker *maker; /* block_events.c: what it knows of the rows, for more fields */
    struct vtc_filter filter;       /* an iterator's */
};

/* Takes over the frame that `view` shows (which may borrow from block->room): checks the head,
 * opens the decoder, makes the arrays that block->fields asks for. */
VTC_NODISCARD vtc_status vtci_block_begin(vtc_block *block, const struct vtci_frame_view *view,
                                          struct vtc_error *err);
/* As vtc_block_close, without keeping anything for later. */
void vtci_block_free(vtc_block *block);
/* Ends what the block holds, for another frame; its memory is kept. */
void vtci_block_reset(vtc_block *block);
/* A block without a frame yet; NULL when memory is short. */
vtc_block *vtci_block_create(struct vtci_memory *memory,
                             const struct vtci_definitions *definitions);
/* Adds the offset of the block to an error that has none. */
vtc_status vtci_block_fail(const vtc_block *block, vtc_status status, struct vtc_error *err);

/* The arrays of block->all, to be written; NULL where block->fields does not ask for one. */
struct vtci_event_arrays {
    uint8_t *phase;
    int64_t *time_ns, *duration_ns;
    uint32_t *track;
    vtc_string *name, *category, *id;
};

/* Fills the entries of events that are rows of NODE 0 (raw_rows.c). */
VTC_NODISCARD vtc_status vtci_block_fill_raw(vtc_block *block,
                                             const struct vtci_event_arrays *arrays,
                                             struct vtc_error *err);

/* Makes the arrays that block->fields asks for. */
VTC_NODISCARD vtc_status vtci_block_make_events(vtc_block *block, struct vtc_error *err);
/* Leaves the events that the filter lets through; spans are filtered as they are made. */
VTC_NODISCARD vtc_status vtci_block_set_filter(vtc_block *block, const struct vtc_filter *filter,
                                               struct vtc_error *err);

/* The number of a string that is in no dictionary; the bytes must last as long as the block. */
VTC_NODISCARD vtc_status vtci_block_local(vtc_block *block, struct vtci_bytes bytes,
                                          vtc_string *out_string);
/* The numbers of the plain strings of a column are consecutive from *out_first on. */
VTC_NODISCARD vtc_status vtci_block_plain_strings(vtc_block *block,
                                                  const struct vtci_values *values,
                                                  vtc_string *out_first);
static inline vtc_string vtci_dictionary_string(uint32_t column, uint64_t id)
{
    return ((vtc_string)column + 1) << 32 | id;
}

#endif
