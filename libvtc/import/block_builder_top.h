/* What block_builder.c notes for the top list of the INDEX, apart from it: these are rare, and as
 * calls they keep the loop over rows short. */
#ifndef VTCI_IMPORT_BLOCK_BUILDER_TOP_H
#define VTCI_IMPORT_BLOCK_BUILDER_TOP_H

#include "import/block_builder.h"

static inline struct vtci_label vtci_entry_label(const struct vtci_entry *entry)
{
    struct vtci_label label = {0, true, {NULL, 0}};
    if (entry && entry->type == VTCI_STRING) {
        label.absent = false;
        label.id = entry->id;
        label.text = (struct vtci_bytes){entry->text, entry->len_bytes};
    }
    return label;
}

/* An X that vtci_top_spans_wants. NO_MEMORY. */
VTC_NODISCARD vtc_status vtci_builder_note_top_span(struct vtci_block_builder *builder,
                                                    const struct vtci_row *row, uint32_t track,
                                                    int64_t start_ns, int64_t duration_ns);
/* The same of a pair of this name: `row` ends `begin`. NO_MEMORY. */
VTC_NODISCARD vtc_status vtci_builder_note_top_pair(struct vtci_block_builder *builder,
                                                    const struct vtci_row *row, uint32_t track,
                                                    int64_t end_ns,
                                                    const struct vtci_open_span *begin,
                                                    const struct vtci_label *name);
/* A metadata event: perhaps the name of a process or thread. `raw` is the text of a row that has
 * nothing else. NO_MEMORY. */
VTC_NODISCARD vtc_status vtci_builder_note_track_label(struct vtci_block_builder *builder,
                                                       const struct vtci_row *row, uint32_t track,
                                                       struct vtci_bytes raw);

#endif
