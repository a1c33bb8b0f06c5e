/* What a begin and end pair costs, beside peers: the same loop, one and two threads, the median of
 * many runs that take turns.
 *
 *     bench_record [RUNS [PAIRS]]
 *
 * Then: bytes a span; what a new chunk costs; and the time of single records, outside of those that
 * begin a page, up to the 99.999th percentile.
 */
#include <dirent.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record_peers.h"
#include "vtc/writer.h"
#include "write/ticks.h"
#include "write/writer.h"

#define MAX_RUNS 1001
#define SINGLES 4000000

static char directory[64];
static vtc_session *session;
static vtc_site site;

static void vtc_open(const char *where)
{
    char path[256];
    const struct vtc_session_opts opts = {.struct_size = sizeof opts, .overwrite = 1};
    const struct vtc_site_opts site_opts = {sizeof site_opts, 'B', "work", "bench", NULL, 0, 0};
    snprintf(path, sizeof path, "%s/bench.vtc", where);
    if (vtc_session_open(path, &opts, &session, NULL) != VTC_OK ||
        vtc_session_site(session, &site_opts, &site, NULL) != VTC_OK)
        abort();
}

static void vtc_pairs(uint64_t count)
{
    vtc_writer *writer = vtc_session_writer(session);
    for (uint64_t i = 0; i < count; i++) {
        vtc_begin(writer, site);
        vtc_end(writer);
    }
}

static void vtc_close(void)
{
    if (vtc_session_close(session, NULL) != VTC_OK)
        abort();
}

static const struct bench_peer bench_vtc = {"vtc", vtc_open, vtc_pairs, vtc_close, 12, NULL, NULL};

struct run {
    const struct bench_peer *peer;
    uint64_t pairs;
    pthread_barrier_t *start;
    double ns; /* a pair */
};

static void *run_thread(void *argument)
{
    struct run *run = argument;
    run->peer->pairs(run->pairs / 50); /* warm: first pages, first chunks */
    pthread_barrier_wait(run->start);
    int64_t start_ns = vtci_clock_ns(CLOCK_MONOTONIC);
    run->peer->pairs(run->pairs);
    run->ns = (double)(vtci_clock_ns(CLOCK_MONOTONIC) - start_ns) / (double)run->pairs;
    return NULL;
}

/* ns a pair and thread. */
static double measure(const struct bench_peer *peer, unsigned threads, uint64_t pairs)
{
    pthread_t ids[2];
    struct run runs[2];
    pthread_barrier_t start;
    double ns = 0;
    pthread_barrier_init(&start, NULL, threads);
    peer->open(directory);
    for (unsigned i = 0; i < threads; i++) {
        runs[i] = (struct run){peer, pairs, &start, 0};
        if (pthread_create(&ids[i], NULL, run_thread, &runs[i]) != 0)
            abort();
    }
    for (unsigned i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
        ns += runs[i].ns / threads;
    }
    peer->close();
    pthread_barrier_destroy(&start);
    return ns;
}

static void nothing(void)
{
}

static void nowhere(const char *where)
{
    (void)where;
}

