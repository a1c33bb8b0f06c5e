/* The operators of a block: values made from any bytes are encoded at some level, and every column
 * must decode to the same values. The first byte chooses the level, the second how values look;
 * after that eight bytes make a row.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "column/block_decode.h"
#include "column/block_encode.h"

#define ROWS_MAX 2000u
#define ROW_BYTES 8u
#define DECIMAL_MAX 999999999999999999

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PID, TID, TS, DUR, NAME, CATEGORY, KEYS };

struct block {
    struct vtci_memory memory;
    struct vtci_schema schema;
    struct vtci_block_data data;
    uint32_t columns[KEYS];
    uint8_t look; /* 1: scales differ, 2: plain names, 4: absolute times, 8: large values */
    int64_t clock[4];
};

static void require(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

static void make_schema(struct block *block)
{
    static const char *const keys[KEYS] = {"pid", "tid", "ts", "dur", "name", "cat"};
    static const char *const phases[] = {"{\"ph\":\"X\",", "{\"ph\":\"B\",", "{\"ph\":\"E\","};
    static const uint32_t slots[][KEYS] = {{PID, TID, TS, DUR, NAME, CATEGORY},
                                           {PID, TID, TS, NAME, CATEGORY},
                                           {TID, TS, NAME}};
    static const uint32_t slot_counts[] = {6, 5, 3};
    struct vtci_schema *schema = &block->schema;
    uint32_t id;
    require(vtci_schema_init(schema, &block->memory) == VTC_OK, "schema");
    for (unsigned i = 0; i < KEYS; i++)
        require(vtci_schema_add_path(schema, 0, VTCI_MEMBER, keys[i], strlen(keys[i]), &id, NULL) ==
                        VTC_OK &&
                    vtci_schema_add_column(schema, id, i < NAME ? VTCI_NUMBER : VTCI_STRING,
                                           &block->columns[i], NULL) == VTC_OK,
                "column");
    for (unsigned i = 0; i < 3; i++) {
        struct vtci_bytes literals[KEYS + 1];
        uint32_t slot_columns[KEYS];
        for (uint32_t slot = 0; slot < slot_counts[i]; slot++)
            slot_columns[slot] = block->columns[slots[i][slot]];
        for (uint32_t slot = 0; slot <= slot_counts[i]; slot++)
            literals[slot] = (struct vtci_bytes){(const uint8_t *)",", 1};
        literals[0] = (struct vtci_bytes){(const uint8_t *)phases[i], strlen(phases[i])};
        require(vtci_schema_add_shape(schema, 0, VTCI_FIXED, true, slot_columns, slot_counts[i],
                                      literals, &id, NULL) == VTC_OK,
                "shape");
    }
    for (unsigned i = 0; i < 32; i++) {
        char text[16];
        int len = snprintf(text, sizeof text, "name %u", i);
        require(vtci_schema_add_string(schema, block->columns[NAME + i % 2], text, (size_t)len, &id,
                                       NULL) == VTC_OK,
                "string");
    }
    require(vtci_schema_add_string(schema, VTCI_COLUMN_SEPARATOR, ",", 1, &id, NULL) == VTC_OK,
            "string");
}

static struct vtci_values *put(struct block *block, uint32_t column, int64_t value, uint8_t scale)
{
    struct vtci_values *values = &block->data.columns[column];
    require(VTCI_ARRAY_RESERVE(&block->memory, values->values, values->capacity,
                               values->count + 1) == VTC_OK &&
                VTCI_ARRAY_RESERVE(&block->memory, values->scales, values->scales_capacity,
                                   values->count + 1) == VTC_OK,
            "memory");
    values->scales[values->count] = scale;
    values->values[values->count++] = value;
    return values;
}

static void put_plain(struct block *block, uint32_t column, const uint8_t *text, size_t len_bytes)
{
    struct vtci_values *values = put(block, column, 0, VTCI_SCALE_TOKEN);
    require(VTCI_ARRAY_RESERVE(&block->memory, values->plain, values->plain_capacity,
                               values->plain_bytes + len_bytes + 1) == VTC_OK &&
                VTCI_ARRAY_RESERVE(&block->memory, values->plain_ends, values->plain_ends_capacity,
                                   values->plain_count + 1) == VTC_OK,
            "memory");
    memcpy(values->plain + values->plain_bytes, text, len_bytes);
    values->plain_bytes += len_bytes;
    values->plain_ends[values->plain_count++] = values->plain_bytes;
}

static int64_t number(const struct block *block, const uint8_t *row)
{
    if (!(block->look & 8))
        return (int16_t)vtci_load_u16(row);
    return (int64_t)vtci_load_u64(row) % (DECIMAL_MAX + 1);
}

static void add_row(struct block *block, const uint8_t *row)
{
    unsigned shape = row[0] % 4, track = row[1] % 4; /* shape 0: raw text */
    uint8_t scale = block->look & 1 ? row[1] / 4 % 18 : 3;
    int64_t value = number(block, row + (block->look & 8 ? 0 : 2));
    put(block, VTCI_COLUMN_ROOT, shape, 0);
    put(block, VTCI_COLUMN_SEPARATOR, 1, 0);
    block->data.rows++;
    if (shape == 0) {
        put_plain(block, VTCI_COLUMN_ROOT_RAW, row + 1, row[1] % ROW_BYTES);
        return;
    }
    block->clock[track] = block->look & 4 ? value : (block->clock[track] + value) % DECIMAL_MAX;
    if (shape != 3)
        put(block, block->columns[PID], track / 2, 0);
    put(block, block->columns[TID], track, 0);
    put(block, block->columns[TS], block->clock[track], scale);
    if (shape == 1)
        put(block, block->columns[DUR], (int16_t)vtci_load_u16(row + 4), scale);
    if (block->look & 2 && row[6] & 1)
        put_plain(block, block->columns[NAME], row + 2, row[6] % 7);
    else
        put(block, block->columns[NAME], 1 + row[6] % 16, 0);
    if (shape != 3)
        put(block, block->columns[CATEGORY], 1 + row[7] % 16, 0);
}

static int same(const struct vtci_values *a, const struct vtci_values *b, uint8_t type)
{
    if (a->count != b->count || a->plain_count != b->plain_count ||
        a->plain_bytes != b->plain_bytes)
        return 0;
    return (a->count == 0 ||
            (memcmp(a->values, b->values, a->count * sizeof *a->values) == 0 &&
             (type != VTCI_NUMBER || memcmp(a->scales, b->scales, a->count) == 0))) &&
           (a->plain_count == 0 ||
            memcmp(a->plain_ends, b->plain_ends, a->plain_count * sizeof *a->plain_ends) == 0) &&
           (a->plain_bytes == 0 || memcmp(a->plain, b->plain, a->plain_bytes) == 0);
}

static void check(struct block *block, const struct vtci_buffer *table,
                  const struct vtci_buffer *payload)
{
    struct vtci_block_decoder *decoder = vtci_block_decoder_create(&block->memory);
    struct vtci_cursor cursor = vtci_cursor_make(table->data, table->len_bytes);
    require(decoder && vtci_block_decoder_open(decoder, &block->schema, block->data.rows, &cursor,
                                               payload->data, payload->len_bytes, NULL) == VTC_OK,
            "a block is refused that was made");
    for (uint32_t i = 0; i < block->data.column_count; i++) {
        const struct vtci_values *values;
        require(vtci_block_decoder_column(decoder, i, &values, NULL) == VTC_OK,
                "a column is refused that was made");
        require(same(&block->data.columns[i], values, block->schema.columns[i].type),
                "other values came back");
    }
    vtci_block_decoder_free(decoder);
}

static void round_trip(struct block *block, int level)
{
    struct vtci_buffer table, payload;
    struct vtci_block_encoder *encoder = vtci_block_encoder_create(&block->memory);
    vtci_buffer_init(&table, &block->memory);
    vtci_buffer_init(&payload, &block->memory);
    require(encoder && vtci_block_encode(encoder, &block->schema, &block->data, NULL, 0, level,
                                         &table, &payload, NULL) == VTC_OK,
            "encode");
    check(block, &table, &payload);
    vtci_block_encoder_free(encoder);
    vtci_buffer_free(&table);
    vtci_buffer_free(&payload);
}

static void release(struct block *block)
{
    for (size_t i = 0; i < block->data.column_count; i++) {
        struct vtci_values *values = &block->data.columns[i];
        VTCI_ARRAY_FREE(&block->memory, values->values, values->capacity);
        VTCI_ARRAY_FREE(&block->memory, values->scales, values->scales_capacity);
        VTCI_ARRAY_FREE(&block->memory, values->plain, values->plain_capacity);
        VTCI_ARRAY_FREE(&block->memory, values->plain_ends, values->plain_ends_capacity);
    }
    vtci_release(&block->memory, block->data.columns,
                 block->data.column_capacity * sizeof *block->data.columns);
    vtci_schema_free(&block->schema);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int levels[] = {0, 1, 3, 12};
    struct block block = {.look = 0};
    if (size < 2 + ROW_BYTES)
        return 0;
    block.look = data[1];
    vtci_memory_init(&block.memory, NULL, 0);
    make_schema(&block);
    block.data.memory = &block.memory;
    block.data.column_count = block.data.column_capacity = block.schema.column_count;
    block.data.columns = vtci_allocate_zeroed(&block.memory, block.data.column_capacity *
                                                                 sizeof *block.data.columns);
    require(block.data.columns != NULL, "memory");
    for (uint32_t i = 0; i < block.data.column_count; i++)
        block.data.columns[i].column = i;
    for (size_t at = 2; size - at >= ROW_BYTES && block.data.rows < ROWS_MAX; at += ROW_BYTES)
        add_row(&block, data + at);
    round_trip(&block, levels[data[0] % 4]);
    release(&block);
    return 0;
}
