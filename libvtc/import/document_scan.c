#include "import/document_scan.h"

#include "base/error.h"
#include "import/document_walk.h"
#include "import/key_match.h"
#include "import/scan.h"

#define RECORDS_FROM 16u /* objects of an array before it counts as a list of records */
#define TOP_OBJECT_LOOK_BYTES 65536u

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
    struct vtci_container *container = vtci_scanner_innermost(scanner);
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
            VTC_TRY(vtci_scanner_begin_document(scanner));
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
        VTC_TRY(vtci_scanner_begin_document(scanner));
    }
    vtci_scanner_note_value(scanner, "an object");
    vtci_scanner_push(scanner, VTCI_IN_OBJECT);
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
        return vtci_scanner_string_piece(scanner, err);
    if (scanner->in_word)
        return vtci_scanner_word_piece(scanner);
    scanner->pos = vtci_skip_space(scanner->pos);
    if (scanner->pos >= scanner->window.end)
        return VTC_OK;
    uint8_t c = *scanner->pos;
    switch (c) {
    case '{': return take_object(scanner, err);
    case '[': return vtci_scanner_open_array(scanner);
    case '}':
    case ']': return vtci_scanner_close(scanner, c);
    case '"': return vtci_scanner_string(scanner, err);
    case ',':
    case ':': return vtci_scanner_punctuation(scanner, c);
    default: return vtci_scanner_word(scanner, err);
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

/* What is open at the end and has to be closed, or NULL. The outermost array need not. */
static const char *open_at_end(const struct vtci_scanner *scanner)
{
    if (scanner->in_string)
        return "a string";
    if (scanner->unkept_depth)
        return "a list or an object";
    if (scanner->depth == 0)
        return NULL;
    uint8_t kind = scanner->containers[scanner->depth - 1].kind;
    if (scanner->depth == 1)
        return kind == VTCI_IN_EVENTS ? NULL : "the outermost object";
    return kind == VTCI_IN_EVENTS  ? "the list of events"
           : kind == VTCI_IN_ARRAY ? "a list outside of the events"
                                   : "an object outside of the events";
}

static vtc_status note_open_at_end(struct vtci_scanner *scanner)
{
    const char *within = open_at_end(scanner);
    if (scanner->cut_off || scanner->resync || !within)
        return VTC_OK;
    scanner->cut_off = true;
    scanner->cut_off_offset = vtci_window_offset(&scanner->window, scanner->window.end);
    scanner->cut_off_within = within;
    return vtci_scanner_issue(scanner, scanner->window.end, 0, VTCI_ISSUE_CUT_OFF, NULL);
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
    VTC_TRY(note_open_at_end(scanner));
    scanner->pos = scanner->window.end;
    return vtci_scanner_flush(scanner, err);
}
