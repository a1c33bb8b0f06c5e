/* After something malformed: where the walk goes on.
 *
 * Whole events may stand within what an object that broke off took for its own, so the walk goes back
 * behind its `{` and tries the next, and so on. That would read a nest again from each of its braces:
 *
 *     {"a":{"b":{"ph":"i"},"c":{"d":[ {"ph":"X", ...} {
 *     ^    ^               ^                          ^ breaks off here,
 *     open objects: they break off there too           as all that are open do
 *
 * So the objects that are open where one breaks off are kept, with their first fault: none of them is
 * read again, and each byte is read a bounded number of times. What that leaves (objects in each other
 * that are closed and yet malformed, braces within strings) is read again as often as
 * begin_resync allows; what is skipped then is named by an issue.
 */
#ifndef VTCI_IMPORT_DOCUMENT_RESYNC_H
#define VTCI_IMPORT_DOCUMENT_RESYNC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "import/json_walk.h"
#include "import/row_parser.h"

struct vtci_scanner;

/* The objects that are known to break off at one place. Those before `next` are passed. */
struct vtci_known_broken {
    struct vtci_json_open *opens; /* ascending; places count from start_offset */
    size_t count, capacity, next;
    uint64_t start_offset;
    uint64_t end_offset; /* where they break off … */
    bool is_cut_off;     /* … as the document ends */
};

/* Whether the text from `start` to `end` begins as an event does. */
bool vtci_resync_has_phase(const uint8_t *start, const uint8_t *end);

/* Whether the object at pos is known to break off. */
bool vtci_resync_knows(struct vtci_scanner *scanner);
/* The same as of any other, without reading it. */
VTC_NODISCARD vtc_status vtci_resync_known_row(struct vtci_scanner *scanner);

/* The object at pos is malformed, but its brackets tell where it ends. *out_taken: the walk goes on
 * behind it. */
VTC_NODISCARD vtc_status vtci_resync_malformed_row(struct vtci_scanner *scanner,
                                                   const struct vtci_row *row, bool *out_taken);
/* It breaks off; */
VTC_NODISCARD vtc_status vtci_resync_broken_row(struct vtci_scanner *scanner,
                                                const struct vtci_row *row);
/* the document ends within it; */
VTC_NODISCARD vtc_status vtci_resync_cut_off_row(struct vtci_scanner *scanner);
/* it is longer than the writer keeps in columns, or has broken off. */
VTC_NODISCARD vtc_status vtci_resync_too_long_row(struct vtci_scanner *scanner);

/* An event follows an object that seemed to reach to the end of the document. */
void vtci_resync_uncut(struct vtci_scanner *scanner);

#endif
