/* DEFINITIONS frames: what a schema gained since a mark, as bytes and back. SPEC 7.4: DEF-1 … DEF-7.
 *
 * The bytes are the frame's payload before packing. They are applied through the checks of
 * schema.h; a schema into which a payload failed halfway holds what came before the failure and
 * must not be used for the blocks that follow.
 */
#ifndef VTCI_COLUMN_DEFINITIONS_H
#define VTCI_COLUMN_DEFINITIONS_H

#include <stdbool.h>

#include "base/buffer.h"
#include "column/schema.h"
#include "vtc/status.h"

/* How far a schema was written. */
struct vtci_schema_mark {
    struct vtci_memory *memory;
    size_t path_count;
    size_t column_count;
    size_t shape_count;
    size_t track_count;
    size_t *string_counts; /* of each column that was seen; 0 for later ones */
    size_t string_counts_capacity;
};

/* The mark of a schema as vtci_schema_init leaves it. */
void vtci_schema_mark_init(struct vtci_schema_mark *mark, struct vtci_memory *memory);
void vtci_schema_mark_free(struct vtci_schema_mark *mark);

/* Whether there is anything to write. */
bool vtci_definitions_pending(const struct vtci_schema *schema,
                              const struct vtci_schema_mark *mark);
/* Appends what was added since `mark`, and moves the mark on (on success only). */
VTC_NODISCARD vtc_status vtci_definitions_encode(const struct vtci_schema *schema,
                                                 struct vtci_schema_mark *mark,
                                                 struct vtci_buffer *out);
/* Adds what the bytes define. `offset` is that of the frame, for errors. */
VTC_NODISCARD vtc_status vtci_definitions_decode(struct vtci_schema *schema, const void *bytes,
                                                 size_t len_bytes, uint64_t offset,
                                                 struct vtc_error *err);

#endif
