/* Synthetic blocks: a schema like that of a trace, and random values for it, by walking shapes as
 * an importer would. */
#ifndef VTC_TESTS_COLUMN_BLOCK_FIXTURE_H
#define VTC_TESTS_COLUMN_BLOCK_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "column/block_data.h"
#include "column/schema.h"

struct fixture {
    struct vtci_memory memory;
    struct vtci_schema schema;
    struct vtci_block_data data;
    uint64_t noise;
    unsigned style; /* of the values: see fixture_fill */
    /* State of the times, by thread. */
    int64_t clock[8];
    int64_t begins[8][64];
    uint32_t names[8][64];
    unsigned depth[8];
    unsigned thread;
};

static uint64_t fixture_random(struct fixture *f)
{
    f->noise ^= f->noise << 13;
    f->noise ^= f->noise >> 7;
    f->noise ^= f->noise << 17;
    return f->noise * 0x2545F4914F6CDD1Du >> 16;
}

#define FIXTURE_OK(call)      \
    do {                      \
        if ((call) != VTC_OK) \
            abort();          \
    } while (0)

static uint32_t fixture_column(struct fixture *f, uint32_t parent, uint8_t kind, const char *key,
                               uint8_t type)
{
    uint32_t path = vtci_schema_find_path(&f->schema, parent, kind, key, strlen(key)), column;
    if (path == VTCI_NONE)
        FIXTURE_OK(vtci_schema_add_path(&f->schema, parent, kind, key, strlen(key), &path, NULL));
    column = f->schema.paths[path].columns[type];
    if (column == VTCI_NONE)
        FIXTURE_OK(vtci_schema_add_column(&f->schema, path, type, &column, NULL));
    return column;
}

static void fixture_shape(struct fixture *f, uint32_t path, uint8_t kind, const char *first,
                          const uint32_t *slots, uint32_t slot_count)
{
    struct vtci_bytes literals[16];
    uint32_t shape, literal_count = kind == VTCI_LIST ? 3 : slot_count + 1;
    for (uint32_t i = 0; i < literal_count; i++)
        literals[i] = (struct vtci_bytes){(const uint8_t *)",", 1};
    literals[0] = (struct vtci_bytes){(const uint8_t *)first, strlen(first)};
    FIXTURE_OK(vtci_schema_add_shape(&f->schema, path, kind, path == 0, slots, slot_count, literals,
                                     &shape, NULL));
}

static void fixture_strings(struct fixture *f, uint32_t column, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint32_t id;
        char text[32];
        int len = snprintf(text, sizeof text, "string %u of %u", i, column);
        FIXTURE_OK(vtci_schema_add_string(&f->schema, column, text, (size_t)len, &id, NULL));
    }
}

