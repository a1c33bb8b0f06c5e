/* Texts by number: what rows are grouped by. Two strings of the trace are of one group when they say
 * the same, whether they are in a dictionary, in a block alone, or spelled with other JSON escapes.
 *
 * Group 0 is that of no text at all, the others follow in the order in which they came.
 */
#ifndef VTCI_QUERY_NAME_TABLE_H
#define VTCI_QUERY_NAME_TABLE_H

#include "query/string_map.h"
#include "query/text_store.h"
#include "vtc/block.h"

struct vtci_name_table {
    struct vtci_memory *memory;
    struct vtci_string_map groups; /* dictionary string to group + 1 */
    struct vtci_text_store texts;
    struct vtc_text *names; /* by group, decoded; [0] is absent */
    size_t count, capacity;
    uint32_t *slots; /* by hash of the text: group; 0: free */
    size_t slot_count;
};

VTC_NODISCARD vtc_status vtci_name_table_init(struct vtci_name_table *table,
                                              struct vtci_memory *memory);
void vtci_name_table_free(struct vtci_name_table *table);
/* The group of a text that is decoded already. NO_MEMORY. */
VTC_NODISCARD vtc_status vtci_name_table_add(struct vtci_name_table *table, struct vtc_text text,
                                             uint32_t *out_group);
/* The same of a text as it stands in the trace, between quotes. */
VTC_NODISCARD vtc_status vtci_name_table_decode(struct vtci_name_table *table, struct vtc_text text,
                                                uint32_t *out_group);
/* For vtci_name_table_group. */
VTC_NODISCARD vtc_status vtci_name_table_find(struct vtci_name_table *table, const vtc_block *block,
                                              vtc_string string, uint32_t *out_group);

/* The group of a string of a block. NO_MEMORY. */
VTC_NODISCARD static inline vtc_status vtci_name_table_group(struct vtci_name_table *table,
                                                             const vtc_block *block,
                                                             vtc_string string, uint32_t *out_group)
{
    size_t column = (size_t)(string >> 32), id = (size_t)(uint32_t)string;
    if (column < table->groups.column_capacity && id < table->groups.columns[column].capacity &&
        table->groups.columns[column].values[id] != 0) {
        *out_group = table->groups.columns[column].values[id] - 1;
        return VTC_OK;
    }
    return vtci_name_table_find(table, block, string, out_group);
}

#endif
