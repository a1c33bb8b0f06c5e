/* The executor through vtc_query: the same answer from any number of threads, on damaged and cut off
 * files, within little memory, cancelled, and with every allocation failing in turn.
 * ctest: labels threads
 * ctest: timeout 600
 */
#include "support/cmocka_all.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/fault_allocator.h"
#include "support/round_trip.h"
#include "vtc/block.h"
#include "vtc/query.h"

static const char *const QUESTIONS[] = {
    "slowest 7",
    "slowest 7 of 'n*' where dur > 3us and args.k >= 1 between 1ms and 90ms",
    "top 5 by self",
    "top 5 by mean where not cat = c1",
    "count by name",
    "count by thread where args.k = 2",
    "count by process",
    "histogram of n1",
    "calls of n*",
    "tree limit 30",
    "timeline",
    "gaps 4",
    "counters",
    "async",
    "flows",
    "threads",
    "stats",
};
enum { QUESTION_COUNT = sizeof QUESTIONS / sizeof *QUESTIONS };

/* Rows of all kinds on a few threads; long arguments, so that there are several blocks. */
static void make_trace(struct bytes *file, unsigned rows, unsigned pad_bytes)
{
    struct bytes text = {0};
    char *pad = malloc(pad_bytes + 1);
    char row[512];
    uint32_t random = 7;
    assert_non_null(pad);
    bytes_text(&text, "[");
    for (unsigned i = 0; i < rows; i++) {
        random = random * 1664525 + 1013904223;
        unsigned tid = random >> 8 & 3, ts = 10 * i, name = random >> 16 & 7;
        static const char *const rest[] = {"\"ph\":\"X\",\"dur\":%u", "\"ph\":\"B\",\"x\":%u",
                                           "\"ph\":\"E\",\"x\":%u",   "\"ph\":\"C\",\"x\":%u",
                                           "\"ph\":\"b\",\"id\":%u",  "\"ph\":\"e\",\"id\":%u",
                                           "\"ph\":\"s\",\"id\":%u",  "\"ph\":\"f\",\"id\":%u"};
        unsigned kind = tid == 0 ? 1 + (i & 1) : tid == 3 ? 3 + name % 5 : 0;
        int length = snprintf(row, sizeof row,
                              "%s{\"pid\":1,\"tid\":%u,\"ts\":%u,\"name\":\"n%u\",\"cat\":\"c%u\","
                              "\"args\":{\"k\":%u},",
                              i ? ",\n" : "", tid, ts,
                              tid == 3    ? 1
                              : kind == 2 ? name | 1
                                          : name,
                              tid == 3 ? 1 : name & 1, name);
        bytes_append(&text, row, (size_t)length);
        length = snprintf(row, sizeof row, rest[kind], kind ? 1 : random >> 20 & 63);
        bytes_append(&text, row, (size_t)length);
        for (unsigned j = 0; j < pad_bytes; j++)
            pad[j] = (char)('a' + (random = random * 1664525 + 1013904223) % 23);
        bytes_text(&text, ",\"pad\":\"");
        bytes_append(&text, pad, pad_bytes);
        bytes_text(&text, "\"}");
    }
    bytes_text(&text, "]");
    assert_int_equal(compress_bytes(text.data, text.len_bytes, 0, 1, 2, file, NULL, NULL), VTC_OK);
    bytes_free(&text);
    free(pad);
}

/* The whole answer as text. */
static vtc_status ask(vtc_reader *reader, const char *question, const struct vtc_query_opts *opts,
                      struct bytes *out)
{
    char number[64];
    vtc_query *query;
    const struct vtc_query_value *values;
    size_t count;
    struct vtc_error err = {0};
    vtc_status status = vtc_query_open(reader, question, opts, &query, &err);
    if (status != VTC_OK)
        return status;
    (void)vtc_query_columns(query, &count);
    while ((status = vtc_query_next(query, &values, &err)) == VTC_OK) {
        for (size_t i = 0; i < count; i++) {
            snprintf(number, sizeof number, "%d:%lld:%.17g:", (int)values[i].type,
                     (long long)values[i].integer, values[i].real);
            bytes_text(out, number);
            if (values[i].type == VTC_VALUE_TEXT)
                bytes_append(out, values[i].text.data, values[i].text.len_bytes);
        }
        bytes_text(out, "\n");
    }
    vtc_query_close(query);
    return status == VTC_END ? VTC_OK : status;
}

static vtc_reader *open_bytes(const struct bytes *file)
{
    vtc_reader *reader;
    assert_int_equal(vtc_reader_open_memory(file->data, file->len_bytes, NULL, &reader, NULL),
                     VTC_OK);
    return reader;
}

