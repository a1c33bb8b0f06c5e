#include "base/bytes.h"
#include "base/checksum.h"
#include "base/error.h"
#include "wire/live.h"
#include "wire/live_decode.h"

static struct vtci_clock_point load_point(const uint8_t *at)
{
    struct vtci_clock_point point = {vtci_load_u64(at), (int64_t)vtci_load_u64(at + 8),
                                     (int64_t)vtci_load_u64(at + 16)};
    return point;
}

static vtc_status check_points(const struct vtci_live_session *session, struct vtc_error *err)
{
    const struct vtci_clock_point *first = &session->points[0], *second = &session->points[1];
    bool are_equal = first->ticks == second->ticks && first->monotonic_ns == second->monotonic_ns &&
                     first->realtime_ns == second->realtime_ns;
    if (are_equal || (second->ticks > first->ticks && second->monotonic_ns > first->monotonic_ns))
        return VTC_OK;
    return vtci_error_set(err, VTC_ERR_CORRUPT, 80, "LIV-3",
                          "expected a second clock point behind the first, found %llu ticks after "
                          "%llu",
                          (unsigned long long)second->ticks, (unsigned long long)first->ticks);
}

/* SPEC: LIV-2, LIV-3. */
vtc_status vtci_live_session_decode(const uint8_t *page, size_t len_bytes,
                                    struct vtci_live_session *out_session, struct vtc_error *err)
{
    if (len_bytes < VTCI_LIVE_PAGE_BYTES)
        return vtci_error_set(err, VTC_ERR_TRUNCATED, len_bytes, "LIV-2",
                              "expected a page of %u bytes, found %zu", VTCI_LIVE_PAGE_BYTES,
                              len_bytes);
    uint64_t expected = vtci_load_u64(page + VTCI_LIVE_SESSION_CHECKSUM_OFFSET);
    uint64_t found = vtci_checksum(page + VTCI_LIVE_SESSION_OFFSET,
                                   VTCI_LIVE_SESSION_CHECKSUM_OFFSET - VTCI_LIVE_SESSION_OFFSET);
    if (expected != found)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTCI_LIVE_SESSION_CHECKSUM_OFFSET, "LIV-3",
                              "expected checksum %016llx of the session, found %016llx",
                              (unsigned long long)expected, (unsigned long long)found);
    struct vtci_live_session session = {
        .family = {vtci_load_u64(page + 32), vtci_load_u64(page + 40)},
        .pid = vtci_load_u32(page + 48),
        .segment = vtci_load_u32(page + 52),
        .process_start = vtci_load_u64(page + 56),
        .boot = vtci_load_u64(page + 64),
        .clock = vtci_load_u32(page + 72),
        .points = {load_point(page + 80), load_point(page + 104)},
    };
    if (session.clock < VTCI_LIVE_TSC || session.clock > VTCI_LIVE_OTHER)
        return vtci_error_set(err, VTC_ERR_UNSUPPORTED, 72, "LIV-3",
                              "expected a clock from 1 to 3, found %u: a newer vtc is needed",
                              session.clock);
    VTC_TRY(check_points(&session, err));
    *out_session = session;
    return VTC_OK;
}

/* SPEC: LIV-3. */
vtc_status vtci_live_counters_decode(const uint8_t *page, struct vtci_live_counters *out_counters,
                                     struct vtc_error *err)
{
    struct vtci_live_counters counters = {.state = vtci_load_u32(page + VTCI_LIVE_STATE_OFFSET)};
    if (counters.state > VTCI_LIVE_CLOSED)
        return vtci_error_set(err, VTC_ERR_UNSUPPORTED, VTCI_LIVE_STATE_OFFSET, "LIV-3",
                              "expected a state from 0 to 2, found %u: a newer vtc is needed",
                              counters.state);
    for (unsigned i = 0; i < VTCI_LIVE_LOSS_CAUSES; i++)
        counters.lost[i] = vtci_load_u64(page + VTCI_LIVE_LOST_OFFSET + (size_t)i * 8);
    *out_counters = counters;
    return VTC_OK;
}
