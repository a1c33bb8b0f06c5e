/* Reading a live file beside threads that write to it as fast as they can: every event that a thread
 * knew to be recorded is there, in order, and none comes twice; and spans that are open by the million.
 * ctest: labels threads
 * ctest: timeout 900
 */
#include "support/live_session.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "vtc/live.h"

enum { WRITERS = 2, EVENTS = 600000, BURST = 50000, FIRST_ID = 100 };

struct recorder {
    pthread_t thread;
    vtc_session *session;
    unsigned number;
    atomic_ulong acknowledged; /* release: pairs with the acquire of who looks at the file then */
    vtc_status failure;
};

static vtc_site site;
static atomic_uint looks; /* of the reader */

/* Bursts as fast as can be, with a look of the reader that begins in each. Asserts nothing: not the main
 * thread. */
static void *record_numbered(void *context)
{
    struct recorder *self = context;
    const struct timespec pause = {0, 1000000};
    unsigned seen = 0;
    vtc_writer *writer = NULL;
    self->failure = vtc_writer_open(self->session, FIRST_ID + self->number, NULL, &writer, NULL);
    for (unsigned i = 0; i < EVENTS && self->failure == VTC_OK; i++) {
        const struct vtc_value value = {VTC_ARG_UINT, {.as_uint = i}};
        self->failure = vtc_event(writer, site, &value, 1);
        atomic_store_explicit(&self->acknowledged, i + 1, memory_order_release);
        if (i % BURST != BURST - 1)
            continue;
        while (atomic_load(&looks) == seen)
            nanosleep(&pause, NULL);
        seen = atomic_load(&looks);
    }
    vtc_writer_close(writer);
    return NULL;
}

/* --- what was read ---------------------------------------------------------------------------- */

struct follower {
    uint64_t next[WRITERS]; /* the number that has to come */
    char line[256];
    size_t line_bytes;
};

static const char *find_number(const char *line, const char *key)
{
    const char *at = strstr(line, key);
    return at ? at + strlen(key) : NULL;
}

static void take_line(struct follower *follower)
{
    follower->line[follower->line_bytes] = '\0';
    follower->line_bytes = 0;
    const char *number = find_number(follower->line, "\"n\":");
    const char *thread = find_number(follower->line, "\"tid\":");
    if (!number)
        return;
    unsigned writer = (unsigned)strtoul(thread, NULL, 10) - FIRST_ID;
    assert_true(writer < WRITERS);
    assert_int_equal(strtoull(number, NULL, 10), follower->next[writer]);
    follower->next[writer]++;
}

static void take_text(struct follower *follower, const char *text, size_t len_bytes)
{
    while (len_bytes) {
        const char *end = memchr(text, '\n', len_bytes);
        size_t bytes = end ? (size_t)(end - text) : len_bytes;
        assert_true(follower->line_bytes + bytes < sizeof follower->line);
        memcpy(follower->line + follower->line_bytes, text, bytes);
        follower->line_bytes += bytes;
        if (!end)
            return;
        take_line(follower);
        text = end + 1;
        len_bytes -= bytes + 1;
    }
}

static void read_all(vtc_live *live, struct follower *follower)
{
    static char piece[1 << 18];
    size_t given;
    do {
        assert_int_equal(vtc_live_read(live, piece, sizeof piece, &given, NULL), VTC_OK);
        take_text(follower, piece, given);
    } while (given);
}

/* A look at the whole file: all that was known when it was opened, each once and in order. */
static void look_once(struct recorder *recorders)
{
    struct follower all = {0};
    vtc_live *live;
    uint64_t known[WRITERS];
    for (unsigned i = 0; i < WRITERS; i++)
        known[i] = atomic_load_explicit(&recorders[i].acknowledged, memory_order_acquire);
    assert_int_equal(vtc_live_open(live_path("f.vtc"), NULL, &live, NULL), VTC_OK);
    read_all(live, &all);
    for (unsigned i = 0; i < WRITERS; i++)
        assert_true(all.next[i] >= known[i]);
    vtc_live_close(live);
}

static void start(struct recorder *recorders, vtc_session *session)
{
    static const struct vtc_param param = {"n", VTC_ARG_UINT};
    const struct vtc_site_opts opts = {sizeof opts, 'i', "event", NULL, &param, 1, 0};
    assert_int_equal(vtc_session_site(session, &opts, &site, NULL), VTC_OK);
    for (unsigned i = 0; i < WRITERS; i++) {
        recorders[i].session = session;
        recorders[i].number = i;
        atomic_init(&recorders[i].acknowledged, 0);
        assert_int_equal(pthread_create(&recorders[i].thread, NULL, record_numbered, &recorders[i]),
                         0);
    }
}

