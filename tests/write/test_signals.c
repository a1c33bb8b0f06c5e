/* Signals that come within a record, and what a record may not do: locks, memory, system calls. */
#include "support/live_session.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "write/session.h"

static vtc_session *session;
static vtc_writer *writer;
static vtc_site outer, inner;
static _Atomic uint64_t accepted_inner;

static void on_alarm(int number)
{
    (void)number;
    if (vtc_begin(writer, inner) == VTC_OK)
        atomic_fetch_add(&accepted_inner, 1);
    if (vtc_end(writer) == VTC_OK)
        atomic_fetch_add(&accepted_inner, 1);
    /* A function that is met for the first time in a handler. */
    static int registered;
    if (registered++ < 1000 && !vtc_session_address_site(session, 'B', (uint64_t)registered))
        abort();
}

static void test_signals__storm(void **state)
{
    (void)state;
    struct live_walk walk;
    const struct itimerval often = {{0, 50}, {0, 50}}, never = {{0, 0}, {0, 0}};
    const struct vtc_session_opts opts = {.struct_size = sizeof opts,
                                          .chunk_bytes = 4096,
                                          .segment_bytes = 0};
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART}, before;
    session = live_open("storm.vtc", &opts);
    outer = live_site(session, 'B', "outer");
    inner = live_site(session, 'B', "inner");
    writer = vtc_session_writer(session);
    sigaction(SIGALRM, &action, &before);
    setitimer(ITIMER_REAL, &often, NULL);
    const uint64_t wanted = 1000000;
    uint64_t accepted_outer = 0;
    for (uint64_t i = 0; i < wanted; i++) {
        accepted_outer += vtc_begin(writer, outer) == VTC_OK;
        accepted_outer += vtc_end(writer) == VTC_OK;
    }
    setitimer(ITIMER_REAL, &never, NULL);
    sigaction(SIGALRM, &before, NULL);
    assert_int_equal(accepted_outer, 2 * wanted);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    live_read(&walk, "storm.vtc");
    assert_int_equal(walk.event_count, accepted_outer + atomic_load(&accepted_inner));
    assert_int_equal(live_walk_lost(&walk), 0);
    assert_true(atomic_load(&accepted_inner) > 100);
    /* What came in the middle of a record is in a writer that says so; begins and ends pair. */
    int64_t depth = 0;
    for (size_t i = 0; i < walk.event_count; i++) {
        if (i && walk.events[i].writer != walk.events[i - 1].writer)
            assert_int_equal(depth, 0);
        depth += walk.events[i].kind == 1 ? 1 : -1;
        assert_true(depth >= 0);
    }
    for (size_t i = 0; i < walk.definition_count; i++)
        if (walk.definitions[i].type == 3) {
            uint32_t flags;
            memcpy(&flags, walk.definitions[i].body + 4, 4);
            assert_int_equal(flags, walk.definitions[i].id == walk.events[0].writer ? 0 : 1);
        }
    live_walk_close(&walk);
}

static int depth_of_clock;
static uint64_t now;
static vtc_status statuses[3];

/* Records from within the record that asks for the time: as a signal handler would, but each time. */
static uint64_t recording_clock(void *context)
{
    (void)context;
    if (writer && depth_of_clock < 2) {
        int depth = ++depth_of_clock;
        statuses[depth] = vtc_instant(writer, inner);
        depth_of_clock--;
    }
    return ++now;
}

static void test_signals__within_each_other(void **state)
{
    (void)state;
    struct live_walk walk;
    const struct vtc_session_opts opts = {.struct_size = sizeof opts,
                                          .clock = VTC_CLOCK_CALLBACK,
                                          .now = recording_clock};
    writer = NULL;
    session = live_open("within.vtc", &opts);
    outer = live_site(session, 'i', "outer");
    inner = live_site(session, 'i', "inner");
    vtc_writer *own = vtc_session_writer(session);
    assert_int_equal(vtc_instant(own, outer), VTC_OK);
    writer = own;
    assert_int_equal(vtc_instant(writer, outer), VTC_OK);
    writer = NULL;
    assert_int_equal(statuses[1], VTC_OK);
    assert_int_equal(statuses[2], VTC_ERR_LIMIT);
    struct vtc_session_stats stats;
    vtc_session_statistics(session, &stats);
    assert_true(stats.lost[VTC_LOSS_INTERRUPTED] > 0);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    live_read(&walk, "within.vtc");
    assert_int_equal(walk.lost[VTC_LOSS_INTERRUPTED], stats.lost[VTC_LOSS_INTERRUPTED]);
    assert_true(walk.event_count >= 3);
    live_walk_close(&walk);
}

