/* The context-mixing integer coder: round trips, exact ends, and sources that lie.
 * ctest: timeout 300 */
#include "support/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "codec/mix_codec.h"

#define VALUES_MAX 20000
#define DST_BYTES (VALUES_MAX * 20 + 1000)

static uint64_t values[VALUES_MAX];
static uint64_t decoded[VALUES_MAX];
static uint32_t streams[VTCI_MIX_CONTEXTS_MAX][VALUES_MAX];
static uint8_t packed[DST_BYTES];
static void *workspace;
static uint64_t noise;

static const uint32_t *const contexts[VTCI_MIX_CONTEXTS_MAX] = {streams[0], streams[1], streams[2],
                                                                streams[3]};

static const struct vtci_mix_model models[] = {
    {.plain = 0},
    {.plain = 1},
    {.plain = 1, .match_order = 4, .term_count = 3, .terms = {{0, 1}, {0, 2}, {0, 32}}},
    {.plain = 0, .match_order = 64, .term_count = 1, .terms = {{VTCI_MIX_INPUTS_ALL, 32}}},
    {.plain = 0,
     .match_order = 1,
     .term_count = 6,
     .terms = {{VTCI_MIX_E0, 0},
               {VTCI_MIX_E0 | VTCI_MIX_E1, 1},
               {VTCI_MIX_E2 | VTCI_MIX_E3, 3},
               {VTCI_MIX_E0 | VTCI_MIX_PREVIOUS_ROUGH, 0},
               {VTCI_MIX_SAME_E0_ROUGH, 0},
               {0, 0}}},
};
#define MODEL_COUNT (sizeof models / sizeof models[0])

static uint64_t random_next(void)
{
    noise ^= noise << 13;
    noise ^= noise >> 7;
    noise ^= noise << 17;
    return noise;
}

static int setup(void **state)
{
    (void)state;
    noise = 88172645463325252u;
    workspace = aligned_alloc(64, (vtci_mix_workspace_bytes(VALUES_MAX) + 63) & ~(size_t)63);
    for (unsigned c = 0; c < VTCI_MIX_CONTEXTS_MAX; c++)
        for (size_t i = 0; i < VALUES_MAX; i++)
            streams[c][i] = (uint32_t)(random_next() % (c == 3 ? UINT32_MAX : 5));
    return workspace == NULL;
}

static int teardown(void **state)
{
    (void)state;
    free(workspace);
    return 0;
}

/* The workspace comes dirty, as callers may hand it over. */
static size_t pack(const struct vtci_mix_model *model, size_t n, unsigned context_count,
                   size_t capacity)
{
    memset(workspace, 0xa5, vtci_mix_workspace_bytes(n));
    return vtci_mix_encode(model, values, contexts, context_count, n, workspace, packed, capacity);
}

static bool unpack(const uint8_t *src, size_t bytes, size_t n, unsigned context_count)
{
    memset(workspace, 0x5a, vtci_mix_workspace_bytes(n));
    memset(decoded, 0xee, n * sizeof decoded[0]);
    return vtci_mix_decode(src, bytes, contexts, context_count, n, workspace, decoded) == NULL;
}

/* Returns the packed size.  The source is copied, so that the sanitizer sees its end. */
static size_t round_trip(const struct vtci_mix_model *model, size_t n, unsigned context_count)
{
    size_t bytes = pack(model, n, context_count, DST_BYTES);
    assert_true(bytes >= 3);
    uint8_t *exact = malloc(bytes);
    assert_non_null(exact);
    memcpy(exact, packed, bytes);
    assert_true(unpack(exact, bytes, n, context_count));
    assert_memory_equal(decoded, values, n * sizeof values[0]);
    free(exact);
    return bytes;
}

static void round_trip_all(size_t n)
{
    for (size_t m = 0; m < MODEL_COUNT; m++) {
        round_trip(&models[m], n, 0);
        round_trip(&models[m], n, VTCI_MIX_CONTEXTS_MAX);
    }
}

