/* Rows gathered into a block: values go to their columns, and what the zone map will say is noted.
 *
 *     row_parser -> entries -> block_builder -> block_data, zone map, carried spans -> archive
 *
 * Everything here is in document order and runs in the scanner's thread. Dictionary ids, tracks and
 * open spans live on from block to block; values, zone map and carried spans are of one block and
 * are handed over with it (vtci_block_builder_take).
 */
#ifndef VTCI_IMPORT_BLOCK_BUILDER_H
#define VTCI_IMPORT_BLOCK_BUILDER_H

#include "column/block_data.h"
#include "column/block_encode.h"
#include "column/name_sums.h"
#include "column/open_spans.h"
#include "column/top_spans.h"
#include "column/track_labels.h"
#include "import/interner.h"
#include "import/row_parser.h"
#include "wire/zone_map.h"

/* A block that is complete. Owned by whoever took it; used again by giving it to the next take. */
struct vtci_built_block {
    struct vtci_block_data data;
    struct vtci_zone_map zone; /* tracks point to `tracks` */
    uint32_t *tracks;
    size_t track_capacity;
    struct vtci_carried *carried; /* texts lie in carried_text */
    size_t carried_count, carried_capacity;
    struct vtci_buffer carried_text;
};

struct vtci_track_slot {
    uint64_t hash;
    uint32_t track; /* + 1; 0: free */
};

struct vtci_block_builder {
    struct vtci_memory *memory;
    struct vtci_schema *schema;
    struct vtci_row_parser *parser;
    struct vtci_interner interner;
    struct vtci_built_block block;
    struct vtci_open_spans open;
    struct vtci_top_spans top; /* of the whole document, as are the sums and the labels */
    struct vtci_name_sums sums;
    struct vtci_track_labels labels;
    uint64_t block_number;
    uint32_t *track_blocks; /* by track: the number + 1 of the last block that has it */
    size_t track_blocks_capacity;
    struct vtci_track_slot *track_slots;
    size_t track_slot_count;
    struct vtci_buffer track_text; /* JSON text of the pid and the tid at hand */
    struct vtci_buffer last_track_text;
    size_t last_pid_bytes;
    uint32_t last_track;               /* VTCI_NONE: none yet */
    int64_t last_time_ns;              /* greatest time or end of the block */
    size_t value_count;                /* in all columns of the block */
    bool separator_pending;            /* the last row still lacks its separator */
    uint64_t rows, events, raw_events; /* of the whole document */
    uint64_t recognised;               /* events that have a phase, or whose text is kept raw */
};

VTC_NODISCARD vtc_status vtci_block_builder_init(struct vtci_block_builder *builder,
                                                 struct vtci_memory *memory,
                                                 struct vtci_schema *schema,
                                                 struct vtci_row_parser *parser);
void vtci_block_builder_free(struct vtci_block_builder *builder);

/* Adds a row. Its separator is given by the next call of _separator. `offset` is its place in the
 * document, `text` its bytes (kept where it has to be raw). */
VTC_NODISCARD vtc_status vtci_block_builder_add(struct vtci_block_builder *builder,
                                                const struct vtci_row *row, struct vtci_bytes text,
                                                uint64_t offset);
VTC_NODISCARD vtc_status vtci_block_builder_separator(struct vtci_block_builder *builder,
                                                      struct vtci_bytes text);

/* Hands the block over in exchange for an empty one, and begins the next. */
void vtci_block_builder_take(struct vtci_block_builder *builder, struct vtci_built_block *block);
/* Takes a block that is written back, where the next has not begun: its memory is warm, and one set
 * of columns is enough for a document. */
void vtci_block_builder_reuse(struct vtci_block_builder *builder, struct vtci_built_block *block);

void vtci_built_block_init(struct vtci_built_block *block, struct vtci_memory *memory);
void vtci_built_block_free(struct vtci_built_block *block);
/* Takes what is in it out and keeps its memory. */
void vtci_built_block_clear(struct vtci_built_block *block);

#endif