static void test_query__does_not_depend_on_threads(void **state)
{
    static const unsigned threads[] = {2, 3, 8};
    struct bytes file = {0};
    struct vtc_summary summary;
    (void)state;
    make_trace(&file, 6000, 10000);
    vtc_reader *reader = open_bytes(&file);
    vtc_reader_summary(reader, &summary);
    assert_true(summary.blocks >= 4);
    for (size_t i = 0; i < QUESTION_COUNT; i++) {
        struct bytes alone = {0};
        assert_int_equal(ask(reader, QUESTIONS[i], NULL, &alone), VTC_OK);
        if (alone.len_bytes == 0)
            fail_msg("%s: the answer is empty", QUESTIONS[i]);
        for (size_t j = 0; j < sizeof threads / sizeof *threads; j++) {
            struct vtc_query_opts opts = {.struct_size = sizeof opts, .threads = threads[j]};
            struct bytes together = {0};
            assert_int_equal(ask(reader, QUESTIONS[i], &opts, &together), VTC_OK);
            if (alone.len_bytes != together.len_bytes ||
                memcmp(alone.data, together.data, alone.len_bytes) != 0)
                fail_msg("%s: another answer from %u threads", QUESTIONS[i], threads[j]);
            bytes_free(&together);
        }
        bytes_free(&alone);
    }
    vtc_reader_close(reader);
    bytes_free(&file);
}

/* A file without its end has the same blocks; one with a flipped byte fails, or says what is there. */
static void test_query__takes_damaged_files(void **state)
{
    struct bytes file = {0};
    (void)state;
    make_trace(&file, 800, 20000);
    for (size_t i = 0; i < QUESTION_COUNT; i++) {
        vtc_reader *whole = open_bytes(&file), *cut;
        struct bytes answer = {0}, cut_answer = {0};
        assert_int_equal(vtc_reader_open_memory(file.data, file.len_bytes - 40, NULL, &cut, NULL),
                         VTC_OK);
        assert_int_equal(ask(whole, QUESTIONS[i], NULL, &answer), VTC_OK);
        assert_int_equal(ask(cut, QUESTIONS[i], NULL, &cut_answer), VTC_OK);
        if (strcmp(QUESTIONS[i], "stats") != 0) {
            assert_int_equal(answer.len_bytes, cut_answer.len_bytes);
            assert_memory_equal(answer.data, cut_answer.data, answer.len_bytes);
        }
        bytes_free(&answer);
        bytes_free(&cut_answer);
        vtc_reader_close(whole);
        vtc_reader_close(cut);
    }
    for (size_t at = 100; at < file.len_bytes; at += file.len_bytes / 20) {
        vtc_reader *reader;
        file.data[at] ^= 0x20;
        if (vtc_reader_open_memory(file.data, file.len_bytes, NULL, &reader, NULL) == VTC_OK) {
            for (size_t i = 0; i < QUESTION_COUNT; i++) {
                struct bytes answer = {0};
                vtc_status status = ask(reader, QUESTIONS[i], NULL, &answer);
                assert_true(status == VTC_OK || status == VTC_ERR_CORRUPT ||
                            status == VTC_ERR_TRUNCATED);
                bytes_free(&answer);
            }
            vtc_reader_close(reader);
        }
        file.data[at] ^= 0x20;
    }
    bytes_free(&file);
}

static void test_query__survives_each_allocation_failing(void **state)
{
    struct bytes file = {0};
    (void)state;
    make_trace(&file, 300, 10);
    vtc_reader *reader = open_bytes(&file);
    for (size_t i = 0; i < QUESTION_COUNT; i++) {
        vtc_status status = VTC_ERR_NO_MEMORY;
        for (uint64_t fail_at = 1; status == VTC_ERR_NO_MEMORY; fail_at += 1 + fail_at / 16) {
            struct test_fault_allocator faults;
            struct bytes answer = {0};
            test_fault_allocator_init(&faults, fail_at);
            struct vtc_query_opts opts = {.struct_size = sizeof opts,
                                          .allocator = &faults.allocator};
            status = ask(reader, QUESTIONS[i], &opts, &answer);
            assert_int_equal(faults.held_bytes, 0);
            bytes_free(&answer);
        }
        assert_int_equal(status, VTC_OK);
    }
    vtc_reader_close(reader);
    bytes_free(&file);
}

