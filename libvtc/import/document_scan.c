#include "import/document_scan.h"

#include "base/error.h"
#include "import/bare_word.h"
#include "import/key_match.h"
#include "import/scan.h"

#define RECORDS_FROM 16u /* objects of an array before it counts as a list of records */
#define TOP_OBJECT_LOOK_BYTES 65536u

static struct vtci_container *innermost(struct vtci_scanner *scanner)
{
    return scanner->depth ? &scanner->containers[scanner->depth - 1] : NULL;
}

static bool in_events(const struct vtci_scanner *scanner)
{
    return scanner->unkept_depth == 0 && scanner->depth &&
           scanner->containers[scanner->depth - 1].kind == VTCI_IN_EVENTS;
}

static void push(struct vtci_scanner *scanner, uint8_t kind)
{
    if (scanner->depth >= VTCI_NESTING_MAX || scanner->unkept_depth) {
        scanner->unkept_depth++;
        return;
    }
    struct vtci_container *container = &scanner->containers[scanner->depth++];
    container->kind = kind;
    container->expects_key = kind == VTCI_IN_OBJECT;
    container->key_is_events = false;
    container->objects = 0;
}

/* JSON that is no trace: where the events were expected first. */
static void note_no_trace(struct vtci_scanner *scanner, const char *expected, const char *found)
{
    if (scanner->no_trace.code != VTC_OK || !scanner->window.count_lines)
        return;
    vtci_error_set(&scanner->no_trace, VTC_ERR_NOT_TRACE,
                   vtci_window_offset(&scanner->window, scanner->pos), NULL,
                   "this is JSON without trace events: expected %s, found %s", expected, found);
    vtci_window_place(&scanner->window, scanner->pos, &scanner->no_trace.line,
                      &scanner->no_trace.column);
}

/* A value stands at pos, which is no array. */
static void note_value(struct vtci_scanner *scanner, const char *found)
{
    const struct vtci_container *outermost = scanner->containers;
    if (scanner->depth == 1 && scanner->unkept_depth == 0 && outermost->kind == VTCI_IN_OBJECT &&
        outermost->key_is_events && !outermost->expects_key)
        note_no_trace(scanner, "an array of events as traceEvents", found);
}

static void pop(struct vtci_scanner *scanner)
{
    if (scanner->depth == 1 && scanner->containers[0].kind == VTCI_IN_OBJECT)
        note_no_trace(scanner, "the member traceEvents", "the end of the object");
    else if (scanner->depth == 1)
        note_no_trace(scanner, "an event", "the end of the array");
    scanner->depth--;
    if (scanner->depth == 0)
        scanner->documents++;
}

/* What may stand at pos, for a message. */
static const char *expected_at(struct vtci_scanner *scanner)
{
    const struct vtci_container *inner = innermost(scanner);
    if (!inner)
        return "`{` or `[`";
    if (inner->kind == VTCI_IN_OBJECT)
        return inner->expects_key ? "a key or `}`" : "a value, a comma or `}`";
    return inner->kind == VTCI_IN_EVENTS ? "an event or `]`" : "a value or `]`";
}

/* --- what is not a row ------------------------------------------------------------------------ */

/* At the first byte of an outermost value, or of the first of a row of events that stand alone. */
static vtc_status begin_document(struct vtci_scanner *scanner)
{
    if (!scanner->documents && !scanner->top_rows)
        return VTC_OK;
    return vtci_scanner_issue(scanner, scanner->pos, 1, VTCI_ISSUE_SECOND_DOCUMENT, NULL);
}

static vtc_status open_array(struct vtci_scanner *scanner)
{
    const struct vtci_container *outer = innermost(scanner);
    bool events =
        !outer || (scanner->depth == 1 && outer->kind == VTCI_IN_OBJECT && outer->key_is_events);
    if (outer && events)
        scanner->has_events_array = true;
    if (in_events(scanner))
        VTC_TRY(vtci_scanner_issue(scanner, scanner->pos, 1, VTCI_ISSUE_NOT_AN_OBJECT, "an event"));
    if (!outer)
        VTC_TRY(begin_document(scanner));
    push(scanner, events ? VTCI_IN_EVENTS : VTCI_IN_ARRAY);
    scanner->pos++;
    return VTC_OK;
}

