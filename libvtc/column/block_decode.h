/* From the segments of a BLOCK frame back to values, column by column, on demand (SPEC 7.5, 8).
 *
 * open() reads the segment table, unpacks the directory and checks it; column() decodes one column
 * and what it refers to, and unpacks only the segments that these need. What was decoded stays
 * until close(). Whoever calls has verified the frame's checksums; even so nothing is believed.
 */
#ifndef VTCI_COLUMN_BLOCK_DECODE_H
#define VTCI_COLUMN_BLOCK_DECODE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "column/block_data.h"
#include "column/block_encode.h"
#include "column/schema.h"
#include "vtc/status.h"

struct vtci_block_decoder;

/* What `vtc info` says of one column of a block. */
struct vtci_column_description {
    uint32_t column;
    uint64_t values;
    uint64_t raw_bytes;    /* in the segments, unpacked */
    uint64_t stored_bytes; /* its share of the segments' stored bytes */
    char encoding[160];    /* such as "GROUP(DELTA(PLANES 2))", cut off with "..." */
};

/* NULL when memory is short. `memory` bounds all that decoding allocates, and must outlive it. */
struct vtci_block_decoder *vtci_block_decoder_create(struct vtci_memory *memory);
void vtci_block_decoder_free(struct vtci_block_decoder *decoder);

/* Begins a block of `rows` rows; ends the one before. `table` is at the segment count in the
 * frame's head and is moved past the table. The schema and the payload are borrowed until close.
 * The schema must hold the definitions that come before the block in the file. */
VTC_NODISCARD vtc_status vtci_block_decoder_open(struct vtci_block_decoder *decoder,
                                                 const struct vtci_schema *schema, size_t rows,
                                                 struct vtci_cursor *table, const uint8_t *payload,
                                                 size_t payload_bytes, struct vtc_error *err);
/* Ends the block. Its memory is kept for the next: page faults cost more than decoding does. */
void vtci_block_decoder_close(struct vtci_block_decoder *decoder);

/* Borrow the values of a column until close. Count 0 for a column that the block does not have.
 * `schema` ids and dictionary ids are checked. */
VTC_NODISCARD vtc_status vtci_block_decoder_column(struct vtci_block_decoder *decoder,
                                                   uint32_t column,
                                                   const struct vtci_values **out_values,
                                                   struct vtc_error *err);

/* Borrow the row of each value of a column (ascending; NULL for a column without values). */
VTC_NODISCARD vtc_status vtci_block_decoder_rows(struct vtci_block_decoder *decoder,
                                                 uint32_t column, const uint32_t **out_rows,
                                                 struct vtc_error *err);

/* Borrow the lane of each row; lanes are numbered in order of first appearance. */
VTC_NODISCARD vtc_status vtci_block_decoder_lanes(struct vtci_block_decoder *decoder,
                                                  const uint32_t **out_lanes,
                                                  uint32_t *out_lane_count, struct vtc_error *err);

/* Borrow the carried spans until close. */
void vtci_block_decoder_carried(const struct vtci_block_decoder *decoder,
                                const struct vtci_carried **out_carried, size_t *out_count);

/* Describe the column number `index` of the directory; VTC_END past the last. */
VTC_NODISCARD vtc_status vtci_block_decoder_describe(struct vtci_block_decoder *decoder,
                                                     size_t index,
                                                     struct vtci_column_description *out,
                                                     struct vtc_error *err);

#endif
