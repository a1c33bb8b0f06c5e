/* Microseconds in any spelling to nanoseconds: floor, clamp, exactly; against 128-bit integers. */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "column/event_time.h"

static int64_t model_ns(int64_t mantissa, unsigned scale)
{
    __int128 ns = (__int128)mantissa * 1000, divisor = 1;
    for (unsigned i = 0; i < scale; i++)
        divisor *= 10;
    __int128 quotient = ns / divisor;
    if (ns % divisor < 0)
        quotient--;
    if (quotient > INT64_MAX)
        return INT64_MAX;
    return quotient < -INT64_MAX ? -INT64_MAX : (int64_t)quotient;
}

/* mantissa and scale as decimals: -1234, 2 gives "-12.34"; `shift` moves the point by an exponent. */
static void spell(char *out, size_t out_bytes, int64_t mantissa, unsigned scale, int shift)
{
    char digits[64];
    uint64_t magnitude = mantissa < 0 ? 0 - (uint64_t)mantissa : (uint64_t)mantissa;
    int len =
        snprintf(digits, sizeof digits, "%0*llu", (int)scale + 1, (unsigned long long)magnitude);
    int at = snprintf(out, out_bytes, "%s%.*s", mantissa < 0 ? "-" : "", len - (int)scale, digits);
    if (scale)
        at += snprintf(out + at, out_bytes - (size_t)at, ".%s", digits + len - (int)scale);
    if (shift)
        snprintf(out + at, out_bytes - (size_t)at, "%c%s%d", shift % 2 ? 'e' : 'E',
                 shift > 0 && shift % 3 ? "+" : "", shift);
}

static void check(int64_t mantissa, unsigned scale)
{
    int64_t expected = model_ns(mantissa, scale), found;
    char text[128];
    found = vtci_time_ns(mantissa, (uint8_t)scale);
    if (found != expected)
        fail_msg("%lld at %u decimals: expected %lld, found %lld", (long long)mantissa, scale,
                 (long long)expected, (long long)found);
    for (int shift = -20; shift <= 20; shift++) {
        int spelled = (int)scale + shift; /* more decimals, and an exponent that takes them back */
        if (spelled < 0)
            continue;
        spell(text, sizeof text, mantissa, (unsigned)spelled, shift);
        assert_true(vtci_time_ns_from_text((const uint8_t *)text, strlen(text), &found));
        if (found != expected)
            fail_msg("%s: expected %lld, found %lld", text, (long long)expected, (long long)found);
    }
}

static void test_time_ns__is_that_of_the_model(void **state)
{
    (void)state;
    static const int64_t edges[] = {0,
                                    1,
                                    -1,
                                    9,
                                    -10,
                                    999,
                                    -1001,
                                    INT64_MAX,
                                    INT64_MAX - 1,
                                    INT64_MIN,
                                    INT64_MIN + 1,
                                    INT64_MAX / 1000,
                                    INT64_MAX / 1000 + 1,
                                    INT64_MIN / 1000,
                                    INT64_MIN / 1000 - 1,
                                    1699999999123456789,
                                    -1699999999123456789};
    uint64_t chance = 11;
    for (unsigned scale = 0; scale <= 18; scale++) {
        for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
            check(edges[i], scale);
        for (unsigned i = 0; i < 300; i++) {
            chance = chance * 6364136223846793005u + 1442695040888963407u;
            check((int64_t)chance >> (chance >> 58), scale);
        }
    }
}

static void test_time_ns_from_text__spellings(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ns;
    } good[] = {
        {"1699999999123456.789", 1699999999123456789},
        {"+1", 1000},
        {"007", 7000},
        {"1.", 1000},
        {".5", 500},
        {"-.0001", -1},
        {"-0.0", 0},
        {"0e99999999999999999999", 0},
        {"1e99999999999999999999", INT64_MAX},
        {"-1e99999999999999999999", -INT64_MAX},
        {"1e-99999999999999999999", 0},
        {"-1e-99999999999999999999", -1},
        {"9223372036854775.8079999999999999999999999999999999999999999999999", INT64_MAX},
        {"0.00000000000000000000000000000000000000000000000000000000001e59", 1000},
        {"100000000000000000000000000000000000000000000000000000000000e-59", 1000},
        {"-1.0000000000000000000000000000000000000000000000000000000000001", -1001},
        {"1.0009999999999999999999999999999999999999999999999999999999999", 1000},
    };
    static const char *const bad[] = {"",    "-",    "+",  ".",    "e5",   "1e",   "1e+",
                                      "x",   "1x",   "1 ", " 1",   "--1",  "1e5.", "1..2",
                                      "NaN", "0x10", "1,", "1e5x", "null", "1-"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        int64_t ns = 42;
        if (!vtci_time_ns_from_text((const uint8_t *)good[i].text, strlen(good[i].text), &ns) ||
            ns != good[i].ns)
            fail_msg("%s: expected %lld, found %lld", good[i].text, (long long)good[i].ns,
                     (long long)ns);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t ns;
        if (vtci_time_ns_from_text((const uint8_t *)bad[i], strlen(bad[i]), &ns))
            fail_msg("'%s' is taken for a number", bad[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time_ns__is_that_of_the_model),
        cmocka_unit_test(test_time_ns_from_text__spellings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
