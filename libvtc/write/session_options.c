/* Options of a session: what is left out, and what cannot be met. */
#include <string.h>

#include "base/error.h"
#include "write/session.h"
#include "write/session_open.h"

#define CHUNK_BYTES (256u << 10)
#define CHUNK_BYTES_MAX (16u << 20)
#define SEGMENT_BYTES_MIN (64u << 10)
#define SEGMENTS_IN_LIMIT 8    /* a limit is kept to within one of so many parts */
#define DEFINITIONS_IN_LIMIT 4 /* definitions take at most one of so many parts of it, */
#define DEFINITIONS_IN_KEEP 8  /* which a flight recorder has several times: in each segment */
#define STEP_BYTES (1u << 20)
#define WAIT_NS 1000000000u

static vtc_status refuse(struct vtc_error *err, const char *expected, uint64_t found)
{
    return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL, "expected %s, found %llu",
                          expected, (unsigned long long)found);
}

static vtc_status check_limits(const struct vtc_session_opts *opts, struct vtc_error *err)
{
    bool is_flight = opts->policy == VTC_POLICY_FLIGHT;
    uint64_t least = SEGMENTS_IN_LIMIT * (uint64_t)SEGMENT_BYTES_MIN;
    if ((unsigned)opts->policy > VTC_POLICY_FLIGHT)
        return refuse(err, "a policy from 0 to 2", (uint64_t)opts->policy);
    if (is_flight && !opts->keep_bytes && !opts->keep_ns)
        return refuse(err, "keep_bytes or keep_ns for VTC_POLICY_FLIGHT", 0);
    if (!is_flight && (opts->keep_bytes || opts->keep_ns))
        return refuse(err, "no keep_bytes or keep_ns without VTC_POLICY_FLIGHT",
                      opts->keep_bytes | opts->keep_ns);
    if (is_flight && opts->disk_limit_bytes)
        return refuse(err, "no disk_limit_bytes with VTC_POLICY_FLIGHT", opts->disk_limit_bytes);
    if (opts->keep_bytes && opts->keep_bytes < least)
        return refuse(err, "keep_bytes of at least 512 KiB", opts->keep_bytes);
    if (opts->disk_limit_bytes && opts->disk_limit_bytes < SEGMENT_BYTES_MIN)
        return refuse(err, "disk_limit_bytes of at least 64 KiB", opts->disk_limit_bytes);
    if (opts->segment_bytes && opts->segment_bytes < SEGMENT_BYTES_MIN)
        return refuse(err, "segment_bytes of at least 64 KiB", opts->segment_bytes);
    if (opts->keep_bytes && opts->segment_bytes > opts->keep_bytes / 2)
        return refuse(err, "segment_bytes of at most half of keep_bytes", opts->segment_bytes);
    if (opts->keep_ns > INT64_MAX || opts->wait_ns > INT64_MAX)
        return refuse(err, "times below 2^63 ns", opts->keep_ns | opts->wait_ns);
    return VTC_OK;
}

vtc_status vtci_session_options(struct vtc_session *session, const struct vtc_session_opts *given,
                                struct vtc_error *err)
{
    struct vtc_session_opts opts = {.struct_size = sizeof opts};
    if (given) {
        if (given->struct_size < sizeof opts.struct_size)
            return refuse(err, "struct_size to be set", given->struct_size);
        memcpy(&opts, given, given->struct_size < sizeof opts ? given->struct_size : sizeof opts);
    }
    if (!opts.chunk_bytes)
        opts.chunk_bytes = CHUNK_BYTES;
    if (opts.chunk_bytes < VTCI_LIVE_PAGE_BYTES || opts.chunk_bytes > CHUNK_BYTES_MAX ||
        (opts.chunk_bytes & (opts.chunk_bytes - 1)))
        return refuse(err, "chunk_bytes to be a power of two from 4 KiB to 16 MiB",
                      opts.chunk_bytes);
    VTC_TRY(check_limits(&opts, err));
    uint64_t limit = opts.keep_bytes ? opts.keep_bytes : opts.disk_limit_bytes;
    if (!opts.segment_bytes && limit >= SEGMENTS_IN_LIMIT * (uint64_t)SEGMENT_BYTES_MIN)
        opts.segment_bytes = limit / SEGMENTS_IN_LIMIT;
    if (!opts.wait_ns)
        opts.wait_ns = WAIT_NS;
    /* A chunk is a small part of a segment. */
    uint64_t part = opts.segment_bytes ? opts.segment_bytes / 8 : opts.chunk_bytes;
    while (opts.chunk_bytes > VTCI_LIVE_PAGE_BYTES && opts.chunk_bytes > part)
        opts.chunk_bytes /= 2;
    uint64_t step = opts.chunk_bytes > STEP_BYTES ? opts.chunk_bytes : STEP_BYTES;
    if (opts.segment_bytes && step > opts.segment_bytes / 8)
        step = opts.segment_bytes / 8;
    /* A limit is of what is on the disk: nothing is allocated ahead, but with each chunk. */
    if (opts.disk_limit_bytes)
        step = VTCI_LIVE_PAGE_BYTES;
    session->chunk_pages_max = (uint32_t)(opts.chunk_bytes / VTCI_LIVE_PAGE_BYTES);
    session->step_pages = (uint32_t)(step / VTCI_LIVE_PAGE_BYTES);
    session->journal.limit_bytes =
        opts.keep_bytes ? opts.keep_bytes / DEFINITIONS_IN_KEEP : limit / DEFINITIONS_IN_LIMIT;
    session->opts = opts;
    return VTC_OK;
}
