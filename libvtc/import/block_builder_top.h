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

/* The text of a label of an open span: by its id, as the window has moved on. */
static inline struct vtci_bytes vtci_label_text(const struct vtci_block_builder *builder,
                                                const char *key, const struct vtci_label *label)
{
    if (!label->id)
        return label->text;
    uint32_t column = vtci_schema_root_column(builder->schema, key, VTCI_STRING);
    return vtci_column_string(&builder->schema->columns[column], label->id);
}

/* An X that vtci_top_spans_wants. NO_MEMORY. */
VTC_NODISCARD vtc_status vtci_builder_note_top_span(struct vtci_block_builder *builder,
                                                    const struct vtci_row *row, uint32_t track,
                                                    int64_t start_ns, int64_t duration_ns);
/* The same of a pair: `row` ends `begin`. NO_MEMORY. */
VTC_NODISCARD vtc_status vtci_builder_note_top_pair(struct vtci_block_builder *builder,
                                                    const struct vtci_row *row, uint32_t track,
                                                    int64_t end_ns,
                                                    const struct vtci_open_span *begin);
/* A metadata event: perhaps the name of a process or thread. NO_MEMORY. */
VTC_NODISCARD vtc_status vtci_builder_note_track_label(struct vtci_block_builder *builder,
                                                       const struct vtci_row *row, uint32_t track);

#endif
