/* Files with as many tracks as events: what is asked of them costs as much as there is, and not that
 * squared. */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "column/context_table.h"
#include "column/lane_table.h"
#include "read/live_map.h"
#include "read/track_cache.h"
#include "support/round_trip.h"
#include "vtc/block.h"

enum { EVENTS = 50000, KEYS = 50000, CONTEXTS = 32768, RUN_MAX = 400, TIMES_MAX = 8 };

static uint64_t ascending(uint64_t i)
{
    return i;
}

/* A multiple of the inverse of the golden ratio's multiplier, which was the tables' only mixing. */
static uint64_t chosen(uint64_t i)
{
    return UINT64_C(0xF1DE83E19937733D) * (i << 48 | i >> 16);
}

static uint64_t chosen_middle(uint64_t i)
{
    return UINT64_C(0xF1DE83E19937733D) * (i << 16);
}

static uint64_t (*const makers[])(uint64_t) = {ascending, chosen, chosen_middle};
enum { MAKERS = sizeof makers / sizeof *makers };

/* The longest run of used slots, which bounds what a look at a table steps over. */
#define LONGEST_RUN(out_run, slot_count, is_used)            \
    do {                                                     \
        size_t run_ = 0;                                     \
        (out_run) = 0;                                       \
        for (size_t at = 0; at < (slot_count); at++) {       \
            run_ = (is_used) ? run_ + 1 : 0;                 \
            (out_run) = run_ > (out_run) ? run_ : (out_run); \
        }                                                    \
    } while (0)

static void test_track_cache__has_no_long_runs(void **state)
{
    (void)state;
    struct vtci_memory memory;
    vtci_memory_init(&memory, NULL, 0);
    for (int maker = 0; maker < MAKERS; maker++)
        for (int of_pid = 0; of_pid < 2; of_pid++) {
            struct vtci_arena arena;
            struct vtci_track_cache cache;
            size_t run;
            vtci_arena_init(&arena, &memory);
            assert_int_equal(vtci_track_cache_init(&cache, &arena), VTC_OK);
            for (uint64_t i = 0; i < KEYS; i++) {
                struct vtci_track_half one = {1, 0, 1}, key = {(int64_t)makers[maker](i), 0, 1};
                struct vtci_track_half pid = of_pid ? key : one, tid = of_pid ? one : key;
                struct vtci_track_entry *entry = vtci_track_cache_entry(&cache, pid, tid);
                assert_false(entry->is_used);
                assert_int_equal(vtci_track_cache_add(&cache, entry, pid, tid, (uint32_t)i),
                                 VTC_OK);
                assert_int_equal(vtci_track_cache_entry(&cache, pid, tid)->track, i);
            }
            LONGEST_RUN(run, cache.entry_count, cache.entries[at].is_used);
            assert_in_range(run, 1, RUN_MAX);
            vtci_arena_free(&arena);
        }
}

static void test_lane_table__has_no_long_runs(void **state)
{
    (void)state;
    struct vtci_memory memory;
    vtci_memory_init(&memory, NULL, 0);
    for (int maker = 0; maker < MAKERS; maker++) {
        struct vtci_arena arena;
        struct vtci_lane_table table;
        size_t run;
        uint32_t lane;
        vtci_arena_init(&arena, &memory);
        assert_int_equal(vtci_lane_table_init(&table, &arena), VTC_OK);
        for (int again = 0; again < 2; again++)
            for (uint32_t i = 0; i < KEYS; i++) {
                assert_int_equal(vtci_lane_table_number(&table, makers[maker](i), &lane), VTC_OK);
                assert_int_equal(lane, i);
            }
        LONGEST_RUN(run, table.slot_count, table.slots[at].is_used);
        assert_in_range(run, 1, RUN_MAX);
        vtci_arena_free(&arena);
    }
}

static void test_context_table__has_no_long_runs(void **state)
{
    (void)state;
    struct vtci_memory memory;
    vtci_memory_init(&memory, NULL, 0);
    for (int is_chosen = 0; is_chosen < 2; is_chosen++) {
        struct vtci_arena arena;
        struct vtci_context_table table;
        size_t run;
        vtci_arena_init(&arena, &memory);
        assert_int_equal(vtci_context_table_init(&table, &arena, CONTEXTS), VTC_OK);
        for (int again = 0; again < 2; again++)
            for (uint32_t i = 0; i < CONTEXTS; i++) {
                /* 0x0E8B2F51 times 0x9E3779B1 is 1; what is left has bits 7 to 23 in common. */
                uint32_t context = is_chosen ? 0x0E8B2F51u * (i % 128 | i / 128 << 24) : i;
                assert_int_equal(vtci_context_table_number(&table, context), i);
            }
        LONGEST_RUN(run, (size_t)table.mask + 1, table.numbers[at] != 0);
        assert_in_range(run, 1, RUN_MAX);
        vtci_arena_free(&arena);
    }
}

