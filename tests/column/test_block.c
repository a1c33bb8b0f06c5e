/* Blocks to bytes and back, at all kinds of levels; damaged bytes.
 * ctest: timeout 900 */
#include "support/cmocka_all.h"

#include "column/block_decode.h"
#include "column/block_encode.h"
#include "column/block_fixture.h"
#include "support/fault_allocator.h"
#include "support/scale.h"

struct packed_block {
    struct vtci_buffer table, payload;
};

static const struct vtci_carried carried[] = {
    {0, -5, {(const uint8_t *)"name", 4}, {(const uint8_t *)"", 0}},
    {0, 1000000007, {(const uint8_t *)"other", 5}, {(const uint8_t *)"category", 8}},
};

static void encode(struct fixture *f, int level, struct packed_block *out)
{
    struct vtc_error err = {0};
    struct vtci_block_encoder *encoder = vtci_block_encoder_create(&f->memory);
    assert_non_null(encoder);
    vtci_buffer_init(&out->table, &f->memory);
    vtci_buffer_init(&out->payload, &f->memory);
    vtc_status status = vtci_block_encode(encoder, &f->schema, &f->data, carried, 2, level,
                                          &out->table, &out->payload, &err);
    if (status != VTC_OK)
        fail_msg("%s: %s", err.rule, err.message);
    vtci_block_encoder_free(encoder);
}

static void release(struct packed_block *packed)
{
    vtci_buffer_free(&packed->table);
    vtci_buffer_free(&packed->payload);
}

static void check_values(const struct vtci_values *expected, const struct vtci_values *found,
                         uint8_t type)
{
    assert_int_equal(found->count, expected->count);
    if (expected->count == 0)
        return;
    for (size_t i = 0; i < expected->count; i++)
        if (expected->values[i] != found->values[i])
            fail_msg("column %u, value %zu: expected %lld, found %lld", expected->column, i,
                     (long long)expected->values[i], (long long)found->values[i]);
    if (type == VTCI_NUMBER)
        assert_memory_equal(expected->scales, found->scales, expected->count);
    assert_int_equal(found->plain_count, expected->plain_count);
    assert_int_equal(found->plain_bytes, expected->plain_bytes);
    if (expected->plain_count)
        assert_memory_equal(expected->plain_ends, found->plain_ends, expected->plain_count * 8);
    if (expected->plain_bytes)
        assert_memory_equal(expected->plain, found->plain, expected->plain_bytes);
}

static void check_carried(struct vtci_block_decoder *decoder)
{
    const struct vtci_carried *found;
    size_t count;
    vtci_block_decoder_carried(decoder, &found, &count);
    assert_int_equal(count, 2);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(found[i].row, carried[i].row);
        assert_int_equal(found[i].start_ns, carried[i].start_ns);
        assert_int_equal(found[i].name.len_bytes, carried[i].name.len_bytes);
        assert_memory_equal(found[i].name.data, carried[i].name.data, found[i].name.len_bytes);
        assert_int_equal(found[i].category.len_bytes, carried[i].category.len_bytes);
    }
}

/* Columns are asked for from the first, or from the last (which decodes what it needs first). */
static void check_block(struct fixture *f, const struct packed_block *packed, bool backwards)
{
    struct vtc_error err = {0};
    struct vtci_block_decoder *decoder = vtci_block_decoder_create(&f->memory);
    struct vtci_cursor table = vtci_cursor_make(packed->table.data, packed->table.len_bytes);
    assert_non_null(decoder);
    vtc_status status =
        vtci_block_decoder_open(decoder, &f->schema, f->data.rows, &table, packed->payload.data,
                                packed->payload.len_bytes, &err);
    if (status != VTC_OK)
        fail_msg("%s: %s", err.rule, err.message);
    assert_int_equal(vtci_cursor_left(&table), 0);
    for (uint32_t i = 0; i < f->data.column_count; i++) {
        uint32_t column = backwards ? (uint32_t)f->data.column_count - 1 - i : i;
        const struct vtci_values *values;
        const uint32_t *rows;
        if (vtci_block_decoder_column(decoder, column, &values, &err) != VTC_OK)
            fail_msg("column %u: %s: %s", column, err.rule, err.message);
        check_values(&f->data.columns[column], values, f->schema.columns[column].type);
        assert_int_equal(vtci_block_decoder_rows(decoder, column, &rows, &err), VTC_OK);
        for (size_t value = 1; value < values->count; value++)
            assert_true(rows[value - 1] <= rows[value] && rows[value] < f->data.rows);
    }
    check_carried(decoder);
    struct vtci_column_description description;
    size_t described = 0;
    while (vtci_block_decoder_describe(decoder, described, &description, &err) == VTC_OK) {
        if (getenv("VTC_TEST_VERBOSE"))
            printf("%u: %llu values, %llu -> %llu bytes, %s\n", description.column,
                   (unsigned long long)description.values,
                   (unsigned long long)description.raw_bytes,
                   (unsigned long long)description.stored_bytes, description.encoding);
        described++;
    }
    assert_true(described > 0);
    vtci_block_decoder_free(decoder);
}

