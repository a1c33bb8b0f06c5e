/* The tracepoints of the peer, in the form that LTTng-UST wants. */
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER vtc_bench

#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "record_lttng_tp.h"

#if !defined(VTC_TESTS_BENCH_RECORD_LTTNG_TP_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define VTC_TESTS_BENCH_RECORD_LTTNG_TP_H

#include <lttng/tracepoint.h>
#include <stdint.h>

LTTNG_UST_TRACEPOINT_EVENT(vtc_bench, enter, LTTNG_UST_TP_ARGS(uint32_t, site),
                           LTTNG_UST_TP_FIELDS(lttng_ust_field_integer(uint32_t, site, site)))
LTTNG_UST_TRACEPOINT_EVENT(vtc_bench, leave, LTTNG_UST_TP_ARGS(uint32_t, site),
                           LTTNG_UST_TP_FIELDS(lttng_ust_field_integer(uint32_t, site, site)))

#endif

#include <lttng/tracepoint-event.h>
