/* The top list of an opened file: decoded, and compared with the zone maps. See wire/top_list.h.
 *
 * It is taken at its word as zone maps are: what contradicts them, or itself, is found when the file
 * is opened (the INDEX is then not used: SPEC IDX-1), and that it is what the blocks say is checked
 * by `verify` alone.
 */
#ifndef VTCI_READ_TOP_LIST_H
#define VTCI_READ_TOP_LIST_H

#include "base/memory.h"
#include "column/schema.h"
#include "wire/top_list.h"

struct vtci_opened_top {
    struct vtci_memory *memory;
    struct vtci_top_list list; /* span_count 0: there is none */
    uint8_t *bytes;            /* owned; texts borrow from them */
    size_t len_bytes;
    size_t room; /* of both arrays */
};

void vtci_opened_top_init(struct vtci_opened_top *top, struct vtci_memory *memory);
void vtci_opened_top_free(struct vtci_opened_top *top);
/* Copies and decodes the list of the INDEX at `offset`. Decoding errors; NO_MEMORY. */
VTC_NODISCARD vtc_status vtci_opened_top_load(struct vtci_opened_top *top, struct vtci_bytes bytes,
                                              uint64_t offset, struct vtc_error *err);

/* The name (`key` "name") or category ("cat") of a span, false where its id is not defined.
 * *out_text has no data where the span has no such text, and "" where that is empty. */
VTC_NODISCARD bool vtci_top_text_find(const struct vtci_schema *schema, const char *key,
                                      const struct vtci_top_text *text,
                                      struct vtci_bytes *out_text);

struct vtc_reader;

/* The list, if it can be used; NULL. */
const struct vtci_top_list *vtci_reader_top_list(const struct vtc_reader *reader);

#endif
