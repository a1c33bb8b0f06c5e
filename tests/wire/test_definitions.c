/* Definitions: what a schema gains between marks comes back in parts, as a whole, and not from
 * damaged bytes. */
#include "support/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "column/definitions.h"
#include "support/fault_allocator.h"

static struct vtci_bytes bytes_of(const char *text)
{
    return (struct vtci_bytes){(const uint8_t *)text, strlen(text)};
}

/* A row with a name, and arguments that are a list. */
static void add_first(struct vtci_schema *schema)
{
    uint32_t name, args, elements, column, list, shape, id;
    assert_int_equal(vtci_schema_add_path(schema, 0, VTCI_MEMBER, "name", 4, &name, NULL), VTC_OK);
    assert_int_equal(vtci_schema_add_path(schema, 0, VTCI_MEMBER, "args", 4, &args, NULL), VTC_OK);
    assert_int_equal(vtci_schema_add_path(schema, args, VTCI_ELEMENTS, NULL, 0, &elements, NULL),
                     VTC_OK);
    uint32_t slots[2];
    assert_int_equal(vtci_schema_add_column(schema, name, VTCI_STRING, &slots[0], NULL), VTC_OK);
    assert_int_equal(vtci_schema_add_column(schema, args, VTCI_NODE, &slots[1], NULL), VTC_OK);
    static const uint8_t of_args[] = {VTCI_RAW, VTCI_COUNT};
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(vtci_schema_add_column(schema, args, of_args[i], &column, NULL), VTC_OK);
    static const uint8_t of_elements[] = {VTCI_TAG, VTCI_NUMBER, VTCI_STRING, VTCI_NODE, VTCI_RAW};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(vtci_schema_add_column(schema, elements, of_elements[i], &column, NULL),
                         VTC_OK);
    struct vtci_bytes row[3] = {bytes_of("{\"ph\":\"X\",\"name\":\""), bytes_of("\",\"args\":"),
                                bytes_of("}")};
    assert_int_equal(vtci_schema_add_shape(schema, 0, VTCI_FIXED, true, slots, 2, row, &shape,
                                           NULL),
                     VTC_OK);
    struct vtci_bytes parts[3] = {bytes_of("["), bytes_of(", "), bytes_of("]")};
    assert_int_equal(vtci_schema_add_shape(schema, args, VTCI_LIST, false, NULL, 0, parts, &list,
                                           NULL),
                     VTC_OK);
    assert_int_equal(vtci_schema_add_string(schema, slots[0], "main", 4, &id, NULL), VTC_OK);
    assert_int_equal(vtci_schema_add_string(schema, slots[0], "", 0, &id, NULL), VTC_OK);
    assert_int_equal(vtci_schema_add_track(schema, bytes_of("1"), bytes_of("\"a\""), &id, NULL),
                     VTC_OK);
}

/* More strings of old columns, and a track without a thread. */
static void add_second(struct vtci_schema *schema)
{
    uint32_t id, name = vtci_schema_root_column(schema, "name", VTCI_STRING);
    assert_int_equal(vtci_schema_add_string(schema, VTCI_COLUMN_SEPARATOR, ",\n", 2, &id, NULL),
                     VTC_OK);
    assert_int_equal(vtci_schema_add_string(schema, name, "run", 3, &id, NULL), VTC_OK);
    assert_int_equal(id, 3);
    assert_int_equal(vtci_schema_add_track(schema, bytes_of("1"), bytes_of(""), &id, NULL), VTC_OK);
}

static void assert_same_bytes(struct vtci_bytes a, struct vtci_bytes b)
{
    assert_int_equal(a.len_bytes, b.len_bytes);
    if (a.len_bytes)
        assert_memory_equal(a.data, b.data, a.len_bytes);
}

static void assert_same_schema(const struct vtci_schema *a, const struct vtci_schema *b)
{
    assert_int_equal(a->path_count, b->path_count);
    assert_int_equal(a->column_count, b->column_count);
    assert_int_equal(a->shape_count, b->shape_count);
    assert_int_equal(a->track_count, b->track_count);
    for (size_t i = 0; i < a->path_count; i++) {
        assert_int_equal(a->paths[i].parent, b->paths[i].parent);
        assert_int_equal(a->paths[i].kind, b->paths[i].kind);
        assert_int_equal(a->paths[i].key_len_bytes, b->paths[i].key_len_bytes);
        assert_int_equal(a->paths[i].shape_count, b->paths[i].shape_count);
    }
    for (size_t i = 0; i < a->column_count; i++) {
        assert_int_equal(a->columns[i].path, b->columns[i].path);
        assert_int_equal(a->columns[i].type, b->columns[i].type);
        assert_int_equal(a->columns[i].string_count, b->columns[i].string_count);
        for (uint64_t id = 1; id <= a->columns[i].string_count; id++)
            assert_same_bytes(vtci_column_string(&a->columns[i], id),
                              vtci_column_string(&b->columns[i], id));
    }
    for (size_t i = 0; i < a->shape_count; i++) {
        const struct vtci_shape *left = &a->shapes[i], *right = &b->shapes[i];
        assert_int_equal(left->kind, right->kind);
        assert_int_equal(left->path, right->path);
        assert_int_equal(left->phase, right->phase);
        assert_int_equal(left->is_event, right->is_event);
        assert_int_equal(left->slot_count, right->slot_count);
        for (uint32_t k = 0; k < (left->kind == VTCI_LIST ? 3 : left->slot_count + 1); k++)
            assert_same_bytes(vtci_shape_literal(left, k), vtci_shape_literal(right, k));
    }
    for (size_t i = 0; i < a->track_count; i++) {
        assert_same_bytes(a->tracks[i].pid, b->tracks[i].pid);
        assert_same_bytes(a->tracks[i].tid, b->tracks[i].tid);
    }
}

