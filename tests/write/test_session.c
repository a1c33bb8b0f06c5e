/* One session from open to close: what is in the file, options that cannot be met, sessions in
 * sequence and at once, what is recorded after the end.
 * ctest: labels threads
 */
#include "support/live_session.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "write/session.h"

static void test_session__records_what_it_is_given(void **state)
{
    (void)state;
    struct live_walk walk;
    vtc_session *session = live_open("a.vtc", NULL);
    vtc_site site = live_site(session, 'B', "work");
    assert_int_equal(live_site(session, 'B', "work"), site);
    assert_int_not_equal(live_site(session, 'i', "work"), site);
    vtc_writer *writer = vtc_session_writer(session);
    assert_ptr_equal(vtc_session_writer(session), writer);
    for (int i = 0; i < 100000; i++) {
        assert_int_equal(vtc_begin(writer, site), VTC_OK);
        assert_int_equal(vtc_end(writer), VTC_OK);
    }
    /* While it is open, as another process would see it. */
    live_read(&walk, "a.vtc");
    assert_int_equal(walk.event_count, 200000);
    assert_int_equal(walk.state, 0);
    live_walk_close(&walk);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    live_read(&walk, "a.vtc");
    assert_int_equal(walk.event_count, 200000);
    assert_int_equal(walk.state, 2);
    assert_int_equal(walk.pid, getpid());
    assert_int_equal(live_walk_lost(&walk), 0);
    assert_true(live_walk_site_is(&walk, walk.events[0].site, "work"));
    for (size_t i = 0; i < walk.event_count; i++) {
        assert_int_equal(walk.events[i].kind, 1 + i % 2);
        assert_true(i == 0 || walk.events[i].ticks >= walk.events[i - 1].ticks);
    }
    /* At most 16 bytes a span, all in all. */
    assert_true(walk.len_bytes < 100000 * 16);
    live_walk_close(&walk);
}

static void test_session__counts_late_events(void **state)
{
    (void)state;
    struct live_walk walk;
    vtc_session *session = live_open("late.vtc", NULL);
    vtc_site site = live_site(session, 'i', "late");
    vtc_writer *writer = vtc_session_writer(session);
    assert_int_equal(vtc_instant(writer, site), VTC_OK);
    vtc_session_stop(session);
    vtc_session_stop(session);
    assert_int_equal(vtc_instant(writer, site), VTC_END);
    struct vtc_session_stats stats;
    vtc_session_statistics(session, &stats);
    assert_int_equal(stats.lost[VTC_LOSS_LATE], 1);
    assert_int_equal(stats.writers, 1);
    live_read(&walk, "late.vtc");
    assert_int_equal(walk.state, 1);
    live_walk_close(&walk);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    assert_int_equal(vtc_end(writer), VTC_END);
    assert_int_equal(vtc_begin(writer, site), VTC_END);
    live_read(&walk, "late.vtc");
    assert_int_equal(walk.event_count, 1);
    assert_int_equal(walk.lost[VTC_LOSS_LATE], 3);
    assert_int_equal(walk.state, 2);
    live_walk_close(&walk);
}

static void test_session__several_at_once_and_in_sequence(void **state)
{
    (void)state;
    struct live_walk walk;
    for (int round = 0; round < 20; round++) {
        const struct vtc_session_opts opts = {.struct_size = sizeof opts, .overwrite = 1};
        vtc_session *first = live_open("1.vtc", &opts), *second = live_open("2.vtc", &opts);
        vtc_site one = live_site(first, 'i', "one"), two = live_site(second, 'i', "two");
        for (int i = 0; i < 1000; i++) {
            assert_int_equal(vtc_instant(vtc_session_writer(first), one), VTC_OK);
            assert_int_equal(vtc_instant(vtc_session_writer(second), two), VTC_OK);
        }
        assert_int_equal(vtc_session_close(first, NULL), VTC_OK);
        assert_int_equal(vtc_instant(vtc_session_writer(second), two), VTC_OK);
        assert_int_equal(vtc_session_close(second, NULL), VTC_OK);
        live_read(&walk, "1.vtc");
        assert_int_equal(walk.event_count, 1000);
        live_walk_close(&walk);
        live_read(&walk, "2.vtc");
        assert_int_equal(walk.event_count, 1001);
        assert_true(live_walk_site_is(&walk, walk.events[0].site, "two"));
        live_walk_close(&walk);
    }
    assert_int_equal(live_names(), 2);
}

