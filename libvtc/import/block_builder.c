#include "import/block_builder.h"

#include <stdlib.h>

#include "base/checksum.h"
#include "base/error.h"
#include "base/limits.h"
#include "column/event_time.h"
#include "column/raw_event.h"
#include "import/block_builder_top.h"
#include "import/string_predict.h"

void vtci_built_block_init(struct vtci_built_block *block, struct vtci_memory *memory)
{
    memset(block, 0, sizeof *block);
    block->data.memory = memory;
    vtci_buffer_init(&block->carried_text, memory);
}

void vtci_built_block_free(struct vtci_built_block *block)
{
    struct vtci_memory *memory = block->data.memory;
    for (size_t i = 0; i < block->data.column_capacity; i++) {
        struct vtci_values *values = &block->data.columns[i];
        VTCI_ARRAY_FREE(memory, values->values, values->capacity);
        VTCI_ARRAY_FREE(memory, values->scales, values->scales_capacity);
        VTCI_ARRAY_FREE(memory, values->plain, values->plain_capacity);
        VTCI_ARRAY_FREE(memory, values->plain_ends, values->plain_ends_capacity);
    }
    VTCI_ARRAY_FREE(memory, block->data.columns, block->data.column_capacity);
    VTCI_ARRAY_FREE(memory, block->tracks, block->track_capacity);
    VTCI_ARRAY_FREE(memory, block->carried, block->carried_capacity);
    vtci_buffer_free(&block->carried_text);
    vtci_built_block_init(block, memory);
}

static void built_block_clear(struct vtci_built_block *block)
{
    for (size_t i = 0; i < block->data.column_count; i++) {
        struct vtci_values *values = &block->data.columns[i];
        values->count = values->plain_bytes = values->plain_count = 0;
    }
    block->data.rows = block->data.column_count = 0;
    memset(&block->zone, 0, sizeof block->zone);
    block->carried_count = 0;
    block->carried_text.len_bytes = 0;
}

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

/* Makes room for one more value; the scales of a NUMBER column grow along. */
static vtc_status values_grow(struct vtci_memory *memory, struct vtci_values *values)
{
    VTC_TRY(VTCI_ARRAY_RESERVE(memory, values->scales, values->scales_capacity, values->count + 1));
    return VTCI_ARRAY_RESERVE(memory, values->values, values->capacity, values->count + 1);
}

static inline vtc_status push_value(struct vtci_memory *memory, struct vtci_values *values,
                                    int64_t value)
{
    VTC_TRY(VTCI_ARRAY_RESERVE(memory, values->values, values->capacity, values->count + 1));
    values->values[values->count++] = value;
    return VTC_OK;
}

static inline vtc_status push_number(struct vtci_memory *memory, struct vtci_values *values,
                                     int64_t value, uint8_t scale)
{
    if (values->count >= values->scales_capacity)
        VTC_TRY(values_grow(memory, values));
    values->scales[values->count] = scale;
    values->values[values->count++] = value;
    return VTC_OK;
}

/* The text alone; its value, 0, is the caller's. */
static vtc_status push_plain(struct vtci_memory *memory, struct vtci_values *values,
                             const uint8_t *text, size_t len_bytes)
{
    VTC_TRY(VTCI_ARRAY_RESERVE(memory, values->plain, values->plain_capacity,
                               values->plain_bytes + len_bytes));
    VTC_TRY(VTCI_ARRAY_RESERVE(memory, values->plain_ends, values->plain_ends_capacity,
                               values->plain_count + 1));
    if (len_bytes)
        memcpy(values->plain + values->plain_bytes, text, len_bytes);
    values->plain_bytes += len_bytes;
    values->plain_ends[values->plain_count++] = values->plain_bytes;
    return VTC_OK;
}

static inline vtc_status push_string(struct vtci_memory *memory, struct vtci_values *values,
                                     uint32_t id, const uint8_t *text, size_t len_bytes)
{
    if (!id)
        VTC_TRY(push_plain(memory, values, text, len_bytes));
    return push_value(memory, values, id);
}

/* --- tracks ---------------------------------------------------------------------------------- */

/* The JSON text of a pid or tid: a string with its quotes, which stand around it in the window. An
 * object or a list counts as absent. */
static struct vtci_bytes json_text(const struct vtci_entry *entry)
{
    if (!entry || (entry->type != VTCI_NUMBER && entry->type != VTCI_STRING))
        return (struct vtci_bytes){NULL, 0};
    bool quotes = entry->type == VTCI_STRING || entry->quoted;
    return (struct vtci_bytes){entry->text - quotes, entry->len_bytes + 2u * quotes};
}

