/* Times and durations at and beyond what 63 bits of nanoseconds hold: what was compressed verifies,
 * comes back and can be asked. SPEC: ZON-2, ZON-4. */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "support/round_trip.h"
#include "support/slowest.h"
#include "vtc/verify.h"

static const char *const times[] = {
    "0",
    "1",
    "-1",
    "9999999999999999",
    "1e16",
    "10000000000000000",
    "-10000000000000000",
    "9223372036854775.806",
    "9223372036854775.807",
    "9223372036854775.808",
    "-9223372036854775.807",
    "-9223372036854775.808",
    "-9223372036854775.809",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "\"9223372036854775.808\"",
    "-0.0000000001",
    "1e300",
    "-1e300",
    "null",
};

#define TIMES (sizeof times / sizeof *times)

static void check_file(const struct bytes *file, const struct bytes *text, int level)
{
    struct vtc_error err = {0};
    struct vtc_verify_opts opts = {.struct_size = sizeof opts};
    struct bytes back = {0};
    vtc_reader *reader = NULL;
    struct test_slowest slowest;
    const char *step = "open";
    vtc_status status = vtc_reader_open_memory(file->data, file->len_bytes, NULL, &reader, &err);
    if (status == VTC_OK) {
        step = "verify";
        status = vtc_verify(reader, &opts, NULL, &err);
    }
    if (status == VTC_OK) {
        step = "slowest";
        status = test_slowest_find(reader, 5, &slowest, &err);
    }
    if (status == VTC_OK) {
        test_slowest_free(&slowest);
        step = "decompress";
        status = decompress_bytes(file, 1, &back, &err);
    }
    if (status != VTC_OK)
        fail_msg("level %d, %.*s: %s: %s [%s]", level, (int)text->len_bytes,
                 (const char *)text->data, step, err.message, err.rule);
    assert_int_equal(back.len_bytes, text->len_bytes);
    assert_memory_equal(back.data, text->data, text->len_bytes);
    bytes_free(&back);
    vtc_reader_close(reader);
}

static void check(struct bytes *text)
{
    static const int levels[] = {1, 3, 12};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        struct bytes file = {0};
        struct vtc_error err = {0};
        assert_int_equal(compress_bytes(text->data, text->len_bytes, 0, levels[i], 1, &file, NULL,
                                        &err),
                         VTC_OK);
        check_file(&file, text, levels[i]);
        bytes_free(&file);
    }
    text->len_bytes = 0;
}

static void add_span(struct bytes *text, const char *separator, const char *ts, const char *dur)
{
    char event[160];
    snprintf(event, sizeof event,
             "%s{\"ph\":\"X\",\"name\":\"a\",\"ts\":%s,\"dur\":%s,\"pid\":1,\"tid\":1}", separator,
             ts, dur);
    bytes_text(text, event);
}

static void add_pair(struct bytes *text, const char *separator, const char *begin, const char *end)
{
    char event[200];
    snprintf(
        event, sizeof event,
        "%s{\"ph\":\"B\",\"name\":\"a\",\"ts\":%s,\"tid\":1},{\"ph\":\"E\",\"ts\":%s,\"tid\":1}",
        separator, begin, end);
    bytes_text(text, event);
}

typedef void (*add_function)(struct bytes *, const char *, const char *, const char *);

/* Every pair of two times alone in a document, and all of them in one. */
static void check_pairs(add_function add)
{
    struct bytes text = {0}, all = {0};
    for (size_t i = 0; i < TIMES * TIMES; i++) {
        bytes_text(&text, "[");
        add(&text, "", times[i / TIMES], times[i % TIMES]);
        bytes_text(&text, "]");
        check(&text);
        add(&all, i ? ",\n" : "[", times[i / TIMES], times[i % TIMES]);
    }
    bytes_text(&all, "]");
    check(&all);
    bytes_free(&text);
    bytes_free(&all);
}

static void test_extreme_times__of_spans(void **state)
{
    (void)state;
    check_pairs(add_span);
}

static void test_extreme_times__of_begins_and_ends(void **state)
{
    (void)state;
    check_pairs(add_pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_extreme_times__of_spans),
        cmocka_unit_test(test_extreme_times__of_begins_and_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
