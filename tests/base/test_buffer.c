/* Buffers, cursors and the numbers that are kept in them. */
#include "support/cmocka_all.h"

#include "base/buffer.h"
#include "base/bytes.h"
#include "support/fault_allocator.h"

struct varint_case {
    uint64_t value;
    uint8_t len;
    uint8_t bytes[10];
};

static const struct varint_case varints[] = {
    {0, 1, {0x00}},
    {1, 1, {0x01}},
    {127, 1, {0x7f}},
    {128, 2, {0x80, 0x01}},
    {300, 2, {0xac, 0x02}},
    {16383, 2, {0xff, 0x7f}},
    {16384, 3, {0x80, 0x80, 0x01}},
    {UINT64_C(1) << 63, 10, {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01}},
    {UINT64_MAX, 10, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}},
};

static int setup(void **state)
{
    static struct vtci_memory memory;
    static struct vtci_buffer buffer;
    vtci_memory_init(&memory, NULL, 0);
    vtci_buffer_init(&buffer, &memory);
    *state = &buffer;
    return 0;
}

static int teardown(void **state)
{
    struct vtci_buffer *buffer = *state;
    vtci_buffer_free(buffer);
    return atomic_load(&buffer->memory->held_bytes) != 0;
}

/* SPEC: NUM-2 */
static void test_buffer_varint__is_the_shortest_form(void **state)
{
    struct vtci_buffer *buffer = *state;
    for (size_t i = 0; i < sizeof varints / sizeof *varints; i++) {
        buffer->len_bytes = 0;
        assert_int_equal(vtci_buffer_varint(buffer, varints[i].value), VTC_OK);
        assert_int_equal(buffer->len_bytes, varints[i].len);
        assert_memory_equal(buffer->data, varints[i].bytes, varints[i].len);
        struct vtci_cursor cursor = vtci_cursor_make(buffer->data, buffer->len_bytes);
        assert_true(vtci_cursor_varint(&cursor) == varints[i].value);
        assert_false(cursor.failed);
        assert_int_equal(vtci_cursor_left(&cursor), 0);
    }
}

/* SPEC: NUM-2 */
static void test_cursor_varint__refuses_every_prefix(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof varints / sizeof *varints; i++) {
        for (size_t len = 0; len < varints[i].len; len++) {
            struct vtci_cursor cursor = vtci_cursor_make(varints[i].bytes, len);
            assert_true(vtci_cursor_varint(&cursor) == 0);
            assert_true(cursor.failed);
        }
    }
}

/* SPEC: NUM-2 */
static void test_cursor_varint__refuses_what_is_not_shortest(void **state)
{
    (void)state;
    static const uint8_t bad[][11] = {
        {0x80, 0x00},                                                       /* 0 in two bytes */
        {0xff, 0x80, 0x00},                                                 /* 127 in three */
        {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02},       /* bit 65 */
        {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x81, 0x01}, /* eleven bytes */
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct vtci_cursor cursor = vtci_cursor_make(bad[i], sizeof bad[i]);
        assert_true(vtci_cursor_varint(&cursor) == 0);
        assert_true(cursor.failed);
    }
}

/* SPEC: NUM-3 */
static void test_buffer_svarint__is_zigzag(void **state)
{
    static const struct {
        int64_t value;
        uint64_t zigzag;
    } cases[] = {{0, 0},
                 {-1, 1},
                 {1, 2},
                 {-2, 3},
                 {2, 4},
                 {INT64_MAX, UINT64_MAX - 1},
                 {INT64_MIN, UINT64_MAX}};
    struct vtci_buffer *buffer = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        buffer->len_bytes = 0;
        assert_int_equal(vtci_buffer_svarint(buffer, cases[i].value), VTC_OK);
        struct vtci_cursor cursor = vtci_cursor_make(buffer->data, buffer->len_bytes);
        assert_true(vtci_cursor_varint(&cursor) == cases[i].zigzag);
        cursor = vtci_cursor_make(buffer->data, buffer->len_bytes);
        assert_true(vtci_cursor_svarint(&cursor) == cases[i].value);
    }
}

static vtc_status append_u32(struct vtci_buffer *buffer, uint32_t value)
{
    uint8_t bytes[4];
    vtci_store_u32(bytes, value);
    return vtci_buffer_append(buffer, bytes, sizeof bytes);
}

