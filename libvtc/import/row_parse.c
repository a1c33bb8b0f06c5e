#include <assert.h>

#include "base/error.h"
#include "base/limits.h"
#include "column/block_data.h"
#include "import/bare_word.h"
#include "import/row_parser.h"
#include "import/shape_trie.h"
#include "import/string_predict.h"
#include "wire/document.h"

#define ENTRIES_MAX (1u << 22)
/* Deeper nodes are raw text: real arguments nest a dozen deep, and each level is a path. */
#define FRAMES_MAX 256

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

vtc_status vtci_row_parser_init(struct vtci_row_parser *parser, struct vtci_memory *memory,
                                struct vtci_schema *schema)
{
    memset(parser, 0, sizeof *parser);
    parser->memory = memory;
    parser->schema = schema;
    vtci_buffer_init(&parser->literals, memory);
    vtci_json_walk_init(&parser->walk, memory);
    parser->frames = vtci_allocate(memory, FRAMES_MAX * sizeof *parser->frames);
    struct vtci_trie_path *root = vtci_trie_path(parser, 0);
    uint32_t always;
    if (!parser->frames || !root ||
        vtci_trie_column(parser, 0, VTCI_NODE, &always, NULL) != VTC_OK ||
        vtci_trie_node(parser, &parser->paths[0].record_root) != VTC_OK) {
        vtci_row_parser_free(parser);
        return VTC_ERR_NO_MEMORY;
    }
    return VTC_OK;
}

void vtci_row_parser_free(struct vtci_row_parser *parser)
{
    struct vtci_memory *memory = parser->memory;
    for (size_t i = 0; i < parser->predictor_capacity; i++)
        vtci_release(memory, parser->predictors[i].followers, VTCI_FOLLOWERS * sizeof(uint32_t));
    VTCI_ARRAY_FREE(memory, parser->predictors, parser->predictor_capacity);
    VTCI_ARRAY_FREE(memory, parser->edges, parser->edge_capacity);
    VTCI_ARRAY_FREE(memory, parser->nodes, parser->node_capacity);
    VTCI_ARRAY_FREE(memory, parser->paths, parser->path_capacity);
    VTCI_ARRAY_FREE(memory, parser->entries, parser->entry_capacity);
    vtci_buffer_free(&parser->literals);
    vtci_json_walk_free(&parser->walk);
    if (parser->frames)
        vtci_release(memory, parser->frames, FRAMES_MAX * sizeof *parser->frames);
    memset(parser, 0, sizeof *parser);
    parser->memory = memory;
}

/* Room for `count` more entries, or NULL. */
static inline struct vtci_entry *entries_reserve(struct vtci_row_parser *parser, size_t count)
{
    if (VTCI_ARRAY_RESERVE(parser->memory, parser->entries, parser->entry_capacity,
                           parser->entry_count + count) != VTC_OK)
        return NULL;
    return parser->entries + parser->entry_count;
}

/* What a step of the parser came to, beside a status. */
enum step {
    STEP_ON,        /* go on at *pos */
    STEP_MORE,      /* the window ends */
    STEP_MALFORMED, /* at *pos */
    STEP_RAW        /* the innermost node is to become raw text */
};

/* Reads a bare word into `entry`. */
static inline const uint8_t *take_bare(const uint8_t *pos, struct vtci_entry *entry)
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

/* The same, where the edge may know the number from last time. */
static inline const uint8_t *take_number(const uint8_t *pos, struct vtci_trie_edge *edge,
                                         struct vtci_entry *entry)
{
    if (vtci_short_value_is(&edge->last, pos) && vtci_ends_bare(pos[edge->last.len_bytes])) {
        entry->text = pos;
        entry->len_bytes = edge->last.len_bytes;
        entry->type = VTCI_NUMBER;
        entry->value = edge->last.value;
        entry->scale = edge->last.scale;
        return pos + edge->last.len_bytes;
    }
    const uint8_t *after = take_bare(pos, entry);
    if (entry->scale != VTCI_SCALE_TOKEN)
        vtci_short_value_set(&edge->last, pos, entry->len_bytes, entry->value, entry->scale);
    return after;
}

/* A word that is no plain decimal; false when it is no value at all. */
static bool note_token(struct vtci_row_parser *parser, const struct vtci_entry *entry)
{
    parser->has_tokens = true;
    return vtci_word_is_value(entry->text, entry->len_bytes);
}

