/* Records of live files: every field at its limits, and bodies that end anywhere. Each buffer has just
 * the bytes that there are, on the heap, so that a sanitizer sees a read behind them.
 */
#include "support/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "wire/live_decode.h"
#include "wire/live_encode.h"

static uint8_t *copy_of(const void *bytes, size_t len_bytes)
{
    uint8_t *copy = malloc(len_bytes ? len_bytes : 1);
    assert_non_null(copy);
    if (len_bytes)
        memcpy(copy, bytes, len_bytes);
    return copy;
}

typedef bool (*body_fn)(const struct vtci_live_log_record *record);

/* Whether the first `len_bytes` bytes of a body are one. */
static bool is_taken(body_fn decode, const uint8_t *body, size_t len_bytes)
{
    uint8_t *copy = copy_of(body, len_bytes);
    struct vtci_live_log_record record = {.body = copy, .body_bytes = (uint32_t)len_bytes};
    bool taken = decode(&record);
    free(copy);
    return taken;
}

static bool is_string(const struct vtci_live_log_record *record)
{
    struct vtci_live_string_body body;
    return vtci_live_string_decode(record, &body);
}

static bool is_site(const struct vtci_live_log_record *record)
{
    struct vtci_live_site_body body;
    return vtci_live_site_decode(record, &body);
}

static bool is_writer(const struct vtci_live_log_record *record)
{
    struct vtci_live_writer_body body;
    return vtci_live_writer_decode(record, &body);
}

static bool is_clock(const struct vtci_live_log_record *record)
{
    struct vtci_clock_point point;
    return vtci_live_clock_decode(record, &point);
}

static bool is_module(const struct vtci_live_log_record *record)
{
    struct vtci_live_module_body body;
    return vtci_live_module_decode(record, &body);
}

