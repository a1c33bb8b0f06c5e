/* What a begin and end pair is compared with. */
#ifndef VTC_TESTS_BENCH_RECORD_PEERS_H
#define VTC_TESTS_BENCH_RECORD_PEERS_H

#include <stdbool.h>
#include <stdint.h>

struct bench_peer {
    const char *name;
    void (*open)(const char *directory);
    void (*pairs)(uint64_t count); /* the loop is within, so that calls cost the same for all */
    void (*close)(void);
    double bytes_a_pair; /* 0: not known */
    /* Both may be NULL. Whether it records: else what the loop takes is the cost of nothing. */
    bool (*is_running)(void);
    /* ns a pair and thread, measured in a process of its own; what it wrote, a pair. */
    double (*measure)(const char *directory, unsigned threads, uint64_t pairs,
                      double *out_bytes_a_pair);
};

extern const struct bench_peer bench_clock, bench_fwrite, bench_buffer, bench_uftrace;
#ifdef VTC_BENCH_LTTNG
extern const struct bench_peer bench_lttng;
#endif

/* The loop of bench_uftrace, compiled with -pg: a call is a pair. */
void bench_traced_pairs(uint64_t count);

#endif
