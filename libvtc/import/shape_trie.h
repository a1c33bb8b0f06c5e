/* The tries of row_parser.h: matching an edge, learning one, turning an END into a shape. */
#ifndef VTCI_IMPORT_SHAPE_TRIE_H
#define VTCI_IMPORT_SHAPE_TRIE_H

#include "base/bytes.h"
#include "import/row_parser.h"
#include "import/scan.h"

enum vtci_slot_kind {
    VTCI_SLOT_NUMBER, /* a bare word */
    VTCI_SLOT_QUOTED, /* a decimal between quotes, where a number is meant */
    VTCI_SLOT_STRING,
    VTCI_SLOT_NODE,
    VTCI_SLOT_END
};

struct vtci_trie_edge {
    uint32_t next;        /* the next edge of the same node */
    uint32_t target;      /* the node behind it */
    uint32_t before;      /* the edge before it; VTCI_NONE at the root */
    uint32_t literal_pos; /* in `literals` */
    uint32_t literal_len_bytes;
    uint32_t column;     /* where the value goes */
    uint32_t child_path; /* NODE: the path of the node */
    uint32_t shape;      /* END: global shape id, VTCI_NONE until first reached */
    uint32_t depth;      /* slots before it */
    uint8_t kind;        /* enum vtci_slot_kind */
    uint8_t role;        /* enum vtci_role */
    uint8_t not_decimal; /* STRING: decimals go to the QUOTED edge instead */
    /* NUMBER, QUOTED: the last short decimal, as pids and tids repeat. 0 bytes: none. */
    uint8_t last_len_bytes;
    uint8_t last_scale;
    uint64_t last_text; /* up to 8 bytes, the rest zero */
    int64_t last_value;
};

struct vtci_trie_node {
    uint32_t first; /* edge; VTCI_NONE */
    uint32_t
        edge_count; /* up to VTCI_NODE_EDGES: an object of ever new keys is not searched for long */
};

/* What the parser keeps of each path. */
struct vtci_trie_path {
    uint32_t root;         /* trie node; VTCI_NONE */
    uint32_t record_root;  /* path 0: of rows that are no events */
    uint32_t elements;     /* path of list elements; VTCI_NONE until a list was met */
    uint32_t raw_column;   /* (path, RAW) */
    uint32_t count_column; /* lists */
    uint32_t tag_column, number_column, string_column, node_column; /* of the elements */
};

/* What an attempt to learn came to. */
enum vtci_learn {
    VTCI_LEARNED,
    VTCI_LEARN_MORE,      /* the window ends first */
    VTCI_LEARN_MALFORMED, /* *fail_pos tells where */
    VTCI_LEARN_RAW        /* a limit is reached: keep the node as raw text */
};

/* Compares without calling memcmp for the common short literals. Eight bytes may be loaded past
 * either text. */
static inline bool vtci_literal_equals(const uint8_t *text, const uint8_t *literal,
                                       uint32_t len_bytes)
{
    while (len_bytes >= 8) {
        if (vtci_load_u64(text) != vtci_load_u64(literal))
            return false;
        text += 8;
        literal += 8;
        len_bytes -= 8;
    }
    if (len_bytes == 0)
        return true;
    uint64_t difference = vtci_load_u64(text) ^ vtci_load_u64(literal);
    return (difference << (8 * (8 - len_bytes))) == 0;
}

/* The edge of `node` that fits the text at `pos`, or VTCI_NONE. */
uint32_t vtci_trie_search(struct vtci_row_parser *parser, uint32_t node, const uint8_t *pos,
                          const uint8_t *end);

/* The same, with the first edge tried in place: it nearly always fits. */
static inline uint32_t vtci_trie_match(struct vtci_row_parser *parser, uint32_t node,
                                       const uint8_t *pos, const uint8_t *end)
{
    uint32_t first = parser->nodes[node].first;
    if (first == VTCI_NONE)
        return VTCI_NONE;
    const struct vtci_trie_edge *edge = &parser->edges[first];
    const uint8_t *value = pos + edge->literal_len_bytes;
    if (value < end && vtci_literal_equals(pos, parser->literals.data + edge->literal_pos,
                                           edge->literal_len_bytes)) {
        bool fits = edge->kind == VTCI_SLOT_NUMBER   ? !vtci_ends_bare(*value)
                    : edge->kind == VTCI_SLOT_STRING ? !edge->not_decimal
                    : edge->kind == VTCI_SLOT_NODE   ? *value == '{' || *value == '['
                                                     : edge->kind == VTCI_SLOT_END;
        if (fits)
            return first;
    }
    return vtci_trie_search(parser, node, pos, end);
}

/* Takes the literal at `pos` apart and adds an edge for it to `node`. `before` is the edge that led
 * to `node` (VTCI_NONE at a root). *out_edge is set when LEARNED. */
VTC_NODISCARD vtc_status vtci_trie_learn(struct vtci_row_parser *parser, uint32_t path,
                                         uint32_t node, uint32_t before, const uint8_t *pos,
                                         const uint8_t *end, enum vtci_learn *out_learn,
                                         uint32_t *out_edge, const uint8_t **out_fail_pos,
                                         struct vtc_error *err);

/* The shape of an END edge; made when it is reached for the first time. VTCI_NONE in *out_shape when
 * a limit says that no further shape is made. */
VTC_NODISCARD vtc_status vtci_trie_shape(struct vtci_row_parser *parser, uint32_t path,
                                         uint32_t edge, bool is_event, uint32_t *out_shape,
                                         struct vtc_error *err);

/* The shape of a list with these literals. `separator` NULL: any (one element). */
VTC_NODISCARD vtc_status vtci_trie_list_shape(struct vtci_row_parser *parser, uint32_t path,
                                              const struct vtci_bytes literals[3],
                                              uint32_t *out_shape, struct vtc_error *err);

/* The state of a path, made on first use, with a root node. NULL: no memory. */
struct vtci_trie_path *vtci_trie_path(struct vtci_row_parser *parser, uint32_t path);
/* Makes sure that the columns of a list at `path` are there. */
VTC_NODISCARD vtc_status vtci_trie_list_columns(struct vtci_row_parser *parser, uint32_t path,
                                                struct vtc_error *err);
/* The column of a path, made on first use; a NODE brings its RAW with it. */
VTC_NODISCARD vtc_status vtci_trie_column(struct vtci_row_parser *parser, uint32_t path,
                                          uint8_t type, uint32_t *out_column,
                                          struct vtc_error *err);
VTC_NODISCARD vtc_status vtci_trie_node(struct vtci_row_parser *parser, uint32_t *out_node);

#endif