static void test_session__refuses_options(void **state)
{
    (void)state;
    const struct {
        struct vtc_session_opts opts;
        vtc_status status;
    } cases[] = {
        {{.struct_size = 1}, VTC_ERR_ARGUMENT},
        {{.chunk_bytes = 5000}, VTC_ERR_ARGUMENT},
        {{.chunk_bytes = 1024}, VTC_ERR_ARGUMENT},
        {{.chunk_bytes = 32 << 20}, VTC_ERR_ARGUMENT},
        {{.policy = (enum vtc_policy)7}, VTC_ERR_ARGUMENT},
        {{.policy = VTC_POLICY_FLIGHT}, VTC_ERR_ARGUMENT},
        {{.policy = VTC_POLICY_FLIGHT, .keep_bytes = 1000}, VTC_ERR_ARGUMENT},
        {{.policy = VTC_POLICY_FLIGHT, .keep_bytes = 1 << 20, .segment_bytes = 1 << 20},
         VTC_ERR_ARGUMENT},
        {{.policy = VTC_POLICY_FLIGHT, .keep_bytes = 1 << 20, .disk_limit_bytes = 1 << 20},
         VTC_ERR_ARGUMENT},
        {{.keep_ns = 1000}, VTC_ERR_ARGUMENT},
        {{.segment_bytes = 1000}, VTC_ERR_ARGUMENT},
        {{.disk_limit_bytes = 1000}, VTC_ERR_ARGUMENT},
        {{.clock = VTC_CLOCK_CALLBACK}, VTC_ERR_ARGUMENT},
        {{.clock = (enum vtc_clock)9}, VTC_ERR_ARGUMENT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct vtc_session_opts opts = cases[i].opts;
        struct vtc_error err;
        vtc_session *session = NULL;
        if (!opts.struct_size)
            opts.struct_size = sizeof opts;
        assert_int_equal(vtc_session_open(live_path("never.vtc"), &opts, &session, &err),
                         cases[i].status);
        assert_null(session);
        assert_int_equal(err.code, cases[i].status);
    }
    assert_int_equal(live_names(), 0);
}

static void test_session__refuses_paths(void **state)
{
    (void)state;
    struct vtc_error err;
    vtc_session *session = NULL;
    assert_int_equal(vtc_session_open(live_path("no/such.vtc"), NULL, &session, &err), VTC_ERR_IO);
    assert_int_equal(err.sys_errno, ENOENT);
    assert_int_equal(vtc_session_open("", NULL, &session, &err), VTC_ERR_ARGUMENT);
    assert_int_equal(vtc_session_open("/proc/self/x.vtc", NULL, &session, &err), VTC_ERR_IO);
    vtc_session *open = live_open("there.vtc", NULL);
    assert_int_equal(vtc_session_open(live_path("there.vtc"), NULL, &session, &err), VTC_ERR_IO);
    assert_int_equal(err.sys_errno, EEXIST);
    assert_null(session);
    assert_int_equal(vtc_session_close(open, NULL), VTC_OK);
    assert_int_equal(vtc_session_close(NULL, NULL), VTC_OK);
    assert_int_equal(live_names(), 1);
}

static void test_session__puts_the_process_id_in_the_path(void **state)
{
    (void)state;
    char name[64];
    struct live_walk walk;
    vtc_session *session = live_open("of-%p.vtc", NULL);
    snprintf(name, sizeof name, "of-%d.vtc", (int)getpid());
    live_read(&walk, name);
    live_walk_close(&walk);
    assert_int_equal(vtc_session_sync(session, NULL), VTC_OK);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
}

static uint64_t stepping_now;

static uint64_t stepping_clock(void *context)
{
    (void)context;
    return stepping_now;
}

static void test_session__takes_any_clock(void **state)
{
    (void)state;
    struct live_walk walk;
    const struct vtc_session_opts opts = {.struct_size = sizeof opts,
                                          .clock = VTC_CLOCK_CALLBACK,
                                          .now = stepping_clock};
    /* Forward far, backward, to both ends. */
    const uint64_t times[] = {5, 1 << 29, 100, UINT64_MAX, 0, 1, (1 << 28) - 1, 1 << 28};
    vtc_session *session = live_open("clock.vtc", &opts);
    vtc_site site = live_site(session, 'i', "tick");
    vtc_writer *writer = vtc_session_writer(session);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        stepping_now = times[i];
        assert_int_equal(vtc_session_ticks(session), times[i]);
        assert_int_equal(vtc_instant(writer, site), VTC_OK);
    }
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    live_read(&walk, "clock.vtc");
    assert_int_equal(walk.clock, 3);
    assert_int_equal(walk.event_count, sizeof times / sizeof *times);
    for (size_t i = 0; i < walk.event_count; i++)
        assert_int_equal(walk.events[i].ticks, times[i]);
    live_walk_close(&walk);
}

