#include "read/chain.h"

#include "base/error.h"
#include "base/limits.h"
#include "column/schema.h"
#include "wire/file_header.h"
#include "wire/index.h"
#include "wire/packed.h"
#include "wire/trailer.h"

void vtci_chain_init(struct vtci_chain *chain, struct vtci_memory *memory)
{
    memset(chain, 0, sizeof *chain);
    chain->memory = memory;
    chain->blind_from_offset = UINT64_MAX;
    chain->index_offset = UINT64_MAX;
    vtci_buffer_init(&chain->zones, memory);
    vtci_opened_top_init(&chain->top, memory);
    vtci_opened_totals_init(&chain->totals, memory);
}

void vtci_chain_free(struct vtci_chain *chain)
{
    VTCI_ARRAY_FREE(chain->memory, chain->frames, chain->frame_capacity);
    VTCI_ARRAY_FREE(chain->memory, chain->blocks, chain->block_capacity);
    vtci_buffer_free(&chain->zones);
    vtci_opened_top_free(&chain->top);
    vtci_opened_totals_free(&chain->totals);
    vtci_chain_init(chain, chain->memory);
}

void vtci_chain_note_damage(struct vtci_chain *chain, const struct vtc_error *damage)
{
    if (chain->damage_status != VTC_OK)
        return;
    chain->damage_status = damage->code;
    chain->damage = *damage;
}

void vtci_chain_zone(const struct vtci_chain *chain, size_t block, struct vtci_zone_map *out_zone)
{
    const struct vtci_chain_block *of = &chain->blocks[block];
    struct vtci_cursor cursor =
        vtci_cursor_make(chain->zones.data + of->zone_pos, of->zone_len_bytes);
    if (vtci_zone_map_decode(&cursor, of->offset, out_zone, NULL) != VTC_OK)
        memset(out_zone, 0, sizeof *out_zone); /* not reached: it was decoded before */
}

static vtc_status add_block(struct vtci_chain *chain, uint64_t offset, uint64_t bytes,
                            const struct vtci_zone_map *zone, const uint8_t *zone_bytes,
                            size_t zone_len_bytes, struct vtc_error *err)
{
    vtc_status status = VTCI_ARRAY_RESERVE(chain->memory, chain->blocks, chain->block_capacity,
                                           chain->block_count + 1);
    size_t zone_pos = chain->zones.len_bytes;
    if (status == VTC_OK)
        status = vtci_buffer_append(&chain->zones, zone_bytes, zone_len_bytes);
    if (status != VTC_OK || chain->block_count >= VTCI_NONE - 1)
        return vtci_error_memory(err, sizeof *chain->blocks * (chain->block_count + 1));
    chain->blocks[chain->block_count++] = (struct vtci_chain_block){
        .offset = offset,
        .bytes = bytes,
        .document_offset = zone->document_offset,
        .document_bytes = zone->document_bytes,
        .first_ns = zone->first_ns,
        .last_ns = vtci_zone_map_last_ns(zone),
        .longest_ns = zone->longest_ns,
        .spans = zone->spans,
        .rows = zone->rows,
        .events = zone->events,
        .track_count = (uint32_t)zone->track_count,
        .has_times = zone->has_times,
        .zone_pos = zone_pos,
        .zone_len_bytes = zone_len_bytes,
    };
    return VTC_OK;
}

static vtc_status add_frame(struct vtci_chain *chain, uint8_t type, uint64_t offset, uint64_t bytes,
                            struct vtc_error *err)
{
    if (VTCI_ARRAY_RESERVE(chain->memory, chain->frames, chain->frame_capacity,
                           chain->frame_count + 1) != VTC_OK)
        return vtci_error_memory(err, sizeof *chain->frames * (chain->frame_count + 1));
    uint32_t block = type == VTCI_FRAME_BLOCK ? (uint32_t)(chain->block_count - 1) : VTCI_NONE;
    chain->frames[chain->frame_count++] = (struct vtci_chain_frame){offset, bytes, block, type};
    return VTC_OK;
}

/* Adds the frame that `view` shows (its head). */
static vtc_status add_view(struct vtci_chain *chain, const struct vtci_frame_view *view,
                           struct vtc_error *err)
{
    const struct vtci_frame *frame = &view->frame;
    uint64_t bytes = vtci_frame_total_bytes(frame);
    /* SPEC: FRM-4. */
    if (!vtci_frame_is_known(frame->type) && !(frame->flags & VTCI_FRAME_SKIPPABLE))
        return vtci_error_set(err, VTC_ERR_UNSUPPORTED, view->offset, "FRM-4",
                              "expected a frame of a known type, found %u: a newer vtc is needed",
                              frame->type);
    if (frame->type == VTCI_FRAME_BLOCK) {
        struct vtci_cursor cursor = vtci_cursor_make(view->head, frame->head_bytes);
        struct vtci_zone_map zone;
        VTC_TRY(vtci_zone_map_decode(&cursor, view->offset, &zone, err));
        VTC_TRY(add_block(chain, view->offset, bytes, &zone, view->head,
                          (size_t)(cursor.pos - view->head), err));
    }
    return add_frame(chain, frame->type, view->offset, bytes, err);
}

