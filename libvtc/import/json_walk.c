#include "import/json_walk.h"

#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "import/bare_word.h"
#include "import/scan.h"
#include "wire/document.h"

enum expects {
    EXPECTS_FIRST_KEY, /* or the end of the object */
    EXPECTS_KEY,
    EXPECTS_COLON,
    EXPECTS_VALUE,
    EXPECTS_FIRST_ELEMENT, /* or the end of the list */
    EXPECTS_ELEMENT,
    EXPECTS_COMMA, /* or the end */
    EXPECTS_REST,  /* the window ends within what stands at pos */
    EXPECTS_OTHER  /* broken */
};

void vtci_json_walk_init(struct vtci_json_walk *walk, struct vtci_memory *memory)
{
    memset(walk, 0, sizeof *walk);
    walk->memory = memory;
}

void vtci_json_walk_free(struct vtci_json_walk *walk)
{
    VTCI_ARRAY_FREE(walk->memory, walk->lists, walk->capacity);
    VTCI_ARRAY_FREE(walk->memory, walk->opens, walk->open_capacity);
}

static void note_fault(struct vtci_json_walk *walk, uint8_t cause)
{
    for (; walk->faulted_count < walk->open_count; walk->faulted_count++) {
        struct vtci_json_open *open = &walk->opens[walk->faulted_count];
        open->fault_pos = (uint32_t)(walk->pos - walk->start);
        open->fault_cause = cause;
    }
    if (walk->fault)
        return;
    walk->fault = walk->pos;
    walk->fault_cause = cause;
}

static void note_broken(struct vtci_json_walk *walk)
{
    note_fault(walk, VTCI_ISSUE_MALFORMED);
    walk->expects = EXPECTS_OTHER;
}

static bool in_list(const struct vtci_json_walk *walk)
{
    size_t level = walk->depth - 1;
    return walk->lists[level / 64] >> (level % 64) & 1;
}

/* --- tokens ----------------------------------------------------------------------------------- */

static vtc_status open_object(struct vtci_json_walk *walk)
{
    if (walk->object_depth++ >= VTCI_OPEN_OBJECTS)
        return VTC_OK;
    VTC_TRY(
        VTCI_ARRAY_RESERVE(walk->memory, walk->opens, walk->open_capacity, walk->open_count + 1));
    walk->opens[walk->open_count++] =
        (struct vtci_json_open){.start_pos = (uint32_t)(walk->pos - walk->start)};
    return VTC_OK;
}

static void close_object(struct vtci_json_walk *walk)
{
    walk->object_depth--;
    if (walk->open_count > walk->object_depth)
        walk->open_count = walk->object_depth;
    if (walk->faulted_count > walk->open_count)
        walk->faulted_count = walk->open_count;
}

static vtc_status take_open(struct vtci_json_walk *walk)
{
    size_t level = walk->depth;
    bool list = *walk->pos == '[';
    VTC_TRY(VTCI_ARRAY_RESERVE(walk->memory, walk->lists, walk->capacity, level / 64 + 1));
    if (!list)
        VTC_TRY(open_object(walk));
    uint64_t bit = (uint64_t)1 << (level % 64);
    walk->lists[level / 64] = (walk->lists[level / 64] & ~bit) | (list ? bit : 0);
    walk->depth++;
    walk->pos++;
    walk->expects = list ? EXPECTS_FIRST_ELEMENT : EXPECTS_FIRST_KEY;
    return VTC_OK;
}

static void take_close(struct vtci_json_walk *walk)
{
    if (!in_list(walk))
        close_object(walk);
    walk->depth--;
    walk->pos++;
    walk->expects = EXPECTS_COMMA;
}

static void take_comma(struct vtci_json_walk *walk)
{
    walk->pos++;
    walk->expects = in_list(walk) ? EXPECTS_ELEMENT : EXPECTS_KEY;
}

static void take_string(struct vtci_json_walk *walk, const uint8_t *end, enum expects then)
{
    const uint8_t *close = vtci_find_string_end(walk->pos + 1, end);
    walk->expects = close < end ? then : EXPECTS_REST;
    walk->pos = close < end ? close + 1 : end;
}

/* A word in single quotes may hold what else would end it. */
static const uint8_t *word_end(const uint8_t *pos, const uint8_t *end)
{
    if (*pos == '\'') {
        const uint8_t *close = pos + 1;
        while (close < end && *close >= ' ' && *close != '\'' && *close != '"')
            close++;
        if (close < end && *close == '\'')
            return close + 1;
    }
    while (!vtci_ends_bare(*pos))
        pos++;
    return pos;
}

