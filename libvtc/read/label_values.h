/* What metadata events say of a block's tracks: the text at args.name of an event, wherever it
 * stands: in its column, in the text of args, or in the text of the whole row.
 */
#ifndef VTCI_READ_LABEL_VALUES_H
#define VTCI_READ_LABEL_VALUES_H

#include "column/track_labels.h"
#include "read/block_internal.h"

struct vtci_label_values {
    const vtc_block *block;
    struct vtc_values names, args, rows;
};

VTC_NODISCARD vtc_status vtci_label_values_find(vtc_block *block, struct vtci_label_values *out,
                                                struct vtc_error *err);
/* Absent where the row has none. Borrowed from the block. */
struct vtc_text vtci_label_values_text(const struct vtci_label_values *labels, uint32_t row);

/* What a metadata event of this name gives. */
static inline enum vtci_label_kind vtci_event_label_kind(const vtc_block *block, vtc_string name)
{
    struct vtc_text text = vtc_block_string(block, name);
    return vtci_label_kind_of((struct vtci_bytes){(const uint8_t *)text.data, text.len_bytes});
}

#endif
