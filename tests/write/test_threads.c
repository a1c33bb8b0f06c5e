/* Threads: random operations against a list of what each did; thousands of short threads; stop and
 * close while others record.
 * ctest: labels threads
 */
#include "support/live_session.h"
#include "write/defined.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define THREADS 4
#define OPERATIONS 20000
#define PAYLOAD_MAX 600

struct operation {
    uint32_t kind, site;
    uint64_t hash; /* of the payload */
};

struct worker {
    vtc_session *session;
    unsigned seed;
    uint64_t thread_id;
    struct operation *did;
    size_t count;
};

static vtc_site begin, end, instant, complete, flow, args;

static uint64_t hash(const uint8_t *bytes, size_t len)
{
    uint64_t value = 14695981039346656037u;
    for (size_t i = 0; i < len; i++)
        value = (value ^ bytes[i]) * 1099511628211u;
    return value;
}

/* What SPEC B.6 says of the payload of `args`: int, string, bool, double. */
static uint64_t args_hash(int64_t number, const char *text, uint32_t len, int is, double real)
{
    uint8_t bytes[PAYLOAD_MAX + 64] = {0};
    uint64_t word = is != 0;
    memcpy(bytes, &number, 8);
    memcpy(bytes + 8, &len, 4);
    memcpy(bytes + 12, text, len);
    uint8_t *to = bytes + 12 + ((len + 3) & ~3u);
    memcpy(to, &word, 8);
    memcpy(to + 8, &real, 8);
    return hash(bytes, (size_t)(to + 16 - bytes));
}

static struct operation operate(struct worker *worker, vtc_writer *writer, bool *out_good)
{
    char text[PAYLOAD_MAX];
    uint64_t words[2];
    unsigned what = (unsigned)rand_r(&worker->seed) % 100;
    words[0] = (uint64_t)rand_r(&worker->seed);
    words[1] = (uint64_t)(0 - (int64_t)words[0]);
    vtc_status status;
    struct operation did = {1, instant, 0};
    if (what < 40) {
        did.site = begin;
        status = vtc_begin(writer, begin);
    } else if (what < 80) {
        did = (struct operation){2, 0, 0};
        status = what < 60 ? vtc_end(writer) : vtc_end_with(writer, end, NULL, 0);
    } else if (what < 85) {
        status = vtc_event(writer, instant, NULL, 0);
    } else if (what < 90) {
        did = (struct operation){3, complete, hash((const uint8_t *)words, 16)};
        status = vtc_complete(writer, complete, words[0], (int64_t)words[1], NULL, 0);
    } else if (what < 92) {
        did = (struct operation){3, flow, hash((const uint8_t *)words, 8)};
        status = vtc_event_with_id(writer, flow, words[0], NULL, 0);
    } else {
        uint32_t len = (uint32_t)rand_r(&worker->seed) % PAYLOAD_MAX;
        memset(text, (int)(words[0] & 0xff), len); /* invalid UTF-8 as well */
        const struct vtc_value values[] = {{VTC_ARG_INT, {.as_int = (int64_t)words[1]}},
                                           {VTC_ARG_STRING, {.as_bytes = {text, len}}},
                                           {VTC_ARG_BOOL, {.as_bool = (int)(words[0] & 4)}},
                                           {VTC_ARG_DOUBLE, {.as_double = (double)words[0] / 3}}};
        did = (struct operation){3, args,
                                 args_hash((int64_t)words[1], text, len, (int)(words[0] & 4),
                                           (double)words[0] / 3)};
        status = vtc_event(writer, args, values, 4);
    }
    *out_good = status == VTC_OK;
    return did;
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    vtc_writer *writer;
    if (vtc_writer_open(worker->session, worker->thread_id, "worker", &writer, NULL) != VTC_OK)
        return NULL;
    for (size_t i = 0; i < OPERATIONS; i++) {
        bool good;
        struct operation did = operate(worker, writer, &good);
        if (good)
            worker->did[worker->count++] = did;
    }
    vtc_writer_close(writer);
    return NULL;
}

static void define_sites(vtc_session *session)
{
    const struct vtc_param params[] = {{"number", VTC_ARG_INT},
                                       {"text", VTC_ARG_STRING},
                                       {"is", VTC_ARG_BOOL},
                                       {"real", VTC_ARG_DOUBLE}};
    const struct vtc_site_opts opts = {sizeof opts, 'i', "args", "category", params, 4, 0};
    begin = live_site(session, 'B', "begin");
    end = live_site(session, 'E', "end");
    instant = live_site(session, 'i', "instant");
    complete = live_site(session, 'X', "complete");
    flow = live_site(session, 's', "flow");
    assert_int_equal(vtc_session_site(session, &opts, &args, NULL), VTC_OK);
}

