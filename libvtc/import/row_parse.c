#include <assert.h>

#include "base/error.h"
#include "base/limits.h"
#include "import/row_list.h"
#include "import/row_parse_internal.h"
#include "wire/document.h"

/* Reads a bare word that the edge may know from last time. */
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
    const uint8_t *after = vtci_row_take_bare(pos, entry);
    if (entry->scale != VTCI_SCALE_TOKEN)
        vtci_short_value_set(&edge->last, pos, entry->len_bytes, entry->value, entry->scale);
    return after;
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
                              const uint8_t *end, enum vtci_row_step *out_step)
{
    struct vtci_open_node *frame = &parser->frames[parser->frame_count - 1];
    enum vtci_json_outcome outcome;
    VTC_TRY(vtci_json_walk(&parser->walk, frame->start, end, &outcome));
    if (outcome == VTCI_JSON_MORE || parser->walk.fault) {
        *pos = end;
        *out_step = outcome == VTCI_JSON_MORE ? VTCI_STEP_MORE : VTCI_STEP_MALFORMED;
        return VTC_OK;
    }
    const uint8_t *after = parser->walk.pos;
    uint32_t raw = vtci_schema_find_column(parser->schema, frame->path, VTCI_RAW);
    if ((size_t)(after - frame->start) > UINT32_MAX)
        return VTC_ERR_LIMIT;
    parser->entry_count = (size_t)frame->entry + 1;
    struct vtci_entry *entry = vtci_row_entries_reserve(parser, 1);
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
    *out_step = VTCI_STEP_ON;
    return VTC_OK;
}

vtc_status vtci_row_open_node(struct vtci_row_parser *parser, const uint8_t *pos,
                              const uint8_t *end, uint32_t path, uint32_t entry,
                              const uint8_t **out_pos, enum vtci_row_step *out_step,
                              struct vtc_error *err)
{
    const struct vtci_trie_path *state = vtci_trie_path(parser, path);
    if (!state)
        return VTC_ERR_NO_MEMORY;
    push_object(parser, pos, path, state->root, entry);
    *out_pos = pos;
    *out_step = VTCI_STEP_ON;
    const uint8_t *inside = vtci_skip_space(pos + 1);
    if (parser->frame_count >= VTCI_ROW_FRAMES_MAX - 1 ||
        parser->entry_count > VTCI_ROW_ENTRIES_MAX) {
        *out_step = VTCI_STEP_RAW;
        return VTC_OK;
    }
    if (*pos == '{' || *inside == ']')
        return VTC_OK;
    if (inside >= end) {
        *out_step = VTCI_STEP_MORE;
        return VTC_OK;
    }
    if (state->elements == VTCI_NONE) {
        vtc_status status = vtci_trie_list_columns(parser, path, err);
        if (status == VTC_ERR_LIMIT)
            *out_step = VTCI_STEP_RAW;
        if (status != VTC_OK)
            return status == VTC_ERR_LIMIT ? VTC_OK : status;
    }
    struct vtci_entry *count = vtci_row_entries_reserve(parser, 1);
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
                             enum vtci_row_step *out_step, struct vtc_error *err)
{
    enum vtci_learn learn;
    const uint8_t *fail_pos = *pos;
    VTC_TRY(vtci_trie_learn(parser, frame->path, frame->node, frame->before, *pos, end, &learn,
                            out_edge, &fail_pos, err));
    static const enum vtci_row_step step_of[] = {[VTCI_LEARNED] = VTCI_STEP_ON,
                                                 [VTCI_LEARN_MORE] = VTCI_STEP_MORE,
                                                 [VTCI_LEARN_MALFORMED] = VTCI_STEP_MALFORMED,
                                                 [VTCI_LEARN_RAW] = VTCI_STEP_RAW};
    *out_step = step_of[learn];
    if (learn != VTCI_LEARNED)
        *pos = fail_pos;
    return VTC_OK;
}

