/* The files of a session: compacted behind it while it records, kept within bounds.
 * ctest: labels threads
 * ctest: timeout 1200
 */
#include "compact/recorded.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "support/scale.h"

enum { ROUNDS = TEST_SCALED(150000, 50000), SEGMENT_BYTES = TEST_SCALED(512, 160) << 10 };

/* --- names and retention ---------------------------------------------------------------------- */

static void set_age(const char *path, long seconds)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    const struct timespec times[2] = {{now.tv_sec - seconds, 0}, {now.tv_sec - seconds, 0}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static bool exists(const char *name)
{
    return access(place(name), F_OK) == 0;
}

static void test_family__takes_what_is_called_so(void **state)
{
    (void)state;
    static const char *const inside[] = {"a.vtc",          "a.0001.vtc",     "a.p77.vtc",
                                         "a.p77.0002.vtc", "a.p77-2.vtc",    "a.p77.0002-3.vtc",
                                         "a.p77.p78.vtc",  "a.p7-2.p9.1.vtc"};
    static const char *const outside[] = {
        "a.b.vtc", "a..vtc",     "aa.vtc",     "a.1.vtcx", "a.0001.",     "b.0001.vtc",
        "a.p.vtc", "a.p77..vtc", "a.p77-.vtc", "a.-2.vtc", "a.1-2-3.vtc", "a.pp7.vtc",
    };
    enum { INSIDE = sizeof inside / sizeof *inside, OUTSIDE = sizeof outside / sizeof *outside };
    struct vtc_compact_round round;
    for (size_t i = 0; i < INSIDE; i++)
        record_closed(place(inside[i]), 10);
    for (size_t i = 0; i < OUTSIDE; i++)
        record_closed(place(outside[i]), 10);
    assert_int_equal(vtc_compact_family(place("a.vtc"), NULL, NULL, &round, NULL), VTC_OK);
    assert_int_equal(round.files, INSIDE);
    assert_int_equal(round.compacted, INSIDE);
    assert_int_equal(round.failed, 0);
    for (size_t i = 0; i < INSIDE; i++) {
        struct bytes text = {0};
        read_document(place(inside[i]), &text);
        bytes_free(&text);
    }
    for (size_t i = 0; i < OUTSIDE; i++) {
        struct bytes text = {0};
        read_live(place(outside[i]), &text); /* still a live file */
        bytes_free(&text);
    }
    /* The second round finds nothing to do. */
    assert_int_equal(vtc_compact_family(place("a.vtc"), NULL, NULL, &round, NULL), VTC_OK);
    assert_int_equal(round.compacted, 0);
    /* A file without the ending, and a family whose first file is gone. */
    unlink(place("a.vtc"));
    assert_int_equal(vtc_compact_family(place("a.vtc"), NULL, NULL, &round, NULL), VTC_OK);
    assert_int_equal(round.files, INSIDE - 1);
    assert_int_equal(vtc_compact_family(place("nowhere/a.vtc"), NULL, NULL, &round, NULL),
                     VTC_ERR_IO);
}

static unsigned removals;

static void take_notice(void *context, const char *path, const struct vtc_error *what)
{
    (void)context;
    assert_non_null(path);
    removals += what->code == VTC_OK;
}

static void test_family__keeps_what_is_young(void **state)
{
    (void)state;
    struct vtc_compact_opts opts = {.struct_size = sizeof opts, .notice = take_notice};
    const struct vtc_retention keep = {.keep_ns = UINT64_C(3600000000000)};
    struct vtc_compact_round round;
    record_closed(place("a.vtc"), 100);
    record_closed(place("a.0001.vtc"), 100);
    write_document(place("a.0002.vtc"), "[{\"ph\":\"i\",\"ts\":1}]", 19);
    write_file(place("a.0003.vtc"), "hello", 5);
    set_age(place("a.vtc"), 4000);
    set_age(place("a.0001.vtc"), 3000);
    set_age(place("a.0002.vtc"), 4000);
    set_age(place("a.0003.vtc"), 4000);
    removals = 0;
    assert_int_equal(vtc_compact_family(place("a.vtc"), &opts, &keep, &round, NULL), VTC_OK);
    assert_int_equal(round.removed, 1);
    assert_int_equal(removals, 1);
    assert_false(exists("a.vtc"));
    assert_true(exists("a.0001.vtc"));
    /* Not recorded, whatever it is called and how old it is. */
    assert_true(exists("a.0002.vtc"));
    assert_true(exists("a.0003.vtc"));
    set_age(place("a.0001.vtc"), 3700);
    assert_int_equal(vtc_compact_family(place("a.vtc"), &opts, &keep, &round, NULL), VTC_OK);
    assert_int_equal(round.removed, 1);
    assert_false(exists("a.0001.vtc"));
}

static void test_family__keeps_what_fits(void **state)
{
    (void)state;
    struct vtc_compact_round round;
    char name[32];
    for (int i = 1; i <= 6; i++) {
        snprintf(name, sizeof name, "a.%04d.vtc", i);
        record_closed(place(name), 1000);
        set_age(place(name), 1000 - i);
    }
    assert_int_equal(vtc_compact_family(place("a.vtc"), NULL, NULL, &round, NULL), VTC_OK);
    assert_int_equal(round.compacted, 6);
    assert_int_equal(round.kept_bytes, round.output_bytes);
    const struct vtc_retention keep = {.keep_bytes = round.kept_bytes / 2};
    assert_int_equal(vtc_compact_family(place("a.vtc"), NULL, &keep, &round, NULL), VTC_OK);
    assert_true(round.kept_bytes <= keep.keep_bytes);
    assert_true(round.removed >= 3 && round.removed <= 4);
    assert_false(exists("a.0001.vtc"));
    assert_true(exists("a.0006.vtc"));
}

static void test_family__never_removes_what_is_recorded(void **state)
{
    (void)state;
    struct vtc_compact_round round;
    vtc_session *session;
    const struct vtc_retention keep = {.keep_bytes = 1, .keep_ns = 1};
    assert_int_equal(vtc_session_open(place("a.vtc"), NULL, &session, NULL), VTC_OK);
    record_some(session, vtc_session_writer(session), 1000);
    assert_int_equal(vtc_compact_family(place("a.vtc"), NULL, &keep, &round, NULL), VTC_OK);
    assert_int_equal(round.recording, 1);
    assert_int_equal(round.compacted, 0);
    assert_int_equal(round.removed, 0);
    assert_true(exists("a.vtc"));
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    assert_int_equal(vtc_compact_family(place("a.vtc"), NULL, &keep, &round, NULL), VTC_OK);
    assert_int_equal(round.removed, 1);
}

/* --- in the background ------------------------------------------------------------------------ */

struct recorder {
    vtc_session *session;
    uint64_t thread_id;
    pthread_t thread;
    vtc_status failure;
};

static const struct vtc_param number_param = {"n", VTC_ARG_INT};

/* Spans that are numbered, so that each can be found again. Asserts nothing: not the main thread. */
static void *record_numbered(void *context)
{
    struct recorder *self = context;
    const struct vtc_site_opts opts = {sizeof opts, 'B', "span", NULL, &number_param, 1, 0};
    vtc_writer *writer = NULL;
    vtc_site site = 0;
    vtc_status status = vtc_session_site(self->session, &opts, &site, NULL);
    if (status == VTC_OK)
        status = vtc_writer_open(self->session, self->thread_id, NULL, &writer, NULL);
    for (int i = 0; i < ROUNDS && status == VTC_OK; i++) {
        const struct vtc_value value = {VTC_ARG_INT, {.as_int = i}};
        status = vtc_event(writer, site, &value, 1);
        if (status == VTC_OK)
            status = vtc_end(writer);
    }
    vtc_writer_close(writer);
    self->failure = status;
    return NULL;
}

/* Every number of both threads is in the text, in order, once. Takes the text apart. */
static void assert_all_recorded(char *text)
{
    int next[2] = {0, 0};
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        const char *number = strstr(line, "\"n\":");
        int thread = strstr(line, "\"tid\":102,") != NULL;
        if (number)
            assert_int_equal(atoi(number + 4), next[thread]++);
    }
    assert_int_equal(next[0], ROUNDS);
    assert_int_equal(next[1], ROUNDS);
}

