/* Segments, the flight recorder, and limits on the disk.
 * ctest: labels threads
 */
#include "base/bytes.h"
#include "support/live_session.h"
#include "write/session.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static vtc_site site;
static atomic_ulong accepted;
static atomic_int idle_go, idle_there;

static void *record_much(void *session)
{
    vtc_writer *writer = vtc_session_writer(session);
    for (int i = 0; i < 200000; i++)
        if (vtc_instant(writer, site) == VTC_OK)
            atomic_fetch_add(&accepted, 1);
    return NULL;
}

/* As many as that are kept: a thread that goes on while another is interrupted in making room drops. */
static void *record_until_accepted(void *session)
{
    vtc_writer *writer = vtc_session_writer(session);
    for (int i = 0; i < 200000;)
        i += vtc_instant(writer, site) == VTC_OK;
    return NULL;
}

/* A thread that records once, sleeps through all segments, and records again. */
static void *record_seldom(void *session)
{
    const struct timespec pause = {0, 1000000};
    vtc_writer *writer = vtc_session_writer(session);
    if (vtc_instant(writer, site) == VTC_OK)
        atomic_fetch_add(&accepted, 1);
    atomic_store(&idle_there, 1);
    while (!atomic_load(&idle_go))
        nanosleep(&pause, NULL);
    if (vtc_instant(writer, site) == VTC_OK)
        atomic_fetch_add(&accepted, 1);
    return NULL;
}

struct segments {
    uint64_t events, lost[8], bytes;
    unsigned count, closed;
};

static struct segments read_segments(const char *stem, unsigned most)
{
    struct segments all = {0};
    for (unsigned i = 0; i < most; i++) {
        char name[64];
        struct live_walk walk;
        struct stat status;
        snprintf(name, sizeof name, i ? "%s.%04u.vtc" : "%s.vtc", stem, i);
        if (stat(live_path(name), &status) != 0)
            continue;
        live_read(&walk, name);
        assert_int_equal(walk.segment, i);
        all.events += walk.event_count;
        for (int cause = 0; cause < 8; cause++)
            all.lost[cause] += walk.lost[cause];
        all.bytes += walk.len_bytes;
        all.count++;
        all.closed += walk.state == 2;
        live_walk_close(&walk);
    }
    return all;
}

static void run(vtc_session *session, bool with_idle)
{
    const struct timespec pause = {0, 1000000};
    pthread_t threads[2], idle;
    atomic_store(&accepted, 0);
    atomic_store(&idle_go, 0);
    atomic_store(&idle_there, 0);
    if (with_idle)
        assert_int_equal(pthread_create(&idle, NULL, record_seldom, session), 0);
    while (with_idle && !atomic_load(&idle_there))
        nanosleep(&pause, NULL);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, record_much, session), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    if (with_idle) {
        /* It sleeps, and keeps no segment open. */
        struct segments all = read_segments("s", 100);
        assert_true(all.closed + 1 >= all.count);
        atomic_store(&idle_go, 1);
        pthread_join(idle, NULL);
    }
}

static void record_segment(vtc_session *session)
{
    struct vtc_session_stats stats;
    vtc_session_statistics(session, &stats);
    for (uint32_t segment = stats.segment; stats.segment == segment;) {
        assert_int_equal(vtc_instant(vtc_session_writer(session), site), VTC_OK);
        vtc_session_statistics(session, &stats);
    }
}

/* In place of libc's: while it waits for the disk nobody is to wait for it. */
static vtc_session *synced;
static unsigned syncs, syncs_that_hold;
static bool others_record;
int fsync(int fd)
{
    syncs++;
    syncs_that_hold += synced && atomic_load(&synced->making) != 0;
    if (others_record && syncs < 100)
        record_segment(synced);
    return (int)syscall(SYS_fsync, fd);
}

static void test_segments__are_synced_without_holding_others_up(void **state)
{
    (void)state;
    const struct vtc_session_opts opts = {.struct_size = sizeof opts, .segment_bytes = 256 << 10};
    synced = live_open("s.vtc", &opts);
    site = live_site(synced, 'i', "event");
    run(synced, false);
    struct vtc_session_stats stats;
    vtc_session_statistics(synced, &stats);
    for (unsigned round = 0; round < 2; round++) {
        syncs = syncs_that_hold = 0;
        assert_int_equal(vtc_session_sync(synced, NULL), VTC_OK);
        /* Closed segments once, the current one and the directory again. */
        assert_int_equal(syncs, round == 0 ? stats.segment + 2 : 2);
        assert_int_equal(syncs_that_hold, 0);
    }
    assert_int_equal(vtc_session_close(synced, NULL), VTC_OK);
    synced = NULL;
}