static void test_live__followed_beside_writers(void **state)
{
    (void)state;
    struct recorder recorders[WRITERS];
    struct follower followed = {0};
    const struct vtc_live_opts opts = {.struct_size = sizeof opts, .follow = 1};
    vtc_live *live;
    atomic_store(&looks, 0);
    vtc_session *session = live_open("f.vtc", NULL);
    assert_int_equal(vtc_live_open(live_path("f.vtc"), &opts, &live, NULL), VTC_OK);
    start(recorders, session);
    for (bool is_running = true; is_running; atomic_fetch_add(&looks, 1)) {
        uint64_t known[WRITERS];
        is_running = false;
        for (unsigned i = 0; i < WRITERS; i++) {
            known[i] = atomic_load_explicit(&recorders[i].acknowledged, memory_order_acquire);
            is_running |= known[i] < EVENTS;
        }
        read_all(live, &followed);
        assert_int_equal(vtc_live_refresh(live, NULL), VTC_OK);
        read_all(live, &followed);
        for (unsigned i = 0; i < WRITERS; i++)
            assert_true(followed.next[i] >= known[i]);
        if (atomic_load(&looks) % 8 == 3)
            look_once(recorders);
    }
    for (unsigned i = 0; i < WRITERS; i++) {
        pthread_join(recorders[i].thread, NULL);
        assert_int_equal(recorders[i].failure, VTC_OK);
    }
    assert_true(atomic_load(&looks) >= EVENTS / BURST);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    assert_int_equal(vtc_live_refresh(live, NULL), VTC_OK); /* it is closed: the last row */
    read_all(live, &followed);
    assert_int_equal(vtc_live_refresh(live, NULL), VTC_END);
    for (unsigned i = 0; i < WRITERS; i++)
        assert_int_equal(followed.next[i], EVENTS);
    vtc_live_close(live);
    look_once(recorders);
}

/* --- open spans ------------------------------------------------------------------------------- */

enum { OPEN_MAX = 1 << 20, BEYOND = 3 };

struct rows {
    uint64_t of[256]; /* by phase */
};

static void count_rows(struct rows *rows, const char *text, size_t len_bytes)
{
    static const char start_of_row[] = "{\"ph\":\"";
    const char *end = text + len_bytes;
    for (const char *at = text; (at = memchr(at, '{', (size_t)(end - at))) != NULL; at++)
        if ((size_t)(end - at) > sizeof start_of_row &&
            memcmp(at, start_of_row, sizeof start_of_row - 1) == 0)
            rows->of[(unsigned char)at[sizeof start_of_row - 1]]++;
}

/* SPEC B.8: at most 2^20 begins are open; one beyond that, and its end, are rows B and E. */
static void test_live__more_spans_than_can_be_open(void **state)
{
    (void)state;
    static char text[400 << 20];
    struct rows rows = {0};
    vtc_live *live;
    size_t len_bytes = 0, given;
    vtc_session *session = live_open("f.vtc", NULL);
    vtc_writer *writer = vtc_session_writer(session);
    vtc_site span = live_site(session, 'B', "s");
    for (int i = 0; i < OPEN_MAX + BEYOND; i++)
        assert_int_equal(vtc_begin(writer, span), VTC_OK);
    for (int i = 0; i < OPEN_MAX + BEYOND - 2; i++)
        assert_int_equal(vtc_end(writer), VTC_OK);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    assert_int_equal(vtc_live_open(live_path("f.vtc"), NULL, &live, NULL), VTC_OK);
    do {
        assert_int_equal(vtc_live_read(live, text + len_bytes, sizeof text - len_bytes, &given,
                                       NULL),
                         VTC_OK);
        len_bytes += given;
    } while (given);
    vtc_live_close(live);
    count_rows(&rows, text, len_bytes);
    assert_int_equal(rows.of['X'], OPEN_MAX - 2);
    assert_int_equal(rows.of['B'], BEYOND + 2); /* two have no end */
    assert_int_equal(rows.of['E'], BEYOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_live__followed_beside_writers, live_setup,
                                        live_teardown),
        cmocka_unit_test_setup_teardown(test_live__more_spans_than_can_be_open, live_setup,
                                        live_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
