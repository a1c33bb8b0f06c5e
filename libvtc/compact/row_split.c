/* See row_split.h. A state machine over bytes; only the inside of strings and rows is hurried through. */
#include "compact/row_split.h"

#include "base/error.h"

static const char events_key[] = "traceEvents";
static const char unit_key[] = "displayTimeUnit";

void vtci_row_split_init(struct vtci_row_split *split, struct vtci_memory *memory, vtci_row_fn take,
                         void *context)
{
    memset(split, 0, sizeof *split);
    vtci_buffer_init(&split->buffer, memory);
    split->take = take;
    split->context = context;
}

void vtci_row_split_free(struct vtci_row_split *split)
{
    vtci_buffer_free(&split->buffer);
}

void vtci_row_split_end(struct vtci_row_split *split)
{
    if (split->place == VTCI_SPLIT_ROW)
        split->left_out++;
    split->buffer.len_bytes = 0;
    split->place = VTCI_SPLIT_TOP;
    split->in_string = split->escaped = split->after_colon = false;
    split->depth = 0;
    split->head_bytes = 0;
}

/* Advances through a string to behind its closing quote, or to the end of the piece. */
static const uint8_t *skip_string(struct vtci_row_split *split, const uint8_t *pos,
                                  const uint8_t *end)
{
    for (; pos < end; pos++) {
        if (split->escaped)
            split->escaped = false;
        else if (*pos == '\\')
            split->escaped = true;
        else if (*pos == '"') {
            split->in_string = false;
            return pos + 1;
        }
    }
    return end;
}

/* Advances through a value to behind the bracket that closes it, or to the end of the piece. */
static const uint8_t *skip_value(struct vtci_row_split *split, const uint8_t *pos,
                                 const uint8_t *end)
{
    while (pos < end) {
        if (split->in_string) {
            pos = skip_string(split, pos, end);
            continue;
        }
        uint8_t c = *pos++;
        if (c == '"')
            split->in_string = true;
        else if (c == '{' || c == '[')
            split->depth++;
        else if ((c == '}' || c == ']') && --split->depth == 0)
            return pos;
    }
    return end;
}

/* Keeps what rows of this track and phase begin with: all up to the end of the last of the three
 * members, and the byte that ends it. */
static void keep_head(struct vtci_row_split *split, const uint8_t *row, size_t len_bytes,
                      const struct vtci_row_facts *facts)
{
    const struct vtci_span_text *members[] = {&facts->phase, &facts->pid, &facts->tid};
    const uint8_t *last = row;
    split->head_bytes = 0;
    for (size_t i = 0; i < 3; i++) {
        if (!members[i]->data)
            return;
        const uint8_t *end = members[i]->data + members[i]->len_bytes;
        last = end > last ? end : last;
    }
    size_t head_bytes = (size_t)(last - row) + 1;
    if (head_bytes > sizeof split->head || head_bytes > len_bytes ||
        (facts->phase.len_bytes == 3 && facts->phase.data[1] == 'M'))
        return;
    memcpy(split->head, row, head_bytes);
    split->head_bytes = head_bytes;
}

static vtc_status hand_on(struct vtci_row_split *split, const uint8_t *row, size_t len_bytes,
                          struct vtc_error *err)
{
    if (split->head_bytes && len_bytes >= split->head_bytes &&
        memcmp(row, split->head, split->head_bytes) == 0)
        return split->take(split->context, row, len_bytes, NULL, err);
    struct vtci_row_facts facts;
    vtci_row_facts_read(row, len_bytes, &facts);
    keep_head(split, row, len_bytes, &facts);
    return split->take(split->context, row, len_bytes, &facts, err);
}

/* In a row that began at `pos` or in an earlier piece. */
static vtc_status feed_row(struct vtci_row_split *split, const uint8_t **pos, const uint8_t *end,
                           struct vtc_error *err)
{
    const uint8_t *start = *pos;
    *pos = skip_value(split, start, end);
    size_t len_bytes = (size_t)(*pos - start);
    if (split->depth == 0 && split->buffer.len_bytes == 0) {
        split->place = VTCI_SPLIT_EVENTS;
        return hand_on(split, start, len_bytes, err);
    }
    if (vtci_buffer_append(&split->buffer, start, len_bytes) != VTC_OK)
        return vtci_error_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, NULL,
                              "an event of more than %zu bytes does not fit the memory limit",
                              split->buffer.len_bytes);
    if (split->depth)
        return VTC_OK;
    split->place = VTCI_SPLIT_EVENTS;
    vtc_status status = hand_on(split, split->buffer.data, split->buffer.len_bytes, err);
    split->buffer.len_bytes = 0;
    return status;
}