/* Reads the text of a string (behind its quote) into `entry`; NULL when it does not end. */
static inline const uint8_t *take_string(struct vtci_row_parser *parser, uint32_t column,
                                         uint32_t place, const uint8_t *pos, const uint8_t *end,
                                         struct vtci_entry *entry)
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

static void push_object(struct vtci_row_parser *parser, const uint8_t *pos, uint32_t path,
                        uint32_t root, uint32_t entry)
{
    struct vtci_open_node *frame = &parser->frames[parser->frame_count++];
    frame->start = pos;
    frame->path = path;
    frame->entry = entry;
    frame->is_list = false;
    frame->node = root;
    frame->before = VTCI_NONE;
}

/* The innermost open node becomes raw text: its values go, its text is kept. */
static vtc_status node_to_raw(struct vtci_row_parser *parser, const uint8_t **pos,
                              const uint8_t *end, enum step *out_step)
{
    struct vtci_open_node *frame = &parser->frames[parser->frame_count - 1];
    enum vtci_json_outcome outcome;
    VTC_TRY(vtci_json_walk(&parser->walk, frame->start, end, &outcome));
    if (outcome == VTCI_JSON_MORE || parser->walk.fault) {
        *pos = end;
        *out_step = outcome == VTCI_JSON_MORE ? STEP_MORE : STEP_MALFORMED;
        return VTC_OK;
    }
    const uint8_t *after = parser->walk.pos;
    uint32_t raw = vtci_schema_find_column(parser->schema, frame->path, VTCI_RAW);
    if ((size_t)(after - frame->start) > UINT32_MAX)
        return VTC_ERR_LIMIT;
    parser->entry_count = (size_t)frame->entry + 1;
    struct vtci_entry *entry = entries_reserve(parser, 1);
    if (!entry)
        return VTC_ERR_NO_MEMORY;
    parser->entries[frame->entry].value = 0;
    memset(entry, 0, sizeof *entry);
    entry->column = raw;
    entry->type = VTCI_RAW;
    entry->text = frame->start;
    entry->len_bytes = (uint32_t)(after - frame->start);
    parser->entry_count++;
    parser->frame_count--;
    *pos = after;
    *out_step = STEP_ON;
    return VTC_OK;
}

/* Opens the node at `pos`; `entry` is its NODE value. */
static vtc_status open_node(struct vtci_row_parser *parser, const uint8_t *pos, const uint8_t *end,
                            uint32_t path, uint32_t entry, const uint8_t **out_pos,
                            enum step *out_step, struct vtc_error *err)
{
    const struct vtci_trie_path *state = vtci_trie_path(parser, path);
    if (!state)
        return VTC_ERR_NO_MEMORY;
    push_object(parser, pos, path, state->root, entry);
    *out_pos = pos;
    *out_step = STEP_ON;
    const uint8_t *inside = vtci_skip_space(pos + 1);
    if (parser->frame_count >= FRAMES_MAX - 1 || parser->entry_count > ENTRIES_MAX) {
        *out_step = STEP_RAW;
        return VTC_OK;
    }
    if (*pos == '{' || *inside == ']')
        return VTC_OK;
    if (inside >= end) {
        *out_step = STEP_MORE;
        return VTC_OK;
    }
    if (state->elements == VTCI_NONE) {
        vtc_status status = vtci_trie_list_columns(parser, path, err);
        if (status == VTC_ERR_LIMIT)
            *out_step = STEP_RAW;
        if (status != VTC_OK)
            return status == VTC_ERR_LIMIT ? VTC_OK : status;
    }
    struct vtci_entry *count = entries_reserve(parser, 1);
    if (!count)
        return VTC_ERR_NO_MEMORY;
    memset(count, 0, sizeof *count);
    count->type = VTCI_COUNT;
    count->column = parser->paths[path].count_column;
    struct vtci_open_node *frame = &parser->frames[parser->frame_count - 1];
    frame->is_list = true;
    frame->count_entry = (uint32_t)parser->entry_count++;
    frame->tag_entry = VTCI_NONE;
    frame->literals[0] = (struct vtci_bytes){pos, (size_t)(inside - pos)};
    frame->literals[1] = (struct vtci_bytes){NULL, 0};
    *out_pos = inside;
    return VTC_OK;
}

