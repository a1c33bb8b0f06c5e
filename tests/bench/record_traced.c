/* Compiled with -pg: every call of `work` is one that uftrace sees begin and end. */
#include "record_peers.h"

static __attribute__((noinline)) void work(void)
{
    __asm__ volatile("");
}

__attribute__((no_instrument_function)) void bench_traced_pairs(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        work();
}
