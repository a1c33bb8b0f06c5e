/* The texts of a block's rows. They are made in one buffer, whose size the zone map tells; a block
 * that gives more text than that is damaged, and the sink refuses it before anything is overrun.
 */
#include "base/error.h"
#include "base/limits.h"
#include "read/block_internal.h"
#include "read/text_walk.h"

/* The buffer is larger than all text that may come, so it is full only when the zone map is wrong,
 * which vtci_sink_flush says by itself. */
static vtc_status flush_nothing(void *context, const uint8_t *bytes, size_t len_bytes,
                                struct vtc_error *err)
{
    (void)context;
    (void)bytes;
    (void)len_bytes;
    return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "ZON-4",
                          "expected the text that the zone map says, found more");
}

static vtc_status walk(vtc_block *block, struct vtci_text_sink *sink, struct vtc_error *err)
{
    const struct vtci_schema *schema = &block->definitions->schema;
    struct vtci_text_plan plan;
    struct vtci_text_walker walker;
    vtci_text_plan_init(&plan, block->memory);
    vtc_status status = vtci_text_walker_init(&walker, block->memory);
    if (status == VTC_OK)
        status = vtci_text_plan_update(&plan, schema);
    if (status == VTC_OK)
        status = vtci_text_walk(&walker, &plan, schema, block->decoder, block->rows, sink, err);
    vtci_text_walker_free(&walker);
    vtci_text_plan_free(&plan);
    return status;
}

vtc_status vtc_block_texts(vtc_block *block, struct vtc_row_texts *out_texts, struct vtc_error *err)
{
    if (!block->texts.data) {
        struct vtci_text_sink sink;
        memset(&sink, 0, sizeof sink);
        if (block->zone.document_bytes > SIZE_MAX - VTCI_SINK_BYTES)
            return vtci_block_fail(block, VTC_ERR_NO_MEMORY, err);
        sink.capacity_bytes = (size_t)block->zone.document_bytes + VTCI_SINK_BYTES;
        sink.left_bytes = block->zone.document_bytes;
        sink.flush = flush_nothing;
        sink.data = vtci_arena_array(&block->arena, sink.capacity_bytes, 1);
        sink.row_ends = vtci_arena_array(&block->arena, block->rows, 2 * sizeof *sink.row_ends);
        vtc_status status =
            sink.data && sink.row_ends ? walk(block, &sink, err) : VTC_ERR_NO_MEMORY;
        if (status != VTC_OK)
            return vtci_block_fail(block, status, err);
        block->texts = (struct vtc_row_texts){block->rows, (const char *)sink.data, sink.row_ends};
    }
    *out_texts = block->texts;
    return VTC_OK;
}
