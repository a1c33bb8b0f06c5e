/* The external sort against a stable sort in memory, from all in memory to many runs. */
#include "support/cmocka_all.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compact/row_sorter.h"
#include "support/fault_file.h"

static struct vtci_memory memory;
static struct vtci_buffer spilled;
static struct test_fault_file faults;

struct model_row {
    char text[80];
    unsigned lane; /* in the order of the result */
    unsigned number;
};

/* Texts of pid and tid in the order that they are to come in. */
static const char *const pids[] = {"",     "-20", "-3", "0", "2", "10", "18446744073709551616",
                                   "\"a\""};
static const char *const tids[] = {"", "7", "\"7\"", "007", "1.5"};
enum { PIDS = 8, TIDS = 5, LANES = 2 * PIDS * TIDS };

static vtc_status open_spill(void *context, struct vtci_file **out_file, struct vtc_error *err)
{
    const struct test_fault_file *wanted = context;
    struct vtci_file *inner;
    assert_int_equal(vtci_file_from_buffer(&memory, &spilled, &inner, err), VTC_OK);
    test_fault_file_init(&faults, inner);
    if (wanted) {
        faults.fail_in = wanted->fail_in;
        faults.fail_at = wanted->fail_at;
        faults.sys_errno = wanted->sys_errno;
    }
    *out_file = &faults.file;
    return VTC_OK;
}

static struct vtci_span_text text_of(const char *text)
{
    struct vtci_span_text span = {*text ? (const uint8_t *)text : NULL, strlen(text)};
    return span;
}

static int by_lane(const void *a, const void *b)
{
    const struct model_row *left = a, *right = b;
    return left->lane != right->lane ? (left->lane < right->lane ? -1 : 1)
                                     : (left->number < right->number ? -1 : 1);
}

static vtc_status put_all(struct vtci_row_sorter *sorter, struct vtci_merge_lanes *lanes,
                          const struct model_row *rows, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint32_t lane;
        unsigned track = rows[i].lane % (PIDS * TIDS);
        assert_int_equal(vtci_merge_lane_find(lanes, rows[i].lane < PIDS * TIDS,
                                              text_of(pids[track / TIDS]),
                                              text_of(tids[track % TIDS]), &lane),
                         VTC_OK);
        vtc_status status =
            vtci_row_sorter_put(sorter, lane, rows[i].text, strlen(rows[i].text), NULL);
        if (status != VTC_OK)
            return status;
    }
    return vtci_row_sorter_finish(sorter, NULL);
}

static vtc_status read_all(struct vtci_row_sorter *sorter, size_t piece_bytes,
                           struct vtci_buffer *to)
{
    for (;;) {
        size_t got_bytes = 0;
        assert_int_equal(vtci_buffer_reserve(to, piece_bytes), VTC_OK);
        vtc_status status =
            vtci_row_sorter_read(sorter, to->data + to->len_bytes, piece_bytes, &got_bytes, NULL);
        if (status != VTC_OK || got_bytes == 0)
            return status;
        to->len_bytes += got_bytes;
    }
}

static struct model_row *make_rows(unsigned count, unsigned stay)
{
    struct model_row *rows = test_calloc(count ? count : 1, sizeof *rows);
    unsigned lane = 0;
    srand(count + stay);
    for (unsigned i = 0; i < count; i++) {
        if (i % stay == 0)
            lane = (unsigned)rand() % LANES;
        rows[i].lane = lane;
        rows[i].number = i;
        snprintf(rows[i].text, sizeof rows[i].text, "{\"n\":%u,\"pad\":\"%.*s\"}", i, rand() % 40,
                 "........................................");
    }
    return rows;
}

static void compare(unsigned count, unsigned stay, size_t budget_bytes, size_t piece_bytes,
                    bool must_spill)
{
    struct vtci_merge_lanes lanes;
    struct vtci_row_sorter *sorter;
    struct vtci_buffer got, expected;
    vtci_buffer_init(&got, &memory);
    vtci_buffer_init(&expected, &memory);
    vtci_buffer_init(&spilled, &memory);
    vtci_merge_lanes_init(&lanes, &memory);
    struct model_row *rows = make_rows(count, stay);
    assert_int_equal(vtci_row_sorter_create(&memory, &lanes, budget_bytes, open_spill, NULL,
                                            &sorter, NULL),
                     VTC_OK);
    assert_int_equal(put_all(sorter, &lanes, rows, count), VTC_OK);
    assert_int_equal(vtci_row_sorter_rows(sorter), count);
    assert_int_equal(vtci_row_sorter_spilled_bytes(sorter) > 0, must_spill);
    assert_int_equal(read_all(sorter, piece_bytes, &got), VTC_OK);

    qsort(rows, count, sizeof *rows, by_lane);
    static const char head[] = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n", tail[] = "\n]}\n";
    assert_int_equal(vtci_buffer_append(&expected, head, sizeof head - 1), VTC_OK);
    for (unsigned i = 0; i < count; i++) {
        if (i)
            assert_int_equal(vtci_buffer_append(&expected, ",\n", 2), VTC_OK);
        assert_int_equal(vtci_buffer_append(&expected, rows[i].text, strlen(rows[i].text)), VTC_OK);
    }
    assert_int_equal(vtci_buffer_append(&expected, tail, sizeof tail - 1), VTC_OK);
    assert_int_equal(got.len_bytes, expected.len_bytes);
    assert_memory_equal(got.data, expected.data, got.len_bytes);

    vtci_row_sorter_free(sorter);
    vtci_merge_lanes_free(&lanes);
    vtci_buffer_free(&got);
    vtci_buffer_free(&expected);
    vtci_buffer_free(&spilled);
    test_free(rows);
    assert_int_equal(memory.held_bytes, 0);
}

