/* What a begin and end pair is compared with. */
#ifndef VTC_TESTS_BENCH_RECORD_PEERS_H
#define VTC_TESTS_BENCH_RECORD_PEERS_H

#include <stdint.h>

/* Each thread calls `begin` and `end` in turn, and `leave` when it is done. */
struct bench_peer {
    const char *name;
    void (*open)(const char *directory);
    void (*pairs)(uint64_t count); /* the loop is within, so that calls cost the same for all */
    void (*close)(void);
    double bytes_a_pair; /* 0: not known */
};

extern const struct bench_peer bench_clock, bench_fwrite, bench_buffer;
#ifdef VTC_BENCH_LTTNG
extern const struct bench_peer bench_lttng;
#endif

#endif
