/* Decimals as text: against printf, at every length, sign and scale. SPEC: NUMB-1 */
#include "support/cmocka_all.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "read/number_format.h"

static void check(int64_t mantissa, unsigned scale)
{
    uint8_t out[VTCI_NUMBER_ROOM + 32];
    char digits[64], expected[128];
    uint64_t value = mantissa < 0 ? 0 - (uint64_t)mantissa : (uint64_t)mantissa;
    memset(out, 'x', sizeof out);
    size_t length = (size_t)(vtci_number_format(out, mantissa, scale) - out);
    snprintf(digits, sizeof digits, "%0*" PRIu64, (int)(scale % 32) + 1, value);
    size_t whole = strlen(digits) - scale;
    snprintf(expected, sizeof expected, "%s%.*s%s%s", mantissa < 0 ? "-" : "", (int)whole, digits,
             scale ? "." : "", digits + whole);
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(out, expected, length);
    for (size_t i = VTCI_NUMBER_ROOM; i < sizeof out; i++)
        assert_int_equal(out[i], 'x');
}

static void test_number_format__every_length(void **state)
{
    static const uint64_t added[] = {0, 1, 2, 7, 12345678, 99999999};
    (void)state;
    for (unsigned scale = 0; scale <= 18; scale++) {
        uint64_t power = 1;
        for (unsigned digits = 0; digits < 20; digits++, power *= 10)
            for (size_t i = 0; i < sizeof added / sizeof added[0]; i++) {
                check((int64_t)(power + added[i]), scale);
                check((int64_t)(power - added[i]), scale);
                check(-(int64_t)(power + added[i]), scale);
            }
        for (unsigned i = 0; i < 3000; i++)
            check((int64_t)i, scale);
        check(INT64_MAX, scale);
        check(INT64_MIN, scale);
        check(0, scale);
    }
}

static void test_number_format__many(void **state)
{
    uint64_t chance = 1;
    (void)state;
    for (unsigned i = 0; i < 300000; i++) {
        chance = chance * 6364136223846793005u + 1442695040888963407u;
        check((int64_t)(chance >> (chance >> 58)), (unsigned)(chance >> 20) % 19);
    }
}

static void test_digits8__all_lanes(void **state)
{
    (void)state;
    for (uint32_t value = 0; value < 100000000; value += 9973) {
        char expected[16];
        uint8_t found[8];
        snprintf(expected, sizeof expected, "%08u", value);
        vtci_store_u64(found, vtci_digits8(value));
        assert_memory_equal(found, expected, 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number_format__every_length),
        cmocka_unit_test(test_number_format__many),
        cmocka_unit_test(test_digits8__all_lanes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
