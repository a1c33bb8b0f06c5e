/* Blocks that are closed leave their memory to those that are opened next: what they say does not
 * depend on it, and no block that the limit would hold is refused for it. */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/round_trip.h"
#include "vtc/block.h"

enum { EVENTS = 70000, LAST = 1 };

/* Two blocks: a full one, and a small one with other columns. */
static void make_file(struct bytes *file)
{
    struct vtc_error err;
    char *text = malloc((size_t)EVENTS * 128);
    assert_non_null(text);
    size_t at = (size_t)sprintf(text, "[");
    for (unsigned i = 0; i < EVENTS; i++)
        at += (size_t)sprintf(text + at,
                              "%s{\"ph\":\"%s\",\"name\":\"%s%u\",\"ts\":%u.%03u,\"dur\":%u,"
                              "\"pid\":1,\"tid\":%u}",
                              i ? "," : "", i % 1000 == 999 ? "i" : "X", "n", i % 97, i * 3,
                              i % 1000, i % 11, i % 5);
    at += (size_t)sprintf(text + at, "]");
    assert_int_equal(compress_bytes(text, at, 0, 1, 1, file, NULL, &err), VTC_OK);
    free(text);
}

static vtc_reader *open_file(const struct bytes *file, size_t limit_bytes)
{
    struct vtc_reader_opts opts = {.struct_size = sizeof opts, .memory_limit_bytes = limit_bytes};
    struct vtc_error err;
    vtc_reader *reader = NULL;
    return vtc_reader_open_memory(file->data, file->len_bytes, &opts, &reader, &err) == VTC_OK
               ? reader
               : NULL;
}

static vtc_status try_block(const vtc_reader *reader, uint64_t index)
{
    struct vtc_error err;
    vtc_block *block = NULL;
    vtc_status status = vtc_block_open(reader, index, VTC_FIELD_ALL, &block, &err);
    vtc_block_close(block);
    return status;
}

/* The least limit, to within a KiB, with which the first block can be opened by itself. */
static size_t least_limit(const struct bytes *file)
{
    size_t low = 0, high = (size_t)64 << 20;
    while (high - low > 1024) {
        size_t middle = (low + high) / 2;
        vtc_reader *reader = open_file(file, middle);
        bool held = reader && try_block(reader, 0) == VTC_OK;
        vtc_reader_close(reader);
        *(held ? &high : &low) = middle;
    }
    return high;
}

static void test_block_open__is_not_refused_for_what_rests(void **state)
{
    (void)state;
    struct bytes file = {0};
    make_file(&file);
    vtc_reader *reader = open_file(&file, least_limit(&file));
    assert_non_null(reader);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(try_block(reader, LAST), VTC_OK);
        assert_int_equal(try_block(reader, 0), VTC_OK);
    }
    vtc_reader_close(reader);
    bytes_free(&file);
}

/* Everything that a block says, as a sum. */
static uint64_t digest(const vtc_reader *reader, uint64_t index, unsigned fields)
{
    struct vtc_error err;
    vtc_block *block;
    const struct vtc_spans *spans;
    uint64_t sum = 0;
    assert_int_equal(vtc_block_open(reader, index, fields, &block, &err), VTC_OK);
    const struct vtc_events *events = vtc_block_events(block);
    for (size_t i = 0; i < events->count; i++) {
        sum = sum * 31 + events->row[i] + events->phase[i];
        sum = sum * 31 + (events->time_ns ? (uint64_t)events->time_ns[i] : 1);
        sum = sum * 31 + (events->name ? events->name[i] : 1);
        sum = sum * 31 + (events->track ? events->track[i] : 1);
    }
    if ((fields & VTC_FIELD_SPANS) == VTC_FIELD_SPANS) {
        assert_int_equal(vtc_block_spans(block, &spans, &err), VTC_OK);
        for (size_t i = 0; i < spans->count; i++)
            sum = sum * 31 + (uint64_t)spans->start_ns[i] + (uint64_t)spans->duration_ns[i];
    }
    vtc_block_close(block);
    return sum;
}

static void test_block_open__says_the_same_in_memory_that_was_used(void **state)
{
    (void)state;
    static const unsigned fields[] = {VTC_FIELD_ALL, VTC_FIELD_TIME, VTC_FIELD_NAME,
                                      VTC_FIELD_SPANS, VTC_FIELD_TRACK};
    enum { KINDS = sizeof fields / sizeof *fields };
    struct bytes file = {0};
    make_file(&file);
    uint64_t expected[2][KINDS];
    for (uint64_t block = 0; block < 2; block++)
        for (size_t i = 0; i < KINDS; i++) {
            vtc_reader *fresh = open_file(&file, 0);
            expected[block][i] = digest(fresh, block, fields[i]);
            vtc_reader_close(fresh);
        }
    vtc_reader *reader = open_file(&file, 0);
    for (size_t i = 0; i < 40; i++) {
        size_t kind = i * 7 % KINDS, block = i / 3 % 2;
        assert_true(digest(reader, block, fields[kind]) == expected[block][kind]);
    }
    vtc_reader_close(reader);
    bytes_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_block_open__is_not_refused_for_what_rests),
        cmocka_unit_test(test_block_open__says_the_same_in_memory_that_was_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
