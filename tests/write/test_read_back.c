/* What was recorded, as a user meets it: in the text that an export gives, in answers to questions, and
 * the same again when the file was compacted. */
#include "support/live_session.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/round_trip.h"
#include "vtc/compact.h"
#include "vtc/live.h"
#include "vtc/query.h"
#include "vtc/reader.h"

static void read_text(const char *name, struct bytes *out)
{
    char piece[4096];
    size_t got = 1;
    vtc_live *live;
    assert_int_equal(vtc_live_open(live_path(name), NULL, &live, NULL), VTC_OK);
    while (got) {
        assert_int_equal(vtc_live_read(live, piece, sizeof piece, &got, NULL), VTC_OK);
        bytes_append(out, piece, got);
    }
    bytes_append(out, "", 1);
    vtc_live_close(live);
}

static void assert_has(const struct bytes *text, const char *part)
{
    if (!strstr((const char *)text->data, part))
        fail_msg("expected %s, found\n%s", part, (const char *)text->data);
}

/* The first row of an answer; `wanted` are its integers, and the one text before them. */
static void assert_answer(const char *name, const char *question, const char *text,
                          const int64_t *wanted, size_t count)
{
    const struct vtc_query_value *values;
    vtc_reader *reader;
    vtc_query *query;
    assert_int_equal(vtc_live_reader_open(live_path(name), NULL, &reader, NULL), VTC_OK);
    assert_int_equal(vtc_query_open(reader, question, NULL, &query, NULL), VTC_OK);
    assert_int_equal(vtc_query_next(query, &values, NULL), VTC_OK);
    assert_int_equal(values[0].text.len_bytes, strlen(text));
    assert_memory_equal(values[0].text.data, text, strlen(text));
    for (size_t i = 0; i < count; i++)
        assert_int_equal(values[1 + i].integer, wanted[i]);
    vtc_query_close(query);
    vtc_reader_close(reader);
}

static uint64_t count_rows(const char *name, const char *question)
{
    const struct vtc_query_value *values;
    vtc_reader *reader;
    vtc_query *query;
    uint64_t rows = 0;
    assert_int_equal(vtc_live_reader_open(live_path(name), NULL, &reader, NULL), VTC_OK);
    assert_int_equal(vtc_query_open(reader, question, NULL, &query, NULL), VTC_OK);
    while (vtc_query_next(query, &values, NULL) == VTC_OK)
        rows++;
    vtc_query_close(query);
    vtc_reader_close(reader);
    return rows;
}

/* total, count, mean, min, max */
static void check_negative(void)
{
    const int64_t backwards[] = {-5000, 1, -5000, -5000, -5000};
    const int64_t both[] = {2000, 2, 1000, -5000, 7000};
    assert_answer("n.vtc", "top 1 by total where name = backwards", "backwards", backwards, 5);
    assert_answer("n.vtc", "top 1 by total where name = both", "both", both, 5);
    assert_answer("n.vtc", "slowest 1 of both", "both", both + 4, 1);
}

static void test_read_back__a_negative_duration(void **state)
{
    (void)state;
    struct bytes text = {0}, compacted = {0}, file = {0};
    const struct vtc_session_opts opts = {.struct_size = sizeof opts, .clock = VTC_CLOCK_MONOTONIC};
    vtc_session *session = live_open("n.vtc", &opts);
    vtc_writer *writer = vtc_session_writer(session);
    vtc_site backwards = live_site(session, 'X', "backwards");
    vtc_site both = live_site(session, 'X', "both");
    uint64_t now = vtc_session_ticks(session);
    assert_int_equal(vtc_complete(writer, backwards, now, -5000, NULL, 0), VTC_OK);
    assert_int_equal(vtc_complete(writer, both, now, 7000, NULL, 0), VTC_OK);
    assert_int_equal(vtc_complete(writer, both, now, -5000, NULL, 0), VTC_OK);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    read_text("n.vtc", &text);
    assert_has(&text, "\"dur\":-5.000,\"name\":\"backwards\"");
    assert_has(&text, "\"dur\":7.000,\"name\":\"both\"");
    assert_has(&text, "\"dur\":-5.000,\"name\":\"both\"");
    check_negative();
    assert_int_equal(vtc_compact(live_path("n.vtc"), NULL, NULL, NULL, NULL), VTC_OK);
    check_negative();
    FILE *stream = fopen(live_path("n.vtc"), "rb");
    char piece[4096];
    for (size_t got; (got = fread(piece, 1, sizeof piece, stream)) > 0;)
        bytes_append(&file, piece, got);
    fclose(stream);
    assert_int_equal(decompress_bytes(&file, 0, &compacted, NULL), VTC_OK);
    assert_int_equal(compacted.len_bytes + 1, text.len_bytes);
    assert_memory_equal(compacted.data, text.data, compacted.len_bytes);
    bytes_free(&text);
    bytes_free(&compacted);
    bytes_free(&file);
}

static int ready[2];

static void *never_end(void *session)
{
    vtc_writer *writer = vtc_session_writer(session);
    vtc_site outer = live_site(session, 'B', "outer"), inner = live_site(session, 'B', "inner");
    vtc_site over = live_site(session, 'B', "over");
    if (vtc_begin(writer, outer) != VTC_OK || vtc_begin(writer, over) != VTC_OK ||
        vtc_end(writer) != VTC_OK || vtc_begin(writer, inner) != VTC_OK)
        abort();
    if (write(ready[1], "r", 1) != 1)
        abort();
    for (;;)
        pause();
}

/* A thread that is in a span when its process is killed: what ended is a span, what did not is a begin. */
static void test_read_back__a_thread_that_never_ends(void **state)
{
    (void)state;
    char byte;
    int status;
    struct bytes text = {0};
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        pthread_t thread;
        vtc_session *session = live_open("t.vtc", NULL);
        if (pthread_create(&thread, NULL, never_end, session) != 0)
            abort();
        pthread_join(thread, NULL);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    for (int dead = 0; dead < 2; dead++) { /* while it lives, and then */
        assert_int_equal(count_rows("t.vtc", "slowest 9"), 1);
        assert_int_equal(count_rows("t.vtc", "slowest 9 of over"), 1);
        assert_int_equal(count_rows("t.vtc", "count by name"), 3);
        if (dead == 0) {
            assert_int_equal(kill(pid, SIGKILL), 0);
            assert_int_equal(waitpid(pid, &status, 0), pid);
        }
    }
    read_text("t.vtc", &text);
    const char *at = (const char *)text.data;
    unsigned begins = 0;
    for (; (at = strstr(at, "{\"ph\":\"B\"")); at++)
        begins++;
    assert_int_equal(begins, 2);
    assert_int_equal(vtc_compact(live_path("t.vtc"), NULL, NULL, NULL, NULL), VTC_OK);
    assert_int_equal(count_rows("t.vtc", "slowest 9"), 1);
    assert_int_equal(count_rows("t.vtc", "count by name"), 3);
    bytes_free(&text);
    close(ready[0]);
    close(ready[1]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, live_setup, live_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_read_back__a_negative_duration),
        TEST(test_read_back__a_thread_that_never_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
