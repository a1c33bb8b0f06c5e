/* Fork: the child has a file of its own, with all definitions in it; the parent is not disturbed. */
#include "support/live_session.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static vtc_session *session;
static vtc_site site_parent, site_child;
static atomic_int go_on;

static void child_name(char *to, size_t bytes, pid_t pid)
{
    snprintf(to, bytes, "f.p%d.vtc", (int)pid);
}

static void record(vtc_site site, int count)
{
    for (int i = 0; i < count; i++)
        if (vtc_instant(vtc_session_writer(session), site) != VTC_OK)
            _exit(50);
}

static void test_fork__gives_the_child_a_file(void **state)
{
    (void)state;
    char name[64];
    struct live_walk walk;
    session = live_open("f.vtc", NULL);
    site_parent = live_site(session, 'i', "parent");
    site_child = live_site(session, 'i', "child");
    vtc_site by_address = vtc_session_address_site(session, 'B', 0x1234);
    record(site_parent, 700);
    pid_t quiet = fork();
    if (quiet == 0)
        _exit(0);
    pid_t pid = fork();
    if (pid == 0) {
        record(site_child, 1000);
        vtc_site late = live_site(session, 'i', "late");
        record(late, 1);
        vtc_begin(vtc_session_writer(session), by_address);
        pid_t grandchild = fork();
        if (grandchild == 0) {
            record(late, 5);
            _exit(vtc_session_close(session, NULL) == VTC_OK ? 0 : 51);
        }
        live_wait_for(grandchild);
        child_name(name, sizeof name, grandchild);
        live_read(&walk, name);
        _exit(walk.event_count == 5 && walk.pid == (uint32_t)grandchild && walk.state == 2 ? 0
                                                                                           : 52);
    }
    record(site_parent, 300);
    live_wait_for(quiet);
    live_wait_for(pid);
    record(site_parent, 1);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    live_read(&walk, "f.vtc");
    assert_int_equal(walk.event_count, 1001);
    for (size_t i = 0; i < walk.event_count; i++)
        assert_true(live_walk_site_is(&walk, walk.events[i].site, "parent"));
    uint64_t family = walk.family;
    live_walk_close(&walk);
    child_name(name, sizeof name, pid);
    live_read(&walk, name);
    assert_int_equal(walk.event_count, 1002);
    assert_int_equal(walk.family, family);
    assert_int_equal(walk.pid, pid);
    assert_true(live_walk_site_is(&walk, walk.events[0].site, "child"));
    assert_true(live_walk_site_is(&walk, walk.events[1000].site, "late"));
    live_walk_close(&walk);
    assert_int_equal(live_names(), 3);
}

static void *record_all_the_time(void *counter)
{
    vtc_writer *writer = vtc_session_writer(session);
    while (atomic_load(&go_on))
        if (vtc_instant(writer, site_parent) == VTC_OK)
            atomic_fetch_add((atomic_ulong *)counter, 1);
    return NULL;
}

static void test_fork__while_others_record_and_define(void **state)
{
    (void)state;
    char name[64];
    struct live_walk walk;
    atomic_ulong count = 0;
    pthread_t threads[2];
    session = live_open("f.vtc", NULL);
    site_parent = live_site(session, 'i', "parent");
    site_child = live_site(session, 'i', "child");
    atomic_store(&go_on, 1);
    assert_int_equal(pthread_create(&threads[0], NULL, record_all_the_time, &count), 0);
    struct live_definer definer = {session, &go_on};
    assert_int_equal(pthread_create(&threads[1], NULL, live_define_all_the_time, &definer), 0);
    for (int i = 0; i < 30; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            record(site_child, 2000);
            record(live_site(session, 'i', "of the child"), 1);
            _exit(vtc_session_close(session, NULL) == VTC_OK ? 0 : 51);
        }
        live_wait_for(pid);
        child_name(name, sizeof name, pid);
        live_read(&walk, name);
        assert_int_equal(walk.event_count, 2001);
        live_walk_close(&walk);
    }
    atomic_store(&go_on, 0);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    live_read(&walk, "f.vtc");
    assert_int_equal(walk.event_count, atomic_load(&count));
    live_walk_close(&walk);
}

static void occupy(const char *name)
{
    FILE *file = fopen(live_path(name), "wx");
    if (!file || fputs("occupied", file) < 0 || fclose(file) != 0)
        _exit(54);
}

static void assert_occupied(const char *name)
{
    char text[16] = "";
    FILE *file = fopen(live_path(name), "r");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    fclose(file);
    assert_string_equal(text, "occupied");
}

/* What the child finds in its place: a segment of the parent with its id as the number, files of
 * another child that had the id before it. */
