/* The tries of row_parser.h: matching an edge, learning one, turning an END into a shape. */
#ifndef VTCI_IMPORT_SHAPE_TRIE_H
#define VTCI_IMPORT_SHAPE_TRIE_H

#include <string.h>

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

/* So much of a literal is compared at once, without a branch on its length. */
#define VTCI_HEAD_WORDS 4
#define VTCI_HEAD_BYTES (8 * VTCI_HEAD_WORDS)

/* A value of up to 8 bytes of text, to be recognised when it comes again. */
struct vtci_short_value {
    uint64_t text;
    int64_t value;
    uint8_t len_bytes; /* 0: none */
    uint8_t scale;
};

struct vtci_trie_edge {
    uint64_t head[VTCI_HEAD_WORDS];      /* the first bytes of the literal */
    uint64_t head_mask[VTCI_HEAD_WORDS]; /* all ones where the literal has bytes */
    uint32_t next;                       /* the next edge of the same node */
    uint32_t target;                     /* the node behind it */
    uint32_t before;                     /* the edge before it; VTCI_NONE at the root */
    uint32_t literal_pos;                /* in `literals` */
    uint32_t literal_len_bytes;
    uint32_t column;     /* where the value goes */
    uint32_t child_path; /* NODE: the path of the node */
    uint32_t shape;      /* END: global shape id, VTCI_NONE until first reached */
    uint32_t depth;      /* slots before it */
    uint8_t kind;        /* enum vtci_slot_kind */
    uint8_t role;        /* enum vtci_role */
    uint8_t not_decimal; /* STRING: decimals go to the QUOTED edge instead */
    uint8_t fits;        /* classes (scan.h) of a first byte that alone says that the value fits */
    /* NUMBER, QUOTED: the last short decimal, as pids and tids repeat. NODE: the last short node
     * without values, such as `[]`. */
    struct vtci_short_value last;
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
    struct vtci_short_value last_element; /* the last short node without values among them */
    /* The shape of the last list of one element, and of the last of more; VTCI_NONE. */
    uint32_t last_shape[2];
};

/* What an attempt to learn came to. */
enum vtci_learn {
    VTCI_LEARNED,
    VTCI_LEARN_MORE,      /* the window ends first */
    VTCI_LEARN_MALFORMED, /* *fail_pos tells where */
    VTCI_LEARN_RAW        /* a limit is reached: keep the node as raw text */
};

/* Whether the text at `pos` begins with the edge's literal. VTCI_HEAD_BYTES may be loaded at `pos`,
 * and the literal's length of it is there. */
static inline bool vtci_trie_literal_is(const struct vtci_row_parser *parser,
                                        const struct vtci_trie_edge *edge, const uint8_t *pos)
{
    uint64_t difference = 0;
    for (size_t i = 0; i < VTCI_HEAD_WORDS; i++)
        difference |= (vtci_load_u64(pos + 8 * i) ^ edge->head[i]) & edge->head_mask[i];
    if (difference)
        return false;
    return edge->literal_len_bytes <= VTCI_HEAD_BYTES ||
           memcmp(pos + VTCI_HEAD_BYTES,
                  parser->literals.data + edge->literal_pos + VTCI_HEAD_BYTES,
                  edge->literal_len_bytes - VTCI_HEAD_BYTES) == 0;
}

/* Whether the text at `pos` begins with the value. */
static inline bool vtci_short_value_is(const struct vtci_short_value *last, const uint8_t *pos)
{
    unsigned known = last->len_bytes;
    return known && (vtci_load_u64(pos) ^ last->text) << (64 - 8 * known) == 0;
}

static inline void vtci_short_value_set(struct vtci_short_value *last, const uint8_t *pos,
                                        size_t len_bytes, int64_t value, uint8_t scale)
{
    last->len_bytes = len_bytes <= 8 ? (uint8_t)len_bytes : 0;
    last->text = vtci_load_u64(pos);
    last->value = value;
    last->scale = scale;
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
    if (value < end && vtci_byte_class[*value] & edge->fits &&
        vtci_trie_literal_is(parser, edge, pos))
        return first;
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

/* Makes sure that the state of a path is there, with a root node. */
VTC_NODISCARD vtc_status vtci_trie_path_make(struct vtci_row_parser *parser, uint32_t path);
/* Makes sure that the columns of a list at `path` are there. */
VTC_NODISCARD vtc_status vtci_trie_list_columns(struct vtci_row_parser *parser, uint32_t path,
                                                struct vtc_error *err);

/* The state of a path, made on first use. NULL: no memory. */
static inline struct vtci_trie_path *vtci_trie_path(struct vtci_row_parser *parser, uint32_t path)
{
    bool known = path < parser->path_capacity && parser->paths[path].root != VTCI_NONE;
    return known || vtci_trie_path_make(parser, path) == VTC_OK ? &parser->paths[path] : NULL;
}

/* The column of a path, made on first use; a NODE brings its RAW with it. */
VTC_NODISCARD vtc_status vtci_trie_column(struct vtci_row_parser *parser, uint32_t path,
                                          uint8_t type, uint32_t *out_column,
                                          struct vtc_error *err);
VTC_NODISCARD vtc_status vtci_trie_node(struct vtci_row_parser *parser, uint32_t *out_node);

#endif