static vtc_status track_slots_grow(struct vtci_block_builder *builder)
{
    size_t wanted = builder->track_slot_count * 2;
    struct vtci_track_slot *slots = vtci_allocate_zeroed(builder->memory, wanted * sizeof *slots);
    if (!slots)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < builder->track_slot_count; i++) {
        const struct vtci_track_slot *slot = &builder->track_slots[i];
        if (slot->track == 0)
            continue;
        size_t at = (size_t)slot->hash & (wanted - 1);
        while (slots[at].track)
            at = (at + 1) & (wanted - 1);
        slots[at] = *slot;
    }
    VTCI_ARRAY_FREE(builder->memory, builder->track_slots, builder->track_slot_count);
    builder->track_slots = slots;
    builder->track_slot_count = wanted;
    return VTC_OK;
}

static bool track_is(const struct vtci_track *track, struct vtci_bytes pid, struct vtci_bytes tid)
{
    return vtci_bytes_equal(track->pid, pid) && vtci_bytes_equal(track->tid, tid);
}

/* The id of a track, by the text of its pid and tid. */
static vtc_status track_find(struct vtci_block_builder *builder, struct vtci_bytes pid,
                             struct vtci_bytes tid, uint32_t *out_track)
{
    struct vtci_schema *schema = builder->schema;
    if (builder->last_track != VTCI_NONE &&
        track_is(&schema->tracks[builder->last_track], pid, tid)) {
        *out_track = builder->last_track;
        return VTC_OK;
    }
    uint64_t hash = (pid.len_bytes ? vtci_checksum(pid.data, pid.len_bytes) : 1) * 31 +
                    (tid.len_bytes ? vtci_checksum(tid.data, tid.len_bytes) : 2);
    size_t mask = builder->track_slot_count - 1;
    size_t at = (size_t)hash & mask;
    for (; builder->track_slots[at].track; at = (at + 1) & mask) {
        uint32_t track = builder->track_slots[at].track - 1;
        if (builder->track_slots[at].hash == hash && track_is(&schema->tracks[track], pid, tid)) {
            *out_track = builder->last_track = track;
            return VTC_OK;
        }
    }
    VTC_TRY(vtci_schema_add_track(schema, pid, tid, out_track, NULL));
    builder->track_slots[at] = (struct vtci_track_slot){hash, *out_track + 1};
    builder->last_track = *out_track;
    return schema->track_count * 2 > builder->track_slot_count ? track_slots_grow(builder) : VTC_OK;
}

static vtc_status zone_note_track(struct vtci_block_builder *builder, uint32_t track)
{
    size_t before = builder->track_blocks_capacity;
    VTC_TRY(VTCI_ARRAY_RESERVE(builder->memory, builder->track_blocks,
                               builder->track_blocks_capacity, (size_t)track + 1));
    if (builder->track_blocks_capacity > before)
        memset(builder->track_blocks + before, 0,
               (builder->track_blocks_capacity - before) * sizeof *builder->track_blocks);
    uint32_t number = (uint32_t)builder->block_number + 1;
    if (builder->track_blocks[track] == number)
        return VTC_OK;
    builder->track_blocks[track] = number;
    struct vtci_built_block *block = &builder->block;
    VTC_TRY(VTCI_ARRAY_RESERVE(builder->memory, block->tracks, block->track_capacity,
                               block->zone.track_count + 1));
    block->tracks[block->zone.track_count++] = track;
    return VTC_OK;
}

/* --- times and spans ------------------------------------------------------------------------- */

static bool entry_time(const struct vtci_entry *entry, int64_t *out_ns)
{
    if (!entry)
        return false;
    if (entry->type == VTCI_NUMBER && entry->scale != VTCI_SCALE_TOKEN) {
        *out_ns = vtci_time_ns(entry->value, entry->scale);
        return true;
    }
    return (entry->type == VTCI_NUMBER || entry->type == VTCI_STRING) &&
           vtci_time_ns_from_text(entry->text, entry->len_bytes, out_ns);
}

static void zone_note_span(struct vtci_block_builder *builder, int64_t end_ns, int64_t duration_ns)
{
    struct vtci_zone_map *zone = &builder->block.zone;
    zone->spans++;
    if (end_ns > builder->last_time_ns)
        builder->last_time_ns = end_ns;
    if (duration_ns > 0 && (uint64_t)duration_ns > zone->longest_ns)
        zone->longest_ns = (uint64_t)duration_ns;
}

static void zone_note_time(struct vtci_block_builder *builder, int64_t ns)
{
    struct vtci_zone_map *zone = &builder->block.zone;
    if (!zone->has_times) {
        zone->has_times = true;
        zone->first_ns = builder->last_time_ns = ns;
    }
    if (ns < zone->first_ns)
        zone->first_ns = ns;
    if (ns > builder->last_time_ns)
        builder->last_time_ns = ns;
}