vtc_status vtci_chain_walk(struct vtci_chain *chain, struct vtci_file *file, uint64_t file_bytes,
                           struct vtc_error *err)
{
    struct vtci_buffer room;
    uint64_t offset = VTCI_FILE_HEADER_BYTES;
    uint64_t budget_bytes = vtci_frame_resync_budget(file_bytes);
    bool has_document = false;
    vtc_status status = VTC_OK;
    vtci_buffer_init(&room, chain->memory);
    while (offset < file_bytes) {
        struct vtci_frame_view view;
        struct vtc_error damage;
        status = vtci_frame_read_head(file, file_bytes, offset, &room, &view, &damage);
        if (status == VTC_OK)
            status = add_view(chain, &view, &damage);
        if (status == VTC_OK) {
            offset += vtci_frame_total_bytes(&view.frame);
            /* SPEC: IDX-1: where the file ends from here on, nothing of the document is lost. */
            has_document |= view.frame.type == VTCI_FRAME_DOCUMENT;
            if (view.frame.type != VTCI_FRAME_INDEX)
                continue;
            /* SPEC: IDX-1: what follows and is no frame is a trailer, in whatever state. */
            bool more = false;
            status = vtci_frame_follows(file, file_bytes, offset, &more, err);
            if (status == VTC_OK && more)
                continue;
            break;
        }
        if (status == VTC_ERR_TRUNCATED && has_document) {
            status = VTC_OK;
            break;
        }
        if (status != VTC_ERR_CORRUPT && status != VTC_ERR_TRUNCATED) {
            if (err)
                *err = damage;
            break;
        }
        /* Something is lost here, perhaps definitions. */
        vtci_chain_note_damage(chain, &damage);
        if (chain->blind_from_offset > offset)
            chain->blind_from_offset = offset;
        status =
            vtci_frame_resync(file, file_bytes, offset + 1, &budget_bytes, &room, &offset, err);
        if (status != VTC_OK)
            break;
    }
    vtci_buffer_free(&room);
    return status;
}

static vtc_status unpack_index(struct vtci_packer *packer, const struct vtci_frame_view *view,
                               struct vtci_buffer *out, struct vtc_error *err)
{
    struct vtci_packed packed;
    VTC_TRY(vtci_packed_head_decode(view->head, view->frame.head_bytes, view->frame.payload_bytes,
                                    0, VTCI_PAYLOAD_BYTES_MAX, "PCK-2", view->offset, &packed,
                                    err));
    if (vtci_buffer_reserve(out, (size_t)packed.original_bytes + 1) != VTC_OK)
        return vtci_error_memory(err, packed.original_bytes);
    VTC_TRY(vtci_unpack(packer, &packed, view->payload, out->data, view->offset, err));
    out->len_bytes = (size_t)packed.original_bytes;
    return VTC_OK;
}

/* SPEC: FRM-4. The INDEX does not say whether a frame may be skipped. */
static vtc_status check_unknown(struct vtci_file *file, const struct vtci_index_entry *entry,
                                struct vtci_buffer *room, struct vtc_error *err)
{
    struct vtci_frame_view view;
    VTC_TRY(vtci_frame_read_head(file, entry->offset + entry->frame_bytes, entry->offset, room,
                                 &view, err));
    if (view.frame.flags & VTCI_FRAME_SKIPPABLE)
        return VTC_OK;
    return vtci_error_set(err, VTC_ERR_UNSUPPORTED, entry->offset, "FRM-4",
                          "expected a frame of a known type, found %u: a newer vtc is needed",
                          entry->type);
}

static vtc_status contradicts(uint64_t index_offset, struct vtc_error *err, const char *what)
{
    return vtci_error_set(err, VTC_ERR_CORRUPT, index_offset, "IDX-3",
                          "expected the top list to agree with the zone maps, found %s", what);
}