static void merge_all(const char *out)
{
    const char *paths[256];
    size_t count = 0;
    DIR *stream = opendir(directory);
    for (const struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        if (entry->d_name[0] == 'a' && count < 256)
            paths[count++] = strdup(path);
    }
    closedir(stream);
    assert_true(count > 5);
    struct vtc_error err;
    if (vtc_merge(paths, count, out, NULL, NULL, &err) != VTC_OK)
        fail_msg("%s", err.message);
    while (count)
        free((void *)(uintptr_t)paths[--count]);
}

static void test_compactor__compacts_behind_two_threads(void **state)
{
    (void)state;
    struct recorder recorders[2];
    vtc_session *session;
    vtc_compactor *compactor;
    struct vtc_compact_round total;
    struct bytes text = {0};
    uint64_t rounds = 0;
    const struct vtc_session_opts session_opts = {.struct_size = sizeof session_opts,
                                                  .segment_bytes = SEGMENT_BYTES,
                                                  .chunk_bytes = 16 << 10};
    const struct vtc_compactor_opts opts = {.struct_size = sizeof opts, .interval_ns = 5000000};
    assert_int_equal(vtc_session_open(place("a.vtc"), &session_opts, &session, NULL), VTC_OK);
    assert_int_equal(vtc_compactor_start(session, &opts, &compactor, NULL), VTC_OK);
    for (int i = 0; i < 2; i++) {
        recorders[i] = (struct recorder){session, 101 + (uint64_t)i, 0, VTC_OK};
        assert_int_equal(pthread_create(&recorders[i].thread, NULL, record_numbered, &recorders[i]),
                         0);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(recorders[i].thread, NULL), 0);
        assert_int_equal(recorders[i].failure, VTC_OK);
    }
    uint64_t before = 0;
    vtc_compactor_statistics(compactor, &total, &before);
    for (int i = 0; i < 20000 && rounds < before + 2;
         i++) { /* a whole round after the last record */
        vtc_compactor_wake(compactor);
        usleep(5000);
        vtc_compactor_statistics(compactor, &total, &rounds);
    }
    vtc_compactor_stop(compactor);
    assert_true(total.compacted > 5);
    assert_int_equal(total.failed, 0);
    assert_int_equal(total.recording, 1); /* all but the current one are closed, and small */
    assert_int_equal(total.files, total.compacted + 1);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    merge_all(place("merged"));
    read_document(place("merged"), &text);
    bytes_append(&text, "", 1);
    assert_all_recorded((char *)text.data);
    bytes_free(&text);
}

