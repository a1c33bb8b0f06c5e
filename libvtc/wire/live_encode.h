/* What a writer of live files puts into LOG pages, and the values of arguments. SPEC annex B.5, B.6.
 *
 * As in live.h: the first u32 of a record is returned, for the caller to store last.
 */
#ifndef VTCI_WIRE_LIVE_ENCODE_H
#define VTCI_WIRE_LIVE_ENCODE_H

#include "wire/live.h"

/* The header of a record whose body stands behind it already; pads to 8 bytes. */
uint32_t vtci_live_log_encode(uint8_t *to, uint8_t type, size_t body_bytes);

#define VTCI_LIVE_SITE_BYTES 24u /* without the arguments, 8 bytes each */
#define VTCI_LIVE_WRITER_BYTES 16u
#define VTCI_LIVE_CLOCK_BYTES 24u
#define VTCI_LIVE_MODULE_BYTES 28u

struct vtci_live_site {
    uint32_t id;
    uint8_t phase;
    uint8_t flags;
    uint16_t param_count;
    uint32_t name;
    uint32_t category;
    uint64_t address;
};

void vtci_live_site_encode(uint8_t *to, const struct vtci_live_site *site);
void vtci_live_writer_encode(uint8_t *to, uint32_t writer, uint32_t flags, uint64_t thread_id);
void vtci_live_clock_encode(uint8_t *to, const struct vtci_clock_point *point);

#endif