static void test_round_trip__few_values(void **state)
{
    static const uint64_t extremes[] = {0,          1,          2,
                                        255,        256,        (1u << 24) - 1,
                                        1u << 24,   UINT32_MAX, INT64_MAX,
                                        1ull << 63, UINT64_MAX};
    (void)state;

    round_trip_all(0);
    for (size_t e = 0; e < sizeof extremes / sizeof extremes[0]; e++) {
        for (size_t i = 0; i < 70; i++)
            values[i] = extremes[e];
        round_trip_all(1);
        round_trip_all(2);
        round_trip_all(70);
    }
}

static void test_round_trip__every_bit_length(void **state)
{
    (void)state;
    for (size_t i = 0; i < 65 * 3; i++) {
        uint64_t power = i / 3 == 64 ? 0 : 1ull << (i / 3);
        values[i] = power + i % 3 - 1;
    }
    round_trip_all(65 * 3);
}

static void test_round_trip__random(void **state)
{
    (void)state;
    for (unsigned bits = 1; bits <= 64; bits += 9) {
        for (size_t i = 0; i < 3000; i++)
            values[i] = random_next() >> (64 - bits);
        round_trip_all(3000);
    }
    for (size_t i = 0; i < 3000; i++)
        values[i] = random_next() >> (random_next() % 64);
    round_trip_all(3000);
}

/* Phrases repeated whole, so that matches begin, run on and break. */
static void test_round_trip__repeats(void **state)
{
    (void)state;
    for (size_t i = 0; i < VALUES_MAX; i++) {
        uint64_t at = i % 997;
        values[i] = i < 997 ? random_next() % 300 : values[at];
        if (i >= 997 && random_next() % 400 == 0)
            values[i] = random_next() % 300;
    }
    round_trip_all(VALUES_MAX);
    assert_true(round_trip(&models[2], VALUES_MAX, 0) < 2000);
}

static void test_encode__constant_costs_nearly_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < VALUES_MAX; i++)
        values[i] = 123456789;
    assert_true(round_trip(&models[0], VALUES_MAX, 0) < 120);
}

static void test_encode__learns_from_contexts(void **state)
{
    (void)state;
    for (size_t i = 0; i < VALUES_MAX; i++)
        values[i] = 1000 + streams[0][i] * 77 + streams[1][i];
    size_t alone = round_trip(&models[4], VALUES_MAX, 0);
    size_t helped = round_trip(&models[4], VALUES_MAX, VTCI_MIX_CONTEXTS_MAX);
    assert_true(helped * 5 < alone);
}

static void test_encode__is_deterministic(void **state)
{
    (void)state;
    for (size_t i = 0; i < 5000; i++)
        values[i] = random_next() % 50;
    size_t bytes = pack(&models[4], 5000, 4, DST_BYTES);
    uint8_t *first = malloc(bytes);
    assert_non_null(first);
    memcpy(first, packed, bytes);
    memset(workspace, 0, vtci_mix_workspace_bytes(5000));
    size_t again =
        vtci_mix_encode(&models[4], values, contexts, 4, 5000, workspace, packed, DST_BYTES);
    assert_int_equal(again, bytes);
    assert_memory_equal(first, packed, bytes);
    free(first);
}

static void test_encode__respects_capacity(void **state)
{
    (void)state;
    for (size_t i = 0; i < 500; i++)
        values[i] = random_next();
    size_t bytes = pack(&models[4], 500, 4, DST_BYTES);
    for (size_t capacity = 0; capacity < bytes; capacity += capacity < 40 ? 1 : 97) {
        memset(packed, 0xcc, sizeof packed);
        assert_int_equal(pack(&models[4], 500, 4, capacity), 0);
        assert_int_equal(packed[capacity], 0xcc);
    }
    assert_int_equal(pack(&models[4], 500, 4, bytes), bytes);
}

/* A prefix may by chance be a whole stream of other values; then it must be the encoder's own. */
static void check_canonical(const struct vtci_mix_model *model, const uint8_t *src, size_t len)
{
    static uint64_t kept[300];
    if (!unpack(src, len, 300, 4))
        return;
    memcpy(kept, values, sizeof kept);
    memcpy(values, decoded, sizeof kept);
    size_t bytes = pack(model, 300, 4, DST_BYTES);
    memcpy(values, kept, sizeof kept);
    if (bytes != len || memcmp(packed, src, len) != 0)
        fail_msg("expected %zu bytes, found %zu", bytes, len);
}