static vtc_status close_container(struct vtci_scanner *scanner, uint8_t c)
{
    const struct vtci_container *inner = innermost(scanner);
    if (scanner->unkept_depth) {
        scanner->unkept_depth--;
    } else if (!inner || (inner->kind == VTCI_IN_OBJECT) != (c == '}')) {
        VTC_TRY(
            vtci_scanner_issue(scanner, scanner->pos, 1, VTCI_ISSUE_GARBAGE, expected_at(scanner)));
    } else {
        pop(scanner);
    }
    scanner->pos++;
    return VTC_OK;
}

/* In the events array a string is an element where a comma or the end of the array follows and it has
 * no line break; any other quote is a stray one, and events stand behind it. */
static vtc_status take_stray_quote(struct vtci_scanner *scanner, const uint8_t *close,
                                   bool *out_is_stray, struct vtc_error *err)
{
    const uint8_t *start = scanner->pos, *end = scanner->window.end;
    const uint8_t *next = close < end ? vtci_skip_space(close + 1) : end;
    *out_is_stray = false;
    bool has_break = memchr(start, '\n', (size_t)(close - start)) != NULL;
    if (!has_break && next >= end && !scanner->window.at_eof && end - start < 4096) {
        VTC_TRY(vtci_scanner_fill(scanner, err));
        *out_is_stray = true; /* not yet known: to be looked at again */
        return VTC_OK;
    }
    bool is_element = next < end ? *next == ',' || *next == ']' : close < end;
    if (is_element && !has_break)
        return VTC_OK;
    *out_is_stray = true;
    scanner->resync = true;
    scanner->pos = start + 1;
    return vtci_scanner_issue(scanner, start, 1, VTCI_ISSUE_GARBAGE, "an event");
}

/* At the opening quote. A string that ends in the window is stepped over; of a longer one the rest
 * is skipped piece by piece, without a look at what it says. */
static vtc_status take_text_string(struct vtci_scanner *scanner, struct vtc_error *err)
{
    const uint8_t *start = scanner->pos;
    const uint8_t *close = vtci_find_string_end(start + 1, scanner->window.end);
    if (close >= scanner->window.end && !scanner->window.at_eof &&
        scanner->window.end - start < 4096) {
        VTC_TRY(vtci_scanner_fill(scanner, err));
        return VTC_OK;
    }
    if (in_events(scanner)) {
        bool is_stray;
        VTC_TRY(take_stray_quote(scanner, close, &is_stray, err));
        if (is_stray)
            return VTC_OK;
    }
    uint64_t len_bytes = (uint64_t)(close - start) + (close < scanner->window.end);
    struct vtci_container *container = scanner->unkept_depth ? NULL : innermost(scanner);
    if (container && container->kind == VTCI_IN_OBJECT && container->expects_key) {
        container->key_is_events =
            vtci_key_is(start + 1, (size_t)(close - start - 1), "traceEvents");
        container->expects_key = false;
    } else {
        note_value(scanner, "a string");
    }
    if (in_events(scanner))
        VTC_TRY(
            vtci_scanner_issue(scanner, start, len_bytes, VTCI_ISSUE_NOT_AN_OBJECT, "an event"));
    else if (scanner->depth == 0)
        VTC_TRY(vtci_scanner_issue(scanner, start, len_bytes, VTCI_ISSUE_GARBAGE,
                                   expected_at(scanner)));
    scanner->in_string = close >= scanner->window.end;
    /* An escape that the window cuts in two stays whole. */
    scanner->pos = scanner->in_string ? start + 1 : close + 1;
    return VTC_OK;
}

/* Goes on in a string that is longer than the window. */
static vtc_status skip_string_piece(struct vtci_scanner *scanner, struct vtc_error *err)
{
    const uint8_t *pos = scanner->pos, *end = scanner->window.end;
    for (;;) {
        pos = vtci_find_quote_or_escape(pos, end);
        if (pos >= end || *pos == '"' || end - pos < 2)
            break;
        pos += 2;
    }
    if (pos < end && *pos == '"') {
        scanner->in_string = false;
        scanner->pos = pos + 1;
        return VTC_OK;
    }
    scanner->pos = pos > end ? end : pos;
    if (scanner->window.at_eof) {
        scanner->pos = end;
        return VTC_OK;
    }
    return vtci_scanner_fill(scanner, err);
}

