/* Rows, separators and text on their way to the archive; see document_scan.h. */
#include "base/error.h"
#include "base/found_text.h"
#include "import/document_resync.h"
#include "import/document_scan.h"

#define BLOCK_VALUES ((size_t)4 << 20)

bool vtci_scanner_accepts(const struct vtci_scanner *scanner)
{
    return scanner->builder.recognised > 0 || scanner->has_events_array || scanner->has_cut_event;
}

/* Why the document is to be refused if it is no trace. */
static void note_first_issue(struct vtci_scanner *scanner, const uint8_t *pos, uint64_t len_bytes,
                             uint8_t cause, const char *expected)
{
    struct vtc_error *err = &scanner->first_issue;
    bool at_end = vtci_issue_ends_at_fault(cause) || cause == VTCI_ISSUE_CUT_OFF;
    const uint8_t *fault = at_end ? pos + len_bytes : pos;
    vtc_status code = cause == VTCI_ISSUE_NOT_AN_OBJECT ? VTC_ERR_NOT_TRACE : VTC_ERR_NOT_JSON;
    uint64_t offset = vtci_window_offset(&scanner->window, fault);
    const char *found = vtci_issue_cause_text(cause);
    struct vtci_found_text text;
    if (cause == VTCI_ISSUE_GARBAGE)
        found = vtci_found_text(&text, pos, (size_t)len_bytes);
    if (expected)
        vtci_error_set(err, code, offset, NULL, "expected %s, found %s", expected, found);
    else
        vtci_error_set(err, code, offset, NULL, "%s", found);
    vtci_window_place(&scanner->window, fault, &err->line, &err->column);
}

vtc_status vtci_scanner_issue(struct vtci_scanner *scanner, const uint8_t *pos, uint64_t len_bytes,
                              uint8_t cause, const char *expected)
{
    scanner->issue_count++;
    uint64_t offset = vtci_window_offset(&scanner->window, pos);
    /* That a second document begins is no reason to refuse it. */
    if (scanner->first_issue.code == VTC_OK && scanner->window.count_lines &&
        cause != VTCI_ISSUE_SECOND_DOCUMENT)
        note_first_issue(scanner, pos, len_bytes, cause, expected);
    if (scanner->listed_count >= VTCI_ISSUES)
        return VTC_OK;
    VTC_TRY(VTCI_ARRAY_RESERVE(scanner->window.memory, scanner->issues, scanner->issue_capacity,
                               scanner->listed_count + 1));
    scanner->issues[scanner->listed_count++] = (struct vtci_issue){offset, len_bytes, cause};
    return VTC_OK;
}

/* Gives the gap away in pieces that count from its start, the last one only if `all`. */
static vtc_status put_text(struct vtci_scanner *scanner, bool all, struct vtc_error *err)
{
    while (scanner->gap < scanner->pos) {
        size_t len_bytes = (size_t)(scanner->pos - scanner->gap);
        if (len_bytes < VTCI_TEXT_BYTES && !all)
            break;
        if (len_bytes > VTCI_TEXT_BYTES)
            len_bytes = VTCI_TEXT_BYTES;
        VTC_TRY(
            vtci_archive_text(scanner->archive, (struct vtci_bytes){scanner->gap, len_bytes}, err));
        scanner->gap += len_bytes;
    }
    return VTC_OK;
}

static vtc_status put_block(struct vtci_scanner *scanner, struct vtc_error *err)
{
    if (scanner->builder.block.data.rows == 0)
        return VTC_OK;
    if (scanner->builder.separator_pending)
        VTC_TRY(vtci_block_builder_separator(&scanner->builder, (struct vtci_bytes){NULL, 0}));
    return vtci_archive_block(scanner->archive, &scanner->builder, err);
}

vtc_status vtci_scanner_flush(struct vtci_scanner *scanner, struct vtc_error *err)
{
    VTC_TRY(put_block(scanner, err));
    return put_text(scanner, true, err);
}

vtc_status vtci_scanner_fill(struct vtci_scanner *scanner, struct vtc_error *err)
{
    if ((size_t)(scanner->pos - scanner->gap) >= VTCI_TEXT_BYTES) {
        VTC_TRY(put_block(scanner, err));
        VTC_TRY(put_text(scanner, false, err));
    }
    size_t pos_in_gap = (size_t)(scanner->pos - scanner->gap);
    const uint8_t *keep = scanner->gap;
    scanner->window.count_lines = !vtci_scanner_accepts(scanner);
    vtc_status status = vtci_window_fill(&scanner->window, &keep, err);
    scanner->gap = keep;
    scanner->pos = keep + pos_in_gap;
    if (status == VTC_OK && scanner->progress)
        status = scanner->progress(scanner->progress_context,
                                   vtci_window_offset(&scanner->window, scanner->window.end),
                                   vtci_archive_output_bytes(scanner->archive));
    return status;
}