static void test_session__tells_ticks_of_a_duration(void **state)
{
    (void)state;
    const struct timespec pause = {0, 50000000};
    for (int clock = VTC_CLOCK_DEFAULT; clock <= VTC_CLOCK_CALLBACK; clock++) {
        const struct vtc_session_opts opts = {.struct_size = sizeof opts,
                                              .clock = clock,
                                              .now = stepping_clock,
                                              .overwrite = 1};
        vtc_session *session = NULL;
        if (vtc_session_open(live_path("ticks.vtc"), &opts, &session, NULL) != VTC_OK)
            continue; /* no counter of one rate */
        int64_t outer_ns = vtci_clock_ns(CLOCK_MONOTONIC);
        uint64_t begin = vtc_session_ticks(session);
        int64_t inner_ns = vtci_clock_ns(CLOCK_MONOTONIC);
        nanosleep(&pause, NULL);
        inner_ns = vtci_clock_ns(CLOCK_MONOTONIC) - inner_ns;
        double taken = (double)(vtc_session_ticks(session) - begin);
        outer_ns = vtci_clock_ns(CLOCK_MONOTONIC) - outer_ns;
        if (clock == VTC_CLOCK_CALLBACK) {
            assert_int_equal(vtc_session_ticks_of(session, 12345), 12345);
        } else {
            assert_true((double)vtc_session_ticks_of(session, inner_ns) < taken * 1.02);
            assert_true((double)vtc_session_ticks_of(session, outer_ns) > taken * 0.98);
        }
        assert_int_equal(vtc_session_ticks_of(session, 0), 0);
        assert_true(vtc_session_ticks_of(session, UINT64_MAX) >= UINT64_MAX / 16);
        assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    }
}

static void *record_one(void *session)
{
    vtc_instant(vtc_session_writer(session), 1);
    return NULL;
}

static void test_session__gives_memory_back_with_the_last_writer(void **state)
{
    (void)state;
    vtc_session *session = live_open("threads.vtc", NULL);
    live_site(session, 'i', "x");
    vtc_writer *by_hand;
    assert_int_equal(vtc_writer_open(session, 77, "by hand", &by_hand, NULL), VTC_OK);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, record_one, session), 0);
    pthread_join(thread, NULL);
    assert_int_equal(vtc_instant(by_hand, 1), VTC_OK);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    assert_int_equal(vtc_instant(by_hand, 1), VTC_END);
    assert_int_equal(vtc_writer_status(by_hand), VTC_OK);
    vtc_writer_close(by_hand);
    vtc_writer_close(NULL);
    assert_int_equal(vtc_begin(NULL, 1), VTC_END);
    assert_int_equal(vtc_end(NULL), VTC_END);
}