static bool is_space_or_comma(uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == ',';
}

/* Between the rows: at a byte that is neither space nor comma. */
static void between_rows(struct vtci_row_split *split, const uint8_t **pos)
{
    uint8_t c = **pos;
    split->depth = 0;
    if (c == '{') {
        split->place = VTCI_SPLIT_ROW;
        return;
    }
    ++*pos;
    if (c == ']') {
        split->place = split->in_object ? VTCI_SPLIT_OBJECT : VTCI_SPLIT_TOP;
        return;
    }
    split->left_out++;
    split->in_string = c == '"';
    split->depth = c == '[';
    split->place = VTCI_SPLIT_OTHER;
    split->in_events = true;
}

/* Compares one more byte of a key with the two that matter. */
static void match_key(struct vtci_row_split *split, uint8_t c)
{
    size_t at = split->key_bytes++;
    split->key_is_events = split->key_is_events && at < sizeof events_key && c == events_key[at];
    split->key_is_unit = split->key_is_unit && at < sizeof unit_key && c == unit_key[at];
}

/* In the outermost object, outside of its values. */
static void in_outer_object(struct vtci_row_split *split, const uint8_t **pos)
{
    uint8_t c = *(*pos)++;
    if (split->in_string) {
        if (c != '"' || split->escaped) {
            split->escaped = c == '\\' && !split->escaped;
            match_key(split, c);
            return;
        }
        split->in_string = false;
        split->key_is_events = split->key_is_events && split->key_bytes == sizeof events_key - 1;
        split->key_is_unit = split->key_is_unit && split->key_bytes == sizeof unit_key - 1;
    } else if (c == '}')
        split->place = VTCI_SPLIT_TOP;
    else if (c == '"' && !split->after_colon) {
        split->in_string = split->key_is_events = split->key_is_unit = true;
        split->key_bytes = 0;
    } else if (c == ':')
        split->after_colon = true;
    else if (c == ',')
        split->after_colon = false;
    else if (!is_space_or_comma(c)) {
        split->after_colon = false;
        split->depth = 0;
        if (c == '[' && split->key_is_events) {
            split->place = VTCI_SPLIT_EVENTS;
            return;
        }
        split->left_out += !split->key_is_unit;
        split->in_string = c == '"';
        split->depth = c == '{' || c == '[';
        split->place = VTCI_SPLIT_OTHER;
        split->in_events = false;
    }
}

/* In a value that is left out. A number or word ends before the separator behind it. */
static void in_other(struct vtci_row_split *split, const uint8_t **pos, const uint8_t *end)
{
    bool ends = false;
    if (split->depth) {
        *pos = skip_value(split, *pos, end);
        ends = split->depth == 0;
    } else if (split->in_string) {
        *pos = skip_string(split, *pos, end);
        ends = !split->in_string;
    } else {
        uint8_t c = **pos;
        ends = is_space_or_comma(c) || c == ']' || c == '}' || (c == '{' && split->in_events);
        *pos += !ends;
    }
    if (ends)
        split->place = split->in_events ? VTCI_SPLIT_EVENTS : VTCI_SPLIT_OBJECT;
}

static void at_top(struct vtci_row_split *split, const uint8_t **pos)
{
    uint8_t c = *(*pos)++;
    split->in_object = c == '{';
    split->after_colon = false;
    if (c == '{')
        split->place = VTCI_SPLIT_OBJECT;
    else if (c == '[')
        split->place = VTCI_SPLIT_EVENTS;
}

vtc_status vtci_row_split_feed(struct vtci_row_split *split, const void *bytes, size_t len_bytes,
                               struct vtc_error *err)
{
    const uint8_t *pos = bytes;
    const uint8_t *end = pos + len_bytes;
    while (pos < end) {
        switch (split->place) {
        case VTCI_SPLIT_ROW: VTC_TRY(feed_row(split, &pos, end, err)); break;
        case VTCI_SPLIT_EVENTS:
            if (is_space_or_comma(*pos))
                pos++;
            else
                between_rows(split, &pos);
            break;
        case VTCI_SPLIT_OBJECT: in_outer_object(split, &pos); break;
        case VTCI_SPLIT_OTHER: in_other(split, &pos, end); break;
        case VTCI_SPLIT_TOP: at_top(split, &pos); break;
        }
    }
    return VTC_OK;
}