/* Notes the begin of a span that ends here and began in an earlier block. Texts are kept as offsets
 * until the block is taken. */
static vtc_status carry(struct vtci_block_builder *builder, const struct vtci_open_span *span)
{
    struct vtci_built_block *block = &builder->block;
    VTC_TRY(VTCI_ARRAY_RESERVE(builder->memory, block->carried, block->carried_capacity,
                               block->carried_count + 1));
    struct vtci_bytes name = vtci_label_text(builder->schema, "name", &span->name);
    struct vtci_bytes category = vtci_label_text(builder->schema, "cat", &span->category);
    VTC_TRY(vtci_buffer_append(&block->carried_text, name.data, name.len_bytes));
    VTC_TRY(vtci_buffer_append(&block->carried_text, category.data, category.len_bytes));
    struct vtci_carried *carried = &block->carried[block->carried_count++];
    carried->row = (uint32_t)block->data.rows;
    carried->start_ns = span->start_ns;
    carried->name = (struct vtci_bytes){NULL, name.len_bytes};
    carried->category = (struct vtci_bytes){NULL, category.len_bytes};
    return VTC_OK;
}

static vtc_status note_end(struct vtci_block_builder *builder, const struct vtci_row *row,
                           uint32_t track, int64_t ns, const struct vtci_label *name)
{
    struct vtci_open_span span;
    if (!vtci_open_spans_end(&builder->open, track, name, &span))
        return VTC_OK;
    vtc_status status = VTC_OK;
    zone_note_span(builder, ns, vtci_time_difference(ns, span.start_ns));
    if (span.tag != builder->block_number)
        status = carry(builder, &span);
    if (status == VTC_OK &&
        vtci_top_spans_wants(&builder->top, vtci_time_difference(ns, span.start_ns)))
        status = vtci_builder_note_top_pair(builder, row, track, ns, &span);
    vtci_open_span_release(&builder->open, &span);
    return status;
}

/* What the zone map and the top list want to know of an event. `raw` is its text if that is all there
 * is, else absent. */
static vtc_status note_event(struct vtci_block_builder *builder, const struct vtci_row *row,
                             uint8_t phase, struct vtci_bytes raw)
{
    struct vtci_zone_map *zone = &builder->block.zone;
    uint32_t track;
    int64_t ns, duration_ns;
    zone->events++;
    zone->phases[phase]++;
    builder->events++;
    builder->recognised += phase != 0;
    VTC_TRY(track_find(builder, json_text(vtci_row_role(row, VTCI_ROLE_PID)),
                       json_text(vtci_row_role(row, VTCI_ROLE_TID)), &track));
    VTC_TRY(zone_note_track(builder, track));
    const struct vtci_entry *name_entry = vtci_row_role(row, VTCI_ROLE_NAME);
    struct vtci_label name = vtci_entry_label(name_entry);
    if (name_entry || !row->shape)
        vtci_bloom_add(zone->bloom, name.id);
    if (phase == 'M')
        VTC_TRY(vtci_builder_note_track_label(builder, row, track, raw));
    if (!entry_time(vtci_row_role(row, VTCI_ROLE_TS), &ns))
        return VTC_OK;
    if (phase == 'M' && ns == 0) /* metadata stand outside of time */
        return VTC_OK;
    zone_note_time(builder, ns);
    if (phase == 'X' && entry_time(vtci_row_role(row, VTCI_ROLE_DUR), &duration_ns)) {
        zone_note_span(builder, vtci_time_sum(ns, duration_ns), duration_ns);
        if (vtci_top_spans_wants(&builder->top, duration_ns))
            VTC_TRY(vtci_builder_note_top_span(builder, row, track, ns, duration_ns));
    } else if (phase == 'B') {
        struct vtci_label category = vtci_entry_label(vtci_row_role(row, VTCI_ROLE_CAT));
        VTC_TRY(vtci_open_spans_begin(&builder->open, track, ns, builder->block_number, &name,
                                      &category));
    } else if (phase == 'E') {
        VTC_TRY(note_end(builder, row, track, ns, &name));
    }
    return VTC_OK;
}

