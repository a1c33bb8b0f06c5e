/* From the values of a block to the segments of a BLOCK frame (SPEC 7.5 and 8).
 *
 *   block_data + schema + carried spans
 *        |  rows.h      which row each value belongs to, lanes
 *        |  plan_*.c    which operators to use (the encoder's choice)
 *        |  *_encode.c  the operators
 *        v
 *   directory (segment 0) + segments of byte planes and plain strings -> zstd
 *
 * One encoder per worker thread: it owns its scratch memory and zstd context, and is used again
 * from block to block. What comes out is a pure function of the arguments.
 */
#ifndef VTCI_COLUMN_BLOCK_ENCODE_H
#define VTCI_COLUMN_BLOCK_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "column/block_data.h"
#include "column/schema.h"
#include "vtc/status.h"

/* The begin, in an earlier block, of a span that the event in `row` ends. Ascending by row. */
struct vtci_carried {
    uint32_t row;
    int64_t start_ns;
    struct vtci_bytes name; /* text between quotes; borrowed */
    struct vtci_bytes category;
};

/* A packed segment as the segment table describes it. */
struct vtci_segment {
    uint8_t method;
    uint64_t raw_bytes;
    uint64_t stored_bytes;
};

struct vtci_block_encoder;

/* Whether blocks of this level are slow to read: they are coded by context mixing. */
bool vtci_level_mixes(int level);

/* NULL when memory is short. `memory` must outlive the encoder. */
struct vtci_block_encoder *vtci_block_encoder_create(struct vtci_memory *memory);
void vtci_block_encoder_free(struct vtci_block_encoder *encoder);

/* Appends the segment table (varint k, then k times u8 method, varint n, varint s) and the payload
 * to buffers of the caller. `schema` must have every definition that `data` uses; a snapshot will
 * do. `level` is 1 to 22; 0 packs
 * nothing, for tests. `data` is only read.
 * VTC_ERR_NO_MEMORY, VTC_ERR_LIMIT; VTC_ERR_ARGUMENT when `data` does not fit the schema (values
 * missing or left over): checked so far as encoding needs it, never a crash. */
VTC_NODISCARD vtc_status vtci_block_encode(struct vtci_block_encoder *encoder,
                                           const struct vtci_schema *schema,
                                           const struct vtci_block_data *data,
                                           const struct vtci_carried *carried, size_t carried_count,
                                           int level, struct vtci_buffer *out_segment_table,
                                           struct vtci_buffer *out_payload, struct vtc_error *err);

#endif