/* The writer of each worker, by the thread id in its WRITER record. */
static const struct worker *worker_of(const struct live_walk *walk, uint32_t writer,
                                      const struct worker *workers)
{
    const struct live_definition *found = live_walk_find(walk, 3, writer);
    uint64_t thread_id;
    memcpy(&thread_id, found->body + 8, 8);
    assert_in_range(thread_id, 1000, 1000 + THREADS - 1);
    assert_memory_equal(found->body + 16, "worker", 6);
    return &workers[thread_id - 1000];
}

static void test_threads__are_kept_apart(void **state)
{
    (void)state;
    struct live_walk walk;
    struct worker workers[THREADS];
    pthread_t threads[THREADS];
    const struct vtc_session_opts opts = {.struct_size = sizeof opts, .chunk_bytes = 16384};
    vtc_session *session = live_open("threads.vtc", &opts);
    define_sites(session);
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){session, i + 1, 1000 + i,
                                     calloc(OPERATIONS, sizeof(struct operation)), 0};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    live_read(&walk, "threads.vtc");
    assert_int_equal(walk.event_count, THREADS * OPERATIONS);
    size_t at = 0;
    while (at < walk.event_count) {
        const struct worker *worker = worker_of(&walk, walk.events[at].writer, workers);
        for (size_t i = 0; i < worker->count; i++, at++) {
            const struct live_event *event = &walk.events[at];
            assert_int_equal(event->kind, worker->did[i].kind);
            assert_int_equal(event->site, vtci_site_id(worker->did[i].site));
            if (event->kind == 3)
                assert_int_equal(hash(event->payload, event->payload_bytes), worker->did[i].hash);
        }
    }
    live_walk_close(&walk);
    for (unsigned i = 0; i < THREADS; i++)
        free(workers[i].did);
}

/* --- threads that come and go ---------------------------------------------------------------- */

static atomic_int go_on;
static atomic_ulong accepted, refused;

static void *short_life(void *session)
{
    for (int i = 0; i < 20; i++) {
        vtc_writer *writer = vtc_session_writer(session);
        vtc_status status = vtc_begin(writer, begin);
        atomic_fetch_add(status == VTC_OK ? &accepted : &refused, 1);
        if (writer && i % 2)
            atomic_fetch_add(vtc_end(writer) == VTC_OK ? &accepted : &refused, 1);
    }
    return NULL;
}

static void *long_life(void *session)
{
    while (atomic_load_explicit(&go_on, memory_order_relaxed)) {
        vtc_writer *writer = vtc_session_writer(session);
        atomic_fetch_add(vtc_begin(writer, begin) == VTC_OK ? &accepted : &refused, 1);
        atomic_fetch_add(vtc_end(writer) == VTC_OK ? &accepted : &refused, 1);
    }
    return NULL;
}

/* Its threads hold the session while it is closed, as short-lived ones without a writer may not. */
static void *churn(void *session)
{
    vtc_writer *own = vtc_session_writer(session);
    for (int round = 0; round < 150; round++) {
        pthread_t threads[4];
        int count = 0;
        while (count < 4 && pthread_create(&threads[count], NULL, short_life, session) == 0)
            count++;
        while (count)
            pthread_join(threads[--count], NULL);
    }
    return own;
}

static void churn_while(const char *name, int what)
{
    struct live_walk walk;
    const struct timespec pause = {0, 15000000};
    pthread_t recorder, churner;
    vtc_session *session = live_open(name, NULL);
    begin = live_site(session, 'B', "begin");
    atomic_store(&accepted, 0);
    atomic_store(&refused, 0);
    atomic_store(&go_on, 1);
    vtc_writer *hold;
    assert_int_equal(vtc_writer_open(session, 0, NULL, &hold, NULL), VTC_OK);
    assert_int_equal(pthread_create(&recorder, NULL, long_life, session), 0);
    assert_int_equal(pthread_create(&churner, NULL, churn, session), 0);
    nanosleep(&pause, NULL);
    if (what == 0)
        assert_int_equal(vtc_session_sync(session, NULL), VTC_OK);
    if (what == 1)
        vtc_session_stop(session);
    if (what == 2)
        assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    pthread_join(churner, NULL);
    atomic_store(&go_on, 0);
    pthread_join(recorder, NULL);
    if (what != 2)
        assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    vtc_writer_close(hold);
    live_read(&walk, name);
    assert_int_equal(walk.state, 2);
    assert_int_equal(walk.event_count, atomic_load(&accepted));
    assert_true(live_walk_lost(&walk) <= atomic_load(&refused));
    live_walk_close(&walk);
}

static void test_threads__short_lives_and_sync(void **state)
{
    (void)state;
    churn_while("sync.vtc", 0);
}

static void test_threads__short_lives_and_stop(void **state)
{
    (void)state;
    churn_while("stop.vtc", 1);
}

static void test_threads__short_lives_and_close(void **state)
{
    (void)state;
    churn_while("close.vtc", 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, live_setup, live_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_threads__are_kept_apart),
        TEST(test_threads__short_lives_and_sync),
        TEST(test_threads__short_lives_and_stop),
        TEST(test_threads__short_lives_and_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
