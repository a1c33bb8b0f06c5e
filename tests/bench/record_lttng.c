/* LTTng-UST: a pair of tracepoints with the site as their field. They cost next to nothing while nobody
 * records them, which is no figure to compare with: a session has to be running (record.sh).
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

static bool lttng_is_running(void)
{
    return lttng_ust_tracepoint_enabled(vtc_bench, enter) &&
           lttng_ust_tracepoint_enabled(vtc_bench, leave);
}

const struct bench_peer bench_lttng = {"LTTng-UST", lttng_open,       lttng_pairs, lttng_close,
                                       0,           lttng_is_running, NULL};
