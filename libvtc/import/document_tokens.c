/* Strings and bare words of the text around the rows, be they longer than the window. */
#include "base/error.h"
#include "import/bare_word.h"
#include "import/document_walk.h"
#include "import/key_match.h"
#include "import/scan.h"

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

vtc_status vtci_scanner_string(struct vtci_scanner *scanner, struct vtc_error *err)
{
    const uint8_t *start = scanner->pos;
    const uint8_t *close = vtci_find_string_end(start + 1, scanner->window.end);
    if (close >= scanner->window.end && !scanner->window.at_eof &&
        scanner->window.end - start < 4096) {
        VTC_TRY(vtci_scanner_fill(scanner, err));
        return VTC_OK;
    }
    if (vtci_scanner_in_events(scanner)) {
        bool is_stray;
        VTC_TRY(take_stray_quote(scanner, close, &is_stray, err));
        if (is_stray)
            return VTC_OK;
    }
    uint64_t len_bytes = (uint64_t)(close - start) + (close < scanner->window.end);
    struct vtci_container *container =
        scanner->unkept_depth ? NULL : vtci_scanner_innermost(scanner);
    if (container && container->kind == VTCI_IN_OBJECT && container->expects_key) {
        container->key_is_events =
            vtci_key_is(start + 1, (size_t)(close - start - 1), "traceEvents");
        container->expects_key = false;
    } else {
        vtci_scanner_note_value(scanner, "a string");
    }
    if (vtci_scanner_in_events(scanner))
        VTC_TRY(
            vtci_scanner_issue(scanner, start, len_bytes, VTCI_ISSUE_NOT_AN_OBJECT, "an event"));
    else if (scanner->depth == 0)
        VTC_TRY(vtci_scanner_issue(scanner, start, len_bytes, VTCI_ISSUE_GARBAGE,
                                   vtci_scanner_expected(scanner)));
    scanner->in_string = close >= scanner->window.end;
    /* An escape that the window cuts in two stays whole. */
    scanner->pos = scanner->in_string ? start + 1 : close + 1;
    return VTC_OK;
}

vtc_status vtci_scanner_string_piece(struct vtci_scanner *scanner, struct vtc_error *err)
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

vtc_status vtci_scanner_word(struct vtci_scanner *scanner, struct vtc_error *err)
{
    const uint8_t *start = scanner->pos, *pos = start, *end = scanner->window.end;
    while (pos < end && (!vtci_ends_bare(*pos) || (*pos < ' ' && !vtci_is_space(*pos))))
        pos++;
    if (pos >= end && !scanner->window.at_eof && pos - start < 4096)
        return vtci_scanner_fill(scanner, err);
    size_t len_bytes = (size_t)(pos - start);
    bool scalar = vtci_word_is_value(start, len_bytes);
    if (scalar)
        vtci_scanner_note_value(scanner, "a number or a word");
    scanner->pos = pos;
    if (vtci_scanner_in_events(scanner) && scalar)
        return vtci_scanner_issue(scanner, start, len_bytes, VTCI_ISSUE_NOT_AN_OBJECT, "an event");
    if (scalar && scanner->depth)
        return VTC_OK;
    return vtci_scanner_issue(scanner, start, len_bytes, VTCI_ISSUE_GARBAGE,
                              vtci_scanner_expected(scanner));
}
