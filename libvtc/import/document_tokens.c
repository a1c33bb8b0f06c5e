/* Strings and bare words of the text around the rows, be they longer than the window. */
#include "base/error.h"
#include "import/bare_word.h"
#include "import/document_walk.h"
#include "import/key_match.h"
#include "import/scan.h"

/* Whether more has to be read to tell what the token at pos is: it seems to reach to the window's end. */
static bool wants_more(const struct vtci_scanner *scanner)
{
    return !scanner->window.at_eof &&
           scanner->window.end - scanner->pos < (int64_t)VTCI_TOKEN_BYTES;
}

enum quote { QUOTE_OF_STRING, QUOTE_STRAY, QUOTE_UNKNOWN };

/* In the events array a string is an element where a comma or the end of the array follows and it has
 * no line break; any other quote is a stray one, and events stand behind it. A string without end is
 * an element as far as it has no line break: no event stands in it. */
static enum quote judge_quote(const struct vtci_scanner *scanner, const uint8_t *close)
{
    const uint8_t *start = scanner->pos, *end = scanner->window.end;
    if (memchr(start, '\n', (size_t)(close - start)))
        return QUOTE_STRAY;
    const uint8_t *next = close < end ? vtci_skip_space(close + 1) : end;
    if (next < end)
        return *next == ',' || *next == ']' ? QUOTE_OF_STRING : QUOTE_STRAY;
    if (wants_more(scanner))
        return QUOTE_UNKNOWN;
    return close < end || !scanner->window.at_eof ? QUOTE_OF_STRING : QUOTE_STRAY;
}

vtc_status vtci_scanner_string(struct vtci_scanner *scanner, struct vtc_error *err)
{
    const uint8_t *start = scanner->pos;
    const uint8_t *close = vtci_find_string_end(start + 1, scanner->window.end);
    if (vtci_scanner_in_events(scanner)) {
        enum quote quote = judge_quote(scanner, close);
        if (quote == QUOTE_UNKNOWN)
            return vtci_scanner_fill(scanner, err);
        if (quote == QUOTE_STRAY) {
            scanner->resync = true;
            scanner->pos = start + 1;
            return vtci_scanner_issue(scanner, start, 1, VTCI_ISSUE_GARBAGE, "an event");
        }
    } else if (close >= scanner->window.end && wants_more(scanner)) {
        return vtci_scanner_fill(scanner, err);
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

static const uint8_t *find_word_end(const uint8_t *pos, const uint8_t *end)
{
    while (pos < end && (!vtci_ends_bare(*pos) || (*pos < ' ' && !vtci_is_space(*pos))))
        pos++;
    return pos;
}

vtc_status vtci_scanner_word(struct vtci_scanner *scanner, struct vtc_error *err)
{
    const uint8_t *start = scanner->pos, *end = scanner->window.end;
    const uint8_t *pos = find_word_end(start, end);
    if (pos >= end && wants_more(scanner))
        return vtci_scanner_fill(scanner, err);
    size_t len_bytes = (size_t)(pos - start);
    scanner->in_word = pos >= end && !scanner->window.at_eof;
    bool scalar = !scanner->in_word && vtci_word_is_value(start, len_bytes);
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

vtc_status vtci_scanner_word_piece(struct vtci_scanner *scanner)
{
    const uint8_t *pos = find_word_end(scanner->pos, scanner->window.end);
    if (scanner->listed_count == scanner->issue_count) /* the last one is the word's */
        scanner->issues[scanner->listed_count - 1].len_bytes += (uint64_t)(pos - scanner->pos);
    scanner->in_word = pos >= scanner->window.end;
    scanner->pos = pos;
    return VTC_OK;
}