static void test_fork__replaces_no_file(void **state)
{
    (void)state;
    static const char *const forms[] = {"f.%04d.vtc", "f.p%d.vtc", "f.p%d-2.vtc", "f.p%d.0001.vtc"};
    static const char *const made[] = {"f.p%d-3.vtc", "f.p%d.0001-2.vtc", "f.p%d.0002.vtc"};
    const struct vtc_session_opts opts = {.struct_size = sizeof opts,
                                          .segment_bytes = 64 << 10,
                                          .overwrite = 1};
    char name[64];
    struct live_walk walk;
    session = live_open("f.vtc", &opts);
    site_child = live_site(session, 'i', "child");
    pid_t pid = fork();
    if (pid == 0) {
        for (size_t i = 0; i < 4; i++) {
            snprintf(name, sizeof name, forms[i], (int)getpid());
            occupy(name);
        }
        struct vtc_session_stats stats = {.segment = 0};
        while (stats.segment < 2) {
            record(site_child, 1);
            vtc_session_statistics(session, &stats);
        }
        record(site_child, 1000);
        _exit(vtc_session_sync(session, NULL) == VTC_OK &&
                      vtc_session_close(session, NULL) == VTC_OK
                  ? 0
                  : 51);
    }
    live_wait_for(pid);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    for (size_t i = 0; i < 4; i++) {
        snprintf(name, sizeof name, forms[i], (int)pid);
        assert_occupied(name);
    }
    for (unsigned i = 0; i < 3; i++) {
        snprintf(name, sizeof name, made[i], (int)pid);
        live_read(&walk, name);
        assert_int_equal(walk.segment, i);
        assert_int_equal(walk.pid, pid);
        assert_true(walk.event_count >= 1000);
        live_walk_close(&walk);
    }
    assert_int_equal(live_names(), 8);
}

static atomic_uint releases;

static void *allocate(void *context, size_t bytes)
{
    (void)context;
    return malloc(bytes);
}

static void *reallocate(void *context, void *block, size_t old_bytes, size_t new_bytes)
{
    (void)context;
    (void)old_bytes;
    return realloc(block, new_bytes);
}

static void release(void *context, void *block, size_t bytes)
{
    (void)context;
    (void)bytes;
    atomic_fetch_add(&releases, 1);
    free(block);
}

static void *record_once_and_stay(void *unused)
{
    const struct timespec pause = {0, 1000000};
    record(site_parent, 1);
    atomic_store(&go_on, 1);
    while (atomic_load(&go_on) != 2)
        nanosleep(&pause, NULL);
    return unused;
}

/* A closed session lives on in the writer of a thread that the child does not have. Its memory is given
 * back, but not in the middle of fork. */
static void test_fork__leaves_the_allocator_alone(void **state)
{
    (void)state;
    const struct timespec pause = {0, 1000000};
    const struct vtc_allocator allocator = {NULL, allocate, reallocate, release};
    const struct vtc_session_opts opts = {.struct_size = sizeof opts, .allocator = &allocator};
    pthread_t thread;
    session = live_open("f.vtc", &opts);
    site_parent = live_site(session, 'i', "parent");
    atomic_store(&go_on, 0);
    assert_int_equal(pthread_create(&thread, NULL, record_once_and_stay, NULL), 0);
    while (atomic_load(&go_on) != 1)
        nanosleep(&pause, NULL);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    unsigned before = atomic_load(&releases);
    pid_t pid = fork();
    if (pid == 0) {
        if (atomic_load(&releases) != before)
            _exit(55);
        vtc_session *next = live_open("next.vtc", NULL);
        _exit(next == session && atomic_load(&releases) > before &&
                      vtc_session_close(next, NULL) == VTC_OK
                  ? 0
                  : 56);
    }
    live_wait_for(pid);
    atomic_store(&go_on, 2);
    pthread_join(thread, NULL);
}

static void test_fork__in_a_child_whose_directory_is_gone(void **state)
{
    (void)state;
    char gone[80];
    snprintf(gone, sizeof gone, "%s/gone", live_directory);
    char path[128];
    snprintf(path, sizeof path, "mkdir %s", gone);
    assert_int_equal(system(path), 0);
    session = live_open("gone/f.vtc", NULL);
    site_child = live_site(session, 'i', "child");
    snprintf(path, sizeof path, "rm -r %s", gone);
    assert_int_equal(system(path), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct vtc_session_stats stats;
        vtc_writer *writer = vtc_session_writer(session);
        bool good = vtc_instant(writer, site_child) == VTC_ERR_IO &&
                    vtc_instant(writer, site_child) == VTC_ERR_IO;
        vtc_session_statistics(session, &stats);
        good = good && stats.lost[VTC_LOSS_FORK] == 2;
        _exit(good && vtc_session_close(session, NULL) == VTC_ERR_IO ? 0 : 53);
    }
    live_wait_for(pid);
    vtc_session_stop(session);
    vtc_session_close(session, NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, live_setup, live_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_fork__gives_the_child_a_file),
        TEST(test_fork__while_others_record_and_define),
        TEST(test_fork__replaces_no_file),
        TEST(test_fork__leaves_the_allocator_alone),
        TEST(test_fork__in_a_child_whose_directory_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