static void test_definitions__come_back_in_parts(void **state)
{
    struct vtci_memory memory;
    struct vtci_schema schema, back;
    struct vtci_schema_mark mark;
    struct vtci_buffer out;
    (void)state;
    vtci_memory_init(&memory, NULL, 0);
    vtci_buffer_init(&out, &memory);
    vtci_schema_mark_init(&mark, &memory);
    assert_int_equal(vtci_schema_init(&schema, &memory), VTC_OK);
    assert_int_equal(vtci_schema_init(&back, &memory), VTC_OK);
    assert_false(vtci_definitions_pending(&schema, &mark));
    for (unsigned part = 0; part < 3; part++) {
        if (part == 0)
            add_first(&schema);
        if (part == 1)
            add_second(&schema);
        assert_int_equal(vtci_definitions_pending(&schema, &mark), part < 2);
        out.len_bytes = 0;
        assert_int_equal(vtci_definitions_encode(&schema, &mark, &out), VTC_OK);
        assert_false(vtci_definitions_pending(&schema, &mark));
        assert_int_equal(vtci_definitions_decode(&back, out.data, out.len_bytes, 32, NULL), VTC_OK);
        assert_same_schema(&schema, &back);
    }
    assert_int_equal(out.len_bytes, 5); /* five counts of nothing */
    vtci_schema_free(&schema);
    vtci_schema_free(&back);
    vtci_schema_mark_free(&mark);
    vtci_buffer_free(&out);
    assert_int_equal(atomic_load(&memory.held_bytes), 0);
}

/* The bytes of add_first. */
static void encode_first(struct vtci_memory *memory, struct vtci_buffer *out)
{
    struct vtci_schema schema;
    struct vtci_schema_mark mark;
    vtci_buffer_init(out, memory);
    vtci_schema_mark_init(&mark, memory);
    assert_int_equal(vtci_schema_init(&schema, memory), VTC_OK);
    add_first(&schema);
    assert_int_equal(vtci_definitions_encode(&schema, &mark, out), VTC_OK);
    vtci_schema_free(&schema);
    vtci_schema_mark_free(&mark);
}

static vtc_status decode_copy(struct vtci_memory *memory, const uint8_t *bytes, size_t len_bytes,
                              struct vtc_error *err)
{
    struct vtci_schema schema;
    uint8_t *copy = malloc(len_bytes ? len_bytes : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, len_bytes);
    vtc_status status = vtci_schema_init(&schema, memory);
    if (status == VTC_OK)
        status = vtci_definitions_decode(&schema, copy, len_bytes, 4711, err);
    vtci_schema_free(&schema);
    free(copy);
    return status;
}

static void test_definitions__refuse_damaged_bytes(void **state)
{
    struct vtci_memory memory;
    struct vtci_buffer out;
    struct vtc_error err;
    (void)state;
    vtci_memory_init(&memory, NULL, 0);
    encode_first(&memory, &out);
    size_t held_bytes = atomic_load(&memory.held_bytes);
    for (size_t i = 0; i < out.len_bytes; i++) {
        assert_int_equal(decode_copy(&memory, out.data, i, &err), VTC_ERR_CORRUPT);
        assert_int_equal(err.offset, 4711);
        assert_true(err.rule[0]);
    }
    for (size_t bit = 0; bit < out.len_bytes * 8; bit++) {
        out.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        vtc_status status = decode_copy(&memory, out.data, out.len_bytes, &err);
        assert_true(status == VTC_OK || status == VTC_ERR_CORRUPT);
        out.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_int_equal(atomic_load(&memory.held_bytes), held_bytes);
    vtci_buffer_free(&out);
}

static void test_definitions__survive_failing_allocations(void **state)
{
    struct vtci_memory memory;
    struct vtci_buffer out;
    (void)state;
    vtci_memory_init(&memory, NULL, 0);
    encode_first(&memory, &out);
    for (uint64_t fail_at = 1;; fail_at++) {
        struct test_fault_allocator faults;
        struct vtci_memory failing;
        struct vtc_error err;
        test_fault_allocator_init(&faults, fail_at);
        vtci_memory_init(&failing, &faults.allocator, 0);
        vtc_status status = decode_copy(&failing, out.data, out.len_bytes, &err);
        assert_int_equal(faults.held_bytes, 0);
        if (faults.calls < fail_at) {
            assert_int_equal(status, VTC_OK);
            break;
        }
        assert_int_equal(status, VTC_ERR_NO_MEMORY);
    }
    vtci_buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_definitions__come_back_in_parts),
        cmocka_unit_test(test_definitions__refuse_damaged_bytes),
        cmocka_unit_test(test_definitions__survive_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