/* Nothing known fits the text at *pos: learns what does. */
static vtc_status learn_edge(struct vtci_row_parser *parser, const struct vtci_open_node *frame,
                             const uint8_t **pos, const uint8_t *end, uint32_t *out_edge,
                             enum step *out_step, struct vtc_error *err)
{
    enum vtci_learn learn;
    const uint8_t *fail_pos = *pos;
    VTC_TRY(vtci_trie_learn(parser, frame->path, frame->node, frame->before, *pos, end, &learn,
                            out_edge, &fail_pos, err));
    static const enum step step_of[] = {[VTCI_LEARNED] = STEP_ON,
                                        [VTCI_LEARN_MORE] = STEP_MORE,
                                        [VTCI_LEARN_MALFORMED] = STEP_MALFORMED,
                                        [VTCI_LEARN_RAW] = STEP_RAW};
    *out_step = step_of[learn];
    if (learn != VTCI_LEARNED)
        *pos = fail_pos;
    return VTC_OK;
}

static vtc_status close_object(struct vtci_row_parser *parser, const struct vtci_open_node *frame,
                               uint32_t edge, bool is_event, const uint8_t *after,
                               enum step *out_step, struct vtc_error *err)
{
    uint32_t shape = parser->edges[edge].shape;
    if (shape == VTCI_NONE)
        VTC_TRY(
            vtci_trie_shape(parser, frame->path, edge, is_event && frame->path == 0, &shape, err));
    if (shape == VTCI_NONE) {
        *out_step = STEP_RAW;
        return VTC_OK;
    }
    uint32_t local = parser->schema->shapes[shape].local;
    parser->entries[frame->entry].value = local;
    parser->frame_count--;
    if (parser->frame_count && parser->edges[edge].depth == 0) {
        struct vtci_short_value *last = frame[-1].is_list
                                            ? &parser->paths[frame[-1].path].last_element
                                            : &parser->edges[frame[-1].before].last;
        vtci_short_value_set(last, frame->start, (size_t)(after - frame->start), local, 0);
    }
    return VTC_OK;
}

/* Literals and the values behind them, in an object, until it ends or another node begins. */
static vtc_status step_object(struct vtci_row_parser *parser, const uint8_t **pos,
                              const uint8_t *end, bool is_event, enum step *out_step,
                              struct vtc_error *err)
{
    struct vtci_open_node *frame = &parser->frames[parser->frame_count - 1];
    const uint8_t *at = *pos;
    *out_step = STEP_ON;
    for (;;) {
        uint32_t id = vtci_trie_match(parser, frame->node, at, end);
        if (id == VTCI_NONE) {
            VTC_TRY(learn_edge(parser, frame, &at, end, &id, out_step, err));
            *pos = at;
            if (*out_step != STEP_ON)
                return VTC_OK;
        }
        struct vtci_trie_edge *edge = &parser->edges[id];
        at += edge->literal_len_bytes;
        if (edge->kind == VTCI_SLOT_END) {
            *pos = at;
            return close_object(parser, frame, id, is_event, at, out_step, err);
        }
        struct vtci_entry *entry = entries_reserve(parser, 1);
        if (!entry)
            return VTC_ERR_NO_MEMORY;
        entry->column = edge->column;
        parser->role_entries[edge->role] = (uint32_t)++parser->entry_count;
        frame->node = edge->target;
        frame->before = id;
        if (edge->kind == VTCI_SLOT_STRING) {
            at = take_string(parser, edge->column, id, at, end, entry);
            if (!at) {
                *pos = end;
                *out_step = STEP_MORE;
                return VTC_OK;
            }
        } else if (edge->kind != VTCI_SLOT_NODE) {
            at = take_number(at, edge, entry);
            entry->quoted = edge->kind == VTCI_SLOT_QUOTED;
            if (entry->scale == VTCI_SCALE_TOKEN && !note_token(parser, entry)) {
                *pos = entry->text;
                *out_step = STEP_MALFORMED;
                return VTC_OK;
            }
        } else {
            entry->type = VTCI_NODE;
            if (!vtci_short_value_is(&edge->last, at) || parser->entry_count > ENTRIES_MAX)
                return open_node(parser, at, end, edge->child_path,
                                 (uint32_t)parser->entry_count - 1, pos, out_step, err);
            entry->value = edge->last.value;
            at += edge->last.len_bytes;
        }
    }
}

