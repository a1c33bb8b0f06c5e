/* Times are exact to the nanosecond, whatever their spelling: through a double,
 * 1699999999123456.789 us would be 21 ns off. */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "support/round_trip.h"
#include "vtc/block.h"

struct spelling {
    const char *ts;
    int64_t ns;
};

#define NO_TIME INT64_MIN

static const struct spelling spellings[] = {
    {"0", 0},
    {"1", 1000},
    {"1.5", 1500},
    {"0.001", 1},
    {"0.0015", 1},
    {"-1", -1000},
    {"-0.0015", -2},
    {"-0", 0},
    {"1699999999123456.789", 1699999999123456789},
    {"1699999999123456.7899", 1699999999123456789},
    {"\"1699999999123456.789\"", 1699999999123456789},
    {"1699999999123456", 1699999999123456000},
    {"1e3", 1000000},
    {"1.5E-3", 1},
    {"-1.5e-3", -2},
    {"1.7122954954067528E15", 1712295495406752800},
    {"\"2.5e0\"", 2500},
    {"9223372036854775.807", INT64_MAX},
    {"9223372036854775807", INT64_MAX},
    {"null", NO_TIME},
    {"\"soon\"", NO_TIME},
};

static int64_t time_of(const char *ts)
{
    char text[200];
    struct bytes file = {0};
    struct vtc_error err;
    vtc_reader *reader;
    vtc_block *block;
    int len = snprintf(text, sizeof text, "[{\"ph\":\"i\",\"ts\":%s,\"name\":\"a\"}]", ts);
    assert_int_equal(compress_bytes(text, (size_t)len, 0, 3, 1, &file, NULL, &err), VTC_OK);
    assert_int_equal(vtc_reader_open_memory(file.data, file.len_bytes, NULL, &reader, &err),
                     VTC_OK);
    assert_int_equal(vtc_block_open(reader, 0, VTC_FIELD_TIME, &block, &err), VTC_OK);
    const struct vtc_events *events = vtc_block_events(block);
    assert_int_equal(events->count, 1);
    int64_t ns = events->time_ns[0];
    vtc_block_close(block);
    vtc_reader_close(reader);
    bytes_free(&file);
    return ns == VTC_NO_TIME ? NO_TIME : ns;
}

static void test_time__is_exact(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        int64_t ns = time_of(spellings[i].ts);
        if (ns != spellings[i].ns)
            fail_msg("%s: expected %lld, found %lld", spellings[i].ts, (long long)spellings[i].ns,
                     (long long)ns);
    }
}

/* Some ts lost a trailing zero, so that their decimals have codes of their own, and every dur has
 * three decimals: the two must not be nested. SPEC: NEST-3. */
static void test_time__mixed_decimals_beside_uniform_durations(void **state)
{
    (void)state;
    static const int levels[] = {1, 3, 9, 12};
    struct bytes text = {0};
    char event[160];
    bytes_text(&text, "[");
    for (unsigned i = 1, ts = 0; i <= 300; i++) {
        ts += i * 37 % 91 * 10 + 110;
        snprintf(
            event, sizeof event,
            "%s{\"name\":\"f\",\"ph\":\"X\",\"ts\":%u.%0*u,\"dur\":%u.%03u,\"pid\":1,\"tid\":1}",
            i > 1 ? ",\n" : "", ts / 1000, i % 3 ? 3 : 2, i % 3 ? ts % 1000 : ts % 1000 / 10, i % 4,
            i * 61 % 1000);
        bytes_text(&text, event);
    }
    bytes_text(&text, "]\n");
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        assert_true(round_trips(text.data, text.len_bytes, 0, levels[i], NULL));
    bytes_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time__is_exact),
        cmocka_unit_test(test_time__mixed_decimals_beside_uniform_durations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
