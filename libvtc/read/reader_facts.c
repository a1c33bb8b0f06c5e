/* What a reader knows without reading on. */
#include <string.h>

#include "base/error.h"
#include "read/reader_internal.h"

void vtc_reader_summary(const vtc_reader *reader, struct vtc_summary *out_summary)
{
    *out_summary = reader->summary;
}

int vtc_reader_is_complete(const vtc_reader *reader)
{
    return reader->chain.damage_status == VTC_OK;
}

vtc_status vtc_reader_damage(const vtc_reader *reader, struct vtc_error *out_damage)
{
    if (reader->chain.damage_status != VTC_OK && out_damage)
        *out_damage = reader->chain.damage;
    return reader->chain.damage_status;
}

vtc_status vtc_reader_frame(const vtc_reader *reader, uint64_t index, struct vtc_frame *out_frame)
{
    if (index >= reader->chain.frame_count)
        return VTC_ERR_ARGUMENT;
    const struct vtci_chain_frame *frame = &reader->chain.frames[index];
    *out_frame = (struct vtc_frame){vtci_frame_type_name(frame->type), frame->offset, frame->bytes};
    return VTC_OK;
}

vtc_status vtc_reader_issue(const vtc_reader *reader, uint64_t index, struct vtc_issue *out_issue)
{
    if (!reader->has_document || index >= reader->document.listed_count)
        return VTC_ERR_ARGUMENT;
    const struct vtci_issue *issue = &reader->issues[index];
    *out_issue = (struct vtc_issue){issue->offset, issue->len_bytes,
                                    vtci_issue_cause_text(issue->cause), issue->cause};
    return VTC_OK;
}

static struct vtc_text text_of(struct vtci_bytes bytes)
{
    if (bytes.len_bytes == 0)
        return (struct vtc_text){NULL, 0};
    return (struct vtc_text){(const char *)bytes.data, bytes.len_bytes};
}

vtc_status vtc_reader_track(const vtc_reader *reader, uint32_t track, struct vtc_track *out_track)
{
    const struct vtci_schema *schema = &reader->definitions.schema;
    if (track >= schema->track_count)
        return VTC_ERR_ARGUMENT;
    out_track->pid = text_of(schema->tracks[track].pid);
    out_track->tid = text_of(schema->tracks[track].tid);
    return VTC_OK;
}

struct vtc_text vtc_reader_string(const vtc_reader *reader, vtc_string string)
{
    const struct vtci_schema *schema = &reader->definitions.schema;
    uint64_t column = string >> 32, id = string & UINT32_MAX;
    struct vtc_text text = {NULL, 0};
    if (column == 0 || column > schema->column_count || id == 0 ||
        id > schema->columns[column - 1].string_count)
        return text;
    struct vtci_bytes bytes = vtci_column_string(&schema->columns[column - 1], id);
    text.data = bytes.len_bytes ? (const char *)bytes.data : "";
    text.len_bytes = bytes.len_bytes;
    return text;
}

vtc_status vtc_reader_zone(const vtc_reader *reader, uint64_t block, struct vtc_zone *out_zone)
{
    if (block >= reader->chain.block_count)
        return VTC_ERR_ARGUMENT;
    const struct vtci_chain_block *of = &reader->chain.blocks[block];
    *out_zone = (struct vtc_zone){
        .rows = of->rows,
        .events = of->events,
        .document_offset = of->document_offset,
        .document_bytes = of->document_bytes,
        .has_times = of->has_times,
        .first_ns = of->first_ns,
        .last_ns = of->last_ns,
        .longest_ns = of->longest_ns,
        .spans = of->spans,
        .tracks = of->track_count,
        .file_offset = of->offset,
        .stored_bytes = of->bytes,
    };
    return VTC_OK;
}

uint32_t vtc_reader_zone_phase(const vtc_reader *reader, uint64_t block, uint8_t phase)
{
    struct vtci_zone_map zone;
    if (block >= reader->chain.block_count)
        return 0;
    vtci_chain_zone(&reader->chain, (size_t)block, &zone);
    return zone.phases[phase];
}

int vtc_reader_zone_has_track(const vtc_reader *reader, uint64_t block, uint32_t track)
{
    struct vtci_zone_map zone;
    if (block >= reader->chain.block_count)
        return 0;
    vtci_chain_zone(&reader->chain, (size_t)block, &zone);
    return vtci_zone_map_has_track(&zone, track);
}

int vtc_reader_zone_may_have_name(const vtc_reader *reader, uint64_t block, vtc_string name)
{
    struct vtci_zone_map zone;
    if (block >= reader->chain.block_count)
        return 0;
    /* The filter is over the dictionary of (name, STRING); of anything else it knows that it is a
     * name without an id there. SPEC: ZON-3. */
    const struct vtci_schema *schema = &reader->definitions.schema;
    uint32_t column = vtci_schema_root_column(schema, "name", VTCI_STRING);
    uint64_t id = column != VTCI_NONE && name >> 32 == (uint64_t)column + 1 ? name & UINT32_MAX : 0;
    vtci_chain_zone(&reader->chain, (size_t)block, &zone);
    return vtci_bloom_may_have(zone.bloom, id);
}
