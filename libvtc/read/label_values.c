#include "read/label_values.h"

#include "base/error.h"

static vtc_status values_of(vtc_block *block, uint32_t column, struct vtc_values *out,
                            struct vtc_error *err)
{
    memset(out, 0, sizeof *out);
    return column == VTCI_NONE ? VTC_OK : vtc_block_values(block, column, out, err);
}

vtc_status vtci_label_values_find(vtc_block *block, struct vtci_label_values *out,
                                  struct vtc_error *err)
{
    const struct vtci_schema *schema = &block->definitions->schema;
    out->block = block;
    VTC_TRY(values_of(block, vtci_label_column(schema), &out->names, err));
    VTC_TRY(values_of(block, vtci_label_raw_column(schema), &out->args, err));
    return values_of(block, VTCI_COLUMN_ROOT_RAW, &out->rows, err);
}

/* The last value of a row. */
static struct vtci_bytes value_in(const struct vtci_label_values *labels,
                                  const struct vtc_values *values, uint32_t row)
{
    size_t least = 0, end = values->count; /* the first value of a later row lies in between */
    while (least < end) {
        size_t middle = least + (end - least) / 2;
        if (values->row[middle] <= row)
            least = middle + 1;
        else
            end = middle;
    }
    if (least == 0 || values->row[least - 1] != row)
        return (struct vtci_bytes){NULL, 0};
    struct vtc_text text = vtc_block_string(labels->block, values->string[least - 1]);
    return (struct vtci_bytes){(const uint8_t *)text.data, text.len_bytes};
}

struct vtc_text vtci_label_values_text(const struct vtci_label_values *labels, uint32_t row)
{
    struct vtci_bytes label = value_in(labels, &labels->names, row);
    if (!label.data)
        label = vtci_label_in_args(value_in(labels, &labels->args, row));
    if (!label.data)
        label = vtci_label_in_row(value_in(labels, &labels->rows, row));
    return (struct vtc_text){(const char *)label.data, label.len_bytes};
}
