#include "base/error.h"
#include "read/block_internal.h"

vtc_block *vtci_block_create(struct vtci_memory *memory, const struct vtci_definitions *definitions)
{
    vtc_block *block = vtci_allocate_zeroed(memory, sizeof *block);
    if (!block)
        return NULL;
    block->memory = memory;
    block->definitions = definitions;
    vtci_buffer_init(&block->room, memory);
    vtci_arena_init(&block->arena, memory);
    block->decoder = vtci_block_decoder_create(memory);
    if (!block->decoder) {
        vtci_block_free(block);
        return NULL;
    }
    return block;
}

void vtci_block_free(vtc_block *block)
{
    vtci_block_decoder_free(block->decoder);
    vtci_arena_free(&block->arena);
    VTCI_ARRAY_FREE(block->memory, block->locals, block->local_capacity);
    vtci_buffer_free(&block->room);
    vtci_release(block->memory, block, sizeof *block);
}

void vtci_block_reset(vtc_block *block)
{
    vtci_block_decoder_close(block->decoder);
    vtci_arena_recycle(&block->arena);
    block->room.len_bytes = 0;
    /* What is not named here is of the frame that was: it begins anew. */
    *block = (struct vtc_block){
        .memory = block->memory,
        .spare = block->spare,
        .definitions = block->definitions,
        .room = block->room,
        .decoder = block->decoder,
        .arena = block->arena,
        .locals = block->locals,
        .local_capacity = block->local_capacity,
    };
}

void vtc_block_close(vtc_block *block)
{
    if (!block)
        return;
    if (block->spare)
        vtci_spare_blocks_put(block->spare, block);
    else
        vtci_block_free(block);
}

vtc_status vtci_block_fail(const vtc_block *block, vtc_status status, struct vtc_error *err)
{
    if (status == VTC_OK || !err)
        return status;
    if (status == VTC_ERR_NO_MEMORY)
        return vtci_error_set(err, status, VTC_NO_OFFSET, NULL,
                              "the memory limit does not hold block %llu",
                              (unsigned long long)block->index);
    if (err->offset == VTC_NO_OFFSET || err->offset == 0)
        err->offset = block->file_offset;
    return status;
}

vtc_status vtci_block_begin(vtc_block *block, const struct vtci_frame_view *view,
                            struct vtc_error *err)
{
    struct vtci_cursor cursor = vtci_cursor_make(view->head, view->frame.head_bytes);
    block->file_offset = view->offset;
    VTC_TRY(vtci_zone_map_decode(&cursor, view->offset, &block->zone, err));
    block->rows = block->zone.rows;
    vtc_status status =
        vtci_block_decoder_open(block->decoder, &block->definitions->schema, block->rows, &cursor,
                                view->payload, view->frame.payload_bytes, err);
    if (status == VTC_OK && vtci_cursor_left(&cursor) != 0)
        status =
            vtci_error_set(err, VTC_ERR_CORRUPT, view->offset, "FRM-5",
                           "%zu bytes are left in the head of a block", vtci_cursor_left(&cursor));
    if (status == VTC_OK)
        status = vtci_block_make_events(block, err);
    return vtci_block_fail(block, status, err);
}

/* SPEC: IDX-2. */
static vtc_status read_block(vtc_block *block, const vtc_reader *reader,
                             const struct vtci_chain_block *of, struct vtc_error *err)
{
    const struct vtci_chain *chain = &reader->chain;
    struct vtci_frame_view view;
    VTC_TRY(vtci_frame_read(reader->file, of->offset, of->bytes, VTCI_FRAME_BLOCK, &block->room,
                            &view, err));
    if (of->zone_len_bytes > view.frame.head_bytes ||
        memcmp(view.head, chain->zones.data + of->zone_pos, of->zone_len_bytes) != 0)
        return vtci_error_set(err, VTC_ERR_CORRUPT, chain->index_offset, "IDX-2",
                              "expected the zone map of the block at %llu, found another",
                              (unsigned long long)of->offset);
    return vtci_block_begin(block, &view, err);
}

/* Blocks behind damage may use definitions that were lost: SPEC 11. */
static vtc_status check_blind(const vtc_reader *reader, const struct vtci_chain_block *of,
                              struct vtc_error *err)
{
    if (of->offset < reader->chain.blind_from_offset)
        return VTC_OK;
    const struct vtc_error *cause = &reader->definitions_error;
    return vtci_error_set(err, VTC_ERR_CORRUPT, cause->offset, cause->rule,
                          "the block at %llu needs definitions that are damaged: %.160s",
                          (unsigned long long)of->offset, cause->message);
}

