/* LTTng-UST: a pair of tracepoints with the site as their field. They cost little while nobody records
 * them: a session has to be running (record.sh).
 */
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "record_lttng_tp.h"

#include "record_peers.h"

static void lttng_open(const char *directory)
{
    (void)directory;
}

static void lttng_pairs(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        lttng_ust_tracepoint(vtc_bench, enter, 1);
        lttng_ust_tracepoint(vtc_bench, leave, 1);
    }
}

static void lttng_close(void)
{
}

const struct bench_peer bench_lttng = {"LTTng-UST", lttng_open, lttng_pairs, lttng_close, 0};
