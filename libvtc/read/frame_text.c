#include "read/frame_text.h"

#include "base/error.h"
#include "base/limits.h"
#include "wire/packed.h"

vtc_status vtci_frame_text_init(struct vtci_frame_text *maker, struct vtci_memory *memory)
{
    memset(maker, 0, sizeof *maker);
    maker->memory = memory;
    vtci_buffer_init(&maker->room, memory);
    vtci_buffer_init(&maker->unpacked, memory);
    maker->packer = vtci_packer_create(memory);
    maker->decoder = vtci_block_decoder_create(memory);
    if (!maker->packer || !maker->decoder ||
        vtci_text_walker_init(&maker->walker, memory) != VTC_OK) {
        vtci_frame_text_free(maker);
        return VTC_ERR_NO_MEMORY;
    }
    return VTC_OK;
}

void vtci_frame_text_free(struct vtci_frame_text *maker)
{
    if (!maker->memory)
        return;
    vtci_text_walker_free(&maker->walker);
    vtci_block_decoder_free(maker->decoder);
    vtci_packer_free(maker->packer);
    vtci_buffer_free(&maker->unpacked);
    vtci_buffer_free(&maker->room);
    memset(maker, 0, sizeof *maker);
}

uint64_t vtci_frame_text_bytes(const struct vtci_chain *chain, const struct vtci_chain_frame *frame)
{
    if (frame->type == VTCI_FRAME_TEXT)
        return VTCI_TEXT_BYTES_MAX;
    return frame->type == VTCI_FRAME_BLOCK ? chain->blocks[frame->block].document_bytes : 0;
}

/* Errors of a block's inside know no offset. */
static vtc_status at_offset(vtc_status status, uint64_t offset, struct vtc_error *err)
{
    if (status == VTC_ERR_NO_MEMORY)
        return vtci_error_set(err, status, VTC_NO_OFFSET, NULL,
                              "the memory limit does not hold the block at %llu",
                              (unsigned long long)offset);
    if (err && (err->offset == VTC_NO_OFFSET || err->offset == 0))
        err->offset = offset;
    return status;
}

vtc_status vtci_frame_text_block(struct vtci_frame_text *maker, const struct vtci_frame_view *view,
                                 const struct vtci_text_plan *plan,
                                 const struct vtci_schema *schema, struct vtci_text_sink *sink,
                                 struct vtc_error *err)
{
    struct vtci_cursor cursor = vtci_cursor_make(view->head, view->frame.head_bytes);
    struct vtci_zone_map zone;
    VTC_TRY(vtci_zone_map_decode(&cursor, view->offset, &zone, err));
    vtc_status status = vtci_block_decoder_open(maker->decoder, schema, zone.rows, &cursor,
                                                view->payload, view->frame.payload_bytes, err);
    if (status == VTC_OK && vtci_cursor_left(&cursor) != 0)
        status =
            vtci_error_set(err, VTC_ERR_CORRUPT, view->offset, "FRM-5",
                           "%zu bytes are left in the head of a block", vtci_cursor_left(&cursor));
    if (status == VTC_OK)
        status = vtci_text_walk(&maker->walker, plan, schema, maker->decoder, zone.rows, sink, err);
    vtci_block_decoder_close(maker->decoder);
    if (status == VTC_OK && !sink->rows_only && sink->len_bytes != sink->left_bytes)
        status = vtci_error_set(err, VTC_ERR_CORRUPT, view->offset, "ZON-4",
                                "expected the text that the zone map says, found %lld bytes more",
                                (long long)(sink->len_bytes - sink->left_bytes));
    return status == VTC_OK ? VTC_OK : at_offset(status, view->offset, err);
}

vtc_status vtci_frame_text_plain(struct vtci_frame_text *maker, const struct vtci_frame_view *view,
                                 struct vtci_bytes *out_text, struct vtc_error *err)
{
    struct vtci_packed packed;
    VTC_TRY(vtci_packed_head_decode(view->head, view->frame.head_bytes, view->frame.payload_bytes,
                                    1, VTCI_TEXT_BYTES_MAX, "TXT-1", view->offset, &packed, err));
    size_t len_bytes = (size_t)packed.original_bytes;
    maker->unpacked.len_bytes = 0;
    if (vtci_buffer_reserve(&maker->unpacked, len_bytes) != VTC_OK)
        return vtci_error_memory(err, len_bytes);
    VTC_TRY(vtci_unpack(maker->packer, &packed, view->payload, maker->unpacked.data, view->offset,
                        err));
    *out_text = (struct vtci_bytes){maker->unpacked.data, len_bytes};
    return VTC_OK;
}

vtc_status vtci_frame_text_write(struct vtci_frame_text *maker, const vtc_reader *reader,
                                 const struct vtci_text_plan *plan,
                                 const struct vtci_chain_frame *frame, struct vtci_text_sink *sink,
                                 struct vtc_error *err)
{
    const struct vtci_chain *chain = &reader->chain;
    struct vtci_frame_view view;
    struct vtci_bytes text;
    VTC_TRY(vtci_frame_read(reader->file, frame->offset, frame->bytes, frame->type, &maker->room,
                            &view, err));
    if (frame->type == VTCI_FRAME_TEXT) {
        VTC_TRY(vtci_frame_text_plain(maker, &view, &text, err));
        sink->left_bytes = text.len_bytes;
        return vtci_sink_put(sink, text.data, text.len_bytes, err);
    }
    /* SPEC: IDX-2. */
    const struct vtci_chain_block *block = &chain->blocks[frame->block];
    if (block->zone_len_bytes > view.frame.head_bytes ||
        memcmp(view.head, chain->zones.data + block->zone_pos, block->zone_len_bytes) != 0)
        return vtci_error_set(err, VTC_ERR_CORRUPT, chain->index_offset, "IDX-2",
                              "expected the zone map of the block at %llu, found another",
                              (unsigned long long)frame->offset);
    sink->left_bytes = sink->rows_only ? UINT64_MAX : block->document_bytes;
    return vtci_frame_text_block(maker, &view, plan, &reader->definitions.schema, sink, err);
}
