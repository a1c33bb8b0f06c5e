/* The parts of row_parse.c: open nodes, the values at the leaves, lists. */
#ifndef VTCI_IMPORT_ROW_PARSE_INTERNAL_H
#define VTCI_IMPORT_ROW_PARSE_INTERNAL_H

#include "column/block_data.h"
#include "import/bare_word.h"
#include "import/row_parser.h"
#include "import/shape_trie.h"
#include "import/string_predict.h"

#define VTCI_ROW_ENTRIES_MAX (1u << 22)
/* Deeper nodes are raw text: real arguments nest a dozen deep, and each level is a path. */
#define VTCI_ROW_FRAMES_MAX 256

/* An open node. An object walks the trie; a list counts its elements. */
struct vtci_open_node {
    const uint8_t *start; /* its first byte */
    uint32_t path;
    uint32_t entry; /* of its NODE value; what it adds comes behind */
    bool is_list;
    uint32_t node;                 /* object: where in the trie */
    uint32_t before;               /* object: the edge that led there */
    struct vtci_bytes literals[3]; /* list: open, separator (data NULL: not met yet), close */
    uint32_t count_entry, tag_entry;
};

/* What a step of the parser came to, beside a status. */
enum vtci_row_step {
    VTCI_STEP_ON,        /* go on at *pos */
    VTCI_STEP_MORE,      /* the window ends */
    VTCI_STEP_MALFORMED, /* at *pos */
    VTCI_STEP_RAW        /* the innermost node is to become raw text */
};

/* Room for `count` more entries, or NULL. */
static inline struct vtci_entry *vtci_row_entries_reserve(struct vtci_row_parser *parser,
                                                          size_t count)
{
    if (VTCI_ARRAY_RESERVE(parser->memory, parser->entries, parser->entry_capacity,
                           parser->entry_count + count) != VTC_OK)
        return NULL;
    return parser->entries + parser->entry_count;
}

/* Reads a bare word into `entry`. */
static inline const uint8_t *vtci_row_take_bare(const uint8_t *pos, struct vtci_entry *entry)
{
    entry->text = pos;
    entry->type = VTCI_NUMBER;
    entry->quoted = 0;
    const uint8_t *after = vtci_scan_decimal(pos, &entry->value, &entry->scale);
    if (!after || !vtci_ends_bare(*after)) {
        after = pos;
        while (!vtci_ends_bare(*after))
            after++;
        entry->scale = VTCI_SCALE_TOKEN;
        entry->value = 0;
        entry->id = 0;
    }
    entry->len_bytes = (uint32_t)(after - pos);
    return after;
}

/* A word that is no plain decimal; false when it is no value at all. */
static inline bool vtci_row_note_token(struct vtci_row_parser *parser,
                                       const struct vtci_entry *entry)
{
    parser->has_tokens = true;
    return vtci_word_is_value(entry->text, entry->len_bytes);
}

/* Reads the text of a string (behind its quote) into `entry`; NULL when it does not end. */
static inline const uint8_t *vtci_row_take_string(struct vtci_row_parser *parser, uint32_t column,
                                                  uint32_t place, const uint8_t *pos,
                                                  const uint8_t *end, struct vtci_entry *entry)
{
    entry->text = pos;
    entry->type = VTCI_STRING;
    entry->place = place;
    entry->id = vtci_predict(&parser->predictors[column], &parser->schema->columns[column], place,
                             pos, end, &entry->len_bytes);
    if (entry->id)
        return pos + entry->len_bytes;
    const uint8_t *close = vtci_find_string_end(pos, end);
    if (close >= end || (size_t)(close - pos) > UINT32_MAX)
        return NULL;
    entry->len_bytes = (uint32_t)(close - pos);
    return close;
}

/* Opens the node at `pos`; `entry` is its NODE value. */
VTC_NODISCARD vtc_status vtci_row_open_node(struct vtci_row_parser *parser, const uint8_t *pos,
                                            const uint8_t *end, uint32_t path, uint32_t entry,
                                            const uint8_t **out_pos, enum vtci_row_step *out_step,
                                            struct vtc_error *err);

#endif
