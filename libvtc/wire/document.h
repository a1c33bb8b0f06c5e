/* The DOCUMENT frame: what the whole text was, and where it is not events. SPEC 7.7. */
#ifndef VTCI_WIRE_DOCUMENT_H
#define VTCI_WIRE_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/checksum.h"
#include "vtc/status.h"

enum vtci_issue_cause {
    VTCI_ISSUE_GARBAGE = 1,         /* text outside of events that is no JSON */
    VTCI_ISSUE_MALFORMED = 2,       /* an object that is cut off or malformed */
    VTCI_ISSUE_TOO_LONG = 3,        /* an event longer than the writer keeps in columns */
    VTCI_ISSUE_NOT_AN_OBJECT = 4,   /* an element that is no object */
    VTCI_ISSUE_CUT_OFF = 5,         /* the document ends before it is closed */
    VTCI_ISSUE_SECOND_DOCUMENT = 6, /* a second document begins */
    VTCI_ISSUE_WORD = 7,            /* an object with a bare word that is no JSON */
    VTCI_ISSUE_COMMA = 8,           /* an object with a comma that is missing or too many */
    VTCI_ISSUE_SKIPPED = 9          /* what broke off and was not searched for events */
};

/* Whether the length of such an issue reaches from the object to where it goes wrong (SPEC 7.7). */
static inline bool vtci_issue_ends_at_fault(uint8_t cause)
{
    return cause == VTCI_ISSUE_MALFORMED || cause == VTCI_ISSUE_WORD || cause == VTCI_ISSUE_COMMA;
}

/* In words, for people. */
const char *vtci_issue_cause_text(uint8_t cause);

struct vtci_issue {
    uint64_t offset; /* in the document */
    uint64_t len_bytes;
    uint8_t cause; /* enum vtci_issue_cause; a later version may know more */
};

struct vtci_document {
    uint64_t bytes;
    struct vtci_hash128 hash;
    uint64_t rows;
    uint64_t events;
    bool cut_off;                    /* it ends before it is closed */
    uint64_t issue_count;            /* all that were met */
    size_t listed_count;             /* those that are listed */
    const struct vtci_issue *issues; /* for the encoder: listed_count, ascending offsets */
    const uint8_t *issue_bytes;      /* from the decoder, borrowed */
    size_t issue_len_bytes;
};

/* Writes the head of the frame (it has no payload). */
VTC_NODISCARD vtc_status vtci_document_encode(struct vtci_buffer *out,
                                              const struct vtci_document *document);
VTC_NODISCARD vtc_status vtci_document_decode(const void *bytes, size_t len_bytes, uint64_t offset,
                                              struct vtci_document *out_document,
                                              struct vtc_error *err);
/* Expands the listed issues of a decoded document (listed_count of them). */
void vtci_document_issues(const struct vtci_document *document, struct vtci_issue *out_issues);

#endif
