/* One object of the document, read into a list of values: the scanner's hot path.
 *
 * The idea: real traces have few layouts. What stands between two values (the literal) is nearly
 * always what stood there before, so a row is read by walking a trie of literals:
 *
 *     node --- literal `{"pid":`  NUMBER pid  --> node --- literal `,"ts":` NUMBER ts --> node ...
 *          \-- literal `{"ts":`   NUMBER ts   --> ...                        ... END `"}` = shape 7
 *
 * At a node the edges are compared with the text (the one that matched last stands first); the edge
 * that matches says what value follows and in which column it goes. Only when none matches is the
 * literal taken apart as JSON, and a new edge made. An edge of kind END is a shape. Tries are per
 * path, so that objects within events have shapes of their own and shapes do not multiply.
 *
 * Nothing recurses: open nodes are frames on an explicit stack, at most VTCI_NESTING_MAX of them;
 * what is deeper, irregular or too manifold becomes raw text in its place.
 *
 * Values point into the window until the row is committed (block_builder.h). A row that turns out
 * malformed or incomplete leaves no value behind; what was learned on the way stays, harmlessly.
 *
 * A row is JSON (SPEC 7.7). Literals are checked when they are learned, bare words that are no plain
 * decimals when they are met, and raw text by json_walk.h; so what matches is not looked at twice.
 */
#ifndef VTCI_IMPORT_ROW_PARSER_H
#define VTCI_IMPORT_ROW_PARSER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "column/schema.h"
#include "import/json_walk.h"

/* What a value of path 0 means for the trace. */
enum vtci_role {
    VTCI_ROLE_NONE,
    VTCI_ROLE_TS,
    VTCI_ROLE_DUR,
    VTCI_ROLE_PID,
    VTCI_ROLE_TID,
    VTCI_ROLE_NAME,
    VTCI_ROLE_CAT,
    VTCI_ROLES
};

struct vtci_entry {
    const uint8_t *text; /* the value's bytes in the window (strings without quotes) */
    uint32_t len_bytes;  /* TAG: how often the value repeats */
    uint32_t column;
    int64_t value;  /* NUMBER: mantissa; NODE: local shape; COUNT, TAG */
    uint32_t id;    /* STRING: dictionary id if it was recognised, else 0 */
    uint32_t place; /* STRING: the edge before it, 0 in a list */
    uint8_t type;   /* enum vtci_type */
    uint8_t scale;  /* NUMBER: decimals, or VTCI_SCALE_TOKEN */
    uint8_t quoted;
};

enum vtci_row_outcome {
    VTCI_ROW_DONE,
    VTCI_ROW_MORE,      /* the window ends within the row */
    VTCI_ROW_MALFORMED, /* no JSON, by `fault`; it ends at `end` even so */
    VTCI_ROW_BROKEN     /* no JSON, by `fault`; what is at `end` cannot be part of it */
};

struct vtci_row {
    enum vtci_row_outcome outcome;
    const uint8_t *end;             /* the byte after the row; BROKEN: where it breaks off */
    const uint8_t *fault;           /* MALFORMED, BROKEN: where it goes wrong first … */
    uint8_t fault_cause;            /* … and how: enum vtci_issue_cause */
    const struct vtci_shape *shape; /* NULL: the row is raw text */
    const struct vtci_entry *entries;
    size_t entry_count;
    const uint32_t *role_entries; /* VTCI_ROLES: index + 1 in entries; 0: absent */
};

/* The value of a role; NULL where the row has none. Not for a row that is raw text. */
static inline const struct vtci_entry *vtci_row_role(const struct vtci_row *row,
                                                     enum vtci_role role)
{
    return row->role_entries[role] ? &row->entries[row->role_entries[role] - 1] : NULL;
}

struct vtci_trie_edge;
struct vtci_trie_node;
struct vtci_trie_path;
struct vtci_open_node;
struct vtci_column_state;

/* What recognises the next string of a column: see string_predict.h. */
struct vtci_predictor {
    uint64_t history; /* the last three ids, 21 bits of each */
    uint32_t last_id;
    uint32_t *followers; /* VTCI_FOLLOWERS, or NULL while the column has few strings */
};

struct vtci_row_parser {
    struct vtci_memory *memory;
    struct vtci_schema *schema; /* borrowed; learned things are added to it */
    struct vtci_trie_edge *edges;
    size_t edge_count, edge_capacity;
    struct vtci_trie_node *nodes;
    size_t node_count, node_capacity;
    struct vtci_json_walk walk;
    struct vtci_buffer literals;  /* text of all edges' literals */
    struct vtci_trie_path *paths; /* indexed by path */
    size_t path_capacity;
    struct vtci_predictor *predictors; /* indexed by column */
    size_t predictor_capacity;
    struct vtci_entry *entries;
    size_t entry_count, entry_capacity;
    struct vtci_open_node *frames;
    size_t frame_count;
    uint32_t role_entries[VTCI_ROLES]; /* index + 1 in entries */
    bool has_tokens;                   /* the row has bare words that are no plain decimals */
};

VTC_NODISCARD vtc_status vtci_row_parser_init(struct vtci_row_parser *parser,
                                              struct vtci_memory *memory,
                                              struct vtci_schema *schema);
void vtci_row_parser_free(struct vtci_row_parser *parser);

/* Reads the object that begins at `pos` (a `{`). `end` is the end of the window. `is_event` says
 * which kind of row its shape stands for. The result is valid until the next call. */
VTC_NODISCARD vtc_status vtci_row_parse(struct vtci_row_parser *parser, const uint8_t *pos,
                                        const uint8_t *end, bool is_event, struct vtci_row *out_row,
                                        struct vtc_error *err);

#endif
