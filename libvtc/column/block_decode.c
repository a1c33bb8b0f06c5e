/* Opening a block and serving columns: see block_decode.h.
 *
 * A request marks what the column needs (what its operators name, what its rows hang on, pid and
 * tid for lanes), and what these need: always columns that come before it in the directory, so one
 * pass down the directory marks and one pass up decodes, without recursion.
 */
#include "base/error.h"
#include "base/limits.h"
#include "column/block_decode_internal.h"

struct vtci_block_decoder *vtci_block_decoder_create(struct vtci_memory *memory)
{
    struct vtci_block_decoder *decoder = vtci_allocate_zeroed(memory, sizeof *decoder);
    if (!decoder)
        return NULL;
    decoder->memory = memory;
    vtci_arena_init(&decoder->arena, memory);
    vtci_arena_init(&decoder->scratch, memory);
    if (vtci_zstd_create(memory, &decoder->zstd) != VTC_OK) {
        vtci_release(memory, decoder, sizeof *decoder);
        return NULL;
    }
    return decoder;
}

void vtci_block_decoder_free(struct vtci_block_decoder *decoder)
{
    if (!decoder)
        return;
    vtci_arena_free(&decoder->arena);
    vtci_arena_free(&decoder->scratch);
    vtci_zstd_free(decoder->zstd);
    vtci_release(decoder->memory, decoder, sizeof *decoder);
}

void vtci_block_decoder_close(struct vtci_block_decoder *decoder)
{
    if (!decoder)
        return;
    vtci_arena_recycle(&decoder->arena);
    vtci_arena_rewind_all(&decoder->scratch);
    decoder->is_open = false;
}

/* SPEC: BLK-1, PCK-1. */
static vtc_status read_table(struct vtci_block_decoder *decoder, struct vtci_cursor *table,
                             const uint8_t *payload, size_t payload_bytes, struct vtc_error *err)
{
    uint64_t count = vtci_cursor_varint(table), used = 0;
    if (table->failed || count < 1 || count > vtci_cursor_left(table) / 3)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "BLK-1",
                              "expected a table of at least 1 segment, found %llu",
                              (unsigned long long)count);
    decoder->segment_count = (size_t)count;
    decoder->segments = vtci_arena_array(&decoder->arena, (size_t)count, sizeof *decoder->segments);
    decoder->unpacked =
        vtci_arena_array_zeroed(&decoder->arena, (size_t)count, sizeof *decoder->unpacked);
    if (!decoder->segments || !decoder->unpacked)
        return vtci_error_memory(err, count * sizeof *decoder->segments);
    for (size_t i = 0; i < count; i++) {
        struct vtci_segment *segment = &decoder->segments[i];
        segment->method = vtci_cursor_u8(table);
        segment->raw_bytes = vtci_cursor_varint(table);
        segment->stored_bytes = vtci_cursor_varint(table);
        if (!table->failed && segment->method > 1)
            return vtci_error_set(err, VTC_ERR_UNSUPPORTED, VTC_NO_OFFSET, "PCK-1",
                                  "expected method 0 or 1, found %u", segment->method);
        if (table->failed || segment->raw_bytes > VTCI_SEGMENT_BYTES_MAX ||
            segment->stored_bytes > payload_bytes - used)
            return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "BLK-1",
                                  "expected segments within the payload of %zu bytes",
                                  payload_bytes);
        if (segment->method == 0 && segment->raw_bytes != segment->stored_bytes)
            return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "PCK-2",
                                  "a segment that is not packed has two lengths");
        decoder->unpacked[i].stored = payload + used;
        used += segment->stored_bytes;
    }
    if (used != payload_bytes)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "BLK-1",
                              "expected segments of %zu bytes, found %llu", payload_bytes,
                              (unsigned long long)used);
    return VTC_OK;
}

