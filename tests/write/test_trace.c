/* The macros of vtc/trace.h: nothing without a session, one site a place, spans that end with their
 * block, sessions that go away meanwhile.
 * ctest: labels threads
 */
#include "support/live_session.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "vtc/trace.h"

static int leave_early(int when)
{
    VTC_FUNCTION();
    if (when)
        return 1;
    VTC_SPAN_CAT("io", "inner");
    VTC_INSTANT("point");
    VTC_COUNTER("count", -7);
    VTC_COUNTER_DOUBLE("share", 0.5);
    return 0;
}

static void test_trace__records_to_the_default_session(void **state)
{
    (void)state;
    struct live_walk walk;
    leave_early(0);
    for (int round = 0; round < 3; round++) {
        char name[] = "0.vtc";
        name[0] = (char)('0' + round);
        vtc_session *session = live_open(name, NULL);
        vtc_session_make_default(session);
        assert_int_equal(leave_early(0), 0);
        assert_int_equal(leave_early(1), 1);
        assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
        assert_null(vtc_trace_session);
        leave_early(0);
        live_read(&walk, name);
        const uint32_t kinds[] = {1, 1, 1, 3, 3, 2, 2, 1, 2};
        const char *const names[] = {"leave_early", "inner", "point", "count", "share"};
        assert_int_equal(walk.event_count, 9);
        for (size_t i = 0; i < 9; i++)
            assert_int_equal(walk.events[i].kind, kinds[i]);
        for (size_t i = 0; i < 5; i++)
            assert_true(live_walk_site_is(&walk, walk.events[i].site, names[i]));
        assert_int_equal(walk.events[7].site, walk.events[0].site);
        live_walk_close(&walk);
    }
}

static void test_trace__spans_outlive_their_session(void **state)
{
    (void)state;
    struct live_walk walk;
    vtc_session *first = live_open("first.vtc", NULL);
    vtc_session_make_default(first);
    {
        VTC_SPAN("outer");
        assert_int_equal(vtc_session_close(first, NULL), VTC_OK);
        vtc_session *second = live_open("second.vtc", NULL);
        vtc_session_make_default(second);
        VTC_INSTANT("of the second");
        assert_int_equal(vtc_session_close(second, NULL), VTC_OK);
    }
    live_read(&walk, "first.vtc");
    assert_int_equal(walk.event_count, 1);
    live_walk_close(&walk);
    live_read(&walk, "second.vtc");
    assert_int_equal(walk.event_count, 1);
    live_walk_close(&walk);
}

static atomic_int go_on;

static void *trace_all_the_time(void *unused)
{
    (void)unused;
    while (atomic_load_explicit(&go_on, memory_order_relaxed))
        leave_early(0);
    return NULL;
}

static void test_trace__sessions_come_and_go(void **state)
{
    (void)state;
    const struct timespec pause = {0, 1000000};
    const struct vtc_session_opts opts = {.struct_size = sizeof opts, .overwrite = 1};
    struct live_walk walk;
    pthread_t threads[2];
    atomic_store(&go_on, 1);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, trace_all_the_time, NULL), 0);
    for (int round = 0; round < 40; round++) {
        vtc_session *session = live_open("s.vtc", &opts);
        vtc_session_make_default(session);
        nanosleep(&pause, NULL);
        assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
        live_read(&walk, "s.vtc");
        live_walk_close(&walk);
    }
    atomic_store(&go_on, 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, live_setup, live_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_trace__records_to_the_default_session),
        TEST(test_trace__spans_outlive_their_session),
        TEST(test_trace__sessions_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
