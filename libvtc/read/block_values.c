/* Any column of a block, for those who know which. */
#include "base/error.h"
#include "read/block_internal.h"

/* The strings of a column by number: dictionary ids and plain ones in order. */
static vtc_status make_strings(vtc_block *block, const struct vtci_values *values,
                               const vtc_string **out_strings)
{
    vtc_string plain;
    VTC_TRY(vtci_block_plain_strings(block, values, &plain));
    vtc_string *strings = vtci_arena_array(&block->arena, values->count, sizeof *strings);
    if (!strings)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < values->count; i++) {
        uint64_t id = (uint64_t)values->values[i];
        bool is_string = !values->scales || values->scales[i] == VTCI_SCALE_TOKEN;
        strings[i] = !is_string ? VTC_NO_STRING
                     : id       ? vtci_dictionary_string(values->column, id)
                                : plain++;
    }
    *out_strings = strings;
    return VTC_OK;
}

vtc_status vtc_block_values(vtc_block *block, uint32_t column, struct vtc_values *out_values,
                            struct vtc_error *err)
{
    const struct vtci_schema *schema = &block->definitions->schema;
    struct vtc_values found;
    const struct vtci_values *values;
    memset(&found, 0, sizeof found);
    if (column >= schema->column_count)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "expected a column below %zu, found %u", schema->column_count,
                              column);
    vtc_status status = vtci_block_decoder_column(block->decoder, column, &values, err);
    if (status == VTC_OK && values->count) {
        uint8_t type = schema->columns[column].type;
        bool has_strings = type == VTCI_NUMBER || type == VTCI_STRING || type == VTCI_RAW ||
                           type == VTCI_SEPARATOR;
        found.count = values->count;
        if (type != VTCI_STRING && type != VTCI_RAW && type != VTCI_SEPARATOR)
            found.number = values->values;
        if (type == VTCI_NUMBER)
            found.scale = values->scales;
        status = vtci_block_decoder_rows(block->decoder, column, &found.row, err);
        if (status == VTC_OK && has_strings)
            status = make_strings(block, values, &found.string);
    }
    if (status != VTC_OK)
        return vtci_block_fail(block, status, err);
    *out_values = found;
    return VTC_OK;
}
