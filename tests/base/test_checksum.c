/* XXH3 against its published values: those that its own sanity check compares (seed 0), over the
 * generator's bytes that it uses. */
#include "support/cmocka_all.h"

#include "base/checksum.h"
#include "base/memory.h"
#include "support/fault_allocator.h"

#define TEXT_BYTES 2367

static uint8_t text[TEXT_BYTES];

static const struct {
    size_t len;
    uint64_t xxh3_64;
    struct vtci_hash128 xxh3_128;
} known[] = {
    {0, 0x2d06800538d394c2, {0x6001c324468d497f, 0x99aa06d3014798d8}},
    {1, 0xc44bdff4074eecdb, {0xc44bdff4074eecdb, 0xa6cd5e9392000f6a}},
    {6, 0x27b56a84cd2d7325, {0x3e7039bdda43cfc6, 0x082afe0b8162d12a}},
    {12, 0xa713daf0dfbb77e7, {0x061a192713f69ad9, 0x6e3efd8fc7802b18}},
    {24, 0xa3fe70bf9d3510eb, {0x1e7044d28b1b901d, 0x0ce966e4678d3761}},
    {48, 0x397da259ecba1f11, {0xf942219aed80f67b, 0xa002ac4e5478227e}},
    {80, 0xbcdefbbb2c47c90a, {0x454ae6bf7a8a532d, 0xfdf2cefde9eaac8a}},
    {195, 0xcd94217ee362ec3a, {0x3fb593c086a66075, 0x7729543a26b207ee}},
    {403, 0xcdeb804d65c6dea4, {0xcdeb804d65c6dea4, 0x1b6de21e332dd73d}},
    {512, 0x617e49599013cb6b, {0x617e49599013cb6b, 0x18d2d110dcc9bca1}},
    {2048, 0xdd59e2c3a5f038e0, {0xdd59e2c3a5f038e0, 0xf736557fd47073a5}},
    {2240, 0x6e73a90539cf2948, {0x6e73a90539cf2948, 0xccb134fbfa7ce49d}},
    {2367, 0xcb37aeb9e5d361ed, {0xcb37aeb9e5d361ed, 0xe89c0f6ff369b427}},
};

#define KNOWN (sizeof known / sizeof *known)

static int fill_text(void **state)
{
    (void)state;
    uint64_t generator = 2654435761u;
    for (size_t i = 0; i < TEXT_BYTES; i++) {
        text[i] = (uint8_t)(generator >> 56);
        generator *= 11400714785074694797u;
    }
    return 0;
}

/* SPEC: SUM-1 */
static void test_checksum__is_xxh3_64(void **state)
{
    (void)state;
    for (size_t i = 0; i < KNOWN; i++)
        assert_true(vtci_checksum(text, known[i].len) == known[i].xxh3_64);
}

/* SPEC: SUM-2 */
static void test_hasher__is_xxh3_128_in_any_pieces(void **state)
{
    (void)state;
    static const size_t pieces[] = {1, 7, 64, 255, 256, 257, 1024, TEXT_BYTES};
    struct vtci_memory memory;
    vtci_memory_init(&memory, NULL, 0);
    for (size_t i = 0; i < KNOWN; i++) {
        for (size_t j = 0; j < sizeof pieces / sizeof *pieces; j++) {
            struct vtci_hasher *hasher = vtci_hasher_create(&memory);
            assert_non_null(hasher);
            for (size_t pos = 0; pos < known[i].len; pos += pieces[j]) {
                size_t left = known[i].len - pos;
                vtci_hasher_update(hasher, text + pos, left < pieces[j] ? left : pieces[j]);
            }
            struct vtci_hash128 hash = vtci_hasher_value(hasher);
            assert_true(hash.low == known[i].xxh3_128.low);
            assert_true(hash.high == known[i].xxh3_128.high);
            vtci_hasher_free(hasher);
        }
    }
    assert_int_equal(atomic_load(&memory.held_bytes), 0);
}

static void test_hasher_create__fails_without_memory(void **state)
{
    (void)state;
    struct test_fault_allocator faults;
    struct vtci_memory memory;
    test_fault_allocator_init(&faults, 1);
    vtci_memory_init(&memory, &faults.allocator, 0);
    assert_null(vtci_hasher_create(&memory));
    vtci_hasher_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checksum__is_xxh3_64),
        cmocka_unit_test(test_hasher__is_xxh3_128_in_any_pieces),
        cmocka_unit_test(test_hasher_create__fails_without_memory),
    };
    return cmocka_run_group_tests(tests, fill_text, NULL);
}
