/* Rebuilding the text of a block by walking its rows (SPEC 7.9).
 *
 * A walker is used for block after block by one thread. It takes every value of every column once,
 * so it also finds a block whose counts do not fit: SPEC: BLK-5, ROW-1.
 */
#ifndef VTCI_READ_TEXT_WALK_H
#define VTCI_READ_TEXT_WALK_H

#include "column/block_decode.h"
#include "column/schema.h"
#include "read/text_plan.h"
#include "read/text_sink.h"

struct vtci_text_column;
struct vtci_text_frame;

struct vtci_text_walker {
    struct vtci_memory *memory;
    struct vtci_text_column *columns; /* by column id */
    size_t column_capacity;
    struct vtci_text_frame *frames; /* the nodes that are open, a stack */
};

VTC_NODISCARD vtc_status vtci_text_walker_init(struct vtci_text_walker *walker,
                                               struct vtci_memory *memory);
void vtci_text_walker_free(struct vtci_text_walker *walker);

/* Decodes every column of the opened block and writes its `rows` rows to the sink. What the sink
 * still holds at the end is the caller's to flush. `plan` holds every shape of `schema`.
 * Errors have no offset. */
VTC_NODISCARD vtc_status vtci_text_walk(struct vtci_text_walker *walker,
                                        const struct vtci_text_plan *plan,
                                        const struct vtci_schema *schema,
                                        struct vtci_block_decoder *decoder, size_t rows,
                                        struct vtci_text_sink *sink, struct vtc_error *err);

#endif