/* Others begin a new segment for each that is brought to the disk: there is an end all the same. */
static void test_segments__are_synced_beside_those_who_record(void **state)
{
    (void)state;
    const struct vtc_session_opts opts = {.struct_size = sizeof opts, .segment_bytes = 128 << 10};
    synced = live_open("s.vtc", &opts);
    site = live_site(synced, 'i', "event");
    for (int i = 0; i < 5; i++)
        record_segment(synced);
    syncs = 0;
    others_record = true;
    assert_int_equal(vtc_session_sync(synced, NULL), VTC_OK);
    others_record = false;
    assert_in_range(syncs, 7, 10);
    assert_int_equal(vtc_session_close(synced, NULL), VTC_OK);
    synced = NULL;
}

static void test_segments__follow_each_other(void **state)
{
    (void)state;
    const struct vtc_session_opts opts = {.struct_size = sizeof opts, .segment_bytes = 256 << 10};
    vtc_session *session = live_open("s.vtc", &opts);
    site = live_site(session, 'i', "event");
    run(session, true);
    assert_int_equal(vtc_session_sync(session, NULL), VTC_OK);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    struct segments all = read_segments("s", 100);
    assert_int_equal(all.events, 400002);
    assert_int_equal(atomic_load(&accepted), 400002);
    assert_true(all.count > 2); /* how many depends on who is interrupted while making one */
    assert_int_equal(all.closed, all.count);
    assert_int_equal(live_names(), all.count);
}

static void run_flight(vtc_session *session)
{
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, record_until_accepted, session), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
}

static void test_segments__of_a_flight_recorder(void **state)
{
    (void)state;
    const struct vtc_session_opts opts = {.struct_size = sizeof opts,
                                          .policy = VTC_POLICY_FLIGHT,
                                          .keep_bytes = 1 << 20};
    vtc_session *session = live_open("s.vtc", &opts);
    site = live_site(session, 'i', "event");
    run_flight(session);
    struct vtc_session_stats stats;
    vtc_session_statistics(session, &stats);
    const uint64_t most = opts.keep_bytes + opts.keep_bytes / 8;
    assert_true(stats.file_bytes <= most);
    assert_true(stats.segment > 8);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    struct segments all = read_segments("s", 1000);
    assert_true(all.bytes <= most);
    /* The rest is reserved by threads that were interrupted and did not come to fill it. */
    assert_true(8 * all.events >= opts.keep_bytes / 4);
    assert_int_equal(all.events + stats.lost[VTC_LOSS_OVERWRITTEN], 400000);
    assert_int_equal(all.events + all.lost[VTC_LOSS_OVERWRITTEN], 400000);
    assert_int_equal(all.lost[VTC_LOSS_NO_PAGE], stats.lost[VTC_LOSS_NO_PAGE]);
}

static uint32_t define_names(vtc_session *session, uint32_t most)
{
    for (uint32_t i = 0; i < most; i++) {
        char name[100];
        uint32_t id;
        memset(name, 'n', sizeof name);
        snprintf(name, sizeof name, "%u", i);
        vtc_status status = vtc_session_intern(session, name, sizeof name, &id, NULL);
        if (status == VTC_ERR_LIMIT)
            return i;
        assert_int_equal(status, VTC_OK);
    }
    return most;
}

/* Each segment has all definitions: that they are more than a segment makes segments no shorter. */
static void test_segments__of_many_names(void **state)
{
    (void)state;
    enum { NAMES = 10000, NAME_BYTES = 120 };
    const struct vtc_session_opts opts = {.struct_size = sizeof opts, .segment_bytes = 64 << 10};
    struct live_walk walk;
    vtc_session *session = live_open("s.vtc", &opts);
    site = live_site(session, 'i', "event");
    assert_int_equal(define_names(session, NAMES), NAMES);
    run(session, false);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    struct segments all = read_segments("s", 100);
    assert_int_equal(all.events, 400000);
    assert_in_range(all.count, 2, 2 + 400000 * 8 / (NAMES * NAME_BYTES));
    live_read(&walk, "s.0001.vtc");
    assert_true(walk.definition_count >= NAMES);
    live_walk_close(&walk);
}