/* SPEC: NUM-1 */
static void test_buffer_u64__is_little_endian(void **state)
{
    struct vtci_buffer *buffer = *state;
    assert_int_equal(vtci_buffer_u8(buffer, 0x01), VTC_OK);
    assert_int_equal(append_u32(buffer, 0x05040302), VTC_OK);
    assert_int_equal(vtci_buffer_u64(buffer, 0x0d0c0b0a09080706), VTC_OK);
    for (uint8_t i = 0; i < 13; i++)
        assert_int_equal(buffer->data[i], i + 1);
    struct vtci_cursor cursor = vtci_cursor_make(buffer->data, buffer->len_bytes);
    assert_int_equal(vtci_cursor_u8(&cursor), 0x01);
    assert_int_equal(vtci_cursor_u32(&cursor), 0x05040302);
    assert_int_equal(vtci_cursor_u16(&cursor), 0x0706);
    assert_int_equal(vtci_cursor_left(&cursor), 6);
    assert_false(cursor.failed);
}

static void test_cursor__stays_failed_after_the_end(void **state)
{
    (void)state;
    static const uint8_t bytes[4] = {1, 2, 3, 4};
    struct vtci_cursor cursor = vtci_cursor_make(bytes, sizeof bytes);
    assert_true(vtci_cursor_u64(&cursor) == 0);
    assert_true(cursor.failed);
    assert_int_equal(vtci_cursor_u8(&cursor), 0);
    assert_true(cursor.failed);
}

static void test_cursor_take__takes_no_length_that_wraps(void **state)
{
    (void)state;
    static const uint8_t bytes[4] = {1, 2, 3, 4};
    static const uint64_t lengths[] = {5, SIZE_MAX, UINT64_MAX, (uint64_t)1 << 63};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct vtci_cursor cursor = vtci_cursor_make(bytes, sizeof bytes);
        assert_null(vtci_cursor_take(&cursor, lengths[i]));
        assert_true(cursor.failed);
    }
}

static void test_cursor__of_nothing(void **state)
{
    (void)state;
    struct vtci_cursor cursor = vtci_cursor_make(NULL, 0);
    assert_int_equal(vtci_cursor_left(&cursor), 0);
    assert_int_equal(vtci_cursor_u8(&cursor), 0);
    assert_true(cursor.failed);
}

static void test_buffer_append__grows(void **state)
{
    struct vtci_buffer *buffer = *state;
    for (uint32_t i = 0; i < 100000; i++)
        assert_int_equal(append_u32(buffer, i), VTC_OK);
    assert_int_equal(buffer->len_bytes, 400000);
    assert_true(buffer->capacity_bytes >= buffer->len_bytes);
    struct vtci_cursor cursor = vtci_cursor_make(buffer->data, buffer->len_bytes);
    for (uint32_t i = 0; i < 100000; i++)
        assert_int_equal(vtci_cursor_u32(&cursor), i);
}

static void test_buffer_append__of_nothing_allocates_nothing(void **state)
{
    struct vtci_buffer *buffer = *state;
    assert_int_equal(vtci_buffer_append(buffer, NULL, 0), VTC_OK);
    assert_null(buffer->data);
}

static void test_buffer_reserve__refuses_what_overflows(void **state)
{
    struct vtci_buffer *buffer = *state;
    assert_int_equal(vtci_buffer_u8(buffer, 1), VTC_OK);
    assert_int_equal(vtci_buffer_reserve(buffer, SIZE_MAX), VTC_ERR_NO_MEMORY);
    assert_int_equal(buffer->len_bytes, 1);
}

static void test_buffer_append__keeps_its_content_when_memory_ends(void **state)
{
    (void)state;
    struct test_fault_allocator faults;
    struct vtci_memory memory;
    struct vtci_buffer buffer;
    test_fault_allocator_init(&faults, 2);
    vtci_memory_init(&memory, &faults.allocator, 0);
    vtci_buffer_init(&buffer, &memory);
    uint32_t written = 0;
    while (append_u32(&buffer, written) == VTC_OK)
        written++;
    assert_true(written > 0);
    struct vtci_cursor cursor = vtci_cursor_make(buffer.data, buffer.len_bytes);
    for (uint32_t i = 0; i < written; i++)
        assert_int_equal(vtci_cursor_u32(&cursor), i);
    assert_int_equal(vtci_cursor_left(&cursor), 0);
    vtci_buffer_free(&buffer);
    assert_int_equal(faults.held_bytes, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_buffer_varint__is_the_shortest_form),
        TEST(test_cursor_varint__refuses_every_prefix),
        TEST(test_cursor_varint__refuses_what_is_not_shortest),
        TEST(test_buffer_svarint__is_zigzag),
        TEST(test_buffer_u64__is_little_endian),
        TEST(test_cursor__stays_failed_after_the_end),
        TEST(test_cursor_take__takes_no_length_that_wraps),
        TEST(test_cursor__of_nothing),
        TEST(test_buffer_append__grows),
        TEST(test_buffer_append__of_nothing_allocates_nothing),
        TEST(test_buffer_reserve__refuses_what_overflows),
        TEST(test_buffer_append__keeps_its_content_when_memory_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
