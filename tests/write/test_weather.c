/* Bad weather: full disks, limits of the process, descriptors that are gone, names of any size. The
 * program lives, losses are counted, and what was accepted is in the file.
 * ctest: timeout 600
 */
#include "support/live_session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int refuse_fallocate; /* an errno */

/* In place of libc's: some file systems have none. */
int fallocate64(int fd, int mode, off64_t offset, off64_t len);
int fallocate64(int fd, int mode, off64_t offset, off64_t len)
{
    if (refuse_fallocate) {
        errno = refuse_fallocate;
        return -1;
    }
    return (int)syscall(SYS_fallocate, fd, mode, offset, len);
}

static void sleep_ms(long ms)
{
    const struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

/* Records; gives how many were accepted. */
static uint64_t record(vtc_session *session, vtc_site site, int count)
{
    uint64_t accepted = 0;
    vtc_writer *writer = vtc_session_writer(session);
    for (int i = 0; i < count; i++)
        accepted += vtc_instant(writer, site) == VTC_OK;
    return accepted;
}

static void fill_disk(const char *path)
{
    static char block[4096];
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    while (write(fd, block, sizeof block) > 0)
        ;
    close(fd);
}

static bool mount_small(const char *name)
{
    assert_int_equal(mkdir(live_path(name), 0700), 0);
    if (mount("none", live_path(name), "tmpfs", 0, "size=512k") == 0)
        return true;
    rmdir(live_path(name));
    return false;
}

static void test_weather__disk_full_and_free_again(void **state)
{
    (void)state;
    struct live_walk walk;
    vtc_session *session;
    struct vtc_error err;
    if (!mount_small("full"))
        skip();
    session = live_open("full/a.vtc", NULL);
    vtc_site site = live_site(session, 'i', "event");
    uint64_t accepted = record(session, site, 1000);
    assert_int_equal(accepted, 1000);
    fill_disk(live_path("full/ballast"));
    vtc_session *second = NULL;
    assert_int_equal(vtc_session_open(live_path("full/b.vtc"), NULL, &second, &err), VTC_ERR_IO);
    assert_int_equal(err.sys_errno, ENOSPC);
    assert_int_not_equal(access(live_path("full/b.vtc"), F_OK), 0);
    accepted += record(session, site, 200000);
    assert_true(accepted < 201000);
    assert_int_equal(unlink(live_path("full/ballast")), 0);
    sleep_ms(5);
    assert_int_equal(record(session, site, 10), 10);
    accepted += 10;
    assert_int_equal(vtc_session_close(session, &err), VTC_ERR_IO);
    assert_int_equal(err.sys_errno, ENOSPC);
    live_read(&walk, "full/a.vtc");
    assert_int_equal(walk.event_count, accepted);
    assert_int_equal(walk.lost[VTC_LOSS_DISK_FULL], 201010 - accepted);
    assert_int_equal(walk.state, 2);
    live_walk_close(&walk);
    /* This thread still has its writer, which counts what comes late: page 0 is mapped. */
    assert_int_equal(umount2(live_path("full"), MNT_DETACH), 0);
    rmdir(live_path("full"));
}

/* Runs in a process of its own, so that limits and signals are its own. */
static void in_child(void (*run)(void))
{
    int status;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        run();
        _exit(0);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

#define REQUIRE(condition)             \
    do {                               \
        if (!(condition))              \
            _exit(__LINE__ % 200 + 1); \
    } while (0)

static void limited_file_size(void)
{
    const struct rlimit limit = {256 << 10, 256 << 10};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    vtc_session *session = live_open("limited.vtc", NULL);
    vtc_site site = live_site(session, 'i', "event");
    uint64_t accepted = record(session, site, 100000);
    struct vtc_session_stats stats;
    vtc_session_statistics(session, &stats);
    REQUIRE(accepted > 10000 && accepted < 40000);
    REQUIRE(stats.lost[VTC_LOSS_DISK_FULL] == 100000 - accepted);
    REQUIRE(vtc_session_close(session, NULL) == VTC_ERR_IO);
    struct live_walk walk;
    live_read(&walk, "limited.vtc");
    REQUIRE(walk.event_count == accepted);
}

static void test_weather__limit_on_file_size(void **state)
{
    (void)state;
    in_child(limited_file_size);
}

static void no_descriptors(void)
{
    const struct rlimit limit = {3, 100};
    struct vtc_error err;
    const struct vtc_session_opts opts = {.struct_size = sizeof opts, .segment_bytes = 65536};
    vtc_session *first = live_open("first.vtc", &opts), *second = NULL;
    vtc_site site = live_site(first, 'i', "event");
    REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    REQUIRE(vtc_session_open(live_path("second.vtc"), NULL, &second, &err) == VTC_ERR_IO);
    REQUIRE(err.sys_errno == EMFILE);
    /* No next segment: on in this one. */
    REQUIRE(record(first, site, 50000) == 50000);
    struct vtc_session_stats stats;
    vtc_session_statistics(first, &stats);
    REQUIRE(stats.segment == 0);
    const struct rlimit enough = {20, 100};
    REQUIRE(setrlimit(RLIMIT_NOFILE, &enough) == 0 && record(first, site, 50000) == 50000);
    vtc_session_statistics(first, &stats);
    REQUIRE(stats.segment >= 3);
    vtc_session_close(first, NULL);
    REQUIRE(access(live_path("first.0003.vtc"), F_OK) == 0);
}

static void test_weather__limit_on_descriptors(void **state)
{
    (void)state;
    in_child(no_descriptors);
}

static void no_address_space(void)
{
    struct live_walk walk;
    struct rlimit limit;
    vtc_session *session = live_open("space.vtc", NULL);
    vtc_site site = live_site(session, 'B', "event");
    vtc_writer *writer = vtc_session_writer(session);
    REQUIRE(getrlimit(RLIMIT_AS, &limit) == 0);
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = 4096;
    REQUIRE(setrlimit(RLIMIT_AS, &limit) == 0);
    for (int i = 0; i < 3000; i++)
        REQUIRE(vtc_begin(writer, site) == VTC_OK && vtc_end(writer) == VTC_OK);
    limit.rlim_cur = before;
    REQUIRE(setrlimit(RLIMIT_AS, &limit) == 0);
    /* As it would be read if the process died here. */
    live_read(&walk, "space.vtc");
    REQUIRE(walk.event_count == 6000);
    live_walk_close(&walk);
    for (int i = 0; i < 3000; i++)
        REQUIRE(vtc_begin(writer, site) == VTC_OK && vtc_end(writer) == VTC_OK);
    REQUIRE(vtc_session_close(session, NULL) == VTC_OK);
    live_read(&walk, "space.vtc");
    REQUIRE(walk.event_count == 12000 && live_walk_lost(&walk) == 0);
}

static void test_weather__limit_on_address_space(void **state)
{
    (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    skip(); /* the sanitizer wants some itself */
#endif
    in_child(no_address_space);
}

/* The flight recorder where nothing can be mapped: what it gives up it has counted all the same. */
static void no_address_space_in_flight(void)
{
    struct rlimit limit;
    const struct vtc_session_opts opts = {.struct_size = sizeof opts,
                                          .policy = VTC_POLICY_FLIGHT,
                                          .keep_bytes = 512 << 10};
    vtc_session *session = live_open("flight.vtc", &opts);
    vtc_site site = live_site(session, 'i', "event");
    REQUIRE(record(session, site, 10000) == 10000);
    REQUIRE(getrlimit(RLIMIT_AS, &limit) == 0);
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = 4096;
    REQUIRE(setrlimit(RLIMIT_AS, &limit) == 0);
    uint64_t accepted = 10000 + record(session, site, 200000);
    limit.rlim_cur = before;
    REQUIRE(setrlimit(RLIMIT_AS, &limit) == 0);
    accepted += record(session, site, 10000);
    REQUIRE(accepted == 220000 && vtc_session_close(session, NULL) == VTC_OK);
    uint64_t events = 0, overwritten = 0, bytes = 0;
    for (unsigned segment = 0; segment < 1000; segment++) {
        char name[32];
        struct live_walk walk;
        snprintf(name, sizeof name, segment ? "flight.%04u.vtc" : "flight.vtc", segment);
        if (access(live_path(name), F_OK) != 0)
            continue;
        live_read(&walk, name);
        events += walk.event_count;
        overwritten += walk.lost[VTC_LOSS_OVERWRITTEN];
        bytes += walk.len_bytes;
        REQUIRE(live_walk_lost(&walk) == walk.lost[VTC_LOSS_OVERWRITTEN]);
        live_walk_close(&walk);
    }
    REQUIRE(events + overwritten == accepted && overwritten > 100000);
    REQUIRE(bytes <= opts.keep_bytes + opts.keep_bytes / 8);
}

static void test_weather__flight_recorder_without_address_space(void **state)
{
    (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    skip(); /* the sanitizer wants some itself */
#endif
    in_child(no_address_space_in_flight);
}

/* A directory that may be read and not written: at open, and when the next segment is due. */
static void no_permission(void)
{
    struct vtc_error err;
    const struct vtc_session_opts opts = {.struct_size = sizeof opts, .segment_bytes = 65536};
    vtc_session *session = NULL;
    REQUIRE(mkdir(live_path("theirs"), 0777) == 0 && chmod(live_directory, 0755) == 0);
    if (geteuid() == 0)
        REQUIRE(chown(live_path("theirs"), 65534, 65534) == 0 && setgid(65534) == 0 &&
                setuid(65534) == 0);
    REQUIRE(chmod(live_path("theirs"), 0500) == 0);
    REQUIRE(vtc_session_open(live_path("theirs/x.vtc"), NULL, &session, &err) == VTC_ERR_IO);
    REQUIRE(err.sys_errno == EACCES && !session);
    REQUIRE(chmod(live_path("theirs"), 0700) == 0);
    REQUIRE(vtc_session_open(live_path("theirs/y.vtc"), &opts, &session, &err) == VTC_OK);
    vtc_site site = live_site(session, 'i', "event");
    REQUIRE(chmod(live_path("theirs"), 0500) == 0);
    REQUIRE(record(session, site, 50000) == 50000); /* on in this one */
    REQUIRE(vtc_session_close(session, &err) == VTC_ERR_IO && err.sys_errno == EACCES);
    REQUIRE(access(live_path("theirs/x.vtc"), F_OK) != 0);
    struct live_walk walk;
    live_read(&walk, "theirs/y.vtc");
    REQUIRE(walk.event_count == 50000 && live_walk_lost(&walk) == 0);
    live_walk_close(&walk);
    REQUIRE(chmod(live_path("theirs"), 0700) == 0 && unlink(live_path("theirs/y.vtc")) == 0);
}

static void test_weather__directory_without_permission(void **state)
{
    (void)state;
    in_child(no_permission);
    assert_int_equal(rmdir(live_path("theirs")), 0); /* and nothing was left in it */
}

static void test_weather__read_only_file_system(void **state)
{
    (void)state;
    struct vtc_error err;
    vtc_session *session = NULL;
    if (!mount_small("read_only"))
        skip(); /* not root, or mounting is not allowed */
    bool is_read_only =
        mount("none", live_path("read_only"), NULL, MS_REMOUNT | MS_RDONLY, "size=512k") == 0;
    vtc_status status = vtc_session_open(live_path("read_only/x.vtc"), NULL, &session, &err);
    assert_int_equal(umount2(live_path("read_only"), MNT_DETACH), 0);
    rmdir(live_path("read_only"));
    if (!is_read_only)
        skip();
    assert_int_equal(status, VTC_ERR_IO);
    assert_int_equal(err.sys_errno, EROFS);
    assert_null(session);
}

/* As a daemon does: all descriptors closed, and their numbers used for something else. */
static void closed_descriptors(void)
{
    struct stat status;
    vtc_session *session = live_open("closed.vtc", NULL);
    vtc_site site = live_site(session, 'i', "event");
    REQUIRE(record(session, site, 100) == 100);
    for (int fd = 3; fd < 64; fd++)
        close(fd);
    for (int i = 0; i < 20; i++)
        REQUIRE(open(live_path("mine"), O_RDWR | O_CREAT, 0600) >= 0);
    REQUIRE(record(session, site, 1000000) < 1000000);
    /* Definitions as far as there is room that is mapped. */
    vtc_status status_of_string = VTC_OK;
    uint32_t id, strings = 0;
    for (; status_of_string == VTC_OK && strings < 1000; strings++)
        status_of_string =
            vtc_session_intern(session, (const char *)&strings, sizeof strings, &id, NULL);
    REQUIRE(status_of_string == VTC_ERR_IO);
    vtc_session_close(session, NULL);
    REQUIRE(stat(live_path("mine"), &status) == 0 && status.st_size == 0);
    REQUIRE(fcntl(3, F_GETFD) >= 0); /* not closed by us either */
}

static void test_weather__descriptors_that_are_not_ours(void **state)
{
    (void)state;
    in_child(closed_descriptors);
}

/* As EDQUOT comes: at a place in the middle, with room for what is there. */
static void test_weather__quota(void **state)
{
    (void)state;
    struct live_walk walk;
    struct vtc_error err;
    const struct vtc_session_opts opts = {.struct_size = sizeof opts, .segment_bytes = 1 << 20};
    vtc_session *session = live_open("quota.vtc", &opts), *second = NULL;
    vtc_site site = live_site(session, 'i', "event");
    uint64_t accepted = record(session, site, 1000);
    assert_int_equal(accepted, 1000);
    refuse_fallocate = EDQUOT;
    assert_int_equal(vtc_session_open(live_path("second.vtc"), NULL, &second, &err), VTC_ERR_IO);
    assert_int_equal(err.sys_errno, EDQUOT);
    accepted += record(session, site, 1000000);
    assert_true(accepted < 1001000);
    refuse_fallocate = 0;
    sleep_ms(5);
    assert_int_equal(record(session, site, 100000), 100000);
    accepted += 100000;
    struct vtc_session_stats stats;
    vtc_session_statistics(session, &stats);
    assert_int_equal(stats.lost[VTC_LOSS_DISK_FULL], 1101000 - accepted);
    assert_int_equal(vtc_session_close(session, &err), VTC_ERR_IO);
    assert_int_equal(err.sys_errno, EDQUOT);
    uint64_t found = 0, lost = 0;
    for (uint32_t i = 0; i <= stats.segment; i++) {
        char name[32];
        snprintf(name, sizeof name, i ? "quota.%04u.vtc" : "quota.vtc", i);
        live_read(&walk, name);
        found += walk.event_count;
        lost += walk.lost[VTC_LOSS_DISK_FULL];
        live_walk_close(&walk);
    }
    assert_int_equal(found, accepted);
    assert_int_equal(lost, 1101000 - accepted);
    assert_int_equal(live_names(), stats.segment + 1);
}

/* --- clocks, ends and begins that do not match */

static uint64_t clock_now;

static uint64_t read_clock(void *unused)
{
    (void)unused;
    return clock_now;
}

static void test_weather__a_clock_that_goes_backwards(void **state)
{
    (void)state;
    const struct vtc_session_opts opts = {.struct_size = sizeof opts,
                                          .clock = VTC_CLOCK_CALLBACK,
                                          .now = read_clock};
    static const int64_t steps[] = {1, -1, -1000000000000, INT64_MAX, -5, INT64_MIN, 0};
    enum { STEPS = sizeof steps / sizeof *steps, EACH = 700 };
    static uint64_t times[STEPS * EACH];
    struct live_walk walk;
    clock_now = 1000000;
    vtc_session *session = live_open("clock.vtc", &opts);
    vtc_site site = live_site(session, 'i', "event");
    vtc_writer *writer = vtc_session_writer(session);
    for (int i = 0; i < STEPS * EACH; i++) {
        clock_now += (uint64_t)steps[i / EACH];
        times[i] = clock_now;
        assert_int_equal(vtc_instant(writer, site), VTC_OK);
    }
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    live_read(&walk, "clock.vtc");
    assert_int_equal(walk.event_count, STEPS * EACH);
    for (int i = 0; i < STEPS * EACH; i++)
        assert_int_equal(walk.events[i].ticks, times[i]);
    assert_int_equal(live_walk_lost(&walk), 0);
    live_walk_close(&walk);
}

static void test_weather__ends_and_begins_that_do_not_match(void **state)
{
    (void)state;
    enum { MANY = 5000 };
    struct live_walk walk;
    vtc_session *session = live_open("open.vtc", NULL);
    vtc_site site = live_site(session, 'B', "never ends");
    vtc_writer *writer = vtc_session_writer(session);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(vtc_end(writer), VTC_OK);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(vtc_begin(writer, site), VTC_OK);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    assert_int_equal(vtc_end(writer), VTC_END);
    live_read(&walk, "open.vtc");
    assert_int_equal(walk.event_count, 2 * MANY);
    assert_int_equal(walk.events[MANY - 1].kind, 2);
    assert_int_equal(walk.events[2 * MANY - 1].kind, 1);
    assert_int_equal(walk.lost[VTC_LOSS_LATE], 1);
    live_walk_close(&walk);
}

static void test_weather__no_fallocate(void **state)
{
    (void)state;
    struct live_walk walk;
    refuse_fallocate = EOPNOTSUPP;
    vtc_session *session = live_open("zeros.vtc", NULL);
    vtc_site site = live_site(session, 'i', "event");
    assert_int_equal(record(session, site, 100000), 100000);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    refuse_fallocate = 0;
    live_read(&walk, "zeros.vtc");
    assert_int_equal(walk.event_count, 100000);
    live_walk_close(&walk);
}

static void test_weather__names_of_any_size(void **state)
{
    (void)state;
    const size_t sizes[] = {
        0, 1, 7, 4000, 4044, 4045, 4046, 5000, 70000, 10000000, (16u << 20) - 64};
    const size_t count = sizeof sizes / sizeof *sizes;
    struct live_walk walk;
    uint32_t ids[16], again;
    char *text = malloc((16u << 20) + 1);
    assert_non_null(text);
    memset(text, 0xfe, 16u << 20); /* no UTF-8 */
    text[10000000] = 0;
    vtc_session *session = live_open("names.vtc", NULL);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(vtc_session_intern(session, text, sizes[i], &ids[i], NULL), VTC_OK);
        assert_int_equal(vtc_session_intern(session, text, sizes[i], &again, NULL), VTC_OK);
        assert_int_equal(again, ids[i]);
    }
    assert_int_equal(vtc_session_intern(session, text, (16u << 20) - 63, &again, NULL),
                     VTC_ERR_LIMIT);
    vtc_site large = live_site(session, 'i', text), empty = live_site(session, 'i', "");
    assert_int_equal(vtc_instant(vtc_session_writer(session), large), VTC_OK);
    assert_int_equal(vtc_instant(vtc_session_writer(session), empty), VTC_OK);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    live_read(&walk, "names.vtc");
    for (size_t i = 0; i < count; i++) {
        const struct live_definition *found = live_walk_find(&walk, 1, ids[i]);
        assert_non_null(found);
        assert_int_equal(found->body_bytes, 4 + sizes[i]);
        assert_true(sizes[i] == 0 || memcmp(found->body + 4, text, sizes[i]) == 0);
    }
    assert_true(live_walk_site_is(&walk, large, text));
    assert_true(live_walk_site_is(&walk, empty, ""));
    live_walk_close(&walk);
    free(text);
}

static void test_weather__arguments_that_do_not_fit(void **state)
{
    (void)state;
    static const char text[4096];
    struct live_walk walk;
    const struct vtc_param param = {"text", VTC_ARG_STRING};
    const struct vtc_site_opts opts = {sizeof opts, 'i', "big", NULL, &param, 1, 0};
    vtc_session *session = live_open("big.vtc", NULL);
    vtc_writer *writer = vtc_session_writer(session);
    vtc_site site, plain = live_site(session, 'B', "plain"), flow = live_site(session, 's', "flow");
    assert_int_equal(vtc_session_site(session, &opts, &site, NULL), VTC_OK);
    struct vtc_value value = {VTC_ARG_STRING, {.as_bytes = {text, 3880}}};
    assert_int_equal(vtc_event(writer, site, &value, 1), VTC_OK);
    value.of.as_bytes.len_bytes = 3900;
    assert_int_equal(vtc_event(writer, site, &value, 1), VTC_ERR_LIMIT);
    value.of.as_bytes.len_bytes = SIZE_MAX;
    assert_int_equal(vtc_event(writer, site, &value, 1), VTC_ERR_LIMIT);
    value.of.as_bytes.len_bytes = 0;
    assert_int_equal(vtc_event(writer, site, &value, 1), VTC_OK);
    value.type = VTC_ARG_BYTES;
    assert_int_equal(vtc_event(writer, site, &value, 1), VTC_ERR_ARGUMENT);
    assert_int_equal(vtc_event(writer, plain, &value, 1), VTC_ERR_ARGUMENT);
    assert_int_equal(vtc_event(writer, flow, NULL, 0), VTC_ERR_ARGUMENT);
    assert_int_equal(vtc_complete(writer, plain, 1, 1, NULL, 0), VTC_ERR_ARGUMENT);
    assert_int_equal(vtc_end_with(writer, plain, NULL, 0), VTC_ERR_ARGUMENT);
    assert_int_equal(vtc_event(writer, 0, NULL, 0), VTC_ERR_ARGUMENT);
    /* An end without a begin, a begin without an end: they are what they are. */
    assert_int_equal(vtc_end(writer), VTC_OK);
    assert_int_equal(vtc_begin(writer, plain), VTC_OK);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    live_read(&walk, "big.vtc");
    assert_int_equal(walk.event_count, 4);
    assert_int_equal(walk.lost[VTC_LOSS_TOO_BIG], 2);
    live_walk_close(&walk);
}

static void test_weather__sites_that_cannot_be(void **state)
{
    (void)state;
    vtc_site site;
    vtc_session *session = live_open("sites.vtc", NULL);
    const struct vtc_param bad = {"x", (enum vtc_arg_type)9}, unnamed = {NULL, VTC_ARG_INT};
    const struct vtc_param twice[] = {{"x", VTC_ARG_INT},
                                      {"y", VTC_ARG_INT},
                                      {"x", VTC_ARG_STRING}};
    const struct vtc_site_opts cases[] = {
        {0, 'i', "x", NULL, NULL, 0, 0},
        {sizeof cases[0], 'q', "x", NULL, NULL, 0, 0},
        {sizeof cases[0], 0, "x", NULL, NULL, 0, 0},
        {sizeof cases[0], 'i', "x", NULL, &bad, 1, 0},
        {sizeof cases[0], 'i', "x", NULL, &unnamed, 1, 0},
        {sizeof cases[0], 'i', "x", NULL, NULL, 1, 0},
        {sizeof cases[0], 'i', "x", NULL, &bad, 256, 0},
        {sizeof cases[0], 'i', "x", NULL, twice, 3, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_not_equal(vtc_session_site(session, &cases[i], &site, NULL), VTC_OK);
    assert_int_equal(vtc_session_module(session, "/bin/x", 1, 2, 3, "id", 2, NULL), VTC_OK);
    assert_int_equal(vtc_session_module(session, "/bin/x", 1, 2, 3, "id", 65, NULL),
                     VTC_ERR_ARGUMENT);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, live_setup, live_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_weather__disk_full_and_free_again),
        TEST(test_weather__limit_on_file_size),
        TEST(test_weather__limit_on_descriptors),
        TEST(test_weather__limit_on_address_space),
        TEST(test_weather__flight_recorder_without_address_space),
        TEST(test_weather__directory_without_permission),
        TEST(test_weather__read_only_file_system),
        TEST(test_weather__descriptors_that_are_not_ours),
        TEST(test_weather__quota),
        TEST(test_weather__a_clock_that_goes_backwards),
        TEST(test_weather__ends_and_begins_that_do_not_match),
        TEST(test_weather__no_fallocate),
        TEST(test_weather__names_of_any_size),
        TEST(test_weather__arguments_that_do_not_fit),
        TEST(test_weather__sites_that_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
