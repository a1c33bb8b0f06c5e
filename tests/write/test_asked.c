/* What was recorded, as the tool tells it: negative durations, spans of a process that was killed. */
#include "support/live_session.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs `vtc ARGUMENTS` with %s in them replaced by a path in the directory. */
static void ask(char *out, size_t out_bytes, const char *arguments, const char *name)
{
    char command[512];
    int used = snprintf(command, sizeof command, "'%s' ", getenv("VTC"));
    snprintf(command + used, sizeof command - (size_t)used, arguments, live_path(name));
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t len = fread(out, 1, out_bytes - 1, pipe);
    out[len] = 0;
    assert_int_equal(pclose(pipe), 0);
}

static uint64_t read_clock(void *now)
{
    return *(uint64_t *)now;
}

static void test_asked__a_negative_duration(void **state)
{
    (void)state;
    static const struct {
        uint64_t start;
        int64_t duration;
        const char *text;
    } cases[] = {
        {0, -5, "\"ts\":0.000,\"dur\":-0.005,"},
        {3, -5, "\"ts\":0.003,\"dur\":-0.005,"},
        {7000, -5, "\"ts\":7.000,\"dur\":-0.005,"},
        {7000, -9000, "\"ts\":7.000,\"dur\":-9.000,"},
        {8000, -INT64_MAX, "\"ts\":8.000,\"dur\":-9223372036854775.807,"},
        {9000, 0, "\"ts\":9.000,\"dur\":0.000,"},
        {9000, 5, "\"ts\":9.000,\"dur\":0.005,"},
    };
    uint64_t now = 10000;
    const struct vtc_session_opts opts = {.struct_size = sizeof opts,
                                          .clock = VTC_CLOCK_CALLBACK,
                                          .now = read_clock,
                                          .now_context = &now};
    static char before[8192], after[8192];
    if (!getenv("VTC"))
        skip();
    vtc_session *session = live_open("n.vtc", &opts);
    vtc_site site = live_site(session, 'X', "backwards");
    vtc_writer *writer = vtc_session_writer(session);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(vtc_complete(writer, site, cases[i].start, cases[i].duration, NULL, 0),
                         VTC_OK);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    ask(before, sizeof before, "export --to chrome --stdout %s", "n.vtc");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (!strstr(before, cases[i].text))
            fail_msg("expected %s in %s", cases[i].text, before);
    ask(after, sizeof after, "compact --quiet %s", "n.vtc");
    ask(after, sizeof after, "export --to chrome --stdout %s", "n.vtc");
    assert_string_equal(after, before);
}

static unsigned times(const char *text, const char *part)
{
    unsigned count = 0;
    for (const char *at = text; (at = strstr(at, part)); at++)
        count++;
    return count;
}

static int told[2];
static vtc_site endless, brief;

static void *record_until_killed(void *session)
{
    vtc_writer *writer = vtc_session_writer(session);
    bool good = vtc_begin(writer, endless) == VTC_OK;
    for (int i = 0; i < 3; i++)
        good = good && vtc_begin(writer, brief) == VTC_OK && vtc_end(writer) == VTC_OK;
    if (good && write(told[1], "x", 1) == 1)
        for (;;)
            pause();
    return NULL;
}

/* A thread that ends neither its span nor itself: the span is there, and has no duration. */
static void test_asked__a_span_that_a_kill_left_open(void **state)
{
    (void)state;
    static char text[8192];
    char byte;
    int status;
    if (!getenv("VTC"))
        skip();
    assert_int_equal(pipe(told), 0);
    pid_t pid = fork();
    if (pid == 0) {
        pthread_t thread;
        vtc_session *session = live_open("k.vtc", NULL);
        endless = live_site(session, 'B', "endless");
        brief = live_site(session, 'B', "brief");
        if (pthread_create(&thread, NULL, record_until_killed, session) == 0)
            pthread_join(thread, NULL);
        _exit(1);
    }
    assert_int_equal(read(told[0], &byte, 1), 1);
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    for (int round = 0; round < 2; round++) { /* as it was left, and compacted */
        ask(text, sizeof text, "query --format csv %s 'slowest 10'", "k.vtc");
        assert_null(strstr(text, "endless"));
        assert_int_equal(times(text, "\nbrief,"), 3);
        ask(text, sizeof text, "query --format csv %s 'top 10 by total'", "k.vtc");
        assert_null(strstr(text, "endless"));
        assert_int_equal(times(text, "\nbrief,"), 1);
        ask(text, sizeof text, "query --format csv %s 'count by phase'", "k.vtc");
        assert_non_null(strstr(text, "\nX,3,"));
        assert_non_null(strstr(text, "\nB,1,"));
        ask(text, sizeof text, "query --format csv %s 'SELECT name, dur FROM slice'", "k.vtc");
        assert_non_null(strstr(text, "\nendless,-1\n"));
        ask(text, sizeof text, "export --to chrome --stdout %s", "k.vtc");
        assert_non_null(strstr(text, "\"state\":\"crashed\""));
        ask(text, sizeof text, "compact --quiet %s", "k.vtc");
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, live_setup, live_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_asked__a_negative_duration),
        TEST(test_asked__a_span_that_a_kill_left_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
