/* The steps of the walk in document_scan.c: each takes what stands at `pos` outside of rows. */
#ifndef VTCI_IMPORT_DOCUMENT_WALK_H
#define VTCI_IMPORT_DOCUMENT_WALK_H

#include "import/document_scan.h"

static inline struct vtci_container *vtci_scanner_innermost(const struct vtci_scanner *scanner)
{
    return scanner->depth ? &scanner->containers[scanner->depth - 1] : NULL;
}

static inline bool vtci_scanner_in_events(const struct vtci_scanner *scanner)
{
    return scanner->unkept_depth == 0 && scanner->depth &&
           scanner->containers[scanner->depth - 1].kind == VTCI_IN_EVENTS;
}

void vtci_scanner_push(struct vtci_scanner *scanner, uint8_t kind);
/* A value stands at pos, which is no array. */
void vtci_scanner_note_value(struct vtci_scanner *scanner, const char *found);
/* What may stand at pos, for a message. */
const char *vtci_scanner_expected(const struct vtci_scanner *scanner);
/* At the first byte of an outermost value, or of the first of a row of events that stand alone. */
VTC_NODISCARD vtc_status vtci_scanner_begin_document(struct vtci_scanner *scanner);

/* Brackets, commas and colons. */
VTC_NODISCARD vtc_status vtci_scanner_open_array(struct vtci_scanner *scanner);
VTC_NODISCARD vtc_status vtci_scanner_close(struct vtci_scanner *scanner, uint8_t c);
VTC_NODISCARD vtc_status vtci_scanner_punctuation(struct vtci_scanner *scanner, uint8_t c);

/* At the opening quote. A string that ends in the window is stepped over; of a longer one the rest
 * is skipped piece by piece, without a look at what it says. */
VTC_NODISCARD vtc_status vtci_scanner_string(struct vtci_scanner *scanner, struct vtc_error *err);
/* Goes on in a string that is longer than the window. */
VTC_NODISCARD vtc_status vtci_scanner_string_piece(struct vtci_scanner *scanner,
                                                   struct vtc_error *err);
VTC_NODISCARD vtc_status vtci_scanner_word(struct vtci_scanner *scanner, struct vtc_error *err);
/* Goes on in a word that was too long to be a value. */
VTC_NODISCARD vtc_status vtci_scanner_word_piece(struct vtci_scanner *scanner);

#endif
