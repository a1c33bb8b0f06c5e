/* To which row each value of a column belongs, the contexts of rows, and their lanes (SPEC 8.2).
 * Both directions share it: they hand in the arrays of columns as they come to know them, parents
 * before children, and ask for rows, contexts and lanes.
 *
 *   (0, NODE)   rows 0, 1, 2, …
 *   (P, NODE) --shape has slots--> NUMBER, STRING, NODE of the members of P
 *             --v = 0-----------> (P, RAW)
 *             --shape is a list-> (P, COUNT) --repeated--> TAG of the elements of P
 *                                                 --by tag--> NUMBER, STRING, NODE of the elements
 *
 * A column's rows come from one source column. So a count that does not fit is found when the rows
 * are made: SPEC: BLK-5.
 */
#ifndef VTCI_COLUMN_ROWS_H
#define VTCI_COLUMN_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "column/arena.h"
#include "column/op.h"
#include "column/schema.h"
#include "vtc/status.h"

/* A shape of a NODE column that occurs in the block and has the column in one of its slots. */
struct vtci_slot_use {
    uint32_t shape; /* local id */
    uint32_t next;  /* index of another use of the same column; VTCI_NONE */
};

struct vtci_row_column {
    const int64_t *values;   /* the array: mantissas at the column's scale, ids, … */
    size_t count;            /* 0: absent */
    const uint32_t *rows;    /* count of them, ascending; NULL: not made yet */
    const uint32_t *context; /* by row; NULL: not made yet */
    const int64_t *first;    /* by row: the first value there, or 0; NULL: not made yet */
    uint32_t first_use;      /* members: in `uses`; VTCI_NONE */
    uint64_t child_raw;      /* NODE: values that are 0 */
    uint64_t child_lists;    /* NODE: values whose shape is a list */
    uint64_t child_values;   /* COUNT: the sum */
    uint32_t *shape_counts;  /* NODE: how often each local id occurs */
    uint32_t *by_shape;      /* NODE: its rows sorted by local id; NULL: not made yet */
    uint32_t *shape_starts;  /* NODE: where in by_shape each local id begins */
    bool known;              /* given to vtci_rows_provide */
};

/* Values sorted by lane, in a lane as they were. */
struct vtci_lane_order {
    const uint32_t *index;       /* index[i]: which value is i-th */
    const uint32_t *sorted_rows; /* the row of the i-th */
    const uint32_t *lane_ends;   /* by lane: one past its last */
};

struct vtci_block_rows {
    struct vtci_arena *arena; /* as long as the block */
    const struct vtci_schema *schema;
    size_t rows;
    struct vtci_row_column *columns; /* by column id */
    size_t column_count;
    const uint32_t *identity; /* 0, 1, … rows - 1 */
    struct vtci_slot_use *uses;
    size_t use_count, use_capacity;
    const uint8_t *phases; /* by row; NULL: not made yet */
    const uint32_t *lanes; /* by row; NULL: not made yet */
    uint32_t lane_count;
    struct vtci_lane_order all; /* of the rows themselves */
};

/* Begins a block. What it allocates lasts as long as the arena is not rewound. */
VTC_NODISCARD vtc_status vtci_rows_open(struct vtci_block_rows *rows, struct vtci_arena *arena,
                                        const struct vtci_schema *schema, size_t row_count,
                                        struct vtc_error *err);

/* Makes the rows of a column with `count` values, at least 1. Its source must have been provided.
 * SPEC: ROWS-1, BLK-5 */
VTC_NODISCARD vtc_status vtci_rows_make(struct vtci_block_rows *rows, uint32_t column, size_t count,
                                        struct vtc_error *err);

/* Hands in the array of a column whose rows were made; it must last as long as the block. Checks
 * what walking needs: SPEC: ROW-1. */
VTC_NODISCARD vtc_status vtci_rows_provide(struct vtci_block_rows *rows, uint32_t column,
                                           const int64_t *values, struct vtc_error *err);

/* The column from whose values those of `column` follow; VTCI_NONE for (0, NODE) and SEPARATOR. */
uint32_t vtci_rows_source(const struct vtci_schema *schema, uint32_t column);

/* The context of `column` by row. All 0 for a column that the block does not have. */
VTC_NODISCARD vtc_status vtci_rows_context(struct vtci_block_rows *rows, uint32_t column,
                                           const uint32_t **out_context);
/* The contexts of `column` in a few rows, without making those of all: a sample is often all that is
 * wanted of them. Fastest where the rows ascend in runs. */
void vtci_rows_context_of(const struct vtci_block_rows *rows, uint32_t column,
                          const uint32_t *of_rows, size_t count, uint32_t *out_contexts);
/* The first value of `column` by row, 0 where there is none. */
VTC_NODISCARD vtc_status vtci_rows_first(struct vtci_block_rows *rows, uint32_t column,
                                         const int64_t **out_first);

/* The same for a few rows. */
void vtci_rows_first_of(const struct vtci_block_rows *rows, uint32_t column,
                        const uint32_t *of_rows, size_t count, int64_t *out_first);

/* The phase of each row's shape. */
VTC_NODISCARD vtc_status vtci_rows_phases(struct vtci_block_rows *rows, const uint8_t **out_phases);

/* A context of MIX for `count` values: of those whose rows these are, or the children k of NEST. */
VTC_NODISCARD vtc_status vtci_rows_mix_context(struct vtci_block_rows *rows,
                                               const struct vtci_mix_context *context,
                                               const uint32_t *value_rows, const uint32_t *children,
                                               size_t count, struct vtci_arena *arena,
                                               const uint32_t **out_context);

/* The (up to four) columns that lanes are made from; VTCI_NONE for those not defined. */
void vtci_rows_lane_columns(const struct vtci_schema *schema, uint32_t out_columns[4]);
/* Makes lanes; the pid's and tid's columns that the block has must have been provided. */
VTC_NODISCARD vtc_status vtci_rows_lanes(struct vtci_block_rows *rows);
/* The order by lane of values whose rows are `value_rows`, allocated from `arena`. */
VTC_NODISCARD vtc_status vtci_rows_lane_order(struct vtci_block_rows *rows,
                                              const uint32_t *value_rows, size_t count,
                                              struct vtci_arena *arena,
                                              struct vtci_lane_order *out_order);

#endif