static void test_block__comes_back(void **state)
{
    static const int levels[] = {1, 3, 4, 9, 12, 19};
    static const size_t sizes[] = {1, 2, 30, 3000};
    struct fixture f;
    (void)state;
    fixture_open(&f, NULL, 0);
    for (unsigned style = 0; style < 16; style++)
        for (size_t size = 0; size < sizeof sizes / sizeof *sizes; size++) {
            fixture_fill(&f, style, sizes[size]);
            for (size_t level = 0; level < sizeof levels / sizeof *levels; level++) {
                struct packed_block packed, again;
                encode(&f, levels[level], &packed);
                encode(&f, levels[level], &again);
                check_block(&f, &packed, style & 1);
                assert_int_equal(packed.payload.len_bytes, again.payload.len_bytes);
                assert_memory_equal(packed.payload.data, again.payload.data,
                                    packed.payload.len_bytes);
                if (getenv("VTC_TEST_VERBOSE"))
                    printf("style %u, %zu rows, level %d: %zu bytes\n", style, sizes[size],
                           levels[level], packed.payload.len_bytes);
                release(&packed);
                release(&again);
            }
        }
    fixture_close(&f);
    assert_int_equal(atomic_load(&f.memory.held_bytes), 0);
}

static void test_block__of_many_rows_comes_back(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f, NULL, 0);
    for (unsigned style = 0; style < 16; style += 5) {
        fixture_fill(&f, style, 60000);
        struct packed_block packed;
        encode(&f, 3, &packed);
        check_block(&f, &packed, false);
        release(&packed);
    }
    fixture_close(&f);
}

/* Whatever the bytes are, decoding ends with a status. */
static vtc_status decode_all(struct fixture *f, const uint8_t *table, size_t table_bytes,
                             const uint8_t *payload, size_t payload_bytes)
{
    struct vtc_error err = {0};
    struct vtci_block_decoder *decoder = vtci_block_decoder_create(&f->memory);
    struct vtci_cursor cursor = vtci_cursor_make(table, table_bytes);
    vtc_status status = vtci_block_decoder_open(decoder, &f->schema, f->data.rows, &cursor, payload,
                                                payload_bytes, &err);
    const struct vtci_values *values;
    for (uint32_t i = 0; status == VTC_OK && i < f->data.column_count; i++)
        status = vtci_block_decoder_column(decoder, i, &values, &err);
    vtci_block_decoder_free(decoder);
    return status;
}

/* A copy of exactly the bytes, so that a sanitizer sees one too far. */
static uint8_t *copy_of(const void *bytes, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    if (len)
        memcpy(copy, bytes, len);
    return copy;
}

