/* Lists within a row: a COUNT, the types of the elements as TAGs, and the elements. Part of
 * row_parse.c's loop, and inlined there: as a call it costs kineto-resnet50 1.5 % more instructions.
 */
#ifndef VTCI_IMPORT_ROW_LIST_H
#define VTCI_IMPORT_ROW_LIST_H

#include "base/error.h"
#include "import/row_parse_internal.h"

/* What stands behind an element: the separator, or the end of the list. */
static inline vtc_status vtci_row_step_between(struct vtci_row_parser *parser, const uint8_t **pos,
                                               const uint8_t *end, enum vtci_row_step *out_step,
                                               struct vtc_error *err)
{
    struct vtci_open_node *frame = &parser->frames[parser->frame_count - 1];
    const uint8_t *at = vtci_skip_space(*pos);
    *out_step = VTCI_STEP_ON;
    if (at >= end) {
        *pos = end;
        *out_step = VTCI_STEP_MORE;
        return VTC_OK;
    }
    if (*at == ',') {
        const uint8_t *next = vtci_skip_space(at + 1);
        struct vtci_bytes separator = {*pos, (size_t)(next - *pos)};
        if (next >= end) {
            *pos = end;
            *out_step = VTCI_STEP_MORE;
            return VTC_OK;
        }
        if (!frame->literals[1].data)
            frame->literals[1] = separator;
        bool regular = separator.len_bytes == frame->literals[1].len_bytes &&
                       memcmp(separator.data, frame->literals[1].data, separator.len_bytes) == 0;
        bool malformed = *next == ']' || *next == ',';
        *out_step = malformed ? VTCI_STEP_MALFORMED : regular ? VTCI_STEP_ON : VTCI_STEP_RAW;
        *pos = next;
        return VTC_OK;
    }
    if (*at != ']') {
        *pos = at;
        *out_step = VTCI_STEP_MALFORMED;
        return VTC_OK;
    }
    frame->literals[2] = (struct vtci_bytes){*pos, (size_t)(at + 1 - *pos)};
    uint32_t shape;
    VTC_TRY(vtci_trie_list_shape(parser, frame->path, frame->literals, &shape, err));
    if (shape == VTCI_NONE) {
        *out_step = VTCI_STEP_RAW;
        return VTC_OK;
    }
    parser->entries[frame->entry].value = parser->schema->shapes[shape].local;
    parser->frame_count--;
    *pos = at + 1;
    return VTC_OK;
}

/* Counts the element, and says of which type it is. */
static inline vtc_status vtci_row_note_element(struct vtci_row_parser *parser,
                                               struct vtci_open_node *frame, uint32_t tag_column,
                                               uint8_t type)
{
    parser->entries[frame->count_entry].value++;
    struct vtci_entry *tag =
        frame->tag_entry == VTCI_NONE ? NULL : &parser->entries[frame->tag_entry];
    if (tag && tag->value == type) {
        tag->len_bytes++;
        return VTC_OK;
    }
    tag = vtci_row_entries_reserve(parser, 1);
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

/* One element of a list; what follows it is taken by vtci_row_step_between. */
static inline vtc_status vtci_row_step_element(struct vtci_row_parser *parser, const uint8_t **pos,
                                               const uint8_t *end, enum vtci_row_step *out_step,
                                               struct vtc_error *err)
{
    struct vtci_open_node *frame = &parser->frames[parser->frame_count - 1];
    const struct vtci_trie_path *state = &parser->paths[frame->path];
    uint8_t c = **pos;
    uint8_t type = c == '"'                          ? VTCI_STRING
                   : vtci_byte_class[c] & VTCI_OPENS ? VTCI_NODE
                                                     : VTCI_NUMBER;
    *out_step = VTCI_STEP_ON;
    if (type == VTCI_NUMBER && vtci_ends_bare(c)) {
        *out_step = *pos >= end ? VTCI_STEP_MORE : VTCI_STEP_MALFORMED;
        return VTC_OK;
    }
    if (parser->entry_count > VTCI_ROW_ENTRIES_MAX) {
        *out_step = VTCI_STEP_RAW;
        return VTC_OK;
    }
    VTC_TRY(vtci_row_note_element(parser, frame, state->tag_column, type));
    struct vtci_entry *entry = vtci_row_entries_reserve(parser, 1);
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
        return vtci_row_open_node(parser, *pos, end, state->elements,
                                  (uint32_t)parser->entry_count - 1, pos, out_step, err);
    }
    if (type == VTCI_NUMBER) {
        entry->column = state->number_column;
        *pos = vtci_row_take_bare(*pos, entry);
        if (entry->scale == VTCI_SCALE_TOKEN && !vtci_row_note_token(parser, entry)) {
            *pos = entry->text;
            *out_step = VTCI_STEP_MALFORMED;
            return VTC_OK;
        }
    } else {
        entry->column = state->string_column;
        const uint8_t *close = vtci_row_take_string(parser, entry->column, 0, *pos + 1, end, entry);
        if (!close) {
            *pos = end;
            *out_step = VTCI_STEP_MORE;
            return VTC_OK;
        }
        *pos = close + 1;
    }
    parser->entry_count++;
    return VTC_OK;
}

/* Lists alternate between elements and what is between them, until the list ends or a node begins. */
static inline vtc_status vtci_row_step_list(struct vtci_row_parser *parser, const uint8_t **pos,
                                            const uint8_t *end, enum vtci_row_step *out_step,
                                            struct vtc_error *err)
{
    size_t depth = parser->frame_count;
    const struct vtci_open_node *frame = &parser->frames[depth - 1];
    bool at_element = parser->entries[frame->count_entry].value == 0;
    do {
        if (!at_element) {
            VTC_TRY(vtci_row_step_between(parser, pos, end, out_step, err));
            if (*out_step != VTCI_STEP_ON || parser->frame_count < depth)
                return VTC_OK;
        }
        VTC_TRY(vtci_row_step_element(parser, pos, end, out_step, err));
        at_element = false;
    } while (*out_step == VTCI_STEP_ON && parser->frame_count == depth);
    return VTC_OK;
}

#endif