static void test_live_map__has_no_long_runs(void **state)
{
    (void)state;
    struct vtci_memory memory;
    vtci_memory_init(&memory, NULL, 0);
    for (int maker = 0; maker < MAKERS; maker++) {
        struct vtci_live_map map;
        size_t run;
        vtci_live_map_init(&map, &memory);
        for (uint32_t i = 0; i < KEYS; i++)
            assert_int_equal(vtci_live_map_add(&map, makers[maker](i), i), VTC_OK);
        for (uint32_t i = 0; i < KEYS; i++)
            assert_int_equal(vtci_live_map_find(&map, makers[maker](i)), i);
        LONGEST_RUN(run, map.slot_count, map.slots[at].value != 0);
        assert_in_range(run, 1, RUN_MAX);
        assert_true(map.slot_count <= 4 * (size_t)KEYS);
        vtci_live_map_free(&map);
    }
}

/* Slices whose pid is that of `scale` times their number, on one tid or each on its own. */
static void make_file(struct bytes *file, unsigned pid_scale, unsigned tid_scale)
{
    struct bytes text = {0};
    struct vtc_error err;
    for (unsigned i = 0; i < EVENTS; i++) {
        char event[160];
        snprintf(event, sizeof event,
                 "%c{\"ph\":\"X\",\"name\":\"n\",\"ts\":%u,\"dur\":1,\"pid\":%u,\"tid\":%u}",
                 i ? ',' : '[', i, i * pid_scale, i * tid_scale);
        bytes_text(&text, event);
    }
    bytes_text(&text, "]");
    assert_int_equal(compress_bytes(text.data, text.len_bytes, 0, 1, 1, file, NULL, &err), VTC_OK);
    bytes_free(&text);
}

static vtc_reader *open_file(const struct bytes *file)
{
    struct vtc_error err;
    vtc_reader *reader;
    assert_int_equal(vtc_reader_open_memory(file->data, file->len_bytes, NULL, &reader, &err),
                     VTC_OK);
    return reader;
}

static double cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double tracks_s(unsigned pid_scale, unsigned tid_scale)
{
    struct bytes file = {0};
    struct vtc_error err;
    vtc_block *block;
    make_file(&file, pid_scale, tid_scale);
    vtc_reader *reader = open_file(&file);
    double least = 1e9;
    for (int i = 0; i < 3; i++) {
        double begin = cpu_s();
        assert_int_equal(vtc_block_open(reader, 0, VTC_FIELD_TRACK, &block, &err), VTC_OK);
        double took = cpu_s() - begin;
        least = took < least ? took : least;
        const struct vtc_events *events = vtc_block_events(block);
        for (uint32_t k = 0; k < events->count; k++)
            assert_int_equal(events->track[k], k);
        vtc_block_close(block);
    }
    vtc_reader_close(reader);
    bytes_free(&file);
    return least;
}

/* Of the same events, what takes as long: it is compared, so that a slow machine changes nothing. */
static void test_block_open__costs_the_same_on_one_tid(void **state)
{
    (void)state;
    double each_its_own = tracks_s(1, 1);
    assert_true(tracks_s(1, 0) < TIMES_MAX * each_its_own);
    assert_true(tracks_s(0, 1) < TIMES_MAX * each_its_own);
}

/* Nothing names them, so each is sought in vain. */
static void test_track_names__cost_as_much_as_there_is(void **state)
{
    (void)state;
    struct bytes file = {0};
    struct vtc_error err;
    struct vtc_text process, thread;
    double block_s = tracks_s(1, 1);
    make_file(&file, 1, 1);
    vtc_reader *reader = open_file(&file);
    double begin = cpu_s();
    for (uint32_t track = 0; track < EVENTS; track++) {
        assert_int_equal(vtc_reader_track_names(reader, track, &process, &thread, &err), VTC_OK);
        assert_null(process.data);
        assert_null(thread.data);
    }
    assert_true(cpu_s() - begin < 5 * TIMES_MAX * block_s);
    vtc_reader_close(reader);
    bytes_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_track_cache__has_no_long_runs),
        cmocka_unit_test(test_lane_table__has_no_long_runs),
        cmocka_unit_test(test_context_table__has_no_long_runs),
        cmocka_unit_test(test_live_map__has_no_long_runs),
        cmocka_unit_test(test_block_open__costs_the_same_on_one_tid),
        cmocka_unit_test(test_track_names__cost_as_much_as_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