vtc_status vtci_block_decoder_segment(struct vtci_block_decoder *decoder, uint32_t index,
                                      const uint8_t **out_bytes, struct vtc_error *err)
{
    const struct vtci_segment *segment = &decoder->segments[index];
    struct vtci_unpacked_segment *unpacked = &decoder->unpacked[index];
    if (!unpacked->raw && segment->method == 0)
        unpacked->raw = unpacked->stored;
    if (!unpacked->raw) {
        uint8_t *raw = vtci_arena_array(&decoder->arena, (size_t)segment->raw_bytes, 1);
        if (!raw)
            return vtci_error_memory(err, segment->raw_bytes);
        vtc_status status =
            vtci_zstd_decompress(decoder->zstd, unpacked->stored, (size_t)segment->stored_bytes,
                                 raw, (size_t)segment->raw_bytes, err);
        if (status == VTC_ERR_CORRUPT && err)
            memcpy(err->rule, "PCK-2", sizeof "PCK-2");
        VTC_TRY(status);
        unpacked->raw = raw;
    }
    *out_bytes = unpacked->raw;
    return VTC_OK;
}

static vtc_status open_block(struct vtci_block_decoder *decoder, size_t rows,
                             struct vtci_cursor *table, const uint8_t *payload,
                             size_t payload_bytes, struct vtc_error *err)
{
    const uint8_t *bytes;
    VTC_TRY(read_table(decoder, table, payload, payload_bytes, err));
    VTC_TRY(vtci_block_decoder_segment(decoder, 0, &bytes, err));
    VTC_TRY(vtci_directory_decode(decoder->schema, rows, decoder->segments, decoder->segment_count,
                                  bytes, (size_t)decoder->segments[0].raw_bytes, &decoder->arena,
                                  &decoder->directory, err));
    size_t count = decoder->directory.count;
    decoder->columns = vtci_arena_array_zeroed(&decoder->arena, count, sizeof *decoder->columns);
    if (!decoder->columns)
        return vtci_error_memory(err, count * sizeof *decoder->columns);
    for (size_t i = 0; i < count; i++)
        decoder->columns[i].values.column = decoder->directory.columns[i].column;
    return vtci_rows_open(&decoder->rows, &decoder->arena, decoder->schema, rows, err);
}

vtc_status vtci_block_decoder_open(struct vtci_block_decoder *decoder,
                                   const struct vtci_schema *schema, size_t rows,
                                   struct vtci_cursor *table, const uint8_t *payload,
                                   size_t payload_bytes, struct vtc_error *err)
{
    vtci_block_decoder_close(decoder);
    if (rows < 1 || rows > VTCI_BLOCK_ROWS_MAX)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "ZON-1",
                              "expected 1 to 2^20 rows, found %zu", rows);
    decoder->schema = schema;
    decoder->nested = NULL;
    memset(&decoder->absent, 0, sizeof decoder->absent);
    vtc_status status = open_block(decoder, rows, table, payload, payload_bytes, err);
    if (status != VTC_OK) {
        vtci_block_decoder_close(decoder);
        return status;
    }
    decoder->is_open = true;
    return VTC_OK;
}

static void mark_column(struct vtci_block_decoder *decoder, uint32_t column)
{
    uint32_t index = column == VTCI_NONE ? VTCI_NONE : decoder->directory.index_of[column];
    if (index != VTCI_NONE)
        decoder->columns[index].needed = true;
}

/* Marks what an array refers to; true when it needs lanes. Recursion as deep as the tree, 8. */
static bool mark_array(struct vtci_block_decoder *decoder, const struct vtci_op *op)
{
    bool lanes =
        op->code == VTCI_OP_GROUP || op->code == VTCI_OP_NEST || op->code == VTCI_OP_UNSTACK;
    if (op->code == VTCI_OP_MAP || op->code == VTCI_OP_LINEAR || op->code == VTCI_OP_NESTED)
        mark_column(decoder, op->column);
    if (op->code == VTCI_OP_MIX)
        for (unsigned i = 0; i < op->flags; i++)
            if (op->contexts[i].column != VTCI_MIX_CHILDREN)
                mark_column(decoder, op->contexts[i].column);
    for (int part = 0; part < VTCI_OP_PARTS_MAX; part++)
        if (op->parts[part])
            lanes |= mark_array(decoder, op->parts[part]);
    return lanes;
}