static vtc_status begin_block(vtc_block *block, const vtc_reader *reader, uint64_t index,
                              unsigned fields, struct vtc_error *err)
{
    block->index = index;
    block->fields = fields;
    return read_block(block, reader, &reader->chain.blocks[index], err);
}

/* The block is the caller's where all went well. */
static vtc_status give_block(vtc_block *block, vtc_status status, vtc_block **out_block)
{
    if (status == VTC_OK)
        *out_block = block;
    else
        vtci_block_free(block);
    return status;
}

vtc_status vtc_block_open(const vtc_reader *reader, uint64_t block, unsigned fields,
                          vtc_block **out_block, struct vtc_error *err)
{
    if (block >= reader->chain.block_count || (fields & ~(unsigned)VTC_FIELD_ALL))
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "expected a block below %zu and known fields, found %llu and %#x",
                              reader->chain.block_count, (unsigned long long)block, fields);
    const struct vtci_chain_block *of = &reader->chain.blocks[block];
    VTC_TRY(check_blind(reader, of, err));
    /* The counters of memory and the spare blocks are atomic: such a reader does not change. */
    struct vtci_memory *memory = (struct vtci_memory *)(uintptr_t)&reader->memory;
    struct vtci_spare_blocks *spare = (struct vtci_spare_blocks *)(uintptr_t)&reader->spare;
    vtc_block *opened = vtci_spare_blocks_take(spare);
    if (opened) {
        vtc_status status = begin_block(opened, reader, block, fields, err);
        if (status != VTC_ERR_NO_MEMORY)
            return give_block(opened, status, out_block);
        /* What spare blocks hold may be what is missing. */
        vtci_block_free(opened);
        vtci_spare_blocks_free(spare);
    }
    opened = vtci_block_create(memory, &reader->definitions);
    if (!opened)
        return vtci_error_memory(err, sizeof *opened);
    opened->spare = spare;
    return give_block(opened, begin_block(opened, reader, block, fields, err), out_block);
}

uint64_t vtc_block_index(const vtc_block *block)
{
    return block->index;
}

const struct vtc_events *vtc_block_events(const vtc_block *block)
{
    return &block->events;
}

vtc_status vtci_block_local(vtc_block *block, struct vtci_bytes bytes, vtc_string *out_string)
{
    VTC_TRY(VTCI_ARRAY_RESERVE(block->memory, block->locals, block->local_capacity,
                               block->local_count + 1));
    *out_string = VTC_STRING_LOCAL | block->local_count;
    block->locals[block->local_count++] = bytes;
    return VTC_OK;
}

vtc_status vtci_block_plain_strings(vtc_block *block, const struct vtci_values *values,
                                    vtc_string *out_first)
{
    size_t column_count = block->definitions->schema.column_count;
    if (!block->local_first) {
        block->local_first =
            vtci_arena_array_zeroed(&block->arena, column_count, sizeof *block->local_first);
        if (!block->local_first)
            return VTC_ERR_NO_MEMORY;
    }
    uint32_t *first = &block->local_first[values->column];
    if (*first == 0 && values->plain_count) {
        VTC_TRY(VTCI_ARRAY_RESERVE(block->memory, block->locals, block->local_capacity,
                                   block->local_count + values->plain_count));
        uint64_t start = 0;
        *first = (uint32_t)block->local_count + 1;
        for (size_t i = 0; i < values->plain_count; i++) {
            uint64_t end = values->plain_ends[i];
            block->locals[block->local_count++] =
                (struct vtci_bytes){values->plain + start, (size_t)(end - start)};
            start = end;
        }
    }
    *out_first = VTC_STRING_LOCAL | (*first ? *first - 1 : 0);
    return VTC_OK;
}

struct vtc_text vtc_block_string(const vtc_block *block, vtc_string string)
{
    const struct vtci_schema *schema = &block->definitions->schema;
    struct vtc_text text = {NULL, 0};
    struct vtci_bytes bytes;
    if (string >= VTC_STRING_LOCAL) {
        uint64_t local = string ^ VTC_STRING_LOCAL;
        if (local >= block->local_count)
            return text;
        bytes = block->locals[local];
    } else {
        uint64_t column = string >> 32, id = string & UINT32_MAX;
        if (column == 0 || column > schema->column_count || id == 0 ||
            id > schema->columns[column - 1].string_count)
            return text;
        bytes = vtci_column_string(&schema->columns[column - 1], id);
    }
    text.data = bytes.len_bytes ? (const char *)bytes.data : "";
    text.len_bytes = bytes.len_bytes;
    return text;
}