static bool block_is_full(const struct vtci_scanner *scanner)
{
    const struct vtci_block_builder *builder = &scanner->builder;
    return builder->block.data.rows >= scanner->block_rows ||
           builder->block.zone.document_bytes >= scanner->block_source_bytes ||
           builder->value_count >= BLOCK_VALUES;
}

/* A row stands at pos: what is before it since the last one becomes a separator or text. */
static vtc_status close_gap(struct vtci_scanner *scanner, struct vtc_error *err)
{
    size_t gap_bytes = (size_t)(scanner->pos - scanner->gap);
    if (scanner->builder.separator_pending && gap_bytes <= VTCI_SEPARATOR_BYTES) {
        VTC_TRY(vtci_block_builder_separator(&scanner->builder,
                                             (struct vtci_bytes){scanner->gap, gap_bytes}));
        scanner->gap = scanner->pos;
    }
    if (gap_bytes > 0 && scanner->gap < scanner->pos)
        return vtci_scanner_flush(scanner, err);
    return block_is_full(scanner) ? put_block(scanner, err) : VTC_OK;
}

static vtc_status take_row(struct vtci_scanner *scanner, const struct vtci_row *row,
                           struct vtc_error *err)
{
    /* Flushing may not move the window, so that the row's pointers stay good. */
    VTC_TRY(close_gap(scanner, err));
    struct vtci_bytes text = {scanner->pos, (size_t)(row->end - scanner->pos)};
    vtc_status status = vtci_block_builder_add(&scanner->builder, row, text,
                                               vtci_window_offset(&scanner->window, scanner->pos));
    if (status == VTC_ERR_NO_MEMORY)
        return vtci_error_set(err, status, VTC_NO_OFFSET, NULL,
                              "the memory limit is reached: allow more");
    VTC_TRY(status);
    scanner->pos = scanner->gap = row->end;
    return VTC_OK;
}

/* In resync only a real event counts: anything in braces may turn up in garbage. */
static bool is_wanted(const struct vtci_scanner *scanner, const struct vtci_row *row)
{
    if (!scanner->resync || row->shape)
        return !scanner->resync || row->shape->phase;
    return vtci_resync_has_phase(scanner->pos, row->end);
}

/* The window ends within the row. It is read again from its start, so the window grows by as much as
 * there is of it: a long event costs twice its length, not its square. */
static vtc_status read_on(struct vtci_scanner *scanner, struct vtc_error *err)
{
    size_t wanted = 2 * (size_t)(scanner->window.end - scanner->pos);
    do {
        VTC_TRY(vtci_scanner_fill(scanner, err));
    } while (!scanner->window.at_eof && (size_t)(scanner->window.end - scanner->pos) < wanted);
    return VTC_OK;
}

vtc_status vtci_scanner_row(struct vtci_scanner *scanner, bool is_event, bool *out_taken,
                            struct vtc_error *err)
{
    *out_taken = false;
    if (scanner->known.next < scanner->known.count && vtci_resync_knows(scanner))
        return vtci_resync_known_row(scanner);
    for (;;) {
        struct vtci_row row;
        vtc_status status = vtci_row_parse(&scanner->parser, scanner->pos, scanner->window.end,
                                           is_event, &row, err);
        if (status == VTC_ERR_NO_MEMORY)
            return vtci_error_set(err, status, VTC_NO_OFFSET, NULL,
                                  "the memory limit is reached: allow more");
        VTC_TRY(status);
        if (row.outcome == VTCI_ROW_MALFORMED)
            return vtci_resync_malformed_row(scanner, &row, out_taken);
        if (row.outcome == VTCI_ROW_BROKEN)
            return vtci_resync_broken_row(scanner, &row);
        if (row.outcome == VTCI_ROW_DONE) {
            if (!is_wanted(scanner, &row)) {
                scanner->pos = row.end;
                return VTC_OK;
            }
            if (scanner->cut_off)
                vtci_resync_uncut(scanner);
            scanner->resync = false;
            *out_taken = true;
            return take_row(scanner, &row, err);
        }
        if (scanner->window.at_eof)
            return vtci_resync_cut_off_row(scanner);
        if ((size_t)(scanner->window.end - scanner->pos) > VTCI_EVENT_BYTES)
            return vtci_resync_too_long_row(scanner);
        VTC_TRY(read_on(scanner, err));
    }
}