static void take_word(struct vtci_json_walk *walk, const uint8_t *end, enum expects then)
{
    const uint8_t *after = word_end(walk->pos, end);
    if (after >= end) {
        walk->expects = EXPECTS_REST;
        return;
    }
    if (then == EXPECTS_COLON || !vtci_word_is_value(walk->pos, (size_t)(after - walk->pos)))
        note_fault(walk, VTCI_ISSUE_WORD);
    walk->pos = after;
    walk->expects = then;
}

/* --- what may stand where --------------------------------------------------------------------- */

static void step_key(struct vtci_json_walk *walk, const uint8_t *end)
{
    uint8_t c = *walk->pos;
    if (c == '"') {
        take_string(walk, end, EXPECTS_COLON);
    } else if (c == '}' || c == ',') {
        if (c == ',' || walk->expects == EXPECTS_KEY)
            note_fault(walk, VTCI_ISSUE_COMMA);
        if (c == ',')
            take_comma(walk);
        else
            take_close(walk);
    } else if (!vtci_ends_bare(c)) {
        take_word(walk, end, EXPECTS_COLON);
    } else {
        note_broken(walk);
    }
}

/* A colon is missed before what can be no more than a value; before a word, the key may be one that
 * broke off and swallowed the quote of another. */
static void step_colon(struct vtci_json_walk *walk)
{
    uint8_t c = *walk->pos;
    bool is_value = c == '"' || c == '-' || (c >= '0' && c <= '9');
    if (c != ':' && !is_value) {
        note_broken(walk);
        return;
    }
    if (c != ':')
        note_fault(walk, VTCI_ISSUE_MALFORMED);
    walk->pos += c == ':';
    walk->expects = EXPECTS_VALUE;
}

static vtc_status step_value(struct vtci_json_walk *walk, const uint8_t *end)
{
    uint8_t c = *walk->pos;
    bool list = in_list(walk);
    if (c == '{' || c == '[')
        return take_open(walk);
    if (c == '"') {
        take_string(walk, end, EXPECTS_COMMA);
    } else if (!vtci_ends_bare(c)) {
        take_word(walk, end, EXPECTS_COMMA);
    } else if (c == ',' && list) {
        note_fault(walk, VTCI_ISSUE_COMMA);
        take_comma(walk);
    } else if (c == ']' && list) {
        if (walk->expects == EXPECTS_ELEMENT)
            note_fault(walk, VTCI_ISSUE_COMMA);
        take_close(walk);
    } else if (!list && (c == ',' || c == '}')) {
        note_fault(walk, VTCI_ISSUE_MALFORMED); /* a member without a value */
        walk->expects = EXPECTS_COMMA;
    } else {
        note_broken(walk);
    }
    return VTC_OK;
}

/* A comma is missed before a string, and in a list before a word that stands apart; a word right
 * behind a string, or a node, is more likely what follows one that broke off. */
static void step_comma(struct vtci_json_walk *walk)
{
    uint8_t c = *walk->pos;
    bool list = in_list(walk);
    if (c == ',') {
        take_comma(walk);
    } else if (c == (list ? ']' : '}')) {
        take_close(walk);
    } else if (c == '"' || (list && !vtci_ends_bare(c) && vtci_is_space(walk->pos[-1]))) {
        note_fault(walk, VTCI_ISSUE_COMMA);
        walk->expects = list ? EXPECTS_ELEMENT : EXPECTS_KEY;
    } else {
        note_broken(walk);
    }
}

static vtc_status step(struct vtci_json_walk *walk, const uint8_t *end)
{
    switch ((enum expects)walk->expects) {
    case EXPECTS_FIRST_KEY:
    case EXPECTS_KEY: step_key(walk, end); return VTC_OK;
    case EXPECTS_COLON: step_colon(walk); return VTC_OK;
    case EXPECTS_COMMA: step_comma(walk); return VTC_OK;
    default: return step_value(walk, end);
    }
}

vtc_status vtci_json_walk(struct vtci_json_walk *walk, const uint8_t *pos, const uint8_t *end,
                          enum vtci_json_outcome *out_outcome)
{
    walk->depth = walk->object_depth = walk->open_count = walk->faulted_count = 0;
    walk->start = pos;
    walk->fault = NULL;
    walk->fault_cause = 0;
    walk->pos = pos;
    VTC_TRY(take_open(walk));
    while (walk->depth > 0) {
        walk->pos = vtci_skip_space(walk->pos);
        if (walk->pos < end)
            VTC_TRY(step(walk, end));
        if (walk->pos >= end || walk->expects == EXPECTS_REST) {
            if (walk->depth == 0)
                break;
            *out_outcome = VTCI_JSON_MORE;
            return VTC_OK;
        }
        if (walk->expects == EXPECTS_OTHER) {
            *out_outcome = VTCI_JSON_BROKEN;
            return VTC_OK;
        }
    }
    *out_outcome = VTCI_JSON_ENDS;
    return VTC_OK;
}
