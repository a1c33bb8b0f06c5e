/* Children that are made past fork()'s handlers: by _Fork(), by clone(2). They have the parent's pages
 * mapped, and record to a file of their own all the same. */
#include "support/live_session.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static vtc_session *session;
static vtc_site site_parent, site_child;

static pid_t raw_clone(void)
{
    return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static pid_t raw_fork(void)
{
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    return _Fork();
#else
    return raw_clone();
#endif
}

static void record(vtc_site site, int count)
{
    for (int i = 0; i < count; i++)
        if (vtc_instant(vtc_session_writer(session), site) != VTC_OK)
            _exit(50);
}

static void assert_events(const char *name, const char *site, size_t count)
{
    struct live_walk walk;
    live_read(&walk, name);
    assert_int_equal(walk.event_count, count);
    for (size_t i = 0; i < count; i++)
        assert_true(live_walk_site_is(&walk, walk.events[i].site, site));
    assert_int_equal(live_walk_lost(&walk), 0);
    live_walk_close(&walk);
}

static void open_session(void)
{
    session = live_open("f.vtc", NULL);
    site_parent = live_site(session, 'i', "parent");
    site_child = live_site(session, 'i', "child");
    record(site_parent, 100); /* in the middle of a page */
}

static void check_child(pid_t (*make)(void), int (*what)(void))
{
    char name[64];
    open_session();
    pid_t pid = make();
    if (pid == 0)
        _exit(what());
    record(site_parent, 1000);
    live_wait_for(pid);
    record(site_parent, 1000);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    assert_events("f.vtc", "parent", 2100);
    snprintf(name, sizeof name, "f.p%d.vtc", (int)pid);
    assert_events(name, "child", 1000);
    assert_int_equal(live_names(), 2);
}

static int records(void)
{
    record(site_child, 1000);
    return 0;
}

static int defines_and_closes(void)
{
    uint32_t id;
    if (vtc_session_intern(session, "of the child", 12, &id, NULL) != VTC_OK)
        return 51;
    record(live_site(session, 'i', "child"), 1000);
    return vtc_session_close(session, NULL) == VTC_OK ? 0 : 52;
}

/* Closing is the first thing that this child does. */
static void test_raw_fork__closes_what_is_not_its_own(void **state)
{
    (void)state;
    open_session();
    pid_t pid = raw_fork();
    if (pid == 0)
        _exit(vtc_session_close(session, NULL) == VTC_OK ? 0 : 51);
    live_wait_for(pid);
    struct live_walk walk;
    live_read(&walk, "f.vtc");
    assert_int_equal(walk.state, 0); /* it is recorded to as before */
    live_walk_close(&walk);
    record(site_parent, 1000);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    assert_events("f.vtc", "parent", 1100);
    assert_int_equal(live_names(), 1);
}

static void test_raw_fork__gives_the_child_a_file(void **state)
{
    (void)state;
    check_child(raw_fork, records);
}

static void test_raw_fork__by_clone(void **state)
{
    (void)state;
    check_child(raw_clone, records);
}

static void test_raw_fork__of_a_child_that_defines_first(void **state)
{
    (void)state;
    check_child(raw_fork, defines_and_closes);
}

static int forks_itself(void)
{
    pid_t pid = fork();
    int status;
    if (pid == 0) {
        for (int i = 0; i < 7; i++)
            if (vtc_instant(vtc_session_writer(session), site_parent) != VTC_OK)
                _exit(54);
        _exit(0);
    }
    record(site_child, 1000);
    if (waitpid(pid, &status, 0) != pid || status != 0)
        return 53;
    char name[64];
    snprintf(name, sizeof name, "f.p%d.vtc", (int)pid);
    assert_events(name, "parent", 7);
    return unlink(live_path(name)) == 0 ? 0 : 55;
}

static void test_raw_fork__of_a_child_that_forks(void **state)
{
    (void)state;
    check_child(raw_fork, forks_itself);
}

static atomic_int go_on;

/* Either its definitions are whole, and all is well; or it says that they are not, and neither hangs
 * nor does any harm. */
static int records_or_not(void)
{
    struct vtc_session_stats stats;
    uint64_t recorded = 0;
    uint32_t id;
    for (int i = 0; i < 100; i++)
        recorded += vtc_instant(vtc_session_writer(session), site_child) == VTC_OK;
    vtc_status status = vtc_session_intern(session, "x", 1, &id, NULL);
    vtc_session_statistics(session, &stats);
    if (recorded != 0 && recorded != 100)
        return 51;
    if (recorded + stats.lost[VTC_LOSS_FORK] != 100)
        return 52;
    return (status == VTC_OK) == (recorded == 100) ? 0 : 53;
}

static void test_raw_fork__while_another_thread_defines(void **state)
{
    (void)state;
    pthread_t thread;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    skip(); /* its own locks are not free in such a child */
#endif
    open_session();
    atomic_store(&go_on, 1);
    struct live_definer definer = {session, &go_on};
    assert_int_equal(pthread_create(&thread, NULL, live_define_all_the_time, &definer), 0);
    for (int i = 0; i < 200; i++) {
        pid_t pid = raw_fork();
        if (pid == 0)
            _exit(records_or_not());
        live_wait_for(pid);
    }
    atomic_store(&go_on, 0);
    pthread_join(thread, NULL);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    assert_events("f.vtc", "parent", 100);
}

/* What a child loses before it can have a file is in the file that it has then. */
static void test_raw_fork__without_a_descriptor_at_first(void **state)
{
    (void)state;
    char name[64];
    struct live_walk walk;
    open_session();
    pid_t pid = fork();
    if (pid == 0) {
        struct rlimit limit, none;
        getrlimit(RLIMIT_NOFILE, &limit);
        none = limit;
        none.rlim_cur = 3;
        setrlimit(RLIMIT_NOFILE, &none);
        for (int i = 0; i < 40; i++)
            if (vtc_instant(vtc_session_writer(session), site_child) != VTC_ERR_IO)
                _exit(51);
        setrlimit(RLIMIT_NOFILE, &limit);
        for (int lost = 0; vtc_instant(vtc_session_writer(session), site_child) != VTC_OK; lost++)
            usleep(1000);
        _exit(0);
    }
    live_wait_for(pid);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    snprintf(name, sizeof name, "f.p%d.vtc", (int)pid);
    live_read(&walk, name);
    assert_int_equal(walk.event_count, 1);
    assert_true(walk.lost[VTC_LOSS_FORK] >= 40);
    assert_int_equal(live_walk_lost(&walk), walk.lost[VTC_LOSS_FORK]);
    live_walk_close(&walk);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, live_setup, live_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_raw_fork__gives_the_child_a_file),
        TEST(test_raw_fork__by_clone),
        TEST(test_raw_fork__of_a_child_that_defines_first),
        TEST(test_raw_fork__of_a_child_that_forks),
        TEST(test_raw_fork__closes_what_is_not_its_own),
        TEST(test_raw_fork__while_another_thread_defines),
        TEST(test_raw_fork__without_a_descriptor_at_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