/* X, B, E and a shape with a doubled key; args with a number, a string, an object and a list. */
static void fixture_open(struct fixture *f, const struct vtc_allocator *allocator, size_t limit)
{
    memset(f, 0, sizeof *f);
    f->noise = 88172645463325252u;
    vtci_memory_init(&f->memory, allocator, limit);
    FIXTURE_OK(vtci_schema_init(&f->schema, &f->memory));
    uint32_t pid = fixture_column(f, 0, VTCI_MEMBER, "pid", VTCI_NUMBER);
    uint32_t tid = fixture_column(f, 0, VTCI_MEMBER, "tid", VTCI_NUMBER);
    uint32_t tid_text = fixture_column(f, 0, VTCI_MEMBER, "tid", VTCI_STRING);
    uint32_t ts = fixture_column(f, 0, VTCI_MEMBER, "ts", VTCI_NUMBER);
    uint32_t dur = fixture_column(f, 0, VTCI_MEMBER, "dur", VTCI_NUMBER);
    uint32_t tts = fixture_column(f, 0, VTCI_MEMBER, "tts", VTCI_NUMBER);
    uint32_t name = fixture_column(f, 0, VTCI_MEMBER, "name", VTCI_STRING);
    uint32_t cat = fixture_column(f, 0, VTCI_MEMBER, "cat", VTCI_STRING);
    uint32_t id = fixture_column(f, 0, VTCI_MEMBER, "id", VTCI_STRING);
    uint32_t args = fixture_column(f, 0, VTCI_MEMBER, "args", VTCI_NODE);
    uint32_t args_path = f->schema.columns[args].path;
    fixture_column(f, 0, VTCI_MEMBER, "args", VTCI_RAW);
    uint32_t value = fixture_column(f, args_path, VTCI_MEMBER, "value", VTCI_NUMBER);
    uint32_t text = fixture_column(f, args_path, VTCI_MEMBER, "text", VTCI_STRING);
    uint32_t stack = fixture_column(f, args_path, VTCI_MEMBER, "stack", VTCI_NODE);
    uint32_t stack_path = f->schema.columns[stack].path;
    fixture_column(f, args_path, VTCI_MEMBER, "stack", VTCI_RAW);
    fixture_column(f, args_path, VTCI_MEMBER, "stack", VTCI_COUNT);
    uint32_t tag = fixture_column(f, stack_path, VTCI_ELEMENTS, "", VTCI_TAG);
    uint32_t element_path = f->schema.columns[tag].path;
    uint32_t element_number = fixture_column(f, stack_path, VTCI_ELEMENTS, "", VTCI_NUMBER);
    uint32_t element_text = fixture_column(f, stack_path, VTCI_ELEMENTS, "", VTCI_STRING);
    fixture_column(f, stack_path, VTCI_ELEMENTS, "", VTCI_NODE);
    fixture_column(f, stack_path, VTCI_ELEMENTS, "", VTCI_RAW);
    uint32_t member = fixture_column(f, element_path, VTCI_MEMBER, "n", VTCI_NUMBER);

    uint32_t x[] = {pid, tid, ts, dur, name, cat, args}, b[] = {pid, tid, ts, name, id};
    uint32_t e[] = {pid, tid_text, ts, tts, name}, twice[] = {pid, tid, ts, ts, name};
    fixture_shape(f, 0, VTCI_FIXED, "{\"ph\":\"X\",\"pid\":", x, 7);
    fixture_shape(f, 0, VTCI_FIXED, "{\"ph\":\"B\",\"pid\":", b, 5);
    fixture_shape(f, 0, VTCI_FIXED, "{\"ph\":\"E\",\"pid\":", b, 4);
    fixture_shape(f, 0, VTCI_FIXED, "{\"ph\":\"i\",\"pid\":", e, 5);
    fixture_shape(f, 0, VTCI_FIXED, "{\"ph\":\"C\",\"pid\":", twice, 5);
    uint32_t number_and_text[] = {value, text}, with_stack[] = {value, stack};
    fixture_shape(f, args_path, VTCI_FIXED, "{}", NULL, 0);
    fixture_shape(f, args_path, VTCI_FIXED, "{\"value\":", number_and_text, 2);
    fixture_shape(f, args_path, VTCI_FIXED, "{\"v\":", with_stack, 2);
    fixture_shape(f, stack_path, VTCI_LIST, "[", NULL, 0);
    fixture_shape(f, stack_path, VTCI_FIXED, "[]", NULL, 0);
    fixture_shape(f, element_path, VTCI_FIXED, "{\"n\":", &member, 1);
    fixture_strings(f, name, 300);
    fixture_strings(f, cat, 4);
    fixture_strings(f, text, 1000);
    fixture_strings(f, element_number, 3);
    fixture_strings(f, element_text, 10);
    fixture_strings(f, value, 3);
    fixture_strings(f, VTCI_COLUMN_SEPARATOR, 3);

    f->data.memory = &f->memory;
    f->data.column_count = f->schema.column_count;
    f->data.column_capacity = f->schema.column_count;
    f->data.columns =
        vtci_allocate_zeroed(&f->memory, f->data.column_capacity * sizeof *f->data.columns);
    for (uint32_t i = 0; i < f->data.column_count; i++)
        f->data.columns[i].column = i;
}

static void fixture_put(struct fixture *f, uint32_t column, int64_t value, uint8_t scale)
{
    struct vtci_values *values = &f->data.columns[column];
    FIXTURE_OK(VTCI_ARRAY_RESERVE(&f->memory, values->values, values->capacity, values->count + 1));
    FIXTURE_OK(
        VTCI_ARRAY_RESERVE(&f->memory, values->scales, values->scales_capacity, values->count + 1));
    values->scales[values->count] = scale;
    values->values[values->count++] = value;
}

static void fixture_put_plain(struct fixture *f, uint32_t column, const char *text, size_t len)
{
    struct vtci_values *values = &f->data.columns[column];
    fixture_put(f, column, 0, VTCI_SCALE_TOKEN);
    FIXTURE_OK(VTCI_ARRAY_RESERVE(&f->memory, values->plain, values->plain_capacity,
                                  values->plain_bytes + len + 1));
    FIXTURE_OK(VTCI_ARRAY_RESERVE(&f->memory, values->plain_ends, values->plain_ends_capacity,
                                  values->plain_count + 1));
    memcpy(values->plain + values->plain_bytes, text, len);
    values->plain_bytes += len;
    values->plain_ends[values->plain_count++] = values->plain_bytes;
}

