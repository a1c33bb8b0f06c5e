/* What the files of the block encoder share. Not for others.
 *
 * Planning makes drafts: a tree of operators, and leaves with the bytes that it refers to. A leaf of
 * some size is packed at once, so that a draft knows what it costs and two can be compared; small
 * ones are packed together at the end.
 */
#ifndef VTCI_COLUMN_BLOCK_ENCODE_INTERNAL_H
#define VTCI_COLUMN_BLOCK_ENCODE_INTERNAL_H

#include "base/buffer.h"
#include "codec/zstd_wrapper.h"
#include "column/arena.h"
#include "column/block_encode.h"
#include "column/op.h"
#include "column/rows.h"

/* What a level buys. */
struct vtci_effort {
    int planes_zstd;    /* zstd level for byte planes */
    int text_zstd;      /* for plain strings */
    int long_zstd;      /* for the text of nodes without a shape, and for very long strings */
    int directory_zstd; /* for the directory and small leaves */
    bool trials;        /* candidates are packed and compared, not guessed */
    bool mix;           /* context mixing */
};

enum vtci_leaf_pool { VTCI_POOL_PLANES, VTCI_POOL_TEXT, VTCI_POOLS };

/* Bytes that a segment will hold. */
struct vtci_leaf {
    const uint8_t *raw; /* small leaves only, until they are packed together */
    size_t raw_bytes;
    const uint8_t *stored; /* of its own segment; NULL for a small leaf */
    size_t stored_bytes;
    uint8_t method;
    uint8_t pool;     /* small leaves */
    uint32_t segment; /* set when the directory is written */
    uint64_t offset;
};

struct vtci_draft {
    const struct vtci_op *op;
    size_t cost_bytes; /* about what it adds to the file */
};

/* An array to be encoded. */
struct vtci_input {
    const int64_t *values;
    size_t count;
    const uint32_t *rows;     /* NULL: it has none */
    const uint32_t *children; /* see struct vtci_array_place */
    unsigned depth;           /* of the operator to be made; 1 for a root */
    uint32_t column;          /* whose array it is */
    uint32_t tried;           /* bit by enum vtci_op_code: not again below this */
};

struct vtci_block_encoder {
    struct vtci_memory *memory;
    struct vtci_arena arena;   /* as long as the block */
    struct vtci_arena scratch; /* as long as a column */
    struct vtci_zstd *zstd;
    struct vtci_effort effort;
    int level;
    const struct vtci_schema *schema;
    const struct vtci_block_data *data;
    struct vtci_block_rows rows;
    struct vtci_leaf *leaves;
    size_t leaf_count, leaf_capacity;
    struct vtci_column_code *codes; /* in the order of the directory */
    size_t code_count;
    uint32_t ts, dur, name, tid;         /* columns of path 0's members; VTCI_NONE */
    bool nested;                         /* ts has a NEST that covers dur … */
    struct vtci_column_code nested_code; /* … whose style and mantissas these are */
    const int64_t *nested_mantissas;
    struct vtci_buffer directory;
    struct vtci_buffer pools[VTCI_POOLS];
    struct vtc_error *err;
};

struct vtci_effort vtci_effort_of_level(int level);

/* leaf.c: make a leaf of `bytes` (copied where it must last), whose parts of `part_bytes` have nothing
 * in common; its index and about its cost. */
VTC_NODISCARD vtc_status vtci_leaf_make(struct vtci_block_encoder *encoder, const uint8_t *bytes,
                                        size_t len_bytes, size_t part_bytes,
                                        enum vtci_leaf_pool pool, int zstd_level,
                                        uint32_t *out_leaf, size_t *out_cost_bytes);
/* leaf.c: a leaf of bytes that are packed already, such as MIX's. */
VTC_NODISCARD vtc_status vtci_leaf_make_stored(struct vtci_block_encoder *encoder,
                                               const uint8_t *bytes, size_t len_bytes,
                                               uint32_t *out_leaf);

/* array_encode.c: one operator each. Drafts of parts are made by vtci_array_plan. */
VTC_NODISCARD vtc_status vtci_draft_planes(struct vtci_block_encoder *encoder,
                                           const struct vtci_input *input, int64_t least,
                                           int64_t greatest, struct vtci_draft *out_draft);
