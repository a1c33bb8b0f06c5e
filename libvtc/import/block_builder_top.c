#include "import/block_builder_top.h"

#include "base/error.h"
#include "column/event_time.h"

vtc_status vtci_builder_note_top_span(struct vtci_block_builder *builder,
                                      const struct vtci_row *row, uint32_t track, int64_t start_ns,
                                      int64_t duration_ns)
{
    struct vtci_label name = vtci_entry_label(vtci_row_role(row, VTCI_ROLE_NAME));
    struct vtci_label category = vtci_entry_label(vtci_row_role(row, VTCI_ROLE_CAT));
    struct vtci_top_span span = {
        .duration_ns = duration_ns,
        .start_ns = start_ns,
        .block = builder->block_number,
        .row = (uint32_t)builder->block.data.rows,
        .track = track,
        .phase = 'X',
    };
    return vtci_top_spans_add(&builder->top, &span, &name, &category);
}

vtc_status vtci_builder_note_top_pair(struct vtci_block_builder *builder,
                                      const struct vtci_row *row, uint32_t track, int64_t end_ns,
                                      const struct vtci_open_span *begin,
                                      const struct vtci_label *name)
{
    bool is_carried = begin->tag != builder->block_number;
    struct vtci_label end_category = vtci_entry_label(vtci_row_role(row, VTCI_ROLE_CAT));
    struct vtci_label category =
        vtci_pair_label(builder->schema, "cat", &begin->category, is_carried, &end_category);
    struct vtci_top_span span = {
        .duration_ns = vtci_time_difference(end_ns, begin->start_ns),
        .start_ns = begin->start_ns,
        .block = builder->block_number,
        .row = (uint32_t)builder->block.data.rows,
        .track = track,
        .phase = 'E',
    };
    return vtci_top_spans_add(&builder->top, &span, name, &category);
}

/* The last value of a column in a row; absent if there is none. */
static struct vtci_bytes value_in(const struct vtci_row *row, uint32_t column)
{
    for (size_t i = column == VTCI_NONE ? 0 : row->entry_count; i-- > 0;)
        if (row->entries[i].column == column)
            return (struct vtci_bytes){row->entries[i].text, row->entries[i].len_bytes};
    return (struct vtci_bytes){NULL, 0};
}

vtc_status vtci_builder_note_track_label(struct vtci_block_builder *builder,
                                         const struct vtci_row *row, uint32_t track,
                                         struct vtci_bytes raw)
{
    const struct vtci_schema *schema = builder->schema;
    struct vtci_label name = vtci_entry_label(vtci_row_role(row, VTCI_ROLE_NAME));
    enum vtci_label_kind kind = name.absent ? VTCI_LABEL_NONE : vtci_label_kind_of(name.text);
    if (kind == VTCI_LABEL_NONE)
        return VTC_OK;
    struct vtci_bytes label = vtci_label_in_row(raw);
    if (!raw.data)
        label = value_in(row, vtci_label_column(schema));
    if (!raw.data && !label.data)
        label = vtci_label_in_args(value_in(row, vtci_label_raw_column(schema)));
    return label.data ? vtci_track_labels_put(&builder->labels, track, kind, label) : VTC_OK;
}