static void test_row_sorter__is_a_stable_sort(void **state)
{
    (void)state;
    vtci_memory_init(&memory, NULL, 0);
    const size_t large = (size_t)64 << 20, small = (size_t)1 << 20;
    compare(0, 1, large, 4096, false);
    compare(1, 1, large, 1, false);
    compare(1000, 1, large, 7, false);
    compare(1000, 50, large, 4096, false);
    compare(100000, 1, large, 65536, false);
    compare(100000, 1, small, 65536, true);
    compare(100000, 1, 3 * small, 1000, true);
    compare(100000, 1000, 2 * small, 65536, true);
    compare(50000, 50000, small, 65536, true);
}

/* One row that is larger than the budget, between others. */
static void test_row_sorter__takes_a_row_beyond_its_budget(void **state)
{
    (void)state;
    vtci_memory_init(&memory, NULL, 0);
    vtci_buffer_init(&spilled, &memory);
    struct vtci_merge_lanes lanes;
    struct vtci_row_sorter *sorter;
    struct vtci_buffer got;
    uint32_t lane;
    vtci_buffer_init(&got, &memory);
    vtci_merge_lanes_init(&lanes, &memory);
    assert_int_equal(vtci_merge_lane_find(&lanes, false, text_of("1"), text_of("2"), &lane),
                     VTC_OK);
    size_t big_bytes = (size_t)5 << 20;
    char *big = test_malloc(big_bytes);
    memset(big, 'x', big_bytes);
    assert_int_equal(vtci_row_sorter_create(&memory, &lanes, (size_t)2 << 20, open_spill, NULL,
                                            &sorter, NULL),
                     VTC_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(vtci_row_sorter_put(sorter, lane, "{}", 2, NULL), VTC_OK);
        assert_int_equal(vtci_row_sorter_put(sorter, lane, big, big_bytes, NULL), VTC_OK);
    }
    assert_int_equal(vtci_row_sorter_finish(sorter, NULL), VTC_OK);
    assert_int_equal(read_all(sorter, 65536, &got), VTC_OK);
    assert_int_equal(got.len_bytes, 40 + 3 * (2 + big_bytes) + 5 * 2 + 4);
    vtci_row_sorter_free(sorter);
    vtci_merge_lanes_free(&lanes);
    vtci_buffer_free(&got);
    vtci_buffer_free(&spilled);
    test_free(big);
    assert_int_equal(memory.held_bytes, 0);
}

static void test_row_sorter__passes_on_each_failure(void **state)
{
    (void)state;
    vtci_memory_init(&memory, NULL, 0);
    struct model_row *rows = make_rows(60000, 2000);
    bool failed = true;
    for (uint64_t fail_at = 1; failed; fail_at++) {
        struct test_fault_file wanted = {.fail_in = TEST_FAULT_ANY,
                                         .fail_at = fail_at,
                                         .sys_errno = ENOSPC};
        struct vtci_merge_lanes lanes;
        struct vtci_row_sorter *sorter;
        struct vtci_buffer got;
        vtci_buffer_init(&got, &memory);
        vtci_buffer_init(&spilled, &memory);
        vtci_merge_lanes_init(&lanes, &memory);
        assert_int_equal(vtci_row_sorter_create(&memory, &lanes, (size_t)1 << 20, open_spill,
                                                &wanted, &sorter, NULL),
                         VTC_OK);
        vtc_status status = put_all(sorter, &lanes, rows, 60000);
        if (status == VTC_OK)
            status = read_all(sorter, 65536, &got);
        failed = status != VTC_OK;
        assert_true(!failed || status == VTC_ERR_IO);
        vtci_row_sorter_free(sorter);
        vtci_merge_lanes_free(&lanes);
        vtci_buffer_free(&got);
        vtci_buffer_free(&spilled);
        assert_int_equal(memory.held_bytes, 0);
        assert_true(!failed || fail_at < 10000);
    }
    test_free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_row_sorter__is_a_stable_sort),
        cmocka_unit_test(test_row_sorter__takes_a_row_beyond_its_budget),
        cmocka_unit_test(test_row_sorter__passes_on_each_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
