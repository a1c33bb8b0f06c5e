/* Texts that last as long as an answer: copied once, freed together. */
#ifndef VTCI_QUERY_TEXT_STORE_H
#define VTCI_QUERY_TEXT_STORE_H

#include "base/memory.h"
#include "vtc/reader.h"

struct vtci_text_chunk;

struct vtci_text_store {
    struct vtci_memory *memory;
    struct vtci_text_chunk *chunks; /* the newest first */
};

void vtci_text_store_init(struct vtci_text_store *store, struct vtci_memory *memory);
void vtci_text_store_free(struct vtci_text_store *store);
/* Room for so many bytes (at least one is given, so that empty texts have a place); NULL when memory
 * is short. */
char *vtci_text_store_take(struct vtci_text_store *store, size_t len_bytes);
/* Gives back the end of what was taken last. */
void vtci_text_store_shrink(struct vtci_text_store *store, size_t unused_bytes);
/* A copy; absent text stays absent. */
VTC_NODISCARD vtc_status vtci_text_store_copy(struct vtci_text_store *store, struct vtc_text text,
                                              struct vtc_text *out);
/* A copy with its JSON escapes decoded. */
VTC_NODISCARD vtc_status vtci_text_store_decode(struct vtci_text_store *store, struct vtc_text text,
                                                struct vtc_text *out);

#endif