static void test_decode__accepts_only_the_exact_length(void **state)
{
    static uint8_t whole[DST_BYTES];
    (void)state;
    for (size_t i = 0; i < 300; i++)
        values[i] = random_next() % 1000;
    for (size_t m = 0; m < MODEL_COUNT; m++) {
        size_t bytes = pack(&models[m], 300, 4, DST_BYTES);
        memcpy(whole, packed, bytes);
        for (size_t cut = 0; cut < bytes; cut++)
            check_canonical(&models[m], whole, cut);
        for (unsigned last = 0; last < 256; last++) {
            whole[bytes] = (uint8_t)last;
            assert_false(unpack(whole, bytes + 1, 300, 4));
        }
    }
}

static void test_decode__refuses_bad_headers(void **state)
{
    static const struct {
        const char *rule;
        uint8_t bytes[8];
        size_t len;
    } cases[] = {
        {"seven terms", {7 << 1, 1, 0, 0, 0, 0, 0, 0}, 8},
        {"reserved bits", {0x80, 1, 0, 0}, 4},
        {"width of a quantity", {0, 65, 0, 0}, 4},
        {"width of a plain value", {1, 25, 0, 0}, 4},
        {"match order", {0, 1, 65, 0}, 4},
        {"inputs", {1 << 1, 1, 0, 64, 0, 0}, 6},
        {"order", {1 << 1, 1, 0, 0, 33, 0}, 6},
        {"terms cut off", {3 << 1, 1, 0, 0, 0}, 5},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (unpack(cases[i].bytes, cases[i].len, 10, 0))
            fail_msg("accepted: %s", cases[i].rule);
}

static void test_decode__survives_flipped_bits(void **state)
{
    (void)state;
    for (size_t i = 0; i < 400; i++)
        values[i] = i % 7 == 0 ? random_next() : i % 50;
    for (size_t m = 0; m < MODEL_COUNT; m++) {
        size_t bytes = pack(&models[m], 400, 4, DST_BYTES);
        for (size_t bit = 0; bit < 8 * bytes; bit += bit < 160 ? 1 : 61) {
            packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
            (void)unpack(packed, bytes, 400, 4);
            packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
}

static void test_decode__survives_arbitrary_bytes(void **state)
{
    uint8_t bytes[64];
    (void)state;
    for (int round = 0; round < 2000; round++) {
        size_t len = random_next() % sizeof bytes;
        for (size_t i = 0; i < len; i++)
            bytes[i] = (uint8_t)(random_next() >> (round % 3 == 0 ? 30 : 62));
        if (len > 3 && round % 2 == 0) { /* a header that passes */
            bytes[0] &= 0x5;
            bytes[1] &= 0xf;
            bytes[2] &= 0x1f;
            for (size_t i = 3; i < 7 && i < len; i++)
                bytes[i] &= 0x1f;
        }
        uint8_t *exact = malloc(len + (len == 0));
        assert_non_null(exact);
        memcpy(exact, bytes, len);
        (void)unpack(exact, len, 200, (unsigned)(round % 5));
        free(exact);
    }
}

static void test_workspace__stays_below_its_limit(void **state)
{
    (void)state;
    for (size_t n = 0; n <= VTCI_MIX_VALUES_MAX; n = n * 2 + 1)
        assert_true(vtci_mix_workspace_bytes(n) <= 4u << 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip__few_values),
        cmocka_unit_test(test_round_trip__every_bit_length),
        cmocka_unit_test(test_round_trip__random),
        cmocka_unit_test(test_round_trip__repeats),
        cmocka_unit_test(test_encode__constant_costs_nearly_nothing),
        cmocka_unit_test(test_encode__learns_from_contexts),
        cmocka_unit_test(test_encode__is_deterministic),
        cmocka_unit_test(test_encode__respects_capacity),
        cmocka_unit_test(test_decode__accepts_only_the_exact_length),
        cmocka_unit_test(test_decode__refuses_bad_headers),
        cmocka_unit_test(test_decode__survives_flipped_bits),
        cmocka_unit_test(test_decode__survives_arbitrary_bytes),
        cmocka_unit_test(test_workspace__stays_below_its_limit),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