static vtc_status mark_needs(struct vtci_block_decoder *decoder, size_t index,
                             struct vtc_error *err)
{
    const struct vtci_column_code *code = &decoder->directory.columns[index];
    uint32_t source = vtci_rows_source(decoder->schema, code->column);
    /* SPEC: ROWS-1 */
    if (source != VTCI_NONE && decoder->directory.index_of[source] >= index)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "ROWS-1",
                              "column %u, that column %u hangs on, does not come before it", source,
                              code->column);
    mark_column(decoder, source);
    bool lanes = mark_array(decoder, code->array);
    if (code->codes)
        lanes |= mark_array(decoder, code->codes);
    if (code->plain)
        lanes |= mark_array(decoder, code->plain);
    if (!lanes)
        return VTC_OK;
    uint32_t lane_columns[4];
    vtci_rows_lane_columns(decoder->schema, lane_columns);
    bool wrong = code->column == VTCI_COLUMN_ROOT;
    for (int i = 0; i < 4; i++) {
        uint32_t at =
            lane_columns[i] == VTCI_NONE ? VTCI_NONE : decoder->directory.index_of[lane_columns[i]];
        wrong |= at != VTCI_NONE && at >= index;
        mark_column(decoder, lane_columns[i]);
    }
    mark_column(decoder, VTCI_COLUMN_ROOT); /* phases */
    if (wrong)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "ROWS-2",
                              "column %u needs lanes before pid and tid are known", code->column);
    return VTC_OK;
}

static vtc_status decode_needed(struct vtci_block_decoder *decoder, size_t index,
                                struct vtc_error *err)
{
    decoder->columns[index].needed = true;
    for (size_t i = index + 1; i-- > 0;)
        if (decoder->columns[i].needed && !decoder->columns[i].done)
            VTC_TRY(mark_needs(decoder, i, err));
    for (size_t i = 0; i <= index; i++) {
        if (!decoder->columns[i].needed || decoder->columns[i].done)
            continue;
        vtc_status status = vtci_column_decode(decoder, i, err);
        vtci_arena_rewind_all(&decoder->scratch);
        if (status != VTC_OK)
            return status;
        decoder->columns[i].done = true;
    }
    return VTC_OK;
}

vtc_status vtci_block_decoder_column(struct vtci_block_decoder *decoder, uint32_t column,
                                     const struct vtci_values **out_values, struct vtc_error *err)
{
    if (!decoder->is_open || column >= decoder->schema->column_count)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "no block is open, or no column %u defined", column);
    uint32_t index = decoder->directory.index_of[column];
    if (index == VTCI_NONE) {
        *out_values = &decoder->absent;
        return VTC_OK;
    }
    if (!decoder->columns[index].done)
        VTC_TRY(decode_needed(decoder, index, err));
    *out_values = &decoder->columns[index].values;
    return VTC_OK;
}

vtc_status vtci_block_decoder_rows(struct vtci_block_decoder *decoder, uint32_t column,
                                   const uint32_t **out_rows, struct vtc_error *err)
{
    const struct vtci_values *values;
    VTC_TRY(vtci_block_decoder_column(decoder, column, &values, err));
    *out_rows = values->count ? decoder->rows.columns[column].rows : NULL;
    return VTC_OK;
}

vtc_status vtci_block_decoder_lanes(struct vtci_block_decoder *decoder, const uint32_t **out_lanes,
                                    uint32_t *out_lane_count, struct vtc_error *err)
{
    uint32_t lane_columns[4];
    const struct vtci_values *values;
    VTC_TRY(vtci_block_decoder_column(decoder, VTCI_COLUMN_ROOT, &values, err));
    vtci_rows_lane_columns(decoder->schema, lane_columns);
    for (int i = 0; i < 4; i++)
        if (lane_columns[i] != VTCI_NONE)
            VTC_TRY(vtci_block_decoder_column(decoder, lane_columns[i], &values, err));
    if (vtci_rows_lanes(&decoder->rows) != VTC_OK)
        return vtci_error_memory(err, decoder->rows.rows * sizeof **out_lanes);
    *out_lanes = decoder->rows.lanes;
    *out_lane_count = decoder->rows.lane_count;
    return VTC_OK;
}

void vtci_block_decoder_carried(const struct vtci_block_decoder *decoder,
                                const struct vtci_carried **out_carried, size_t *out_count)
{
    *out_carried = decoder->is_open ? decoder->directory.carried : NULL;
    *out_count = decoder->is_open ? decoder->directory.carried_count : 0;
}
