/* A block in full: every column is decoded and every row walked by rebuilding the text; then its
 * events and spans are compared with the zone map. SPEC: BLK-5, EVT-1, ZON-2, ZON-3, ZON-4.
 */
#include "base/error.h"
#include "column/event_time.h"
#include "read/verify_internal.h"

static vtc_status wrong_zone(uint64_t offset, struct vtc_error *err, const char *rule,
                             const char *what, uint64_t expected, uint64_t found)
{
    return vtci_error_set(err, VTC_ERR_CORRUPT, offset, rule,
                          "expected the zone map to say of %s: %llu, found %llu", what,
                          (unsigned long long)expected, (unsigned long long)found);
}

static vtc_status check_phases(const vtc_block *block, struct vtc_error *err)
{
    const struct vtc_events *events = &block->all;
    uint32_t phases[256] = {0};
    if (events->count != block->zone.events)
        return wrong_zone(block->file_offset, err, "ZON-4", "events", events->count,
                          block->zone.events);
    for (size_t i = 0; i < events->count; i++)
        phases[events->phase[i]]++;
    for (unsigned i = 0; i < 256; i++)
        if (phases[i] != block->zone.phases[i])
            return wrong_zone(block->file_offset, err, "ZON-4", "a phase's events", phases[i],
                              block->zone.phases[i]);
    return VTC_OK;
}

struct bounds {
    bool has_times;
    int64_t first_ns, last_ns;
};

static void bounds_note(struct bounds *bounds, int64_t ns)
{
    bounds->has_times = true;
    bounds->first_ns = ns < bounds->first_ns ? ns : bounds->first_ns;
    bounds->last_ns = ns > bounds->last_ns ? ns : bounds->last_ns;
}

/* A zone map claims no time that no event has. */
static vtc_status check_bounds(const vtc_block *block, const struct bounds *found,
                               struct vtc_error *err)
{
    const struct vtci_zone_map *zone = &block->zone;
    if (!found->has_times && (zone->has_times || zone->first_ns || zone->range_ns))
        return wrong_zone(block->file_offset, err, "ZON-4", "times", 0, 1);
    if (!found->has_times)
        return VTC_OK;
    uint64_t range_ns = (uint64_t)found->last_ns - (uint64_t)found->first_ns;
    if (zone->first_ns == found->first_ns && zone->range_ns == range_ns)
        return VTC_OK;
    return vtci_error_set(err, VTC_ERR_CORRUPT, block->file_offset, "ZON-4",
                          "expected the zone map to say of times: from %lld, range %llu, found "
                          "%lld and %llu",
                          (long long)found->first_ns, (unsigned long long)range_ns,
                          (long long)zone->first_ns, (unsigned long long)zone->range_ns);
}

/* The bounds of times. Metadata at time 0 stand outside of time. SPEC: ZON-2. */
static vtc_status check_times(const vtc_block *block, const struct vtc_spans *spans,
                              struct vtc_error *err)
{
    const struct vtc_events *events = &block->all;
    int64_t first_ns = block->zone.first_ns, last_ns = vtci_zone_map_last_ns(&block->zone);
    struct bounds found = {false, INT64_MAX, INT64_MIN};
    uint64_t longest_ns = 0;
    for (size_t i = 0; i < events->count; i++) {
        int64_t ns = events->time_ns[i];
        if (ns == VTC_NO_TIME || (events->phase[i] == 'M' && ns == 0))
            continue;
        if (!block->zone.has_times || ns < first_ns || ns > last_ns)
            return vtci_error_set(err, VTC_ERR_CORRUPT, block->file_offset, "ZON-2",
                                  "expected times from %lld to %lld, found %lld in row %u",
                                  (long long)first_ns, (long long)last_ns, (long long)ns,
                                  events->row[i]);
        bounds_note(&found, ns);
    }
    for (size_t i = 0; i < spans->count; i++) {
        int64_t duration_ns = spans->duration_ns[i];
        int64_t end_ns = vtci_time_sum(spans->start_ns[i], duration_ns);
        if (end_ns > last_ns)
            return vtci_error_set(err, VTC_ERR_CORRUPT, block->file_offset, "ZON-2",
                                  "expected ends up to %lld, found %lld in row %u",
                                  (long long)last_ns, (long long)end_ns, spans->row[i]);
        if (end_ns > found.last_ns) /* one before the start counts for nothing */
            found.last_ns = end_ns;
        if (duration_ns > 0 && (uint64_t)duration_ns > longest_ns)
            longest_ns = (uint64_t)duration_ns;
    }
    if (spans->count != block->zone.spans)
        return wrong_zone(block->file_offset, err, "ZON-4", "spans", spans->count,
                          block->zone.spans);
    if (longest_ns != block->zone.longest_ns)
        return wrong_zone(block->file_offset, err, "ZON-4", "the longest span", longest_ns,
                          block->zone.longest_ns);
    return check_bounds(block, &found, err);
}