/* The same of a row that is kept as text. */
static vtc_status note_raw_event(struct vtci_block_builder *builder, struct vtci_bytes text)
{
    static const uint8_t field_of[VTCI_ROLES] = {
        [VTCI_ROLE_TS] = VTCI_EVENT_TS,     [VTCI_ROLE_DUR] = VTCI_EVENT_DUR,
        [VTCI_ROLE_PID] = VTCI_EVENT_PID,   [VTCI_ROLE_TID] = VTCI_EVENT_TID,
        [VTCI_ROLE_NAME] = VTCI_EVENT_NAME, [VTCI_ROLE_CAT] = VTCI_EVENT_CAT};
    struct vtci_raw_event raw;
    struct vtci_entry entries[VTCI_ROLES];
    uint32_t role_entries[VTCI_ROLES];
    vtci_raw_event_read(text, &raw);
    memset(entries, 0, sizeof entries);
    memset(role_entries, 0, sizeof role_entries);
    for (uint32_t role = VTCI_ROLE_TS; role < VTCI_ROLES; role++) {
        const struct vtci_raw_value *value = &raw.fields[field_of[role]];
        entries[role].text = value->text.data;
        entries[role].len_bytes = (uint32_t)value->text.len_bytes;
        entries[role].type = value->type;
        entries[role].scale = VTCI_SCALE_TOKEN;
        role_entries[role] = value->type ? role + 1 : 0;
    }
    struct vtci_row row = {.entries = entries, .role_entries = role_entries};
    return note_event(builder, &row, raw.phase, text);
}

/* --- rows ------------------------------------------------------------------------------------ */

/* Gives tokens their ids, or their texts to the plain strings of their columns. */
static vtc_status resolve_tokens(struct vtci_block_builder *builder, struct vtci_entry *entries,
                                 size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct vtci_entry *entry = &entries[i];
        if (entry->type != VTCI_NUMBER || entry->scale != VTCI_SCALE_TOKEN)
            continue;
        VTC_TRY(vtci_intern(&builder->interner, entry->column, entry->text, entry->len_bytes,
                            &entry->id));
        entry->value = entry->id;
        if (!entry->id)
            VTC_TRY(push_plain(builder->memory, &builder->block.data.columns[entry->column],
                               entry->text, entry->len_bytes));
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
        return push_string(memory, values, entry->id, entry->text, entry->len_bytes);
    case VTCI_TAG:
        for (uint32_t k = 0; k < entry->len_bytes; k++)
            VTC_TRY(push_value(memory, values, entry->value));
        return VTC_OK;
    default: return push_value(memory, values, entry->value);
    }
}

static vtc_status push_entries(struct vtci_block_builder *builder, struct vtci_entry *entries,
                               size_t count)
{
    struct vtci_memory *memory = builder->memory;
    struct vtci_values *columns = builder->block.data.columns;
    for (struct vtci_entry *entry = entries; entry < entries + count; entry++) {
        struct vtci_values *values = &columns[entry->column];
        if (entry->type == VTCI_NUMBER) {
            VTC_TRY(push_number(memory, values, entry->value, entry->scale));
        } else if (entry->type == VTCI_STRING) {
            VTC_TRY(resolve_string(builder, entry));
            VTC_TRY(push_string(memory, values, entry->id, entry->text, entry->len_bytes));
        } else if (entry->type == VTCI_NODE) {
            VTC_TRY(push_value(memory, values, entry->value));
        } else {
            VTC_TRY(push_entry(builder, values, entry));
        }
    }
    builder->value_count += count;
    return VTC_OK;
}

/* A row without a shape: its whole text is one value. */
static vtc_status push_raw_row(struct vtci_block_builder *builder, struct vtci_bytes text)
{
    struct vtci_values *columns = builder->block.data.columns;
    uint32_t id;
    VTC_TRY(vtci_intern(&builder->interner, VTCI_COLUMN_ROOT_RAW, text.data, text.len_bytes, &id));
    VTC_TRY(push_value(builder->memory, &columns[VTCI_COLUMN_ROOT], 0));
    VTC_TRY(push_string(builder->memory, &columns[VTCI_COLUMN_ROOT_RAW], id, text.data,
                        text.len_bytes));
    builder->raw_events++;
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
        VTC_TRY(resolve_tokens(builder, entries, row->entry_count));
    if (row->shape)
        VTC_TRY(push_entries(builder, entries, row->entry_count));
    else
        VTC_TRY(push_raw_row(builder, text));
    if (!row->shape)
        VTC_TRY(note_raw_event(builder, text));
    else if (row->shape->is_event)
        VTC_TRY(note_event(builder, row, row->shape->phase, (struct vtci_bytes){NULL, 0}));
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
    VTC_TRY(push_string(builder->memory, values, id, text.data, text.len_bytes));
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
    built_block_clear(built);
    builder->block_number++;
    builder->value_count = 0;
}

void vtci_block_builder_reuse(struct vtci_block_builder *builder, struct vtci_built_block *block)
{
    struct vtci_built_block unused = builder->block;
    builder->block = *block;
    *block = unused;
    built_block_clear(&builder->block);
}