/* What stands behind an element: the separator, or the end of the list. */
static vtc_status step_list_between(struct vtci_row_parser *parser, const uint8_t **pos,
                                    const uint8_t *end, enum step *out_step, struct vtc_error *err)
{
    struct vtci_open_node *frame = &parser->frames[parser->frame_count - 1];
    const uint8_t *at = vtci_skip_space(*pos);
    *out_step = STEP_ON;
    if (at >= end) {
        *pos = end;
        *out_step = STEP_MORE;
        return VTC_OK;
    }
    if (*at == ',') {
        const uint8_t *next = vtci_skip_space(at + 1);
        struct vtci_bytes separator = {*pos, (size_t)(next - *pos)};
        if (next >= end) {
            *pos = end;
            *out_step = STEP_MORE;
            return VTC_OK;
        }
        if (!frame->literals[1].data)
            frame->literals[1] = separator;
        bool regular = separator.len_bytes == frame->literals[1].len_bytes &&
                       memcmp(separator.data, frame->literals[1].data, separator.len_bytes) == 0;
        bool malformed = *next == ']' || *next == ',';
        *out_step = malformed ? STEP_MALFORMED : regular ? STEP_ON : STEP_RAW;
        *pos = next;
        return VTC_OK;
    }
    if (*at != ']') {
        *pos = at;
        *out_step = STEP_MALFORMED;
        return VTC_OK;
    }
    frame->literals[2] = (struct vtci_bytes){*pos, (size_t)(at + 1 - *pos)};
    uint32_t shape;
    VTC_TRY(vtci_trie_list_shape(parser, frame->path, frame->literals, &shape, err));
    if (shape == VTCI_NONE) {
        *out_step = STEP_RAW;
        return VTC_OK;
    }
    parser->entries[frame->entry].value = parser->schema->shapes[shape].local;
    parser->frame_count--;
    *pos = at + 1;
    return VTC_OK;
}

/* Counts the element, and says of which type it is. */
static vtc_status list_note_element(struct vtci_row_parser *parser, struct vtci_open_node *frame,
                                    uint32_t tag_column, uint8_t type)
{
    parser->entries[frame->count_entry].value++;
    struct vtci_entry *tag =
        frame->tag_entry == VTCI_NONE ? NULL : &parser->entries[frame->tag_entry];
    if (tag && tag->value == type) {
        tag->len_bytes++;
        return VTC_OK;
    }
    tag = entries_reserve(parser, 1);
    if (!tag)
        return VTC_ERR_NO_MEMORY;
    memset(tag, 0, sizeof *tag);
    tag->type = VTCI_TAG;
    tag->column = tag_column;
    tag->value = type;
    tag->len_bytes = 1;
    frame->tag_entry = (uint32_t)parser->entry_count++;
    return VTC_OK;
}

/* One element of a list; what follows it is taken by step_list_between. */
static vtc_status step_list_element(struct vtci_row_parser *parser, const uint8_t **pos,
                                    const uint8_t *end, enum step *out_step, struct vtc_error *err)
{
    struct vtci_open_node *frame = &parser->frames[parser->frame_count - 1];
    const struct vtci_trie_path *state = &parser->paths[frame->path];
    uint8_t c = **pos;
    uint8_t type = c == '"'                          ? VTCI_STRING
                   : vtci_byte_class[c] & VTCI_OPENS ? VTCI_NODE
                                                     : VTCI_NUMBER;
    *out_step = STEP_ON;
    if (type == VTCI_NUMBER && vtci_ends_bare(c)) {
        *out_step = *pos >= end ? STEP_MORE : STEP_MALFORMED;
        return VTC_OK;
    }
    if (parser->entry_count > ENTRIES_MAX) {
        *out_step = STEP_RAW;
        return VTC_OK;
    }
    VTC_TRY(list_note_element(parser, frame, state->tag_column, type));
    struct vtci_entry *entry = entries_reserve(parser, 1);
    if (!entry)
        return VTC_ERR_NO_MEMORY;
    entry->type = type;
    if (type == VTCI_NODE) {
        entry->column = state->node_column;
        parser->entry_count++;
        if (vtci_short_value_is(&state->last_element, *pos)) {
            entry->value = state->last_element.value;
            *pos += state->last_element.len_bytes;
            return VTC_OK;
        }
        return open_node(parser, *pos, end, state->elements, (uint32_t)parser->entry_count - 1, pos,
                         out_step, err);
    }
    if (type == VTCI_NUMBER) {
        entry->column = state->number_column;
        *pos = take_bare(*pos, entry);
        if (entry->scale == VTCI_SCALE_TOKEN && !note_token(parser, entry)) {
            *pos = entry->text;
            *out_step = STEP_MALFORMED;
            return VTC_OK;
        }
    } else {
        entry->column = state->string_column;
        const uint8_t *close = take_string(parser, entry->column, 0, *pos + 1, end, entry);
        if (!close) {
            *pos = end;
            *out_step = STEP_MORE;
            return VTC_OK;
        }
        *pos = close + 1;
    }
    parser->entry_count++;
    return VTC_OK;
}