/* A payload that a site does not allow would end its page: no call writes one. */
static void test_session__refuses_calls_that_are_for_other_sites(void **state)
{
    (void)state;
    static const char phases[] = "BEXiCbnestfMNOD";
    const struct vtc_value one = {VTC_ARG_INT, {.as_int = 7}};
    const struct vtc_param param = {"a", VTC_ARG_INT};
    struct live_walk walk;
    size_t accepted = 0;
    vtc_session *session = live_open("sites.vtc", NULL);
    vtc_writer *writer = vtc_session_writer(session);
    for (const char *phase = phases; *phase; phase++) {
        bool is_span = *phase == 'X', has_id = strchr("bnestfNOD", *phase) != NULL;
        struct vtc_site_opts opts = {sizeof opts, *phase, "site", NULL, &param, 1, 0};
        vtc_site named, by_address = vtc_session_address_site(session, *phase, 0x1234);
        assert_int_equal(vtc_session_site(session, &opts, &named, NULL), VTC_OK);
        assert_int_not_equal(by_address, 0);
        for (int i = 0; i < 2; i++) {
            vtc_site site = i ? by_address : named;
            vtc_status plain = !is_span && !has_id ? VTC_OK : VTC_ERR_ARGUMENT;
            vtc_status span = is_span ? VTC_OK : VTC_ERR_ARGUMENT;
            vtc_status id = has_id ? VTC_OK : VTC_ERR_ARGUMENT;
            assert_int_equal(vtc_begin(writer, site), plain);
            assert_int_equal(vtc_instant(writer, site), plain);
            assert_int_equal(vtc_event(writer, site, NULL, 0), plain);
            assert_int_equal(vtc_event(writer, site, &one, 1), i ? VTC_ERR_ARGUMENT : plain);
            assert_int_equal(vtc_complete(writer, site, 1, 2, NULL, 0), span);
            assert_int_equal(vtc_event_with_id(writer, site, 1, NULL, 0), id);
            accepted += plain == VTC_OK ? (i ? 3 : 4) : 1;
            if (is_span || has_id)
                assert_int_equal(vtc_end_with(writer, site, NULL, 0), VTC_ERR_ARGUMENT);
        }
    }
    assert_int_equal(vtc_session_address_site(session, 'z', 0x1234), 0);
    assert_int_equal(vtc_session_address_site(session, 0, 0x1234), 0);
    assert_int_equal(vtc_complete(writer, 777, 1, 2, NULL, 0), VTC_ERR_ARGUMENT);
    assert_int_equal(vtc_event(writer, 0xF0000001, NULL, 0), VTC_ERR_ARGUMENT);
    assert_int_equal(vtc_begin(writer, 0), VTC_ERR_ARGUMENT);
    assert_int_equal(vtc_begin(NULL, 0xF0000001), VTC_END);
    assert_int_equal(vtc_writer_status(writer), VTC_ERR_ARGUMENT);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    live_read(&walk, "sites.vtc");
    assert_int_equal(walk.event_count, accepted);
    assert_int_equal(live_walk_lost(&walk), 0);
    live_walk_close(&walk);
}

/* Without membarrier(2) nobody's chunk is taken: a file is finished by the last who leaves it. */
static void test_session__without_membarrier(void **state)
{
    (void)state;
    struct live_walk walk;
    struct stat before, after;
    vtc_session *session = live_open("plain.vtc", NULL);
    session->has_membarrier = false;
    vtc_site site = live_site(session, 'i', "x");
    vtc_writer *writer;
    assert_int_equal(vtc_writer_open(session, 0, NULL, &writer, NULL), VTC_OK);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(vtc_instant(writer, site), VTC_OK);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    live_read(&walk, "plain.vtc");
    assert_int_equal(walk.event_count, 1000);
    assert_int_equal(walk.state, 2);
    live_walk_close(&walk);
    assert_int_equal(stat(live_path("plain.vtc"), &before), 0);
    assert_int_equal(vtc_instant(writer, site), VTC_END);
    vtc_writer_close(writer);
    assert_int_equal(stat(live_path("plain.vtc"), &after), 0);
    assert_true(after.st_size < before.st_size);
    live_read(&walk, "plain.vtc");
    assert_int_equal(walk.event_count, 1000);
    assert_int_equal(walk.lost[VTC_LOSS_LATE], 1);
    live_walk_close(&walk);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, live_setup, live_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_session__records_what_it_is_given),
        TEST(test_session__counts_late_events),
        TEST(test_session__several_at_once_and_in_sequence),
        TEST(test_session__refuses_options),
        TEST(test_session__refuses_paths),
        TEST(test_session__puts_the_process_id_in_the_path),
        TEST(test_session__takes_any_clock),
        TEST(test_session__tells_ticks_of_a_duration),
        TEST(test_session__gives_memory_back_with_the_last_writer),
        TEST(test_session__without_membarrier),
        TEST(test_session__refuses_calls_that_are_for_other_sites),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
