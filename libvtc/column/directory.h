/* The directory of a block, segment 0 (SPEC 7.5): which columns the block has and how each is
 * written, and the spans that begin in an earlier block. Parsing checks everything that can be
 * known without the values; SPEC: BLK-2, BLK-3, ENC-1, ENC-2, ENC-3, ENC-4, NUMB-1, STR-1.
 */
#ifndef VTCI_COLUMN_DIRECTORY_H
#define VTCI_COLUMN_DIRECTORY_H

#include "base/buffer.h"
#include "column/arena.h"
#include "column/block_encode.h"
#include "column/op.h"
#include "column/schema.h"

struct vtci_directory {
    struct vtci_column_code *columns; /* in the order of the directory */
    size_t count;
    uint32_t *index_of;           /* by column id; VTCI_NONE */
    struct vtci_carried *carried; /* texts borrowed from the directory's bytes */
    size_t carried_count;
};

/* `segments` are those of the block; allocates from `arena`, borrows `bytes`. */
VTC_NODISCARD vtc_status vtci_directory_decode(const struct vtci_schema *schema, size_t rows,
                                               const struct vtci_segment *segments,
                                               size_t segment_count, const uint8_t *bytes,
                                               size_t len_bytes, struct vtci_arena *arena,
                                               struct vtci_directory *out_directory,
                                               struct vtc_error *err);

#endif
