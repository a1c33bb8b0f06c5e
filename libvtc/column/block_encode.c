/* A block: which columns come when, and how the parts are put together. See block_encode.h. */
#include <stdlib.h>

#include "base/error.h"
#include "base/limits.h"
#include "column/block_encode_internal.h"

/* What has no shape is megabytes at a time where it is anything, such as an object of 500,000 keys.
 * Above this, zstd takes ten times as long for such text, and gains a twentieth. */
#define LONG_ZSTD_MAX 12
bool vtci_level_mixes(int level)
{
    return level >= 10;
}

struct vtci_effort vtci_effort_of_level(int level)
{
    struct vtci_effort effort = {0};
    if (level >= 1) {
        effort.planes_zstd = 1;
        effort.text_zstd = level < 3 ? level : 3;
        effort.directory_zstd = 3;
    }
    if (level >= 4) {
        effort.trials = true;
        effort.planes_zstd = level;
        effort.text_zstd = level + 4;
        effort.directory_zstd = 19;
    }
    if (vtci_level_mixes(level)) {
        effort.mix = true;
        effort.text_zstd = 19;
    }
    effort.long_zstd = effort.text_zstd < LONG_ZSTD_MAX ? effort.text_zstd : LONG_ZSTD_MAX;
    return effort;
}

struct vtci_block_encoder *vtci_block_encoder_create(struct vtci_memory *memory)
{
    struct vtci_block_encoder *encoder = vtci_allocate_zeroed(memory, sizeof *encoder);
    if (!encoder)
        return NULL;
    encoder->memory = memory;
    vtci_arena_init(&encoder->arena, memory);
    vtci_arena_init(&encoder->scratch, memory);
    vtci_buffer_init(&encoder->directory, memory);
    for (int pool = 0; pool < VTCI_POOLS; pool++)
        vtci_buffer_init(&encoder->pools[pool], memory);
    if (vtci_zstd_create(memory, &encoder->zstd) != VTC_OK) {
        vtci_release(memory, encoder, sizeof *encoder);
        return NULL;
    }
    return encoder;
}

void vtci_block_encoder_free(struct vtci_block_encoder *encoder)
{
    if (!encoder)
        return;
    vtci_arena_free(&encoder->arena);
    vtci_arena_free(&encoder->scratch);
    vtci_buffer_free(&encoder->directory);
    for (int pool = 0; pool < VTCI_POOLS; pool++)
        vtci_buffer_free(&encoder->pools[pool]);
    VTCI_ARRAY_FREE(encoder->memory, encoder->leaves, encoder->leaf_capacity);
    vtci_zstd_free(encoder->zstd);
    vtci_release(encoder->memory, encoder, sizeof *encoder);
}

/* Where a column stands in the directory: what others refer to comes first, parents before children
 * (a path's id is above its parent's), tags before the elements that they tell apart. tid before pid, as it mostly decides it. */
static uint64_t column_rank(const struct vtci_schema *schema, uint32_t column)
{
    static const char *const first[] = {"tid", "pid", "name", "cat", "ts", "dur"};
    static const uint8_t type_rank[VTCI_TYPES] = {
        [VTCI_TAG] = 0,    [VTCI_NODE] = 1,   [VTCI_COUNT] = 2,
        [VTCI_NUMBER] = 3, [VTCI_STRING] = 4, [VTCI_RAW] = 5};
    const struct vtci_column *of = &schema->columns[column];
    const struct vtci_path *path = &schema->paths[of->path];
    uint64_t group = 8;
    if (column == VTCI_COLUMN_ROOT)
        return 0;
    if (column <= VTCI_COLUMN_ROOT_RAW)
        return (UINT64_C(10) << 48) + column;
    if (path->parent == 0 && path->kind == VTCI_MEMBER) {
        group = 7;
        if (of->type == VTCI_NUMBER || of->type == VTCI_STRING)
            for (uint64_t i = 0; i < sizeof first / sizeof *first; i++)
                if (path->key_len_bytes == strlen(first[i]) &&
                    memcmp(path->key, first[i], path->key_len_bytes) == 0)
                    group = i + 1;
    }
    return group << 48 | (uint64_t)of->path << 8 | type_rank[of->type];
}

struct ranked {
    uint64_t rank;
    uint32_t column;
};

static int compare_ranks(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    return (a->rank > b->rank) - (a->rank < b->rank);
}

static vtc_status encode_columns(struct vtci_block_encoder *encoder)
{
    const struct vtci_block_data *data = encoder->data;
    size_t count = 0;
    struct ranked *order = vtci_arena_array(&encoder->arena, data->column_count, sizeof *order);
    encoder->codes = vtci_arena_array(&encoder->arena, data->column_count, sizeof *encoder->codes);
    if (!order || !encoder->codes)
        return VTC_ERR_NO_MEMORY;
    for (uint32_t column = 0; column < data->column_count; column++)
        if (data->columns[column].count)
            order[count++] = (struct ranked){column_rank(encoder->schema, column), column};
    qsort(order, count, sizeof *order, compare_ranks);
    for (size_t i = 0; i < count; i++) {
        VTC_TRY(vtci_column_encode(encoder, order[i].column));
        vtci_arena_rewind_all(&encoder->scratch);
    }
    return VTC_OK;
}

