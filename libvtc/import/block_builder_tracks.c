/* Tracks: their ids by the text of pid and tid, and which of them a block has. */
#include "base/error.h"
#include "base/table_hash.h"
#include "import/block_builder_internal.h"

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
    uint64_t of_pid = vtci_table_hash_text(0, pid.data, pid.len_bytes);
    uint64_t hash = vtci_table_hash_text(of_pid, tid.data, tid.len_bytes);
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

static vtc_status track_note_in_block(struct vtci_block_builder *builder, uint32_t track)
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

vtc_status vtci_builder_note_track(struct vtci_block_builder *builder, const struct vtci_row *row,
                                   uint32_t *out_track)
{
    VTC_TRY(track_find(builder, json_text(vtci_row_role(row, VTCI_ROLE_PID)),
                       json_text(vtci_row_role(row, VTCI_ROLE_TID)), out_track));
    return track_note_in_block(builder, *out_track);
}