/* A flight recorder keeps its limit: definitions have an eighth of it. */
static void test_segments__of_a_flight_recorder_with_many_names(void **state)
{
    (void)state;
    const struct vtc_session_opts opts = {.struct_size = sizeof opts,
                                          .policy = VTC_POLICY_FLIGHT,
                                          .keep_bytes = 1 << 20};
    const uint64_t most = opts.keep_bytes + opts.keep_bytes / 8;
    struct vtc_session_stats stats;
    vtc_session *session = live_open("s.vtc", &opts);
    site = live_site(session, 'i', "event");
    assert_in_range(define_names(session, 10000), 1000, (128 << 10) / 100);
    vtc_site by_address;
    uint32_t addresses = 0;
    while ((by_address = vtc_session_address_site(session, 'B', addresses + 1)) != 0)
        addresses++;
    assert_true(addresses < 10);
    assert_int_equal(vtc_session_module(session, "/module", 0, 1, 0, NULL, 0, NULL), VTC_ERR_LIMIT);
    for (int i = 0; i < 4; i++) {
        run_flight(session);
        vtc_session_statistics(session, &stats);
        assert_true(stats.file_bytes <= most);
    }
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    struct segments all = read_segments("s", 1000);
    assert_true(all.bytes <= most);
    assert_true(8 * all.events >= opts.keep_bytes / 8);
    assert_int_equal(all.events + all.lost[VTC_LOSS_OVERWRITTEN], 4 * 400000);
}

static void test_segments__within_a_limit(void **state)
{
    (void)state;
    const struct vtc_session_opts opts = {.struct_size = sizeof opts, .disk_limit_bytes = 1 << 20};
    vtc_session *session = live_open("s.vtc", &opts);
    site = live_site(session, 'i', "event");
    run(session, false);
    /* What is on the disk, with what was allocated and not used yet. */
    assert_true(read_segments("s", 100).bytes <= opts.disk_limit_bytes);
    vtc_writer *writer = vtc_session_writer(session);
    assert_int_equal(vtc_instant(writer, site), VTC_ERR_LIMIT);
    assert_int_equal(vtc_writer_status(writer), VTC_ERR_LIMIT);
    /* Room that a compactor gave back is used again. */
    assert_int_equal(unlink(live_path("s.vtc")), 0);
    const struct timespec pause = {0, 5000000};
    nanosleep(&pause, NULL);
    assert_int_equal(vtc_instant(writer, site), VTC_OK);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    struct segments all = read_segments("s", 100);
    assert_true(all.bytes <= opts.disk_limit_bytes);
    assert_true(all.lost[VTC_LOSS_NO_PAGE] > 0);
    assert_true(all.events + all.lost[VTC_LOSS_NO_PAGE] <= 400002);
}

static void test_segments__wait_within_a_limit(void **state)
{
    (void)state;
    const struct vtc_session_opts opts = {.struct_size = sizeof opts,
                                          .policy = VTC_POLICY_WAIT,
                                          .disk_limit_bytes = 64 << 10,
                                          .wait_ns = 30000000};
    struct timespec start, stop;
    struct live_walk walk;
    vtc_session *session = live_open("s.vtc", &opts);
    site = live_site(session, 'i', "event");
    vtc_writer *writer = vtc_session_writer(session);
    uint64_t count = 0;
    clock_gettime(CLOCK_MONOTONIC, &start);
    while (vtc_instant(writer, site) == VTC_OK)
        count++;
    clock_gettime(CLOCK_MONOTONIC, &stop);
    assert_true((stop.tv_sec - start.tv_sec) * 1000000000 + stop.tv_nsec - start.tv_nsec >=
                30000000);
    assert_true(read_segments("s", 1).bytes <= opts.disk_limit_bytes);
    /* It is not waited again for a limit that stays: that would be 100 times 30 ms. */
    const struct timespec longer = {0, 2000000};
    for (int i = 0; i < 100; i++) {
        nanosleep(&longer, NULL);
        assert_int_equal(vtc_instant(writer, site), VTC_ERR_LIMIT);
    }
    clock_gettime(CLOCK_MONOTONIC, &start);
    assert_true(start.tv_sec - stop.tv_sec < 2);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    live_read(&walk, "s.vtc");
    assert_int_equal(walk.event_count, count);
    assert_int_equal(walk.lost[VTC_LOSS_NO_PAGE], 101);
    assert_true(walk.len_bytes <= opts.disk_limit_bytes);
    live_walk_close(&walk);
}

