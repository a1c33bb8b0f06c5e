/* An array of a column as a tree of operators (SPEC 8.1): what the directory says in prefix
 * notation. The decoder parses it, the encoder plans it and writes it.
 */
#ifndef VTCI_COLUMN_OP_H
#define VTCI_COLUMN_OP_H

#include <stddef.h>
#include <stdint.h>

#include "column/float_factor.h"

enum vtci_op_code {
    VTCI_OP_CONSTANT = 0,
    VTCI_OP_PLANES = 1,
    VTCI_OP_DELTA = 2,
    VTCI_OP_RUNS = 3,
    VTCI_OP_PALETTE = 4,
    VTCI_OP_MAP = 5,
    VTCI_OP_GROUP = 6,
    VTCI_OP_LINEAR = 7,
    VTCI_OP_NEST = 8,
    VTCI_OP_NESTED = 9,
    VTCI_OP_UNSTACK = 10,
    VTCI_OP_SCALE = 11,
    VTCI_OP_MIX = 12
};

enum { VTCI_NEST_REVERSED = 1, VTCI_NEST_HAS_DUR = 2 };

#define VTCI_OP_PARTS_MAX 3
#define VTCI_OP_CONTEXTS_MAX 4
#define VTCI_MIX_LAG_NEXT 255
#define VTCI_MIX_CHILDREN UINT32_MAX

struct vtci_mix_context {
    uint8_t lag;
    uint32_t column; /* VTCI_MIX_CHILDREN: the children k of NEST */
};

struct vtci_op {
    uint8_t code;     /* enum vtci_op_code */
    uint8_t flags;    /* PLANES: width; NEST: enum above; MIX: number of contexts */
    uint32_t column;  /* MAP, LINEAR, NEST, NESTED: the column referred to */
    uint32_t segment; /* PLANES, MIX: where their bytes are; the encoder: which leaf */
    uint64_t count;   /* values of this array */
    uint64_t offset;
    uint64_t bytes;  /* PLANES, MIX: in the segment */
    int64_t base;    /* CONSTANT: v; PLANES: base; SCALE: c */
    uint64_t factor; /* SCALE: f */
    const struct vtci_op *parts[VTCI_OP_PARTS_MAX];
    struct vtci_mix_context contexts[VTCI_OP_CONTEXTS_MAX];
};

enum { VTCI_FORM_LENGTHS = 0, VTCI_FORM_HEX = 1, VTCI_FORM_DECIMAL = 2 };

/* A column of a block as the directory describes it (SPEC 8.3, 8.4). */
struct vtci_column_code {
    uint32_t column;
    uint64_t count;
    const struct vtci_op *array; /* mantissas, ids, or the values themselves */
    /* NUMBER */
    uint8_t rule;
    uint8_t scale;
    const struct vtci_op *codes;
    const struct vtci_float_factor *factors; /* rule 3 … */
    size_t factor_count;
    const struct vtci_op *indices;   /* … which factor each number has … */
    const struct vtci_op *residuals; /* … and what its ticks differ from the rounded ones by */
    /* STRING, RAW, SEPARATOR */
    uint64_t plain_count;
    uint8_t form;
    const struct vtci_op *plain; /* lengths (form 0) or numbers (form 1, 2) */
    uint32_t segment;            /* form 0: the strings' bytes; the encoder: which leaf */
    uint64_t offset;
    uint64_t plain_bytes;  /* form 0; the decoder knows it once it has the lengths */
    const uint8_t *prefix; /* form 1 */
    size_t prefix_bytes;
    uint8_t width;
};

#endif