static volatile sig_atomic_t is_child, forks;

/* A program may fork anywhere, also where it came in the middle of a record. */
static void fork_and_record(int number)
{
    if (is_child)
        return;
    pid_t pid = fork();
    if (pid == 0) {
        is_child = 1;
        if (vtc_instant(writer, inner) != VTC_OK)
            _exit(1);
        return;
    }
    int status;
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
        abort();
    forks++;
    if (number) { /* only now: fork takes longer than the time between two alarms */
        const struct itimerval soon = {{0, 0}, {0, 100 + forks % 7 * 31}};
        setitimer(ITIMER_REAL, &soon, NULL);
    }
}

static void end_child(void)
{
    struct live_walk walk;
    char name[64];
    for (int i = 0; i < 1000; i++)
        if (vtc_instant(writer, outer) != VTC_OK)
            _exit(2);
    vtc_site late = live_site(session, 'i', "late");
    if (vtc_instant(writer, late) != VTC_OK || vtc_session_close(session, NULL) != VTC_OK)
        _exit(3);
    snprintf(name, sizeof name, "forks.p%d.vtc", (int)getpid());
    live_read(&walk, name);
    /* The record that the signal came into may be the parent's, or the first of the child. */
    _exit(walk.event_count >= 1002 && walk.event_count <= 1003 && !live_walk_lost(&walk) ? 0 : 4);
}

static void test_signals__fork_within_a_record(void **state)
{
    (void)state;
    struct live_walk walk;
    const struct vtc_session_opts opts = {.struct_size = sizeof opts, .chunk_bytes = 4096};
    const struct itimerval soon = {{0, 0}, {0, 500}}, never = {{0, 0}, {0, 0}};
    struct sigaction action = {.sa_handler = fork_and_record, .sa_flags = SA_RESTART}, before;
#if defined(__SANITIZE_THREAD__)
    skip(); /* its runtime allocates in fork, and minds that */
#endif
    session = live_open("forks.vtc", &opts);
    outer = live_site(session, 'i', "outer");
    inner = live_site(session, 'i', "inner");
    writer = vtc_session_writer(session);
    forks = 0;
    sigaction(SIGALRM, &action, &before);
    setitimer(ITIMER_REAL, &soon, NULL);
    uint64_t accepted = 0;
    while (forks < 50) {
        accepted += vtc_instant(writer, outer) == VTC_OK;
        if (is_child)
            end_child();
    }
    setitimer(ITIMER_REAL, &never, NULL);
    sigaction(SIGALRM, &before, NULL);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    live_read(&walk, "forks.vtc");
    assert_int_equal(walk.event_count, accepted);
    assert_int_equal(live_walk_lost(&walk), 0);
    live_walk_close(&walk);
}

/* The same at a place that is surely in the middle: where the record asks for the time. */
static uint64_t forking_clock(void *unused)
{
    (void)unused;
    if (writer && !forks && !is_child)
        fork_and_record(0);
    return ++now;
}

static void test_signals__fork_while_the_time_is_read(void **state)
{
    (void)state;
    struct live_walk walk;
    const struct vtc_session_opts opts = {.struct_size = sizeof opts,
                                          .clock = VTC_CLOCK_CALLBACK,
                                          .now = forking_clock};
    writer = NULL;
    session = live_open("forks.vtc", &opts);
    outer = live_site(session, 'i', "outer");
    inner = live_site(session, 'i', "inner");
    for (int first = 1; first >= 0; first--) { /* with no page yet, then with one */
        writer = vtc_session_writer(session);
        forks = 0;
        assert_int_equal(vtc_instant(writer, outer), VTC_OK);
        if (is_child)
            end_child();
        assert_int_equal(forks, 1);
    }
    writer = NULL;
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    live_read(&walk, "forks.vtc");
    assert_int_equal(walk.event_count, 2);
    live_walk_close(&walk);
}