/* SPEC: IDX-3, as far as zone maps can tell. */
static vtc_status check_top(const struct vtci_chain *chain, uint64_t index_offset,
                            struct vtc_error *err)
{
    const struct vtci_top_list *list = &chain->top.list;
    uint64_t longest_ns = 0, span_count = 0;
    for (size_t i = 0; i < chain->block_count; i++) {
        const struct vtci_chain_block *block = &chain->blocks[i];
        span_count += block->spans;
        if (block->longest_ns > longest_ns)
            longest_ns = block->longest_ns;
    }
    if (list->span_count > span_count)
        return contradicts(index_offset, err, "more spans than there are");
    for (size_t i = 0; i < list->span_count; i++) {
        const struct vtci_top_span *span = &list->spans[i];
        if (span->block >= chain->block_count || span->row >= chain->blocks[span->block].rows)
            return contradicts(index_offset, err, "a span in no row");
        if (span->duration_ns > 0 &&
            (uint64_t)span->duration_ns > chain->blocks[span->block].longest_ns)
            return contradicts(index_offset, err, "a span that is longer than its block has");
    }
    if (list->span_count && list->spans[0].duration_ns < INT64_MAX &&
        (list->spans[0].duration_ns > 0 ? (uint64_t)list->spans[0].duration_ns : 0) != longest_ns)
        return contradicts(index_offset, err, "a longer span than the first");
    return VTC_OK;
}

static vtc_status add_entries(struct vtci_chain *chain, struct vtci_file *file,
                              const struct vtci_buffer *payload, uint64_t index_offset,
                              struct vtci_buffer *room, struct vtc_error *err)
{
    struct vtci_index_cursor cursor;
    struct vtci_index_entry entry;
    VTC_TRY(vtci_index_decode_begin(payload->data, payload->len_bytes, index_offset, &cursor, err));
    for (;;) {
        vtc_status status = vtci_index_decode_next(&cursor, &entry, err);
        if (status == VTC_END)
            break;
        if (status != VTC_OK)
            return status;
        if (!vtci_frame_is_known(entry.type))
            VTC_TRY(check_unknown(file, &entry, room, err));
        if (entry.type == VTCI_FRAME_BLOCK)
            VTC_TRY(add_block(chain, entry.offset, entry.frame_bytes, &entry.zone, entry.zone_bytes,
                              entry.zone_len_bytes, err));
        VTC_TRY(add_frame(chain, entry.type, entry.offset, entry.frame_bytes, err));
    }
    if (cursor.totals.data)
        VTC_TRY(vtci_opened_totals_load(&chain->totals, cursor.totals, index_offset, err));
    if (!cursor.top.data)
        return VTC_OK;
    VTC_TRY(vtci_opened_top_load(&chain->top, cursor.top, index_offset, err));
    return check_top(chain, index_offset, err);
}

/* Reads the INDEX that the trailer names. Anything wrong with it is VTC_ERR_CORRUPT: SPEC: IDX-1. */
static vtc_status read_index(struct vtci_chain *chain, struct vtci_file *file, uint64_t file_bytes,
                             struct vtci_packer *packer, struct vtci_buffer *room,
                             struct vtci_buffer *payload, struct vtc_error *err)
{
    uint8_t trailer[VTCI_TRAILER_BYTES];
    uint64_t index_offset;
    if (file_bytes < VTCI_FILE_HEADER_BYTES + VTCI_TRAILER_BYTES)
        return VTC_ERR_CORRUPT;
    uint64_t trailer_offset = file_bytes - VTCI_TRAILER_BYTES;
    VTC_TRY(vtci_file_pread_exact(file, trailer_offset, trailer, sizeof trailer, err));
    if (!vtci_trailer_decode(trailer, &index_offset) || index_offset < VTCI_FILE_HEADER_BYTES ||
        index_offset > trailer_offset)
        return VTC_ERR_CORRUPT;
    struct vtci_frame_view view;
    VTC_TRY(vtci_frame_read(file, index_offset, trailer_offset - index_offset, VTCI_FRAME_INDEX,
                            room, &view, err));
    VTC_TRY(unpack_index(packer, &view, payload, err));
    VTC_TRY(add_entries(chain, file, payload, index_offset, room, err));
    chain->index_offset = index_offset;
    return add_frame(chain, VTCI_FRAME_INDEX, index_offset, trailer_offset - index_offset, err);
}

vtc_status vtci_chain_read(struct vtci_chain *chain, struct vtci_file *file, uint64_t file_bytes,
                           struct vtci_packer *packer, struct vtc_error *err)
{
    struct vtci_buffer room, payload;
    vtci_buffer_init(&room, chain->memory);
    vtci_buffer_init(&payload, chain->memory);
    vtc_status status = read_index(chain, file, file_bytes, packer, &room, &payload, err);
    vtci_buffer_free(&room);
    vtci_buffer_free(&payload);
    if (status != VTC_ERR_CORRUPT && status != VTC_ERR_UNSUPPORTED && status != VTC_ERR_TRUNCATED)
        return status;
    struct vtci_memory *memory = chain->memory;
    vtci_chain_free(chain);
    vtci_chain_init(chain, memory);
    return vtci_chain_walk(chain, file, file_bytes, err);
}
