/* The name totals of an opened file. See wire/name_totals.h; taken at their word like the top list
 * (read/top_list.h). */
#ifndef VTCI_READ_NAME_TOTALS_H
#define VTCI_READ_NAME_TOTALS_H

#include "base/bytes.h"
#include "base/memory.h"
#include "wire/name_totals.h"

struct vtci_opened_totals {
    struct vtci_memory *memory;
    struct vtci_name_total *names;
    size_t count; /* 0: there are none */
    size_t room;
};

void vtci_opened_totals_init(struct vtci_opened_totals *totals, struct vtci_memory *memory);
void vtci_opened_totals_free(struct vtci_opened_totals *totals);
/* Decodes the totals of the INDEX at `offset`. Decoding errors; NO_MEMORY. */
VTC_NODISCARD vtc_status vtci_opened_totals_load(struct vtci_opened_totals *totals,
                                                 struct vtci_bytes bytes, uint64_t offset,
                                                 struct vtc_error *err);

#endif