static vtc_status check_names(const vtc_block *block, struct vtc_error *err)
{
    const struct vtc_events *events = &block->all;
    const struct vtci_schema *schema = &block->definitions->schema;
    const struct vtci_values *root;
    uint64_t column = (uint64_t)vtci_schema_root_column(schema, "name", VTCI_STRING) + 1;
    VTC_TRY(vtci_block_decoder_column(block->decoder, VTCI_COLUMN_ROOT, &root, err));
    for (size_t i = 0; i < events->count; i++) {
        vtc_string name = events->name[i];
        bool is_raw = root->values[events->row[i]] == 0;
        if (name == VTC_NO_STRING && !is_raw)
            continue;
        uint64_t id = name < VTC_STRING_LOCAL && name >> 32 == column ? name & UINT32_MAX : 0;
        if (!vtci_bloom_may_have(block->zone.bloom, id))
            return vtci_error_set(err, VTC_ERR_CORRUPT, block->file_offset, "ZON-3",
                                  "expected the filter to have name %llu, found that it has not",
                                  (unsigned long long)id);
    }
    return VTC_OK;
}

/* The tracks are those of the events, no more and no fewer. */
static vtc_status check_tracks(struct vtci_memory *memory, const vtc_block *block,
                               struct vtc_error *err)
{
    const struct vtc_events *events = &block->all;
    size_t track_count = block->definitions->schema.track_count, found_count = 0;
    uint8_t *found = vtci_allocate_zeroed(memory, track_count + 1);
    if (!found)
        return vtci_error_memory(err, track_count + 1);
    vtc_status status = VTC_OK;
    for (size_t i = 0; i < events->count && status == VTC_OK; i++) {
        uint32_t track = events->track[i];
        if (track >= track_count)
            status = vtci_error_set(err, VTC_ERR_CORRUPT, block->file_offset, "ZON-4",
                                    "expected the event in row %u to be on a track that is "
                                    "defined",
                                    events->row[i]);
        else if (!found[track])
            found_count += found[track] = 1;
    }
    struct vtci_cursor cursor =
        vtci_cursor_make(block->zone.track_bytes, block->zone.track_len_bytes);
    uint64_t next = 0;
    for (size_t i = 0; i < block->zone.track_count && status == VTC_OK; i++) {
        uint64_t track = next + vtci_cursor_varint(&cursor);
        next = track + 1;
        if (track >= track_count || !found[track])
            status = wrong_zone(block->file_offset, err, "ZON-4", "events of a track", 0, track);
    }
    if (status == VTC_OK && found_count != block->zone.track_count)
        status = wrong_zone(block->file_offset, err, "ZON-4", "tracks", found_count,
                            block->zone.track_count);
    vtci_release(memory, found, track_count + 1);
    return status;
}

/* A short phase is part of a shape, not a value. SPEC: EVT-1. */
static vtc_status check_phase_column(vtc_block *block, struct vtc_error *err)
{
    uint32_t column = vtci_schema_root_column(&block->definitions->schema, "ph", VTCI_STRING);
    struct vtc_values values;
    if (column == VTCI_NONE)
        return VTC_OK;
    VTC_TRY(vtc_block_values(block, column, &values, err));
    for (size_t i = 0; i < values.count; i++) {
        struct vtc_text text = vtc_block_string(block, values.string[i]);
        if (text.len_bytes <= 8 && !memchr(text.data, '\\', text.len_bytes))
            return vtci_error_set(err, VTC_ERR_CORRUPT, block->file_offset, "EVT-1",
                                  "expected the phase in row %u in a literal, found it in a column",
                                  values.row[i]);
    }
    return VTC_OK;
}

static vtc_status check_events(struct vtci_verify *verify, vtc_block *block, struct vtc_error *err)
{
    const struct vtc_spans *spans;
    VTC_TRY(vtc_block_spans(block, &spans, err));
    VTC_TRY(check_phases(block, err));
    VTC_TRY(vtci_verify_carried(verify, block, err));
    VTC_TRY(check_times(block, spans, err));
    VTC_TRY(check_names(block, err));
    VTC_TRY(check_tracks(verify->memory, block, err));
    VTC_TRY(check_phase_column(block, err));
    VTC_TRY(vtci_verify_note_totals(verify, block, spans, err));
    return vtci_verify_note_top(verify, block, spans, err);
}

static vtc_status check_text(struct vtci_verify *verify, const struct vtci_frame_view *view,
                             const struct vtci_zone_map *zone, struct vtc_error *err)
{
    if (!verify->text_lost && zone->document_offset != verify->result.document_bytes)
        return vtci_error_set(err, VTC_ERR_CORRUPT, view->offset, "ZON-4",
                              "expected a block at %llu of the document, found one for %llu",
                              (unsigned long long)verify->result.document_bytes,
                              (unsigned long long)zone->document_offset);
    verify->sink.len_bytes = 0;
    verify->sink.left_bytes = zone->document_bytes;
    VTC_TRY(vtci_frame_text_block(&verify->maker, view, &verify->plan, &verify->definitions.schema,
                                  &verify->sink, err));
    return vtci_sink_flush(&verify->sink, err);
}

vtc_status vtci_verify_block(struct vtci_verify *verify, const struct vtci_frame_view *view,
                             struct vtc_error *err)
{
    struct vtci_cursor cursor = vtci_cursor_make(view->head, view->frame.head_bytes);
    struct vtci_zone_map zone;
    VTC_TRY(vtci_zone_map_decode(&cursor, view->offset, &zone, err));
    verify->result.rows += zone.rows;
    verify->result.events += zone.events;
    VTC_TRY(check_text(verify, view, &zone, err));
    vtc_block *block = vtci_block_create(verify->memory, &verify->definitions);
    if (!block)
        return vtci_error_memory(err, 0);
    block->fields = VTC_FIELD_ALL;
    vtc_status status = vtci_block_begin(block, view, err);
    if (status == VTC_OK)
        status = check_events(verify, block, err);
    vtci_block_free(block);
    return status;
}