static void fork_only(int number)
{
    (void)number;
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    if (waitpid(child, &status, 0) != child || status != 0)
        abort();
    forks++;
}

static void *interrupted_allocate(void *context, size_t bytes)
{
    (void)context;
    raise(SIGUSR1);
    return malloc(bytes);
}

static void plain_release(void *context, void *block, size_t bytes)
{
    (void)context;
    (void)bytes;
    free(block);
}

/* What defines holds a lock that fork() takes, also when memory is asked for. */
static void test_signals__fork_while_something_is_defined(void **state)
{
    (void)state;
    const struct vtc_allocator allocator = {NULL, interrupted_allocate, NULL, plain_release};
    const struct vtc_session_opts opts = {.struct_size = sizeof opts, .allocator = &allocator};
    struct sigaction action = {.sa_handler = fork_only, .sa_flags = SA_RESTART}, before;
    char name[64];
    vtc_interned id;
    sigaction(SIGUSR1, &action, &before);
    session = live_open("defined.vtc", &opts);
    forks = 0;
    alarm(60); /* where it hangs */
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "name %d", i);
        assert_int_equal(vtc_session_intern(session, name, strlen(name), &id, NULL), VTC_OK);
        if (i % 50 == 0)
            live_site(session, 'B', name);
    }
    alarm(0);
    assert_true(forks > 0);
    sigaction(SIGUSR1, &before, NULL);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
}

static _Atomic uint64_t allocations;

static void *counting_allocate(void *context, size_t bytes)
{
    (void)context;
    atomic_fetch_add(&allocations, 1);
    return malloc(bytes);
}

static void *counting_reallocate(void *context, void *block, size_t old_bytes, size_t new_bytes)
{
    (void)context;
    (void)old_bytes;
    atomic_fetch_add(&allocations, 1);
    return realloc(block, new_bytes);
}

static void counting_release(void *context, void *block, size_t bytes)
{
    (void)context;
    (void)bytes;
    free(block);
}

/* Would stop for ever if a record took one of the locks. */
static void test_steady__no_lock_and_no_allocation(void **state)
{
    (void)state;
    const struct vtc_allocator allocator = {NULL, counting_allocate, counting_reallocate,
                                            counting_release};
    const struct vtc_session_opts opts = {.struct_size = sizeof opts,
                                          .allocator = &allocator,
                                          .segment_bytes = 1 << 20};
    session = live_open("steady.vtc", &opts);
    outer = live_site(session, 'B', "outer");
    writer = vtc_session_writer(session);
    uint64_t before = atomic_load(&allocations);
    assert_true(before > 0);
    pthread_mutex_lock(&vtci_sessions_lock);
    pthread_mutex_lock(&session->lock);
    uint64_t accepted = 0;
    for (int i = 0; i < 500000; i++)
        accepted += (vtc_begin(writer, outer) == VTC_OK) + (vtc_end(writer) == VTC_OK);
    pthread_mutex_unlock(&session->lock);
    pthread_mutex_unlock(&vtci_sessions_lock);
    assert_int_equal(accepted, 1000000);
    assert_int_equal(atomic_load(&allocations), before);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
}

static void allow_only_exit(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    const struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        _exit(77);
}

static int run_without_system_calls(int records)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        writer = vtc_session_writer(session);
        vtc_instant(writer, outer);
        allow_only_exit();
        int accepted = 0;
        for (int i = 0; i < records; i++)
            accepted += vtc_instant(writer, outer) == VTC_OK;
        syscall(SYS_exit_group, accepted == records ? 0 : 1);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void test_steady__no_system_call(void **state)
{
    (void)state;
    session = live_open("steady.vtc", NULL);
    outer = live_site(session, 'i', "outer");
    int status = run_without_system_calls(500); /* 8 bytes each, of 4,064 in a page */
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(status, 0);
    /* The filter does its work: a new page needs one. */
    status = run_without_system_calls(600);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, live_setup, live_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_signals__storm),
        TEST(test_signals__within_each_other),
        TEST(test_signals__fork_within_a_record),
        TEST(test_signals__fork_while_the_time_is_read),
        TEST(test_signals__fork_while_something_is_defined),
        TEST(test_steady__no_lock_and_no_allocation),
        TEST(test_steady__no_system_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
