#include <string.h>

#include "base/bytes.h"
#include "base/checksum.h"
#include "wire/file_header.h"
#include "wire/live_encode.h"

static void point_encode(uint8_t *to, const struct vtci_clock_point *point)
{
    vtci_store_u64(to, point->ticks);
    vtci_store_u64(to + 8, (uint64_t)point->monotonic_ns);
    vtci_store_u64(to + 16, (uint64_t)point->realtime_ns);
}

/* SPEC: LIV-1, LIV-3. */
void vtci_live_session_encode(uint8_t *page, const struct vtci_live_session *session)
{
    vtci_file_header_encode(page);
    vtci_store_u32(page + 16, VTCI_FEATURE_LIVE);
    vtci_store_u64(page + 24, vtci_checksum(page, 24));
    vtci_store_u64(page + 32, session->family[0]);
    vtci_store_u64(page + 40, session->family[1]);
    vtci_store_u32(page + 48, session->pid);
    vtci_store_u32(page + 52, session->segment);
    vtci_store_u64(page + 56, session->process_start);
    vtci_store_u64(page + 64, session->boot);
    vtci_store_u32(page + 72, session->clock);
    vtci_store_u32(page + 76, 0);
    point_encode(page + 80, &session->points[0]);
    point_encode(page + 104, &session->points[1]);
    vtci_store_u64(page + VTCI_LIVE_SESSION_CHECKSUM_OFFSET,
                   vtci_checksum(page + VTCI_LIVE_SESSION_OFFSET, 96));
}

void vtci_live_clock_encode(uint8_t *to, const struct vtci_clock_point *point)
{
    point_encode(to, point);
}