static void fixture_clear(struct fixture *f)
{
    f->data.rows = 0;
    for (size_t i = 0; i < f->data.column_count; i++) {
        struct vtci_values *values = &f->data.columns[i];
        values->count = values->plain_count = values->plain_bytes = 0;
    }
    memset(f->depth, 0, sizeof f->depth);
}

static void fixture_close(struct fixture *f)
{
    for (size_t i = 0; i < f->data.column_count; i++) {
        struct vtci_values *values = &f->data.columns[i];
        VTCI_ARRAY_FREE(&f->memory, values->values, values->capacity);
        VTCI_ARRAY_FREE(&f->memory, values->scales, values->scales_capacity);
        VTCI_ARRAY_FREE(&f->memory, values->plain, values->plain_capacity);
        VTCI_ARRAY_FREE(&f->memory, values->plain_ends, values->plain_ends_capacity);
    }
    vtci_release(&f->memory, f->data.columns, f->data.column_capacity * sizeof *f->data.columns);
    vtci_schema_free(&f->schema);
}

static void fixture_string(struct fixture *f, uint32_t column, uint64_t pick)
{
    const struct vtci_column *of = &f->schema.columns[column];
    bool is_id = vtci_schema_root_column(&f->schema, "id", VTCI_STRING) == column;
    char text[64];
    int len;
    if (!is_id && of->string_count && pick % 16) {
        fixture_put(f, column, (int64_t)(1 + pick / 16 % of->string_count), 0);
        return;
    }
    if (is_id)
        len = snprintf(text, sizeof text, f->style & 1 ? "0x%llx" : "%llu",
                       (unsigned long long)(pick >> 20));
    else
        len = snprintf(text, (size_t)(pick / 16 % 60) + 1, "plain text %llu and so on and on",
                       (unsigned long long)pick);
    fixture_put_plain(f, column, text, (size_t)len < 60 ? strlen(text) : 60);
}

static void fixture_number(struct fixture *f, uint32_t column, uint64_t pick)
{
    const struct vtci_column *of = &f->schema.columns[column];
    switch (f->style % 5) {
    case 0: /* whole numbers, some of them large, a token now and then */
        if (of->string_count && pick % 50 == 0)
            fixture_put(f, column, (int64_t)(1 + pick / 64 % of->string_count), VTCI_SCALE_TOKEN);
        else if (pick % 31 == 0)
            fixture_put_plain(f, column, "1e5", (size_t)(pick / 64 % 4));
        else
            fixture_put(f, column, (int64_t)(pick >> (pick % 48)), 0);
        return;
    case 1: /* few different ones */
        fixture_put(f, column, (int64_t)(pick % 7) * 1000000007, 0);
        return;
    case 2: /* up to three decimals, without trailing zeros */
        for (uint8_t scale = 3;; scale--, pick /= 10)
            if (scale == 0 || pick % 10) {
                fixture_put(f, column, (int64_t)(pick % 1000000) - 500000, scale);
                if (scale && (int64_t)(pick % 1000000 - 500000) % 10 == 0)
                    f->data.columns[column].values[f->data.columns[column].count - 1]++;
                return;
            }
    case 3: /* multiples of 4096 from somewhere */
        fixture_put(f, column, (int64_t)(pick % 100) * 4096 + 77, 0);
        return;
    default: /* long decimals, all sorts */
        fixture_put(f, column, (int64_t)(pick % 1000000000000000), (uint8_t)(pick % 18));
    }
}

static void fixture_node(struct fixture *f, uint32_t path);

static void fixture_value(struct fixture *f, uint32_t column)
{
    const struct vtci_column *of = &f->schema.columns[column];
    uint64_t pick = fixture_random(f);
    if (f->style & 8)
        pick = pick % 3 ? 12345678 : pick;
    if (of->type == VTCI_NUMBER)
        fixture_number(f, column, pick);
    else if (of->type == VTCI_STRING)
        fixture_string(f, column, pick);
    else
        fixture_node(f, of->path);
}