/* Fills a budget, makes room by compacting, and goes on. */
static void test_compactor__gives_room_back_to_the_budget(void **state)
{
    (void)state;
    vtc_session *session;
    vtc_compactor *compactor;
    struct vtc_compact_round total;
    const struct vtc_session_opts session_opts = {.struct_size = sizeof session_opts,
                                                  .segment_bytes = SEGMENT_BYTES,
                                                  .chunk_bytes = 16 << 10,
                                                  .disk_limit_bytes = 8 * SEGMENT_BYTES};
    const struct vtc_compactor_opts opts = {.struct_size = sizeof opts,
                                            .interval_ns = UINT64_C(1000000000000)};
    assert_int_equal(vtc_session_open(place("a.vtc"), &session_opts, &session, NULL), VTC_OK);
    vtc_writer *writer = vtc_session_writer(session);
    const struct vtc_site_opts site_opts = {.struct_size = sizeof site_opts,
                                            .phase = 'i',
                                            .name = "n"};
    vtc_site site;
    assert_int_equal(vtc_session_site(session, &site_opts, &site, NULL), VTC_OK);
    while (vtc_instant(writer, site) == VTC_OK)
        ;
    assert_int_equal(vtc_instant(writer, site), VTC_ERR_LIMIT);
    assert_int_equal(vtc_compactor_start(session, &opts, &compactor, NULL), VTC_OK);
    uint64_t rounds = 0;
    while (rounds == 0) { /* its thread is niced: how long that takes is the machine's affair */
        vtc_compactor_wake(compactor);
        usleep(5000);
        vtc_compactor_statistics(compactor, &total, &rounds);
    }
    vtc_compactor_stop(compactor);
    assert_true(total.compacted > 3);
    assert_int_equal(vtc_instant(writer, site), VTC_OK);
    int events = 0;
    while (events < 1000000 && vtc_instant(writer, site) == VTC_OK)
        events++;
    assert_true(events > SEGMENT_BYTES / 8); /* more than one segment more */
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
}

