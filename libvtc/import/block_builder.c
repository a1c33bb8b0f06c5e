#include "import/block_builder.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "import/block_builder_internal.h"
#include "import/values_push.h"

vtc_status vtci_block_builder_init(struct vtci_block_builder *builder, struct vtci_memory *memory,
                                   struct vtci_schema *schema, struct vtci_row_parser *parser)
{
    memset(builder, 0, sizeof *builder);
    builder->memory = memory;
    builder->schema = schema;
    builder->parser = parser;
    builder->last_track = VTCI_NONE;
    vtci_built_block_init(&builder->block, memory);
    vtci_open_spans_init(&builder->open, memory, schema, VTCI_OPEN_SPANS);
    vtci_top_spans_init(&builder->top, memory, VTCI_TOP_SPANS);
    vtci_name_sums_init(&builder->sums, memory);
    vtci_track_labels_init(&builder->labels, memory, VTCI_TRACK_LABELS_BYTES);
    vtci_buffer_init(&builder->track_text, memory);
    vtci_buffer_init(&builder->last_track_text, memory);
    builder->track_slot_count = 256;
    builder->track_slots =
        vtci_allocate_zeroed(memory, builder->track_slot_count * sizeof *builder->track_slots);
    vtc_status status = vtci_interner_init(&builder->interner, memory, schema);
    return builder->track_slots ? status : VTC_ERR_NO_MEMORY;
}

void vtci_block_builder_free(struct vtci_block_builder *builder)
{
    vtci_interner_free(&builder->interner);
    vtci_built_block_free(&builder->block);
    vtci_open_spans_free(&builder->open);
    vtci_top_spans_free(&builder->top);
    vtci_name_sums_free(&builder->sums);
    vtci_track_labels_free(&builder->labels);
    vtci_buffer_free(&builder->track_text);
    vtci_buffer_free(&builder->last_track_text);
    VTCI_ARRAY_FREE(builder->memory, builder->track_slots, builder->track_slot_count);
    VTCI_ARRAY_FREE(builder->memory, builder->track_blocks, builder->track_blocks_capacity);
    builder->track_slots = NULL;
    builder->track_blocks = NULL;
}

/* Columns: makes sure that there is one for every column of the schema. */
static vtc_status columns_reserve(struct vtci_block_data *data, size_t count)
{
    size_t before = data->column_capacity;
    VTC_TRY(VTCI_ARRAY_RESERVE(data->memory, data->columns, data->column_capacity, count));
    if (data->column_capacity > before)
        memset(data->columns + before, 0, (data->column_capacity - before) * sizeof *data->columns);
    for (; data->column_count < count; data->column_count++)
        data->columns[data->column_count].column = (uint32_t)data->column_count;
    return VTC_OK;
}

vtc_status vtci_block_builder_add(struct vtci_block_builder *builder, const struct vtci_row *row,
                                  struct vtci_bytes text, uint64_t offset)
{
    struct vtci_built_block *block = &builder->block;
    VTC_TRY(columns_reserve(&block->data, builder->schema->column_count));
    if (block->data.rows == 0)
        block->zone.document_offset = offset;
    struct vtci_entry *entries = builder->parser->entries;
    if (row->shape && builder->parser->has_tokens)
        VTC_TRY(vtci_builder_resolve_tokens(builder, entries, row->entry_count));
    if (row->shape)
        VTC_TRY(vtci_builder_push_entries(builder, entries, row->entry_count));
    else
        VTC_TRY(vtci_builder_push_raw(builder, text));
    if (!row->shape)
        VTC_TRY(vtci_builder_note_raw_event(builder, text));
    else if (row->shape->is_event)
        VTC_TRY(
            vtci_builder_note_event(builder, row, row->shape->phase, (struct vtci_bytes){NULL, 0}));
    block->zone.document_bytes += text.len_bytes;
    block->data.rows++;
    builder->rows++;
    builder->separator_pending = true;
    return VTC_OK;
}

vtc_status vtci_block_builder_separator(struct vtci_block_builder *builder, struct vtci_bytes text)
{
    struct vtci_values *values = &builder->block.data.columns[VTCI_COLUMN_SEPARATOR];
    struct vtci_predictor *last = &builder->parser->predictors[VTCI_COLUMN_SEPARATOR];
    uint32_t id = 0;
    if (last->last_id) { /* nearly always the one before */
        struct vtci_bytes known =
            vtci_column_string(&builder->schema->columns[VTCI_COLUMN_SEPARATOR], last->last_id);
        if (vtci_bytes_equal(known, text))
            id = last->last_id;
    }
    if (!id)
        VTC_TRY(
            vtci_intern(&builder->interner, VTCI_COLUMN_SEPARATOR, text.data, text.len_bytes, &id));
    last->last_id = id;
    VTC_TRY(vtci_values_push_string(builder->memory, values, id, text.data, text.len_bytes));
    builder->block.zone.document_bytes += text.len_bytes;
    builder->separator_pending = false;
    return VTC_OK;
}

static int compare_tracks(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

void vtci_block_builder_take(struct vtci_block_builder *builder, struct vtci_built_block *block)
{
    struct vtci_built_block *built = &builder->block;
    struct vtci_zone_map *zone = &built->zone;
    zone->rows = (uint32_t)built->data.rows;
    if (zone->has_times)
        zone->range_ns = (uint64_t)builder->last_time_ns - (uint64_t)zone->first_ns;
    if (zone->track_count)
        qsort(built->tracks, zone->track_count, sizeof *built->tracks, compare_tracks);
    zone->tracks = built->tracks;
    const uint8_t *text = built->carried_text.data;
    for (size_t i = 0; i < built->carried_count; i++) {
        built->carried[i].name.data = text;
        text += built->carried[i].name.len_bytes;
        built->carried[i].category.data = text;
        text += built->carried[i].category.len_bytes;
    }
    struct vtci_built_block empty = *block;
    *block = *built;
    *built = empty;
    vtci_built_block_clear(built);
    builder->block_number++;
    builder->value_count = 0;
}

void vtci_block_builder_reuse(struct vtci_block_builder *builder, struct vtci_built_block *block)
{
    struct vtci_built_block unused = builder->block;
    builder->block = *block;
    *block = unused;
    vtci_built_block_clear(&builder->block);
}