static vtc_status take_word(struct vtci_scanner *scanner, struct vtc_error *err)
{
    const uint8_t *start = scanner->pos, *pos = start, *end = scanner->window.end;
    while (pos < end && (!vtci_ends_bare(*pos) || (*pos < ' ' && !vtci_is_space(*pos))))
        pos++;
    if (pos >= end && !scanner->window.at_eof && pos - start < 4096)
        return vtci_scanner_fill(scanner, err);
    size_t len_bytes = (size_t)(pos - start);
    bool scalar = vtci_word_is_value(start, len_bytes);
    if (scalar)
        note_value(scanner, "a number or a word");
    scanner->pos = pos;
    if (in_events(scanner) && scalar)
        return vtci_scanner_issue(scanner, start, len_bytes, VTCI_ISSUE_NOT_AN_OBJECT, "an event");
    if (scalar && scanner->depth)
        return VTC_OK;
    return vtci_scanner_issue(scanner, start, len_bytes, VTCI_ISSUE_GARBAGE, expected_at(scanner));
}

static vtc_status take_punctuation(struct vtci_scanner *scanner, uint8_t c)
{
    struct vtci_container *container = scanner->unkept_depth ? NULL : innermost(scanner);
    bool in_object = container && container->kind == VTCI_IN_OBJECT;
    if (c == ',' && in_object)
        container->expects_key = true;
    else if (c == ':' && !in_object && !scanner->unkept_depth)
        VTC_TRY(
            vtci_scanner_issue(scanner, scanner->pos, 1, VTCI_ISSUE_GARBAGE, expected_at(scanner)));
    scanner->pos++;
    return VTC_OK;
}

/* --- objects ---------------------------------------------------------------------------------- */

/* Is the object at pos, alone at the top of the document, an event? It is when a `ph` comes among
 * its members before anything that only documents have. Looks at the window only. */
static bool top_object_is_event(const uint8_t *pos, const uint8_t *end)
{
    size_t depth = 0;
    bool expects_key = false;
    if (end - pos > (int64_t)TOP_OBJECT_LOOK_BYTES)
        end = pos + TOP_OBJECT_LOOK_BYTES;
    while (pos < end) {
        uint8_t c = *pos;
        if (c == '"') {
            const uint8_t *close = vtci_find_string_end(pos + 1, end);
            if (close >= end)
                return false;
            size_t len_bytes = (size_t)(close - pos - 1);
            if (depth == 1 && expects_key) {
                if (len_bytes == 2 && memcmp(pos + 1, "ph", 2) == 0)
                    return true;
                if (vtci_key_is(pos + 1, len_bytes, "traceEvents"))
                    return false;
                expects_key = false;
            }
            pos = close;
        } else if (c == '{' || c == '[') {
            depth++;
            expects_key = c == '{';
        } else if (c == '}' || c == ']') {
            if (--depth == 0)
                return false;
        } else if (c == ',') {
            expects_key = true;
        }
        pos++;
    }
    return false;
}

/* Whether the object at pos is to be a row, and of which kind. */
static vtc_status classify_object(struct vtci_scanner *scanner, bool *out_row, bool *out_event,
                                  struct vtc_error *err)
{
    struct vtci_container *container = innermost(scanner);
    *out_row = *out_event = false;
    if (scanner->unkept_depth)
        return VTC_OK;
    if (!container) {
        if (!scanner->top_rows) {
            while (!scanner->window.at_eof &&
                   scanner->window.end - scanner->pos < (int64_t)TOP_OBJECT_LOOK_BYTES)
                VTC_TRY(vtci_scanner_fill(scanner, err));
            scanner->top_rows = top_object_is_event(scanner->pos, scanner->window.end);
        }
        if (scanner->top_rows && scanner->documents != scanner->documents_before_rows) {
            VTC_TRY(begin_document(scanner));
            scanner->documents_before_rows = scanner->documents;
        }
        *out_row = *out_event = scanner->top_rows;
    } else if (container->kind == VTCI_IN_EVENTS) {
        *out_row = *out_event = true;
    } else if (container->kind == VTCI_IN_ARRAY) {
        *out_row = container->objects >= RECORDS_FROM;
        container->objects += !*out_row;
    }
    return VTC_OK;
}

/* After a row: on to the object behind it, where nothing but white space and commas stands between.
 * It is a row of the same kind, as nothing was opened or closed. */
static bool go_to_next_row(struct vtci_scanner *scanner)
{
    const uint8_t *pos = scanner->pos;
    while (vtci_is_space(*pos) || *pos == ',')
        pos++;
    if (*pos != '{')
        return false;
    scanner->pos = pos;
    return true;
}

