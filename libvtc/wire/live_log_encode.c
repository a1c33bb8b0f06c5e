#include "base/bytes.h"
#include "base/checksum.h"
#include "wire/live_encode.h"

/* SPEC: LIV-10. */
uint32_t vtci_live_log_encode(uint8_t *to, uint8_t type, size_t body_bytes)
{
    const uint8_t first[4] = {'L', 'V', type, 0};
    vtci_store_u32(to + 4, (uint32_t)body_bytes);
    vtci_store_u64(to + 8, vtci_checksum_seeded(to + VTCI_LIVE_LOG_HEADER_BYTES, body_bytes, type));
    size_t end = VTCI_LIVE_LOG_HEADER_BYTES + body_bytes;
    memset(to + end, 0, vtci_live_log_bytes(body_bytes) - end);
    return vtci_load_u32(first);
}

void vtci_live_site_encode(uint8_t *to, const struct vtci_live_site *site)
{
    vtci_store_u32(to, site->id);
    to[4] = site->phase;
    to[5] = site->flags;
    vtci_store_u16(to + 6, site->param_count);
    vtci_store_u32(to + 8, site->name);
    vtci_store_u32(to + 12, site->category);
    vtci_store_u64(to + 16, site->address);
}

void vtci_live_writer_encode(uint8_t *to, uint32_t writer, uint32_t flags, uint64_t thread_id)
{
    vtci_store_u32(to, writer);
    vtci_store_u32(to + 4, flags);
    vtci_store_u64(to + 8, thread_id);
}