/* Appends a segment to the payload and its line to the table. */
static vtc_status put_segment(struct vtci_buffer *table, struct vtci_buffer *payload,
                              uint8_t method, size_t raw_bytes, const uint8_t *stored,
                              size_t stored_bytes)
{
    VTC_TRY(vtci_buffer_u8(table, method));
    VTC_TRY(vtci_buffer_varint(table, raw_bytes));
    VTC_TRY(vtci_buffer_varint(table, stored_bytes));
    return vtci_buffer_append(payload, stored, stored_bytes);
}

static vtc_status pack_buffer(struct vtci_block_encoder *encoder, const struct vtci_buffer *from,
                              int zstd_level, struct vtci_buffer *table,
                              struct vtci_buffer *payload)
{
    size_t len_bytes = from->len_bytes, packed_bytes;
    if (len_bytes < 16 || zstd_level == 0)
        return put_segment(table, payload, 0, len_bytes, from->data, len_bytes);
    uint8_t *packed = vtci_arena_array(&encoder->scratch, len_bytes, 1);
    if (!packed)
        return VTC_ERR_NO_MEMORY;
    vtc_status status = vtci_zstd_compress(encoder->zstd, zstd_level, from->data, len_bytes, packed,
                                           len_bytes - 1, &packed_bytes);
    if (status == VTC_OK)
        return put_segment(table, payload, 1, len_bytes, packed, packed_bytes);
    if (status == VTC_ERR_LIMIT)
        return put_segment(table, payload, 0, len_bytes, from->data, len_bytes);
    return status;
}

static vtc_status put_block(struct vtci_block_encoder *encoder, const struct vtci_carried *carried,
                            size_t carried_count, struct vtci_buffer *table,
                            struct vtci_buffer *payload)
{
    uint32_t segment_count;
    VTC_TRY(vtci_directory_encode(encoder, carried, carried_count, &segment_count));
    int zstd_level = encoder->effort.directory_zstd;
    VTC_TRY(vtci_buffer_varint(table, segment_count));
    VTC_TRY(pack_buffer(encoder, &encoder->directory, zstd_level, table, payload));
    for (int pool = 0; pool < VTCI_POOLS; pool++)
        VTC_TRY(pack_buffer(encoder, &encoder->pools[pool], zstd_level, table, payload));
    /* In the order in which the directory met them, which is by segment. */
    const struct vtci_leaf **placed =
        vtci_arena_array_zeroed(&encoder->scratch, segment_count, sizeof *placed);
    if (!placed)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < encoder->leaf_count; i++)
        if (encoder->leaves[i].stored && encoder->leaves[i].segment)
            placed[encoder->leaves[i].segment] = &encoder->leaves[i];
    for (uint32_t segment = 1 + VTCI_POOLS; segment < segment_count; segment++) {
        const struct vtci_leaf *leaf = placed[segment];
        VTC_TRY(put_segment(table, payload, leaf->method, leaf->raw_bytes, leaf->stored,
                            leaf->stored_bytes));
    }
    return VTC_OK;
}

static vtc_status begin(struct vtci_block_encoder *encoder, const struct vtci_schema *schema,
                        const struct vtci_block_data *data, int level, struct vtc_error *err)
{
    vtci_arena_rewind_all(&encoder->arena);
    vtci_arena_rewind_all(&encoder->scratch);
    encoder->directory.len_bytes = 0;
    for (int pool = 0; pool < VTCI_POOLS; pool++)
        encoder->pools[pool].len_bytes = 0;
    encoder->leaf_count = 0;
    encoder->code_count = 0;
    encoder->nested = false;
    encoder->effort = vtci_effort_of_level(level);
    encoder->level = level;
    encoder->schema = schema;
    encoder->data = data;
    encoder->err = err;
    encoder->ts = vtci_schema_root_column(schema, "ts", VTCI_NUMBER);
    encoder->dur = vtci_schema_root_column(schema, "dur", VTCI_NUMBER);
    encoder->tid = vtci_schema_root_column(schema, "tid", VTCI_NUMBER);
    encoder->name = vtci_schema_root_column(schema, "name", VTCI_STRING);
    return vtci_rows_open(&encoder->rows, &encoder->arena, schema, data->rows, err);
}

vtc_status vtci_block_encode(struct vtci_block_encoder *encoder, const struct vtci_schema *schema,
                             const struct vtci_block_data *data, const struct vtci_carried *carried,
                             size_t carried_count, int level, struct vtci_buffer *out_segment_table,
                             struct vtci_buffer *out_payload, struct vtc_error *err)
{
    if (data->rows < 1 || data->rows > VTCI_BLOCK_ROWS_MAX ||
        data->column_count > schema->column_count)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, "ZON-1",
                              "a block of %zu rows and %zu columns", data->rows,
                              data->column_count);
    vtc_status status = begin(encoder, schema, data, level, err);
    if (status == VTC_OK)
        status = encode_columns(encoder);
    if (status == VTC_OK)
        status = put_block(encoder, carried, carried_count, out_segment_table, out_payload);
    if (status == VTC_ERR_NO_MEMORY)
        return vtci_error_memory(err, data->rows);
    return status == VTC_ERR_CORRUPT ? VTC_ERR_ARGUMENT : status;
}