/* SPEC: LIV-12. */
static void test_live_log_bodies__ids_are_bounded(void **state)
{
    static const struct {
        uint32_t id;
        bool taken;
    } cases[] = {{0, false},
                 {1, true},
                 {VTCI_LIVE_ID_MAX, true},
                 {VTCI_LIVE_ID_MAX + 1, false},
                 {UINT32_MAX, false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t body[VTCI_LIVE_SITE_BYTES] = {0};
        vtci_store_u32(body, cases[i].id);
        assert_int_equal(is_taken(is_string, body, 4), cases[i].taken);
        assert_int_equal(is_taken(is_writer, body, VTCI_LIVE_WRITER_BYTES), cases[i].taken);
        struct vtci_live_site site = {.id = cases[i].id, .phase = 'B'};
        vtci_live_site_encode(body, &site);
        assert_int_equal(is_taken(is_site, body, sizeof body), cases[i].taken);
    }
}

/* SPEC: LIV-12. */
static void test_live_log_bodies__lengths_are_bounded(void **state)
{
    uint8_t body[64] = {0};
    (void)state;
    vtci_store_u32(body, 1);
    for (size_t len_bytes = 0; len_bytes <= 40; len_bytes++) {
        assert_int_equal(is_taken(is_string, body, len_bytes), len_bytes >= 4);
        assert_int_equal(is_taken(is_writer, body, len_bytes), len_bytes >= 16);
        assert_int_equal(is_taken(is_clock, body, len_bytes), len_bytes == 24);
        assert_int_equal(is_taken(is_site, body, len_bytes), len_bytes == 24);
        assert_int_equal(is_taken(is_module, body, len_bytes), len_bytes >= 28);
    }
    /* A build id to the end, and one that reaches behind it. */
    vtci_store_u32(body + 24, 12);
    assert_true(is_taken(is_module, body, 40));
    assert_false(is_taken(is_module, body, 39));
    vtci_store_u32(body + 24, UINT32_MAX);
    assert_false(is_taken(is_module, body, 40));
}

/* SPEC: LIV-12. */
static void test_live_site__arguments_are_bounded(void **state)
{
    struct vtci_live_site site = {.id = 1, .phase = 'i', .param_count = 2};
    uint8_t body[VTCI_LIVE_SITE_BYTES + 16] = {0};
    (void)state;
    vtci_live_site_encode(body, &site);
    for (uint32_t type = 0; type <= 8; type++) {
        vtci_store_u32(body + 28, 1);
        vtci_store_u32(body + 36, type);
        assert_int_equal(is_taken(is_site, body, sizeof body), type >= 1 && type <= 7);
        assert_false(is_taken(is_site, body, sizeof body - 1));
    }
    vtci_store_u32(body + 36, UINT32_MAX);
    assert_false(is_taken(is_site, body, sizeof body));
    site.param_count = UINT16_MAX;
    vtci_live_site_encode(body, &site);
    assert_false(is_taken(is_site, body, sizeof body));
}

static void test_live_clock__signs_come_back(void **state)
{
    const struct vtci_clock_point point = {UINT64_MAX, INT64_MIN, INT64_MAX};
    struct vtci_clock_point found;
    uint8_t body[VTCI_LIVE_CLOCK_BYTES];
    (void)state;
    vtci_live_clock_encode(body, &point);
    struct vtci_live_log_record record = {.body = body, .body_bytes = sizeof body};
    assert_true(vtci_live_clock_decode(&record, &found));
    assert_true(found.ticks == UINT64_MAX && found.monotonic_ns == INT64_MIN &&
                found.realtime_ns == INT64_MAX);
}

/* SPEC: LIV-10, LIV-11. A record that is damaged costs itself; the next one is found. */
static void test_live_log_next__steps_over_damage(void **state)
{
    uint8_t bytes[64] = {0};
    struct vtci_live_log_record record;
    (void)state;
    for (size_t at = 0; at < sizeof bytes; at += 32) {
        memset(bytes + at + 16, 'a', 9);
        vtci_store_u32(bytes + at, vtci_live_log_encode(bytes + at, VTCI_LIVE_LOG_STRING, 9));
    }
    for (size_t bit = 0; bit < 25 * 8; bit++) {
        size_t pos = 0, found = 0;
        uint64_t bad = 0;
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        while (vtci_live_log_next(bytes, sizeof bytes, &pos, &record, &bad)) {
            found++;
            assert_int_equal(record.pos, 32);
            assert_int_equal(record.body_bytes, 9);
        }
        assert_int_equal(found, 1);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t len_bytes = 0; len_bytes <= 64; len_bytes++) {
        uint8_t *copy = copy_of(bytes, len_bytes);
        size_t pos = 0, found = 0;
        uint64_t bad = 0;
        while (vtci_live_log_next(copy, len_bytes, &pos, &record, &bad))
            found++;
        assert_int_equal(found, (len_bytes >= 25) + (len_bytes >= 57));
        free(copy);
    }
}

/* SPEC: LIV-8. Words of a record, and how many of them there have to be. */
static void test_live_record__needs_its_words(void **state)
{
    enum { TIME = (int)VTCI_LIVE_TICKS_MAX };
    static const struct {
        uint32_t kind, third, words;
        vtc_status status;
    } cases[] = {
        {VTCI_LIVE_EVENT, 0, 2, VTC_OK},
        {VTCI_LIVE_END, 0, 1, VTC_OK},
        {VTCI_LIVE_BASE, UINT32_MAX, 3, VTC_OK},
        {VTCI_LIVE_DATA, 0, 3, VTC_OK},
        {VTCI_LIVE_DATA, 1, 4, VTC_OK},
        {VTCI_LIVE_DATA, 4, 4, VTC_OK},
        {VTCI_LIVE_DATA, 5, 5, VTC_OK},
        {VTCI_LIVE_DATA, 21, 9, VTC_ERR_CORRUPT},
        {VTCI_LIVE_DATA, UINT32_MAX, 9, VTC_ERR_CORRUPT},
        {VTCI_LIVE_NONE, 0, 0, VTC_END},
        {5, 0, 9, VTC_ERR_CORRUPT},
        {15, 0, 9, VTC_ERR_CORRUPT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (uint32_t words = 0; words <= 8; words++) {
            uint8_t bytes[32] = {0};
            struct vtci_live_record record = {0};
            vtci_store_u32(bytes, cases[i].kind | (uint32_t)TIME << VTCI_LIVE_KIND_BITS);
            vtci_store_u32(bytes + 4, 77);
            vtci_store_u32(bytes + 8, cases[i].third);
            uint8_t *copy = copy_of(bytes, words * 4);
            vtc_status expected = words == 0               ? VTC_END
                                  : words < cases[i].words ? VTC_ERR_CORRUPT
                                                           : cases[i].status;
            assert_int_equal(vtci_live_record_decode(copy, 0, words, &record), expected);
            if (expected == VTC_OK) {
                assert_int_equal(record.time, TIME);
                assert_int_equal(record.words, cases[i].words);
                if (cases[i].kind == VTCI_LIVE_BASE)
                    assert_true(record.base == ((uint64_t)UINT32_MAX << 32 | 77));
            }
            free(copy);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_live_log_bodies__ids_are_bounded),
        cmocka_unit_test(test_live_log_bodies__lengths_are_bounded),
        cmocka_unit_test(test_live_site__arguments_are_bounded),
        cmocka_unit_test(test_live_clock__signs_come_back),
        cmocka_unit_test(test_live_log_next__steps_over_damage),
        cmocka_unit_test(test_live_record__needs_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