/* `--child THREADS PAIRS`: what record_uftrace.c has traced. */
static int run_child(char **argv)
{
    const struct bench_peer traced = {.open = nowhere,
                                      .pairs = bench_traced_pairs,
                                      .close = nothing};
    unsigned threads = (unsigned)atoi(argv[0]);
    printf("%.3f\n", measure(&traced, threads == 2 ? 2 : 1, strtoull(argv[1], NULL, 10)));
    return 0;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double bytes_a_span(uint64_t pairs)
{
    char path[256];
    struct stat status;
    vtc_open(directory);
    vtc_pairs(pairs);
    vtc_close();
    snprintf(path, sizeof path, "%s/bench.vtc", directory);
    if (stat(path, &status) != 0)
        abort();
    return (double)status.st_size / (double)pairs;
}

static void print_percentiles(const char *name, double *ns, size_t count)
{
    static const double shares[] = {0.5, 0.99, 0.999, 0.9999, 0.99999};
    qsort(ns, count, sizeof *ns, ascending);
    printf("%-30s", name);
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
        printf(" %9.0f", count ? ns[(size_t)(shares[i] * (double)(count - 1))] : 0);
    printf(" %9.0f  (%zu)\n", count ? ns[count - 1] : 0, count);
}

/* Each record on its own, between two readings of the clock, which are part of the figure. */
static void single_records(void)
{
    double *plain = malloc(SINGLES * sizeof *plain), *page = malloc(SINGLES * sizeof *page),
           *chunk = malloc(SINGLES * sizeof *chunk);
    size_t plains = 0, pages = 0, chunks = 0;
    if (!plain || !page || !chunk)
        abort();
    memset(plain, 0, SINGLES * sizeof *plain);
    vtc_open(directory);
    vtc_writer *writer = vtc_session_writer(session);
    double ns_a_tick = 1e9 / (double)session->ticks_a_second;
    for (size_t i = 0; i < SINGLES; i++) {
        const uint8_t *end = writer->lane.page_end;
        uint32_t attached = atomic_load_explicit(&writer->lane.attached, memory_order_relaxed);
        uint64_t start = vtci_clock_ticks(&session->clock);
        if (i & 1)
            vtc_end(writer);
        else
            vtc_begin(writer, site);
        double ns = (double)(vtci_clock_ticks(&session->clock) - start) * ns_a_tick;
        if (attached != atomic_load_explicit(&writer->lane.attached, memory_order_relaxed))
            chunk[chunks++] = ns;
        else if (end != writer->lane.page_end)
            page[pages++] = ns;
        else
            plain[plains++] = ns;
    }
    vtc_close();
    printf("\n%-30s %9s %9s %9s %9s %9s %9s\n", "one record, ns", "median", "99 %", "99.9 %",
           "99.99 %", "99.999 %", "most");
    print_percentiles("within a page", plain, plains);
    print_percentiles("that begins a page", page, pages);
    print_percentiles("that begins a chunk", chunk, chunks);
    free(plain);
    free(page);
    free(chunk);
}

static void clean_up(void)
{
    DIR *listing = opendir(directory);
    for (struct dirent *entry; listing && (entry = readdir(listing));)
        unlinkat(dirfd(listing), entry->d_name, 0);
    if (listing)
        closedir(listing);
    rmdir(directory);
}

/* Medians and least of all runs of one peer. */
static void print_peer(const struct bench_peer *peer, double (*results)[MAX_RUNS], int runs,
                       double bytes)
{
    double medians[2];
    for (int threads = 0; threads < 2; threads++) {
        qsort(results[threads], (size_t)runs, sizeof(double), ascending);
        medians[threads] = results[threads][runs / 2];
    }
    printf("%-30s %12.1f %12.1f %9.2f %9.1f %9.1f", peer->name, medians[0], medians[1],
           medians[1] / medians[0], results[0][0], results[1][0]);
    if (bytes > 0)
        printf(" %12.2f", bytes);
    putchar('\n');
}

int main(int argc, char **argv)
{
    static double results[8][2][MAX_RUNS];
    static double bytes[8];
    const struct bench_peer *const peers[] = {
        &bench_clock,   &bench_vtc, &bench_fwrite, &bench_buffer,
#ifdef VTC_BENCH_LTTNG
        &bench_lttng,
#endif
        &bench_uftrace,
    };
    enum { COUNT = sizeof peers / sizeof *peers };
    bool is_running[COUNT];
    if (argc == 4 && strcmp(argv[1], "--child") == 0)
        return run_child(argv + 2);
    int runs = argc > 1 ? atoi(argv[1]) : 21;
    uint64_t pairs = argc > 2 ? strtoull(argv[2], NULL, 10) : 500000;
    runs = runs < 1 ? 1 : runs > MAX_RUNS ? MAX_RUNS : runs;
    snprintf(directory, sizeof directory, "%s/vtc-bench.XXXXXX",
             getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    if (!mkdtemp(directory))
        return 1;
    for (int i = 0; i < COUNT; i++) {
        is_running[i] = !peers[i]->is_running || peers[i]->is_running();
        bytes[i] = peers[i]->bytes_a_pair;
    }
    for (int run = 0; run < runs; run++)
        for (int i = 0; i < COUNT; i++)
            for (unsigned threads = 1; threads <= 2 && is_running[i]; threads++)
                results[i][threads - 1][run] =
                    peers[i]->measure ? peers[i]->measure(directory, threads, pairs, &bytes[i])
                                      : measure(peers[i], threads, pairs);
    printf("%-30s %12s %12s %9s %9s %9s %12s\n", "ns a pair, median (least)", "1 thread",
           "2 threads", "2 / 1", "(1)", "(2)", "bytes a pair");
    for (int i = 0; i < COUNT; i++) {
        /* One that stopped on the way has no figure either. */
        if (!is_running[i] || (peers[i]->is_running && !peers[i]->is_running()))
            printf("%-30s %12s\n", peers[i]->name, "not running");
        else
            print_peer(peers[i], results[i], runs,
                       peers[i] == &bench_vtc ? bytes_a_span(pairs) : bytes[i]);
    }
    single_records();
    clean_up();
    return 0;
}