/* Lists alternate between elements and what is between them. */
static vtc_status step_list(struct vtci_row_parser *parser, const uint8_t **pos, const uint8_t *end,
                            enum step *out_step, struct vtc_error *err)
{
    size_t depth = parser->frame_count;
    const struct vtci_open_node *frame = &parser->frames[depth - 1];
    bool at_element = parser->entries[frame->count_entry].value == 0;
    if (!at_element) {
        VTC_TRY(step_list_between(parser, pos, end, out_step, err));
        if (*out_step != STEP_ON || parser->frame_count < depth)
            return VTC_OK;
    }
    return step_list_element(parser, pos, end, out_step, err);
}

static void finish_row(struct vtci_row_parser *parser, const uint8_t *pos, struct vtci_row *row)
{
    row->outcome = VTCI_ROW_DONE;
    row->end = pos;
    row->entries = parser->entries;
    row->entry_count = parser->entry_count;
    row->shape = vtci_schema_shape(parser->schema, 0, (uint64_t)parser->entries[0].value);
    row->role_entries = parser->role_entries;
}

/* The row is malformed, by what is at `pos`: in which way, and where it ends even so. */
static vtc_status find_fault(struct vtci_row_parser *parser, const uint8_t *pos, const uint8_t *end,
                             struct vtci_row *row)
{
    static const enum vtci_row_outcome outcome_of[] = {[VTCI_JSON_ENDS] = VTCI_ROW_MALFORMED,
                                                       [VTCI_JSON_MORE] = VTCI_ROW_MORE,
                                                       [VTCI_JSON_BROKEN] = VTCI_ROW_BROKEN};
    struct vtci_json_walk *walk = &parser->walk;
    enum vtci_json_outcome outcome;
    VTC_TRY(vtci_json_walk(walk, parser->frames[0].start, end, &outcome));
    assert(outcome == VTCI_JSON_MORE || walk->fault);
    row->outcome = outcome_of[outcome];
    row->end = walk->pos;
    row->fault = walk->fault ? walk->fault : pos;
    row->fault_cause = walk->fault ? walk->fault_cause : VTCI_ISSUE_MALFORMED;
    return VTC_OK;
}

vtc_status vtci_row_parse(struct vtci_row_parser *parser, const uint8_t *pos, const uint8_t *end,
                          bool is_event, struct vtci_row *out_row, struct vtc_error *err)
{
    parser->entry_count = 0;
    parser->frame_count = 0;
    parser->has_tokens = false;
    memset(parser->role_entries, 0, sizeof parser->role_entries);
    struct vtci_entry *root = entries_reserve(parser, 1);
    if (!root)
        return VTC_ERR_NO_MEMORY;
    memset(root, 0, sizeof *root);
    root->type = VTCI_NODE;
    root->column = VTCI_COLUMN_ROOT;
    parser->entry_count = 1;
    push_object(parser, pos, 0, is_event ? parser->paths[0].root : parser->paths[0].record_root, 0);
    while (parser->frame_count > 0) {
        enum step step;
        if (parser->frames[parser->frame_count - 1].is_list)
            VTC_TRY(step_list(parser, &pos, end, &step, err));
        else
            VTC_TRY(step_object(parser, &pos, end, is_event, &step, err));
        if (step == STEP_RAW)
            VTC_TRY(node_to_raw(parser, &pos, end, &step));
        if (step == STEP_MALFORMED)
            return find_fault(parser, pos, end, out_row);
        if (step == STEP_MORE) {
            out_row->outcome = VTCI_ROW_MORE;
            return VTC_OK;
        }
    }
    finish_row(parser, pos, out_row);
    return VTC_OK;
}