static void fixture_node(struct fixture *f, uint32_t path)
{
    const struct vtci_path *of = &f->schema.paths[path];
    uint64_t local = fixture_random(f) % (of->shape_count * 20 + 1);
    local = local % (of->shape_count + 1);
    fixture_put(f, of->columns[VTCI_NODE], (int64_t)local, 0);
    if (local == 0) {
        fixture_put_plain(f, of->columns[VTCI_RAW], "{\"raw\":1}", 9);
        return;
    }
    const struct vtci_shape *shape = &f->schema.shapes[of->shapes[local - 1]];
    if (shape->kind == VTCI_LIST) {
        uint32_t elements = vtci_schema_find_path(&f->schema, path, VTCI_ELEMENTS, "", 0);
        uint64_t count = 1 + fixture_random(f) % 5;
        fixture_put(f, of->columns[VTCI_COUNT], (int64_t)count, 0);
        for (uint64_t i = 0; i < count; i++) {
            uint8_t tag = (uint8_t)(1 + fixture_random(f) % 3);
            fixture_put(f, f->schema.paths[elements].columns[VTCI_TAG], tag, 0);
            fixture_value(f, f->schema.paths[elements].columns[tag]);
        }
        return;
    }
    for (uint32_t slot = 0; slot < shape->slot_count; slot++)
        fixture_value(f, shape->slot_columns[slot]);
}

/* ts and dur of spans that nest, written when they end; anything now and then. */
static void fixture_time(struct fixture *f, uint32_t ts, uint32_t dur, bool is_span)
{
    unsigned thread = f->thread;
    f->clock[thread] += 1 + (int64_t)(fixture_random(f) % 1000);
    int64_t start = f->clock[thread];
    if (is_span) {
        uint64_t dice = fixture_random(f) % 4;
        if (f->depth[thread] && dice == 0)
            start = f->begins[thread][--f->depth[thread]];
        else if (dice == 1 && f->depth[thread] < 64)
            f->begins[thread][f->depth[thread]++] = start;
        if (f->style & 4 && dice == 2)
            start -= (int64_t)(fixture_random(f) % 100000);
        f->clock[thread] += (int64_t)(fixture_random(f) % 500);
        fixture_put(f, ts, start, 3);
        fixture_put(f, dur, f->clock[thread] - start, 3);
    } else {
        fixture_put(f, ts, start, 3);
    }
}

static void fixture_row(struct fixture *f, uint32_t ts, uint32_t dur)
{
    const struct vtci_path *root = &f->schema.paths[0];
    uint64_t local = f->style & 2 ? 1 : 1 + fixture_random(f) % root->shape_count;
    if (fixture_random(f) % 400 == 0)
        local = 0;
    fixture_put(f, VTCI_COLUMN_ROOT, (int64_t)local, 0);
    if (local == 0)
        fixture_put_plain(f, VTCI_COLUMN_ROOT_RAW, "{\"a\":null}", 10);
    if (fixture_random(f) % 4 == 0)
        f->thread = (unsigned)(fixture_random(f) % 8);
    const struct vtci_shape *shape = local ? &f->schema.shapes[root->shapes[local - 1]] : NULL;
    for (uint32_t slot = 0; shape && slot < shape->slot_count; slot++) {
        uint32_t column = shape->slot_columns[slot];
        const struct vtci_path *path = &f->schema.paths[f->schema.columns[column].path];
        if (path->key_len_bytes == 3 && memcmp(path->key, "pid", 3) == 0)
            fixture_put(f, column, 4711 + f->thread / 4, 0);
        else if (path->key_len_bytes == 3 && memcmp(path->key, "tid", 3) == 0 &&
                 f->schema.columns[column].type == VTCI_NUMBER)
            fixture_put(f, column, 100000 + f->thread, 0);
        else if (column == ts)
            fixture_time(f, ts, dur, shape->phase == 'X');
        else if (column != dur)
            fixture_value(f, column);
    }
    fixture_put(f, VTCI_COLUMN_SEPARATOR, 1 + (int64_t)(fixture_random(f) % 50 == 0), 0);
    f->data.rows++;
}

/* Bits of `style`: values % 5 see fixture_number; 1 hex ids; 2 X only; 4 odd times; 8 repetitive. */
static void fixture_fill(struct fixture *f, unsigned style, size_t rows)
{
    uint32_t ts = vtci_schema_root_column(&f->schema, "ts", VTCI_NUMBER);
    uint32_t dur = vtci_schema_root_column(&f->schema, "dur", VTCI_NUMBER);
    fixture_clear(f);
    f->style = style;
    for (size_t i = 0; i < rows; i++)
        fixture_row(f, ts, dur);
}

#endif