static void test_query__keeps_its_memory_limit(void **state)
{
    struct bytes file = {0}, answer = {0};
    struct vtc_error err = {0};
    struct vtc_query_opts opts = {.struct_size = sizeof opts, .memory_limit_bytes = 5000};
    vtc_query *query;
    const struct vtc_query_value *values;
    (void)state;
    make_trace(&file, 3000, 10);
    vtc_reader *reader = open_bytes(&file);
    assert_int_equal(vtc_query_open(reader, "top 3 by self", &opts, &query, &err), VTC_OK);
    assert_int_equal(vtc_query_next(query, &values, &err), VTC_ERR_NO_MEMORY);
    assert_non_null(strstr(err.message, "'top' needs more than its limit of 5000 bytes"));
    assert_int_equal(vtc_query_next(query, &values, &err), VTC_END);
    vtc_query_close(query);
    opts.memory_limit_bytes = (size_t)8 << 20;
    assert_int_equal(ask(reader, "top 3 by self", &opts, &answer), VTC_OK);
    bytes_free(&answer);
    vtc_reader_close(reader);
    bytes_free(&file);
}

static void *interrupt(void *query)
{
    vtc_query_interrupt(query);
    return NULL;
}

static void test_query__is_cancelled(void **state)
{
    struct bytes file = {0};
    struct vtc_error err = {0};
    vtc_query *query;
    const struct vtc_query_value *values;
    (void)state;
    make_trace(&file, 3000, 10);
    vtc_reader *reader = open_bytes(&file);
    assert_int_equal(vtc_query_open(reader, "tree", NULL, &query, &err), VTC_OK);
    vtc_query_interrupt(query);
    assert_int_equal(vtc_query_next(query, &values, &err), VTC_ERR_CANCELLED);
    vtc_query_close(query);

    pthread_t thread;
    assert_int_equal(vtc_query_open(reader, "tree", NULL, &query, &err), VTC_OK);
    assert_int_equal(pthread_create(&thread, NULL, interrupt, query), 0);
    vtc_status status;
    do
        status = vtc_query_next(query, &values, &err);
    while (status == VTC_OK);
    assert_true(status == VTC_END || status == VTC_ERR_CANCELLED);
    pthread_join(thread, NULL);
    vtc_query_close(query);

    struct vtc_query_opts opts = {.struct_size = sizeof opts, .timeout_ns = 1};
    assert_int_equal(vtc_query_open(reader, "tree", &opts, &query, &err), VTC_OK);
    assert_int_equal(vtc_query_next(query, &values, &err), VTC_ERR_LIMIT);
    vtc_query_close(query);
    vtc_reader_close(reader);
    bytes_free(&file);
}

static void assert_same(const void *a, const void *b, size_t bytes)
{
    if (bytes > 0)
        assert_memory_equal(a, b, bytes);
}

/* Field after field the arrays are those of a block that was opened with all. */
static void test_block_add_fields__gives_the_same_arrays(void **state)
{
    struct bytes file = {0};
    vtc_block *all, *some;
    (void)state;
    make_trace(&file, 3000, 10);
    vtc_reader *reader = open_bytes(&file);
    assert_int_equal(vtc_block_open(reader, 0, VTC_FIELD_ALL, &all, NULL), VTC_OK);
    assert_int_equal(vtc_block_open(reader, 0, 0, &some, NULL), VTC_OK);
    assert_null(vtc_block_events(some)->name);
    for (unsigned field = 1; field < VTC_FIELD_ALL; field *= 2)
        assert_int_equal(vtc_block_add_fields(some, field, NULL), VTC_OK);
    assert_int_equal(vtc_block_add_fields(some, VTC_FIELD_ALL, NULL), VTC_OK);
    assert_int_equal(vtc_block_add_fields(some, 64, NULL), VTC_ERR_ARGUMENT);
    const struct vtc_events *a = vtc_block_events(all), *b = vtc_block_events(some);
    assert_int_equal(a->count, b->count);
    assert_same(a->row, b->row, a->count * sizeof *a->row);
    assert_same(a->phase, b->phase, a->count);
    assert_same(a->time_ns, b->time_ns, a->count * sizeof *a->time_ns);
    assert_same(a->duration_ns, b->duration_ns, a->count * sizeof *a->duration_ns);
    assert_same(a->track, b->track, a->count * sizeof *a->track);
    assert_same(a->name, b->name, a->count * sizeof *a->name);
    assert_same(a->category, b->category, a->count * sizeof *a->category);
    for (size_t i = 0; i < a->count; i++) { /* numbers are made anew: by their text */
        struct vtc_text left = vtc_block_string(all, a->id[i]);
        struct vtc_text right = vtc_block_string(some, b->id[i]);
        assert_int_equal(left.len_bytes, right.len_bytes);
        assert_same(left.data, right.data, left.len_bytes);
    }
    vtc_block_close(all);
    vtc_block_close(some);
    vtc_reader_close(reader);
    bytes_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query__does_not_depend_on_threads),
        cmocka_unit_test(test_query__takes_damaged_files),
        cmocka_unit_test(test_query__survives_each_allocation_failing),
        cmocka_unit_test(test_query__keeps_its_memory_limit),
        cmocka_unit_test(test_query__is_cancelled),
        cmocka_unit_test(test_block_add_fields__gives_the_same_arrays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
