/* The values of a row, each to its column: strings and tokens by their ids where the dictionary has
 * them, else as plain text. */
#include "base/error.h"
#include "import/block_builder_internal.h"
#include "import/string_predict.h"
#include "import/values_push.h"

vtc_status vtci_builder_resolve_tokens(struct vtci_block_builder *builder,
                                       struct vtci_entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct vtci_entry *entry = &entries[i];
        if (entry->type != VTCI_NUMBER || entry->scale != VTCI_SCALE_TOKEN)
            continue;
        VTC_TRY(vtci_intern(&builder->interner, entry->column, entry->text, entry->len_bytes,
                            &entry->id));
        entry->value = entry->id;
        if (!entry->id)
            VTC_TRY(vtci_values_push_plain(builder->memory,
                                           &builder->block.data.columns[entry->column], entry->text,
                                           entry->len_bytes));
    }
    return VTC_OK;
}

/* A column with more than a few strings gets a table of followers. */
static vtc_status predictor_grow(struct vtci_block_builder *builder, uint32_t column)
{
    struct vtci_predictor *predictor = &builder->parser->predictors[column];
    if (predictor->followers || builder->schema->columns[column].string_count < VTCI_FOLLOWERS_FROM)
        return VTC_OK;
    predictor->followers = vtci_allocate_zeroed(builder->memory, VTCI_FOLLOWERS * sizeof(uint32_t));
    return predictor->followers ? VTC_OK : VTC_ERR_NO_MEMORY;
}

static inline vtc_status resolve_string(struct vtci_block_builder *builder,
                                        struct vtci_entry *entry)
{
    if (entry->id) {
        vtci_interner_note(&builder->interner, entry->column);
    } else {
        VTC_TRY(vtci_intern(&builder->interner, entry->column, entry->text, entry->len_bytes,
                            &entry->id));
        VTC_TRY(predictor_grow(builder, entry->column));
    }
    vtci_predictor_learn(&builder->parser->predictors[entry->column], entry->place, entry->id);
    return VTC_OK;
}

static vtc_status push_entry(struct vtci_block_builder *builder, struct vtci_values *values,
                             struct vtci_entry *entry)
{
    struct vtci_memory *memory = builder->memory;
    switch (entry->type) {
    case VTCI_RAW:
        VTC_TRY(vtci_intern(&builder->interner, entry->column, entry->text, entry->len_bytes,
                            &entry->id));
        return vtci_values_push_string(memory, values, entry->id, entry->text, entry->len_bytes);
    case VTCI_TAG:
        for (uint32_t k = 0; k < entry->len_bytes; k++)
            VTC_TRY(vtci_values_push(memory, values, entry->value));
        return VTC_OK;
    default: return vtci_values_push(memory, values, entry->value);
    }
}

vtc_status vtci_builder_push_entries(struct vtci_block_builder *builder, struct vtci_entry *entries,
                                     size_t count)
{
    struct vtci_memory *memory = builder->memory;
    struct vtci_values *columns = builder->block.data.columns;
    for (struct vtci_entry *entry = entries; entry < entries + count; entry++) {
        struct vtci_values *values = &columns[entry->column];
        if (entry->type == VTCI_NUMBER) {
            VTC_TRY(vtci_values_push_number(memory, values, entry->value, entry->scale));
        } else if (entry->type == VTCI_STRING) {
            VTC_TRY(resolve_string(builder, entry));
            VTC_TRY(
                vtci_values_push_string(memory, values, entry->id, entry->text, entry->len_bytes));
        } else if (entry->type == VTCI_NODE) {
            VTC_TRY(vtci_values_push(memory, values, entry->value));
        } else {
            VTC_TRY(push_entry(builder, values, entry));
        }
    }
    builder->value_count += count;
    return VTC_OK;
}

vtc_status vtci_builder_push_raw(struct vtci_block_builder *builder, struct vtci_bytes text)
{
    struct vtci_values *columns = builder->block.data.columns;
    uint32_t id;
    VTC_TRY(vtci_intern(&builder->interner, VTCI_COLUMN_ROOT_RAW, text.data, text.len_bytes, &id));
    VTC_TRY(vtci_values_push(builder->memory, &columns[VTCI_COLUMN_ROOT], 0));
    VTC_TRY(vtci_values_push_string(builder->memory, &columns[VTCI_COLUMN_ROOT_RAW], id, text.data,
                                    text.len_bytes));
    builder->raw_events++;
    return VTC_OK;
}
