#include "support/live_kill.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/live_session.h"

#define THREADS 2

struct kill_thread {
    vtc_session *session;
    int pipe; /* how many events are recorded, as u64, again and again */
    unsigned seed;
    uint64_t most;
};

static void *record_and_tell(void *argument)
{
    struct kill_thread *thread = argument;
    const struct vtc_param param = {"i", VTC_ARG_UINT};
    const struct vtc_site_opts opts = {sizeof opts, 'i', "counted", NULL, &param, 1, 0};
    vtc_site site;
    if (vtc_session_site(thread->session, &opts, &site, NULL) != VTC_OK)
        _exit(40);
    vtc_writer *writer = vtc_session_writer(thread->session);
    for (uint64_t done = 0; done < thread->most;) {
        for (unsigned batch = 1 + (unsigned)rand_r(&thread->seed) % 60; batch; batch--) {
            const struct vtc_value value = {VTC_ARG_UINT, {.as_uint = done}};
            if (vtc_event(writer, site, &value, 1) != VTC_OK)
                _exit(41);
            done++;
        }
        if (write(thread->pipe, &done, sizeof done) != sizeof done)
            _exit(42);
    }
    return NULL;
}

static void child(enum live_death death, unsigned seed, const char *path, const int pipes[THREADS])
{
    const struct rlimit no_core = {0, 0};
    const struct vtc_session_opts opts = {.struct_size = sizeof opts,
                                          .overwrite = 1,
                                          .chunk_bytes = 16384};
    struct kill_thread threads[THREADS];
    pthread_t ids[THREADS];
    vtc_session *session;
    setrlimit(RLIMIT_CORE, &no_core);
    signal(SIGSEGV, SIG_DFL);
    signal(SIGABRT, SIG_DFL);
    if (vtc_session_open(path, &opts, &session, NULL) != VTC_OK)
        _exit(43);
    for (int i = 0; i < THREADS; i++) {
        uint64_t most = death == LIVE_SIGKILL ? UINT64_MAX : 1 + (seed + (unsigned)i) % 7919;
        threads[i] = (struct kill_thread){session, pipes[i], seed + (unsigned)i, most};
        if (pthread_create(&ids[i], NULL, record_and_tell, &threads[i]) != 0)
            _exit(44);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(ids[i], NULL);
    switch (death) {
    case LIVE_SEGV: raise(SIGSEGV); break;
    case LIVE_ABORT: abort();
    case LIVE_EXIT: exit(0);
    default: _exit(0);
    }
}

/* The last that a thread told. */
static uint64_t told(int fd)
{
    uint64_t values[512], last = 0;
    ssize_t len;
    while ((len = read(fd, values, sizeof values)) > 0)
        last = values[len / 8 - 1];
    close(fd);
    return last;
}

static void check(const char *name, const uint64_t counts[THREADS])
{
    struct live_walk walk;
    live_read(&walk, name);
    uint64_t found[64] = {0};
    for (size_t i = 0; i < walk.event_count; i++) {
        const struct live_event *event = &walk.events[i];
        uint64_t value;
        assert_int_equal(event->kind, 3);
        assert_int_equal(event->payload_bytes, 8);
        memcpy(&value, event->payload, sizeof value);
        assert_in_range(event->writer, 1, 63);
        assert_int_equal(value, found[event->writer]++);
    }
    /* Which writer is whose is not told: the sum of both, and each somewhere. */
    uint64_t all = 0;
    for (int i = 0; i < 64; i++)
        all += found[i];
    assert_true(all >= counts[0] + counts[1]);
    for (int t = 0; t < THREADS; t++) {
        bool somewhere = counts[t] == 0;
        for (int i = 0; i < 64; i++)
            somewhere |= found[i] >= counts[t];
        assert_true(somewhere);
    }
    live_walk_close(&walk);
}

void live_kill_round(enum live_death death, unsigned seed)
{
    int pipes[THREADS][2], writing[THREADS];
    const char *path = live_path("killed.vtc");
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pipe(pipes[i]), 0);
        writing[i] = pipes[i][1];
    }
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(pipes[0][0]);
        close(pipes[1][0]);
        child(death, seed, path, writing);
    }
    assert_true(pid > 0);
    close(writing[0]);
    close(writing[1]);
    uint64_t first = 0;
    if (death == LIVE_SIGKILL) {
        /* From the first record on; a full pipe makes the threads wait, which is as well. */
        assert_int_equal(read(pipes[0][0], &first, sizeof first), sizeof first);
        unsigned us = (unsigned)rand_r(&seed) % 3000;
        const struct timespec pause = {0, us * 1000L};
        nanosleep(&pause, NULL);
        kill(pid, SIGKILL);
    }
    int status;
    uint64_t counts[THREADS] = {told(pipes[0][0]), told(pipes[1][0])};
    if (counts[0] < first)
        counts[0] = first;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (death == LIVE_EXIT || death == LIVE_EXIT_NOW)
        assert_int_equal(status, 0);
    check("killed.vtc", counts);
}