static void test_block__damaged_gives_a_status(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f, NULL, (size_t)256 << 20);
    for (unsigned style = 0; style < 16; style += 3) {
        fixture_fill(&f, style, 200);
        struct packed_block packed;
        encode(&f, style % 2 ? 3 : 12, &packed);
        uint8_t *table = copy_of(packed.table.data, packed.table.len_bytes);
        uint8_t *payload = copy_of(packed.payload.data, packed.payload.len_bytes);
        for (int trial = 0; trial < TEST_SCALED(3000, 400); trial++) {
            size_t at = (size_t)fixture_random(&f) % packed.payload.len_bytes;
            uint8_t old = payload[at];
            payload[at] = (uint8_t)fixture_random(&f);
            (void)decode_all(&f, table, packed.table.len_bytes, payload, packed.payload.len_bytes);
            payload[at] = old;
        }
        for (size_t at = 0; at < packed.table.len_bytes * 8; at++) {
            table[at / 8] ^= (uint8_t)(1u << at % 8);
            (void)decode_all(&f, table, packed.table.len_bytes, payload, packed.payload.len_bytes);
            table[at / 8] ^= (uint8_t)(1u << at % 8);
        }
        for (size_t len = 0; len < packed.table.len_bytes; len++) {
            uint8_t *prefix = copy_of(table, len);
            assert_int_not_equal(decode_all(&f, prefix, len, payload, packed.payload.len_bytes),
                                 VTC_OK);
            free(prefix);
        }
        free(table);
        free(payload);
        release(&packed);
    }
    fixture_close(&f);
}

/* Without zstd around it the directory itself is damaged. */
static void test_block__damaged_directory_gives_a_status(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f, NULL, (size_t)64 << 20);
    for (unsigned style = 0; style < 16; style += TEST_SCALED(1, 3)) {
        fixture_fill(&f, style, 150);
        struct packed_block packed;
        encode(&f, 0, &packed);
        uint8_t *payload = copy_of(packed.payload.data, packed.payload.len_bytes);
        size_t errors = 0;
        for (size_t at = 0; at < packed.payload.len_bytes; at++) {
            static const uint8_t masks[] = {1, 2, 4, 16, 127, 255};
            for (size_t mask = 0; mask < sizeof masks; mask++) {
                payload[at] ^= masks[mask];
                errors += decode_all(&f, packed.table.data, packed.table.len_bytes, payload,
                                     packed.payload.len_bytes) != VTC_OK;
                payload[at] ^= masks[mask];
            }
        }
        assert_true(errors > 0);
        free(payload);
        release(&packed);
    }
    fixture_close(&f);
}

static void test_block__every_allocation_may_fail(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f, NULL, 0);
    fixture_fill(&f, 5, 300);
    for (uint64_t fail_at = 1;; fail_at++) {
        struct test_fault_allocator faults;
        struct vtci_memory memory;
        struct vtci_buffer table, payload;
        test_fault_allocator_init(&faults, fail_at);
        vtci_memory_init(&memory, &faults.allocator, 0);
        vtci_buffer_init(&table, &memory);
        vtci_buffer_init(&payload, &memory);
        vtc_status status = VTC_ERR_NO_MEMORY;
        struct vtci_block_encoder *encoder = vtci_block_encoder_create(&memory);
        if (encoder)
            status =
                vtci_block_encode(encoder, &f.schema, &f.data, NULL, 0, 3, &table, &payload, NULL);
        vtci_block_encoder_free(encoder);
        struct vtci_block_decoder *decoder =
            status == VTC_OK ? vtci_block_decoder_create(&memory) : NULL;
        if (status == VTC_OK && !decoder)
            status = VTC_ERR_NO_MEMORY;
        if (decoder) {
            struct vtci_cursor cursor = vtci_cursor_make(table.data, table.len_bytes);
            status = vtci_block_decoder_open(decoder, &f.schema, f.data.rows, &cursor, payload.data,
                                             payload.len_bytes, NULL);
            const struct vtci_values *values;
            for (uint32_t i = 0; status == VTC_OK && i < f.data.column_count; i++)
                status = vtci_block_decoder_column(decoder, i, &values, NULL);
        }
        vtci_block_decoder_free(decoder);
        vtci_buffer_free(&table);
        vtci_buffer_free(&payload);
        assert_int_equal(faults.held_bytes, 0);
        if (faults.calls < fail_at) {
            assert_int_equal(status, VTC_OK);
            break;
        }
        assert_int_equal(status, VTC_ERR_NO_MEMORY);
    }
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_block__comes_back),
        cmocka_unit_test(test_block__of_many_rows_comes_back),
        cmocka_unit_test(test_block__damaged_gives_a_status),
        cmocka_unit_test(test_block__damaged_directory_gives_a_status),
        cmocka_unit_test(test_block__every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("block", tests, NULL, NULL);
}
