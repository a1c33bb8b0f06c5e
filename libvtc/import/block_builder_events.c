/* What the zone map and the top list want to know of an event: its time, its span, its name. Begins
 * wait in open_spans.h for their ends; one that began in an earlier block is carried in this one. */
#include "base/error.h"
#include "column/event_time.h"
#include "column/raw_event.h"
#include "import/block_builder_internal.h"
#include "import/block_builder_top.h"

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
    int64_t duration_ns = vtci_time_difference(ns, span.start_ns);
    bool is_carried = span.tag != builder->block_number;
    struct vtci_label pair_name =
        vtci_pair_label(builder->schema, "name", &span.name, is_carried, name);
    zone_note_span(builder, ns, duration_ns);
    vtc_status status = vtci_name_sums_span(&builder->sums, &pair_name, duration_ns);
    if (status == VTC_OK && is_carried)
        status = carry(builder, &span);
    if (status == VTC_OK && vtci_top_spans_wants(&builder->top, duration_ns))
        status = vtci_builder_note_top_pair(builder, row, track, ns, &span, &pair_name);
    vtci_open_span_release(&builder->open, &span);
    return status;
}

vtc_status vtci_builder_note_event(struct vtci_block_builder *builder, const struct vtci_row *row,
                                   uint8_t phase, struct vtci_bytes raw)
{
    struct vtci_zone_map *zone = &builder->block.zone;
    uint32_t track;
    int64_t ns, duration_ns;
    zone->events++;
    zone->phases[phase]++;
    builder->events++;
    builder->recognised += phase != 0;
    VTC_TRY(vtci_builder_note_track(builder, row, &track));
    const struct vtci_entry *name_entry = vtci_row_role(row, VTCI_ROLE_NAME);
    struct vtci_label name = vtci_entry_label(name_entry);
    if (name_entry || !row->shape)
        vtci_bloom_add(zone->bloom, name.id);
    if (phase == 'M')
        VTC_TRY(vtci_builder_note_track_label(builder, row, track, raw));
    else if (phase != 'E')
        VTC_TRY(vtci_name_sums_event(&builder->sums, &name));
    if (!entry_time(vtci_row_role(row, VTCI_ROLE_TS), &ns))
        return VTC_OK;
    if (phase == 'M' && ns == 0) /* metadata stand outside of time */
        return VTC_OK;
    zone_note_time(builder, ns);
    if (phase == 'X' && entry_time(vtci_row_role(row, VTCI_ROLE_DUR), &duration_ns)) {
        zone_note_span(builder, vtci_time_sum(ns, duration_ns), duration_ns);
        VTC_TRY(vtci_name_sums_span(&builder->sums, &name, duration_ns));
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

vtc_status vtci_builder_note_raw_event(struct vtci_block_builder *builder, struct vtci_bytes text)
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
    return vtci_builder_note_event(builder, &row, raw.phase, text);
}