static vtc_status close_object(struct vtci_row_parser *parser, const struct vtci_open_node *frame,
                               uint32_t edge, bool is_event, const uint8_t *after,
                               enum vtci_row_step *out_step, struct vtc_error *err)
{
    uint32_t shape = parser->edges[edge].shape;
    if (shape == VTCI_NONE)
        VTC_TRY(
            vtci_trie_shape(parser, frame->path, edge, is_event && frame->path == 0, &shape, err));
    if (shape == VTCI_NONE) {
        *out_step = VTCI_STEP_RAW;
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
                              const uint8_t *end, bool is_event, enum vtci_row_step *out_step,
                              struct vtc_error *err)
{
    struct vtci_open_node *frame = &parser->frames[parser->frame_count - 1];
    const uint8_t *at = *pos;
    *out_step = VTCI_STEP_ON;
    for (;;) {
        uint32_t id = vtci_trie_match(parser, frame->node, at, end);
        if (id == VTCI_NONE) {
            VTC_TRY(learn_edge(parser, frame, &at, end, &id, out_step, err));
            *pos = at;
            if (*out_step != VTCI_STEP_ON)
                return VTC_OK;
        }
        struct vtci_trie_edge *edge = &parser->edges[id];
        at += edge->literal_len_bytes;
        if (edge->kind == VTCI_SLOT_END) {
            *pos = at;
            return close_object(parser, frame, id, is_event, at, out_step, err);
        }
        struct vtci_entry *entry = vtci_row_entries_reserve(parser, 1);
        if (!entry)
            return VTC_ERR_NO_MEMORY;
        entry->column = edge->column;
        parser->role_entries[edge->role] = (uint32_t)++parser->entry_count;
        frame->node = edge->target;
        frame->before = id;
        if (edge->kind == VTCI_SLOT_STRING) {
            at = vtci_row_take_string(parser, edge->column, id, at, end, entry);
            if (!at) {
                *pos = end;
                *out_step = VTCI_STEP_MORE;
                return VTC_OK;
            }
        } else if (edge->kind != VTCI_SLOT_NODE) {
            at = take_number(at, edge, entry);
            entry->quoted = edge->kind == VTCI_SLOT_QUOTED;
            if (entry->scale == VTCI_SCALE_TOKEN && !vtci_row_note_token(parser, entry)) {
                *pos = entry->text;
                *out_step = VTCI_STEP_MALFORMED;
                return VTC_OK;
            }
        } else {
            entry->type = VTCI_NODE;
            if (!vtci_short_value_is(&edge->last, at) || parser->entry_count > VTCI_ROW_ENTRIES_MAX)
                return vtci_row_open_node(parser, at, end, edge->child_path,
                                          (uint32_t)parser->entry_count - 1, pos, out_step, err);
            entry->value = edge->last.value;
            at += edge->last.len_bytes;
        }
    }
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
    struct vtci_entry *root = vtci_row_entries_reserve(parser, 1);
    if (!root)
        return VTC_ERR_NO_MEMORY;
    memset(root, 0, sizeof *root);
    root->type = VTCI_NODE;
    root->column = VTCI_COLUMN_ROOT;
    parser->entry_count = 1;
    push_object(parser, pos, 0, is_event ? parser->paths[0].root : parser->paths[0].record_root, 0);
    while (parser->frame_count > 0) {
        enum vtci_row_step step;
        if (parser->frames[parser->frame_count - 1].is_list)
            VTC_TRY(vtci_row_step_list(parser, &pos, end, &step, err));
        else
            VTC_TRY(step_object(parser, &pos, end, is_event, &step, err));
        if (step == VTCI_STEP_RAW)
            VTC_TRY(node_to_raw(parser, &pos, end, &step));
        if (step == VTCI_STEP_MALFORMED)
            return find_fault(parser, pos, end, out_row);
        if (step == VTCI_STEP_MORE) {
            out_row->outcome = VTCI_ROW_MORE;
            return VTC_OK;
        }
    }
    finish_row(parser, pos, out_row);
    return VTC_OK;
}
