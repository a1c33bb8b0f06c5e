/* Live files: pages that a traced process fills. SPEC annex B.
 *
 *     page 0:  | file header 32 | session, its checksum: 104 | zeros | state, losses | ...
 *     page n:  | mark n writer sequence base checksum: 32 | records ...
 *
 * An encoder writes into mapped memory that another process may read at any moment, and that outlives
 * this one: what makes a thing valid (a page's mark, a record's first word) is stored last, by the
 * writer, and not by the functions here.
 */
#ifndef VTCI_WIRE_LIVE_H
#define VTCI_WIRE_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vtc/status.h"

#define VTCI_FEATURE_LIVE 0x1u /* incompatible feature of the file header */

#define VTCI_LIVE_PAGE_BYTES 4096u
#define VTCI_LIVE_PAGE_HEADER_BYTES 32u
#define VTCI_LIVE_GROUP_PAGES_MAX 4096u
#define VTCI_LIVE_ID_MAX ((1u << 28) - 1) /* strings, sites, writers */

/* Places in page 0. */
enum {
    VTCI_LIVE_SESSION_OFFSET = 32,
    VTCI_LIVE_SESSION_CHECKSUM_OFFSET = 128,
    VTCI_LIVE_STATE_OFFSET = 192,
    VTCI_LIVE_LOST_OFFSET = 200,
    VTCI_LIVE_LOSS_CAUSES = 8
};

enum vtci_live_state { VTCI_LIVE_RECORDING = 0, VTCI_LIVE_STOPPED = 1, VTCI_LIVE_CLOSED = 2 };
enum vtci_live_clock { VTCI_LIVE_TSC = 1, VTCI_LIVE_MONOTONIC = 2, VTCI_LIVE_OTHER = 3 };

struct vtci_clock_point {
    uint64_t ticks;
    int64_t monotonic_ns;
    int64_t realtime_ns;
};

/* Page 0, the part that never changes. */
struct vtci_live_session {
    uint64_t family[2];
    uint32_t pid;
    uint32_t segment;
    uint64_t process_start; /* field 22 of /proc/PID/stat; 0: unknown */
    uint64_t boot;          /* XXH3-64 of the boot id; 0: unknown */
    uint32_t clock;         /* enum vtci_live_clock */
    struct vtci_clock_point points[2];
};

/* Writes the bytes 0 to 135 of page 0: file header, session, checksum. */
void vtci_live_session_encode(uint8_t *page, const struct vtci_live_session *session);
/* SPEC: LIV-2, LIV-3. `len_bytes` is what there is of page 0; the file header was decoded. */
VTC_NODISCARD vtc_status vtci_live_session_decode(const uint8_t *page, size_t len_bytes,
                                                  struct vtci_live_session *out_session,
                                                  struct vtc_error *err);

enum vtci_live_page_kind { VTCI_LIVE_EVENTS = 1, VTCI_LIVE_LOG = 2 };

struct vtci_live_page {
    uint8_t kind;   /* enum vtci_live_page_kind */
    uint32_t pages; /* that this one heads */
    uint32_t writer;
    uint32_t sequence;
    uint64_t base_ticks;
};

/* Writes a page's header but for its mark, which is returned for the caller to store last. */
uint32_t vtci_live_page_encode(uint8_t *to, const struct vtci_live_page *page, uint64_t family);
/* SPEC: LIV-4, LIV-5. `pages_left` counts this page and those behind it. VTC_END for an empty one,
 * with `pages`: more than 1 are a group that is not finished. */
VTC_NODISCARD vtc_status vtci_live_page_decode(const uint8_t *bytes, uint64_t pages_left,
                                               uint64_t family, uint64_t offset,
                                               struct vtci_live_page *out_page,
                                               struct vtc_error *err);

/* Records of EVENTS pages: kind in the lowest 4 bits of the first word, ticks above. */
enum vtci_live_record_kind {
    VTCI_LIVE_NONE = 0,
    VTCI_LIVE_EVENT = 1,
    VTCI_LIVE_END = 2,
    VTCI_LIVE_DATA = 3,
    VTCI_LIVE_BASE = 4
};
#define VTCI_LIVE_KIND_BITS 4

/* Whether a record that begins with this word is an event. No page's mark is one. */
static inline bool vtci_live_is_event(uint32_t first)
{
    uint32_t kind = first & ((1u << VTCI_LIVE_KIND_BITS) - 1);
    return kind == VTCI_LIVE_EVENT || kind == VTCI_LIVE_END || kind == VTCI_LIVE_DATA;
}

#define VTCI_LIVE_TICKS_MAX ((1u << 28) - 1)
#define VTCI_LIVE_PAYLOAD_BYTES_MAX 3900u /* [choice] larger ones are too big */

/* Records of LOG pages: 16 bytes of header, the body, padding to 8. */
#define VTCI_LIVE_LOG_HEADER_BYTES 16u
enum vtci_live_log_type {
    VTCI_LIVE_LOG_STRING = 1,
    VTCI_LIVE_LOG_SITE = 2,
    VTCI_LIVE_LOG_WRITER = 3,
    VTCI_LIVE_LOG_CLOCK = 4,
    VTCI_LIVE_LOG_PROCESS = 5,
    VTCI_LIVE_LOG_MODULE = 6,
    VTCI_LIVE_LOG_SYMBOL = 7
};
enum { VTCI_LIVE_SITE_ADDRESS = 1 /* flag of a SITE */, VTCI_LIVE_WRITER_SIGNALS = 1 };

/* What a record of a LOG takes, padding included. */
static inline size_t vtci_live_log_bytes(size_t body_bytes)
{
    return VTCI_LIVE_LOG_HEADER_BYTES + ((body_bytes + 7) & ~(size_t)7);
}

/* The phases whose payload begins with an id (SPEC B.6). */
static inline bool vtci_live_phase_has_id(uint8_t phase)
{
    switch (phase) {
    case 'b':
    case 'n':
    case 'e':
    case 's':
    case 't':
    case 'f':
    case 'N':
    case 'O':
    case 'D': return true;
    default: return false;
    }
}

#endif
