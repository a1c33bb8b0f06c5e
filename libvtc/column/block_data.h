/* The values of one block in memory, column by column, as the importer gathers them and as the
 * decoder gives them back. Encoding and decoding are the two ways between this and bytes.
 *
 * `values` means, by the column's type:
 *   NUMBER                   mantissa (signed, at `scales[i]` decimals), or with scale 255 a
 *                            dictionary id, or 0: the next of the plain strings
 *   STRING RAW SEPARATOR     dictionary id, or 0: the next of the plain strings
 *   NODE                     local shape id, 0: the next of (path, RAW)
 *   COUNT, TAG               as in the specification
 */
#ifndef VTCI_COLUMN_BLOCK_DATA_H
#define VTCI_COLUMN_BLOCK_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"
#include "vtc/status.h"

#define VTCI_SCALE_TOKEN 255

struct vtci_values {
    uint32_t column;
    int64_t *values;
    size_t count;
    size_t capacity;
    uint8_t *scales; /* NUMBER only: count of them */
    size_t scales_capacity;
    /* Plain strings, in order, end to end: string i is plain[plain_ends[i-1] .. plain_ends[i]). */
    uint8_t *plain;
    size_t plain_bytes;
    size_t plain_capacity;
    uint64_t *plain_ends;
    size_t plain_count;
    size_t plain_ends_capacity;
};

/* Whether value i, of a column that has strings, is a plain one. */
static inline bool vtci_value_is_plain(const struct vtci_values *values, size_t i)
{
    return values->values[i] == 0 && (!values->scales || values->scales[i] == VTCI_SCALE_TOKEN);
}

struct vtci_block_data {
    struct vtci_memory *memory;
    size_t rows;
    struct vtci_values *columns; /* indexed by column id; count 0: no values in this block */
    size_t column_count;
    size_t column_capacity;
};

#endif
