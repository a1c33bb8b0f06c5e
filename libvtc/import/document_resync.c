#include "import/document_resync.h"

#include "base/error.h"
#include "column/raw_event.h"
#include "import/document_scan.h"

/* How much may be read again after malformed objects: so often the document, and a little. */
#define RETRIED_TIMES 4u
#define RETRIED_BYTES ((uint64_t)1 << 20)

bool vtci_resync_has_phase(const uint8_t *start, const uint8_t *end)
{
    struct vtci_raw_event event;
    vtci_raw_event_read((struct vtci_bytes){start, (size_t)(end - start)}, &event);
    return event.phase != 0;
}

/* The object at pos fails at `fail_pos`: the walk goes on behind its first byte. What is read in vain
 * in this way is bounded by how far the document was read for it; beyond that the walk goes on where
 * the object failed. */
static vtc_status begin_resync(struct vtci_scanner *scanner, const uint8_t *fail_pos)
{
    uint64_t fail_offset = vtci_window_offset(&scanner->window, fail_pos);
    size_t len_bytes = (size_t)(fail_pos - scanner->pos);
    scanner->resync = true;
    scanner->retried_bytes += len_bytes;
    if (scanner->retried_bytes <= RETRIED_BYTES + RETRIED_TIMES * fail_offset || len_bytes <= 1) {
        scanner->pos++;
        return VTC_OK;
    }
    const uint8_t *skipped = scanner->pos;
    scanner->pos = fail_pos;
    return vtci_scanner_issue(scanner, skipped, len_bytes, VTCI_ISSUE_SKIPPED, NULL);
}

/* The walk from pos broke off at `fail_pos`, and so will those from the objects that it left open. Of
 * two such lists the one that reaches further is kept. */
static void keep_open_objects(struct vtci_scanner *scanner, const uint8_t *fail_pos,
                              bool is_cut_off)
{
    struct vtci_known_broken *known = &scanner->known;
    struct vtci_json_walk *walk = &scanner->parser.walk;
    uint64_t end_offset = vtci_window_offset(&scanner->window, fail_pos);
    if (walk->open_count < 2 || (known->next < known->count && known->end_offset >= end_offset))
        return;
    struct vtci_known_broken old = *known;
    *known = (struct vtci_known_broken){
        .opens = walk->opens,
        .count = walk->open_count,
        .capacity = walk->open_capacity,
        .next = 1, /* the first is the object at pos */
        .start_offset = vtci_window_offset(&scanner->window, scanner->pos),
        .end_offset = end_offset,
        .is_cut_off = is_cut_off,
    };
    walk->opens = old.opens;
    walk->open_capacity = old.capacity;
    walk->open_count = walk->faulted_count = 0;
}

bool vtci_resync_knows(struct vtci_scanner *scanner)
{
    struct vtci_known_broken *known = &scanner->known;
    uint64_t offset = vtci_window_offset(&scanner->window, scanner->pos);
    while (known->next < known->count &&
           known->start_offset + known->opens[known->next].start_pos < offset)
        known->next++;
    return known->next < known->count &&
           known->start_offset + known->opens[known->next].start_pos == offset;
}

void vtci_resync_uncut(struct vtci_scanner *scanner)
{
    struct vtci_issue *last =
        scanner->listed_count ? &scanner->issues[scanner->listed_count - 1] : NULL;
    if (last && last->cause == VTCI_ISSUE_CUT_OFF) {
        last->cause = VTCI_ISSUE_MALFORMED;
        last->len_bytes = vtci_window_offset(&scanner->window, scanner->pos) - last->offset;
    }
    scanner->cut_off = false;
}

/* Its members up to `members_end` say whether it is an event: behind that it has a node that is open. */
static vtc_status note_cut_off(struct vtci_scanner *scanner, const uint8_t *members_end)
{
    if (scanner->cut_off)
        return VTC_OK;
    size_t len_bytes = (size_t)(scanner->window.end - scanner->pos);
    scanner->has_cut_event |= vtci_resync_has_phase(scanner->pos, members_end);
    scanner->cut_off = true;
    scanner->cut_off_offset = vtci_window_offset(&scanner->window, scanner->pos);
    scanner->cut_off_within = "an event";
    return vtci_scanner_issue(scanner, scanner->pos, len_bytes, VTCI_ISSUE_CUT_OFF, NULL);
}

static vtc_status note_broken(struct vtci_scanner *scanner, const uint8_t *members_end,
                              uint64_t fault_bytes, uint8_t fault_cause)
{
    /* Among what is left of one that broke off, another is only named if it begins as an event does. */
    if (scanner->resync && !vtci_resync_has_phase(scanner->pos, members_end))
        return VTC_OK;
    return vtci_scanner_issue(scanner, scanner->pos, fault_bytes, fault_cause, "an event");
}

vtc_status vtci_resync_known_row(struct vtci_scanner *scanner)
{
    const struct vtci_known_broken *known = &scanner->known;
    const struct vtci_json_open *open = &known->opens[known->next];
    bool is_last = known->next + 1 == known->count;
    size_t members_bytes = is_last
                               ? (size_t)(known->end_offset - known->start_offset) - open->start_pos
                               : known->opens[known->next + 1].start_pos - open->start_pos;
    const uint8_t *members_end = scanner->pos + members_bytes;
    if (known->is_cut_off)
        VTC_TRY(note_cut_off(scanner, members_end));
    else
        VTC_TRY(note_broken(scanner, members_end, open->fault_pos - open->start_pos,
                            open->fault_cause));
    scanner->resync = true;
    scanner->pos++;
    return VTC_OK;
}

vtc_status vtci_resync_malformed_row(struct vtci_scanner *scanner, const struct vtci_row *row,
                                     bool *out_taken)
{
    if (scanner->resync && !vtci_resync_has_phase(scanner->pos, row->end))
        return begin_resync(scanner, row->end);
    if (scanner->cut_off)
        vtci_resync_uncut(scanner);
    VTC_TRY(vtci_scanner_issue(scanner, scanner->pos, (uint64_t)(row->fault - scanner->pos),
                               row->fault_cause, "an event"));
    scanner->resync = false;
    scanner->pos = row->end;
    *out_taken = true;
    return VTC_OK;
}

vtc_status vtci_resync_broken_row(struct vtci_scanner *scanner, const struct vtci_row *row)
{
    keep_open_objects(scanner, row->end, false);
    VTC_TRY(
        note_broken(scanner, row->end, (uint64_t)(row->fault - scanner->pos), row->fault_cause));
    return begin_resync(scanner, row->end);
}

/* It may be one that broke off long before: then whole events follow within it. */
vtc_status vtci_resync_cut_off_row(struct vtci_scanner *scanner)
{
    const uint8_t *end = scanner->window.end;
    enum vtci_json_outcome outcome;
    VTC_TRY(vtci_json_walk(&scanner->parser.walk, scanner->pos, end, &outcome));
    if (outcome == VTCI_JSON_MORE)
        keep_open_objects(scanner, end, true);
    VTC_TRY(note_cut_off(scanner, end));
    return begin_resync(scanner, end);
}

vtc_status vtci_resync_too_long_row(struct vtci_scanner *scanner)
{
    if (!scanner->resync)
        VTC_TRY(
            vtci_scanner_issue(scanner, scanner->pos, VTCI_EVENT_BYTES, VTCI_ISSUE_TOO_LONG, NULL));
    return begin_resync(scanner, scanner->window.end);
}