/* A history of more segments than a session remembers goes on. */
static void test_compactor__keeps_a_long_history(void **state)
{
    (void)state;
    vtc_session *session;
    struct vtc_session_stats stats;
    const struct vtc_session_opts opts = {.struct_size = sizeof opts,
                                          .segment_bytes = 64 << 10,
                                          .chunk_bytes = 4 << 10};
    assert_int_equal(vtc_session_open(place("a.vtc"), &opts, &session, NULL), VTC_OK);
    vtc_writer *writer = vtc_session_writer(session);
    const struct vtc_site_opts site_opts = {.struct_size = sizeof site_opts,
                                            .phase = 'i',
                                            .name = "n"};
    vtc_site site;
    assert_int_equal(vtc_session_site(session, &site_opts, &site, NULL), VTC_OK);
    do {
        assert_int_equal(vtc_instant(writer, site), VTC_OK);
        vtc_session_statistics(session, &stats);
    } while (stats.segment < 1100 && stats.file_bytes < (256 << 20));
    assert_int_equal(stats.segment, 1100);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
}

/* --- behind a flight recorder ----------------------------------------------------------------- */

struct kept {
    uint64_t events, overwritten;
    unsigned live, compacted;
};

/* What the text of a file has: a row X is a begin and an end. Not by strstr() for each, which
 * AddressSanitizer makes a walk to the end of the text. */
static void count_text(const struct bytes *text, struct kept *kept)
{
    static const char phase[] = "{\"ph\":\"", lost[] = "\"lost_overwritten\":";
    const char *at = (const char *)text->data, *end = at + strlen(at);
    for (; (at = memchr(at, '{', (size_t)(end - at))) != NULL; at++)
        if (strncmp(at, phase, strlen(phase)) == 0)
            kept->events += at[7] == 'X' ? 2 : at[7] != 'M';
    at = strstr((const char *)text->data, lost);
    if (at)
        kept->overwritten += strtoull(at + sizeof lost - 1, NULL, 10);
}

static void count_kept(struct kept *kept)
{
    DIR *stream = opendir(directory);
    for (const struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        struct bytes text = {0};
        if (entry->d_name[0] != 'a')
            continue;
        int fd = open(place(entry->d_name), O_RDONLY | O_CLOEXEC);
        bool is_live = vtc_live_is(fd);
        close(fd);
        if (is_live)
            read_live(place(entry->d_name), &text);
        else
            read_document(place(entry->d_name), &text);
        bytes_append(&text, "", 1);
        count_text(&text, kept);
        bytes_free(&text);
        kept->live += is_live;
        kept->compacted += !is_live;
    }
    closedir(stream);
}

/* Records in small steps, so that the compactor keeps up with it on any machine. */
static void record_and_compact(vtc_session *session, vtc_compactor *compactor, uint64_t *out_events)
{
    const struct vtc_site_opts spans = {.struct_size = sizeof spans, .phase = 'B', .name = "s"};
    const struct vtc_site_opts instants = {.struct_size = sizeof instants,
                                           .phase = 'i',
                                           .name = "n"};
    vtc_writer *writer = vtc_session_writer(session);
    vtc_site span, instant;
    uint64_t rounds = 0, before;
    struct vtc_compact_round total;
    assert_int_equal(vtc_session_site(session, &spans, &span, NULL), VTC_OK);
    assert_int_equal(vtc_session_site(session, &instants, &instant, NULL), VTC_OK);
    for (int step = 0; step < TEST_SCALED(24, 12); step++) {
        for (int i = 0; i < 20000; i++, *out_events += 3) {
            assert_int_equal(vtc_begin(writer, span), VTC_OK);
            assert_int_equal(vtc_instant(writer, instant), VTC_OK);
            assert_int_equal(vtc_end(writer), VTC_OK);
        }
        vtc_compactor_statistics(compactor, &total, &before);
        for (int i = 0; step % 3 == 2 && i < 20000 && rounds < before + 2; i++) {
            vtc_compactor_wake(compactor);
            usleep(1000);
            vtc_compactor_statistics(compactor, &total, &rounds);
        }
    }
    assert_true(total.compacted > 5);
}

/* Every event is kept or counted as overwritten, whatever form its segment had when it went. */
static void test_compactor__behind_a_flight_recorder(void **state)
{
    (void)state;
    vtc_session *session;
    vtc_compactor *compactor;
    struct vtc_session_stats stats;
    struct kept kept = {0};
    uint64_t events = 0;
    const struct vtc_session_opts session_opts = {.struct_size = sizeof session_opts,
                                                  .policy = VTC_POLICY_FLIGHT,
                                                  .segment_bytes = 128 << 10,
                                                  .keep_bytes = 1 << 20,
                                                  .chunk_bytes = 16 << 10};
    const struct vtc_compactor_opts opts = {.struct_size = sizeof opts,
                                            .interval_ns = UINT64_C(1000000000000)};
    assert_int_equal(vtc_session_open(place("a.vtc"), &session_opts, &session, NULL), VTC_OK);
    assert_int_equal(vtc_compactor_start(session, &opts, &compactor, NULL), VTC_OK);
    record_and_compact(session, compactor, &events);
    vtc_compactor_stop(compactor);
    vtc_session_statistics(session, &stats);
    assert_true(stats.file_bytes < 2 * session_opts.keep_bytes);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    count_kept(&kept);
    assert_true(kept.live > 0 && kept.compacted > 0);
    assert_true(kept.overwritten > 0);
    assert_int_equal(stats.lost[VTC_LOSS_OVERWRITTEN], kept.overwritten);
    assert_int_equal(kept.events + kept.overwritten, events);
    for (int cause = 0; cause < VTC_LOSS_CAUSES; cause++)
        assert_true(cause == VTC_LOSS_OVERWRITTEN || stats.lost[cause] == 0);
}

