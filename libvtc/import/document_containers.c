/* The open containers of the walk: what they say of a value, and of the document as a trace. */
#include "base/error.h"
#include "import/document_walk.h"

void vtci_scanner_push(struct vtci_scanner *scanner, uint8_t kind)
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

void vtci_scanner_note_value(struct vtci_scanner *scanner, const char *found)
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

const char *vtci_scanner_expected(const struct vtci_scanner *scanner)
{
    const struct vtci_container *inner = vtci_scanner_innermost(scanner);
    if (!inner)
        return "`{` or `[`";
    if (inner->kind == VTCI_IN_OBJECT)
        return inner->expects_key ? "a key or `}`" : "a value, a comma or `}`";
    return inner->kind == VTCI_IN_EVENTS ? "an event or `]`" : "a value or `]`";
}

vtc_status vtci_scanner_begin_document(struct vtci_scanner *scanner)
{
    if (!scanner->documents && !scanner->top_rows)
        return VTC_OK;
    return vtci_scanner_issue(scanner, scanner->pos, 1, VTCI_ISSUE_SECOND_DOCUMENT, NULL);
}

vtc_status vtci_scanner_open_array(struct vtci_scanner *scanner)
{
    const struct vtci_container *outer = vtci_scanner_innermost(scanner);
    bool events =
        !outer || (scanner->depth == 1 && outer->kind == VTCI_IN_OBJECT && outer->key_is_events);
    if (outer && events)
        scanner->has_events_array = true;
    if (vtci_scanner_in_events(scanner))
        VTC_TRY(vtci_scanner_issue(scanner, scanner->pos, 1, VTCI_ISSUE_NOT_AN_OBJECT, "an event"));
    if (!outer)
        VTC_TRY(vtci_scanner_begin_document(scanner));
    vtci_scanner_push(scanner, events ? VTCI_IN_EVENTS : VTCI_IN_ARRAY);
    scanner->pos++;
    return VTC_OK;
}

vtc_status vtci_scanner_close(struct vtci_scanner *scanner, uint8_t c)
{
    const struct vtci_container *inner = vtci_scanner_innermost(scanner);
    if (scanner->unkept_depth) {
        scanner->unkept_depth--;
    } else if (!inner || (inner->kind == VTCI_IN_OBJECT) != (c == '}')) {
        VTC_TRY(vtci_scanner_issue(scanner, scanner->pos, 1, VTCI_ISSUE_GARBAGE,
                                   vtci_scanner_expected(scanner)));
    } else {
        pop(scanner);
    }
    scanner->pos++;
    return VTC_OK;
}

vtc_status vtci_scanner_punctuation(struct vtci_scanner *scanner, uint8_t c)
{
    struct vtci_container *container =
        scanner->unkept_depth ? NULL : vtci_scanner_innermost(scanner);
    bool in_object = container && container->kind == VTCI_IN_OBJECT;
    if (c == ',' && in_object)
        container->expects_key = true;
    else if (c == ':' && !in_object && !scanner->unkept_depth)
        VTC_TRY(vtci_scanner_issue(scanner, scanner->pos, 1, VTCI_ISSUE_GARBAGE,
                                   vtci_scanner_expected(scanner)));
    scanner->pos++;
    return VTC_OK;
}