static vtc_status take_object(struct vtci_scanner *scanner, struct vtc_error *err)
{
    bool row, event, taken = false;
    VTC_TRY(classify_object(scanner, &row, &event, err));
    if (row) {
        uint64_t before;
        do {
            before = vtci_window_offset(&scanner->window, scanner->pos);
            VTC_TRY(vtci_scanner_row(scanner, event, &taken, err));
        } while (taken && go_to_next_row(scanner));
        if (taken || vtci_window_offset(&scanner->window, scanner->pos) != before)
            return VTC_OK;
        /* Too long for a row: walk through it as text. */
    } else if (scanner->depth == 0 && scanner->unkept_depth == 0) {
        VTC_TRY(begin_document(scanner));
    }
    note_value(scanner, "an object");
    push(scanner, VTCI_IN_OBJECT);
    scanner->pos++;
    return VTC_OK;
}

/* After something malformed: on to the next `{` that begins an event. */
static vtc_status resync_step(struct vtci_scanner *scanner, struct vtc_error *err)
{
    size_t left = (size_t)(scanner->window.end - scanner->pos);
    const uint8_t *brace = memchr(scanner->pos, '{', left);
    if (!brace) {
        scanner->pos = scanner->window.end;
        return VTC_OK;
    }
    scanner->pos = brace;
    bool taken;
    uint64_t before = vtci_window_offset(&scanner->window, brace);
    VTC_TRY(vtci_scanner_row(scanner, true, &taken, err));
    if (!taken && vtci_window_offset(&scanner->window, scanner->pos) == before)
        scanner->pos++;
    return VTC_OK;
}

static vtc_status step(struct vtci_scanner *scanner, struct vtc_error *err)
{
    if (scanner->resync)
        return resync_step(scanner, err);
    if (scanner->in_string)
        return skip_string_piece(scanner, err);
    scanner->pos = vtci_skip_space(scanner->pos);
    if (scanner->pos >= scanner->window.end)
        return VTC_OK;
    uint8_t c = *scanner->pos;
    switch (c) {
    case '{': return take_object(scanner, err);
    case '[': return open_array(scanner);
    case '}':
    case ']': return close_container(scanner, c);
    case '"': return take_text_string(scanner, err);
    case ',':
    case ':': return take_punctuation(scanner, c);
    default: return take_word(scanner, err);
    }
}

/* Garbage where a document should begin needs no further reading. */
static bool is_hopeless(const struct vtci_scanner *scanner)
{
    return scanner->first_issue.code != VTC_OK && scanner->documents == 0 && scanner->depth == 0 &&
           !vtci_scanner_accepts(scanner);
}

static void skip_byte_order_mark(struct vtci_scanner *scanner)
{
    if (scanner->window.end - scanner->pos >= 3 && memcmp(scanner->pos, "\xEF\xBB\xBF", 3) == 0)
        scanner->pos += 3;
}

/* Is a container open at the end that has to be closed? The outermost array need not. */
static bool ends_early(const struct vtci_scanner *scanner)
{
    if (scanner->in_string || scanner->unkept_depth || scanner->depth > 1)
        return true;
    return scanner->depth == 1 && scanner->containers[0].kind != VTCI_IN_EVENTS;
}

vtc_status vtci_document_scan(struct vtci_scanner *scanner, struct vtc_error *err)
{
    scanner->pos = scanner->gap = scanner->window.data;
    while (scanner->window.end - scanner->pos < 3 && !scanner->window.at_eof)
        VTC_TRY(vtci_scanner_fill(scanner, err));
    skip_byte_order_mark(scanner);
    for (;;) {
        if (scanner->pos >= scanner->window.end) {
            if (scanner->window.at_eof)
                break;
            VTC_TRY(vtci_scanner_fill(scanner, err));
            continue;
        }
        VTC_TRY(step(scanner, err));
        if (is_hopeless(scanner))
            return VTC_OK;
    }
    if (!scanner->cut_off && !scanner->resync && ends_early(scanner)) {
        scanner->cut_off = true;
        scanner->cut_off_offset = vtci_window_offset(&scanner->window, scanner->window.end);
        VTC_TRY(vtci_scanner_issue(scanner, scanner->window.end, 0, VTCI_ISSUE_CUT_OFF, NULL));
    }
    scanner->pos = scanner->window.end;
    return vtci_scanner_flush(scanner, err);
}