/* Small segments, of which the limit allows more than are remembered. */
static void test_flight__goes_on_beyond_what_is_remembered(void **state)
{
    (void)state;
    vtc_session *session;
    struct vtc_session_stats stats;
    struct kept kept = {0};
    uint64_t events = 0;
    const struct vtc_session_opts opts = {.struct_size = sizeof opts,
                                          .policy = VTC_POLICY_FLIGHT,
                                          .segment_bytes = 64 << 10,
                                          .keep_bytes = UINT64_C(1) << 40,
                                          .chunk_bytes = 4 << 10};
    assert_int_equal(vtc_session_open(place("a.vtc"), &opts, &session, NULL), VTC_OK);
    vtc_writer *writer = vtc_session_writer(session);
    /* Long ones, as only the number of segments matters. */
    static const char text[1000];
    const struct vtc_value value = {VTC_ARG_STRING, {.as_bytes = {text, sizeof text}}};
    const struct vtc_param param = {"text", VTC_ARG_STRING};
    const struct vtc_site_opts site_opts = {.struct_size = sizeof site_opts,
                                            .phase = 'i',
                                            .name = "n",
                                            .params = &param,
                                            .param_count = 1};
    vtc_site site;
    assert_int_equal(vtc_session_site(session, &site_opts, &site, NULL), VTC_OK);
    do {
        assert_int_equal(vtc_event(writer, site, &value, 1), VTC_OK);
        events++;
        vtc_session_statistics(session, &stats);
    } while (stats.segment < 1100 && stats.file_bytes < (256 << 20));
    assert_int_equal(stats.segment, 1100);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    count_kept(&kept);
    assert_int_equal(kept.live, 1023); /* a place is free for the one that comes */
    assert_int_equal(kept.events + kept.overwritten, events);
}

static void test_compactor__stops_at_once(void **state)
{
    (void)state;
    vtc_session *session;
    vtc_compactor *compactor;
    struct vtc_compactor_opts opts = {.struct_size = sizeof opts, .interval_ns = UINT64_MAX / 4};
    vtc_compactor_stop(NULL);
    assert_int_equal(vtc_session_open(place("a.vtc"), NULL, &session, NULL), VTC_OK);
    assert_int_equal(vtc_compactor_start(NULL, NULL, &compactor, NULL), VTC_ERR_ARGUMENT);
    opts.struct_size = 1;
    assert_int_equal(vtc_compactor_start(session, &opts, &compactor, NULL), VTC_ERR_ARGUMENT);
    opts.struct_size = sizeof opts;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(vtc_compactor_start(session, &opts, &compactor, NULL), VTC_OK);
        if (i % 2)
            vtc_compactor_wake(compactor);
        vtc_compactor_stop(compactor);
    }
    /* A child has no such thread; stopping there gives back the memory and waits for nothing. */
    assert_int_equal(vtc_compactor_start(session, NULL, &compactor, NULL), VTC_OK);
    pid_t child = fork();
    if (child == 0) {
        vtc_compactor_stop(compactor);
        _exit(7);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    vtc_compactor_stop(compactor);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_family__takes_what_is_called_so),
        TEST(test_family__keeps_what_is_young),
        TEST(test_family__keeps_what_fits),
        TEST(test_family__never_removes_what_is_recorded),
        TEST(test_compactor__compacts_behind_two_threads),
        TEST(test_compactor__gives_room_back_to_the_budget),
        TEST(test_compactor__keeps_a_long_history),
        TEST(test_compactor__behind_a_flight_recorder),
        TEST(test_flight__goes_on_beyond_what_is_remembered),
        TEST(test_compactor__stops_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