VTC_NODISCARD vtc_status vtci_draft_delta(struct vtci_block_encoder *encoder,
                                          const struct vtci_input *input,
                                          struct vtci_draft *out_draft);
VTC_NODISCARD vtc_status vtci_draft_runs(struct vtci_block_encoder *encoder,
                                         const struct vtci_input *input,
                                         struct vtci_draft *out_draft);
VTC_NODISCARD vtc_status vtci_draft_scale(struct vtci_block_encoder *encoder,
                                          const struct vtci_input *input, uint64_t factor,
                                          int64_t least, struct vtci_draft *out_draft);
VTC_NODISCARD vtc_status vtci_draft_group(struct vtci_block_encoder *encoder,
                                          const struct vtci_input *input,
                                          struct vtci_draft *out_draft);
VTC_NODISCARD vtc_status vtci_draft_linear(struct vtci_block_encoder *encoder,
                                           const struct vtci_input *input, uint32_t column,
                                           bool group, struct vtci_draft *out_draft);
VTC_NODISCARD vtc_status vtci_draft_unstack(struct vtci_block_encoder *encoder,
                                            const struct vtci_input *input,
                                            struct vtci_draft *out_draft);
/* palette_encode.c, map_encode.c: `out_draft->op` NULL when the array does not suit. */
VTC_NODISCARD vtc_status vtci_draft_palette(struct vtci_block_encoder *encoder,
                                            const struct vtci_input *input,
                                            struct vtci_draft *out_draft);
VTC_NODISCARD vtc_status vtci_draft_map(struct vtci_block_encoder *encoder,
                                        const struct vtci_input *input, uint32_t column,
                                        struct vtci_draft *out_draft);
/* array_mix.c: MIX of values up to `greatest` (unsigned) in fewer than `capacity` bytes, else NULL. */
VTC_NODISCARD vtc_status vtci_draft_mix(struct vtci_block_encoder *encoder,
                                        const struct vtci_input *input, uint64_t greatest,
                                        size_t capacity, struct vtci_draft *out_draft);
/* nest_encode.c: NEST of ts, for dur too when `dur` is not VTCI_NONE. */
VTC_NODISCARD vtc_status vtci_draft_nest(struct vtci_block_encoder *encoder,
                                         const struct vtci_input *input, uint32_t dur,
                                         const int64_t *dur_values, bool reversed,
                                         struct vtci_draft *out_draft);

/* array_plan.c: the choice. */
VTC_NODISCARD vtc_status vtci_array_plan(struct vtci_block_encoder *encoder,
                                         const struct vtci_input *input,
                                         struct vtci_draft *out_draft);

/* column_plan.c: the same for an array that has rows, by what its column is. */
VTC_NODISCARD vtc_status vtci_column_plan(struct vtci_block_encoder *encoder,
                                          const struct vtci_input *input,
                                          struct vtci_draft *out_draft);

/* column_plan.c: ts together with dur, whose mantissas are given; `op` NULL where that is no use. */
VTC_NODISCARD vtc_status vtci_times_plan(struct vtci_block_encoder *encoder,
                                         const struct vtci_input *input, const int64_t *dur_values,
                                         struct vtci_draft *out_draft);

/* factors_plan.c: rule 3 for a column of numbers, rounded to `scale`. *out_rounded is NULL where it
 * does not suit; else `code` has its rule, factors and side arrays, and *out_is_whole says that no
 * number is a token. */
VTC_NODISCARD vtc_status vtci_factors_plan(struct vtci_block_encoder *encoder,
                                           const struct vtci_values *values,
                                           const struct vtci_input *input, uint8_t scale,
                                           struct vtci_column_code *code,
                                           const int64_t **out_rounded, bool *out_is_whole);

/* column_encode.c */
VTC_NODISCARD vtc_status vtci_column_encode(struct vtci_block_encoder *encoder, uint32_t column);

/* directory_encode.c: places leaves in segments and writes the directory to encoder->directory. */
VTC_NODISCARD vtc_status vtci_directory_encode(struct vtci_block_encoder *encoder,
                                               const struct vtci_carried *carried,
                                               size_t carried_count, uint32_t *out_segment_count);

#endif