static void test_segments__of_the_last_moments(void **state)
{
    (void)state;
    const struct vtc_session_opts opts = {.struct_size = sizeof opts,
                                          .policy = VTC_POLICY_FLIGHT,
                                          .keep_ns = 40000000,
                                          .chunk_bytes = 4096};
    const struct timespec pause = {0, 2000000};
    vtc_session *session = live_open("s.vtc", &opts);
    site = live_site(session, 'i', "event");
    vtc_writer *writer = vtc_session_writer(session);
    uint64_t count = 0;
    for (int i = 0; i < 100; i++) { /* 200 ms at least, a page each 2 ms */
        for (int j = 0; j < 508; j++)
            count += vtc_instant(writer, site) == VTC_OK;
        nanosleep(&pause, NULL);
    }
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    struct segments all = read_segments("s", 1000);
    assert_int_equal(count, 50800);
    assert_int_equal(all.events + all.lost[VTC_LOSS_OVERWRITTEN], count);
    assert_true(all.lost[VTC_LOSS_OVERWRITTEN] > count / 3);
    assert_true(all.events >= 508);
}

#define DEFINERS 2
#define DEFINED 5000

/* Names, sites and addresses, each used as soon as it is there. */
static void *define_and_record(void *session)
{
    static atomic_uint number;
    vtc_writer *writer = vtc_session_writer(session);
    for (int i = 0; i < DEFINED; i++) {
        char name[16];
        unsigned own = atomic_fetch_add(&number, 1);
        snprintf(name, sizeof name, "name %u", own);
        const struct vtc_site_opts opts = {sizeof opts, 'i', name, NULL, NULL, 0, 0};
        vtc_site named, by_address = vtc_session_address_site(session, 'i', own + 1);
        if (vtc_session_site(session, &opts, &named, NULL) != VTC_OK || !by_address ||
            vtc_instant(writer, named) != VTC_OK || vtc_instant(writer, by_address) != VTC_OK)
            abort();
    }
    return NULL;
}

/* A segment that begins while others define: what is half there comes with the other half. */
static void test_segments__begin_while_others_define(void **state)
{
    (void)state;
    const struct vtc_session_opts opts = {.struct_size = sizeof opts, .segment_bytes = 64 << 10};
    pthread_t threads[DEFINERS];
    vtc_session *session = live_open("s.vtc", &opts);
    for (int i = 0; i < DEFINERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, define_and_record, session), 0);
    for (int i = 0; i < DEFINERS; i++)
        pthread_join(threads[i], NULL);
    struct vtc_session_stats stats;
    vtc_session_statistics(session, &stats);
    assert_true(stats.segment >= 2); /* each is as long as the definitions that it begins with */
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    size_t events = 0;
    for (uint32_t segment = 0; segment <= stats.segment; segment++) {
        char name[32];
        struct live_walk walk;
        snprintf(name, sizeof name, segment ? "s.%04u.vtc" : "s.vtc", segment);
        live_read(&walk, name);
        for (size_t i = 0; i < walk.event_count; i++) {
            const struct live_definition *used =
                live_walk_find(&walk, VTCI_LIVE_LOG_SITE, walk.events[i].site);
            assert_non_null(used);
            uint32_t string = vtci_load_u32(used->body + 8);
            assert_true(string == 0 || live_walk_find(&walk, VTCI_LIVE_LOG_STRING, string));
        }
        events += walk.event_count;
        live_walk_close(&walk);
    }
    assert_int_equal(events, 2 * DEFINERS * DEFINED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, live_setup, live_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_segments__follow_each_other),
        TEST(test_segments__of_a_flight_recorder),
        TEST(test_segments__of_the_last_moments),
        TEST(test_segments__within_a_limit),
        TEST(test_segments__wait_within_a_limit),
        TEST(test_segments__of_many_names),
        TEST(test_segments__begin_while_others_define),
        TEST(test_segments__of_a_flight_recorder_with_many_names),
        TEST(test_segments__are_synced_without_holding_others_up),
        TEST(test_segments__are_synced_beside_those_who_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
