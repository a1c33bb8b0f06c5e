#include "query/name_table.h"

#include <string.h>

#include "base/error.h"
#include "base/table_hash.h"

enum { SLOTS_FIRST = 256 };

vtc_status vtci_name_table_init(struct vtci_name_table *table, struct vtci_memory *memory)
{
    memset(table, 0, sizeof *table);
    table->memory = memory;
    vtci_string_map_init(&table->groups, memory);
    vtci_text_store_init(&table->texts, memory);
    VTC_TRY(VTCI_ARRAY_RESERVE(memory, table->names, table->capacity, 1));
    table->names[0] = (struct vtc_text){NULL, 0};
    table->count = 1;
    return VTC_OK;
}

void vtci_name_table_free(struct vtci_name_table *table)
{
    vtci_string_map_free(&table->groups);
    vtci_text_store_free(&table->texts);
    VTCI_ARRAY_FREE(table->memory, table->names, table->capacity);
    VTCI_ARRAY_FREE(table->memory, table->slots, table->slot_count);
    table->count = 0;
}

static size_t slot_of(const struct vtci_name_table *table, struct vtc_text text)
{
    size_t mask = table->slot_count - 1;
    size_t at = (size_t)vtci_table_hash_text(0, text.data, text.len_bytes) & mask;
    for (; table->slots[at]; at = (at + 1) & mask) {
        const struct vtc_text *name = &table->names[table->slots[at]];
        if (name->len_bytes == text.len_bytes &&
            (text.len_bytes == 0 || memcmp(name->data, text.data, text.len_bytes) == 0))
            break;
    }
    return at;
}

static vtc_status grow(struct vtci_name_table *table)
{
    size_t slot_count = table->slot_count ? 2 * table->slot_count : SLOTS_FIRST;
    uint32_t *slots = vtci_allocate_zeroed(table->memory, slot_count * sizeof *slots);
    if (!slots)
        return VTC_ERR_NO_MEMORY;
    VTCI_ARRAY_FREE(table->memory, table->slots, table->slot_count);
    table->slots = slots;
    table->slot_count = slot_count;
    for (size_t i = 1; i < table->count; i++)
        table->slots[slot_of(table, table->names[i])] = (uint32_t)i;
    return VTC_OK;
}

vtc_status vtci_name_table_add(struct vtci_name_table *table, struct vtc_text text,
                               uint32_t *out_group)
{
    if (!text.data) {
        *out_group = 0;
        return VTC_OK;
    }
    if (2 * table->count >= table->slot_count)
        VTC_TRY(grow(table));
    size_t slot = slot_of(table, text);
    if (table->slots[slot] == 0) {
        if (table->count >= UINT32_MAX - 1)
            return VTC_ERR_NO_MEMORY;
        VTC_TRY(VTCI_ARRAY_RESERVE(table->memory, table->names, table->capacity, table->count + 1));
        VTC_TRY(vtci_text_store_copy(&table->texts, text, &table->names[table->count]));
        table->slots[slot] = (uint32_t)table->count++;
    }
    *out_group = table->slots[slot];
    return VTC_OK;
}

vtc_status vtci_name_table_decode(struct vtci_name_table *table, struct vtc_text text,
                                  uint32_t *out_group)
{
    struct vtci_text_store decoded;
    if (text.len_bytes == 0 || !memchr(text.data, '\\', text.len_bytes))
        return vtci_name_table_add(table, text, out_group);
    vtci_text_store_init(&decoded, table->memory);
    vtc_status status = vtci_text_store_decode(&decoded, text, &text);
    if (status == VTC_OK)
        status = vtci_name_table_add(table, text, out_group);
    vtci_text_store_free(&decoded);
    return status;
}

vtc_status vtci_name_table_find(struct vtci_name_table *table, const vtc_block *block,
                                vtc_string string, uint32_t *out_group)
{
    struct vtc_text text = vtc_block_string(block, string);
    VTC_TRY(vtci_name_table_decode(table, text, out_group));
    if (!text.data || string >= VTC_STRING_LOCAL)
        return VTC_OK;
    uint32_t *place = vtci_string_map_place(&table->groups, string);
    if (!place)
        return VTC_ERR_NO_MEMORY;
    *place = *out_group + 1;
    return VTC_OK;
}
