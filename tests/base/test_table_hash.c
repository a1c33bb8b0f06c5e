/* Keys that a file chooses do not pile up in one place of a table. Counted is how far a key lies from
 * where it belongs in a table that is half full, and not how long that takes. */
#include "support/cmocka_all.h"

#include <stdlib.h>

#include "base/table_hash.h"

enum { KEYS = 60000, SLOTS = 131072, STEPS_MAX = 100 };

/* The inverse of the multiplier that the tables had: a key times this falls where the caller likes. */
#define INVERSE UINT64_C(0xF1DE83E19937733D)

static uint64_t ascending(uint64_t i)
{
    return i;
}

static uint64_t descending(uint64_t i)
{
    return UINT64_MAX - i;
}

static uint64_t high_bits(uint64_t i)
{
    return i << 48;
}

static uint64_t middle_bits(uint64_t i)
{
    return i << 24;
}

static uint64_t chosen(uint64_t i)
{
    return INVERSE * (i << 48);
}

static uint64_t chosen_low(uint64_t i)
{
    return INVERSE * (i << 20);
}

static uint64_t pages(uint64_t i)
{
    return 0x7f0000000000u + i * 4096;
}

static size_t most_steps(uint64_t (*make)(uint64_t), int as_pair)
{
    uint64_t *slots = calloc(SLOTS, sizeof *slots), process_key = vtci_table_key();
    size_t most = 0;
    assert_non_null(slots);
    for (uint64_t i = 1; i <= KEYS; i++) {
        uint64_t value = make(i), steps = 0;
        uint64_t hash = as_pair == 0   ? vtci_table_hash(process_key, value)
                        : as_pair == 1 ? vtci_table_hash_pair(process_key, value, 7)
                                       : vtci_table_hash_pair(process_key, 7, value);
        size_t at = (size_t)hash & (SLOTS - 1);
        while (slots[at] && slots[at] - 1 != value) {
            at = (at + 1) & (SLOTS - 1);
            steps++;
        }
        slots[at] = value + 1;
        most = steps > most ? steps : most;
    }
    free(slots);
    return most;
}

static void test_table_hash__keys_of_a_file_do_not_pile_up(void **state)
{
    (void)state;
    static uint64_t (*const makers[])(uint64_t) = {ascending, descending, high_bits, middle_bits,
                                                   chosen,    chosen_low, pages};
    assert_true(INVERSE * 0x9E3779B97F4A7C15u == 1);
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
        for (int as_pair = 0; as_pair < 3; as_pair++)
            assert_in_range(most_steps(makers[i], as_pair), 0, STEPS_MAX);
}

static void test_table_key__stays_the_same_and_is_not_0(void **state)
{
    (void)state;
    assert_true(vtci_table_key() != 0);
    assert_true(vtci_table_key() == vtci_table_key());
    assert_true(vtci_table_hash_text(1, "name", 4) == vtci_table_hash_text(1, "name", 4));
    assert_true(vtci_table_hash_text(1, "name", 4) != vtci_table_hash_text(2, "name", 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_hash__keys_of_a_file_do_not_pile_up),
        cmocka_unit_test(test_table_key__stays_the_same_and_is_not_0),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
