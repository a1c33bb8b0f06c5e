/* What the LOG pages of a live file define: strings, sites, writers, clock points, the process,
 * modules, symbols. SPEC B.5.
 *
 * Everything is kept in the memory of the one who opened the file; of two with the same id the first
 * counts, so adding a page again changes nothing.
 */
#ifndef VTCI_READ_LIVE_NAMES_H
#define VTCI_READ_LIVE_NAMES_H

#include "column/arena.h"
#include "read/live_clock.h"
#include "read/live_map.h"
#include "vtc/reader.h"
#include "wire/live_decode.h"

struct vtci_live_arg {
    uint32_t name; /* string id */
    uint32_t type; /* 1 to 7 */
};

struct vtci_known_site {
    uint32_t id;
    uint8_t phase;
    bool is_known; /* else one that an event names, and no LOG */
    bool has_address;
    uint16_t arg_count;
    uint32_t name, category; /* string ids */
    uint64_t address;
    const struct vtci_live_arg *args;
    /* `,"name":"…"`, with `,"cat":"…"` behind it: made when it is first needed. */
    const uint8_t *piece;
    uint32_t piece_bytes;
};

/* What a writer is called. */
struct vtci_live_writer_name {
    uint32_t id;
    uint64_t thread_id;
    struct vtc_text name; /* data NULL: none */
};

struct vtci_live_names {
    struct vtci_memory *memory;
    struct vtci_arena arena; /* all text */
    struct vtci_live_map string_ids, site_ids, writer_ids, symbol_addresses;
    struct vtc_text *strings, *symbols;
    size_t string_count, string_capacity, symbol_count, symbol_capacity;
    struct vtci_known_site *sites;
    size_t site_count, site_capacity;
    struct vtci_live_writer_name *writers;
    size_t writer_count, writer_capacity;
    struct vtc_text process; /* data NULL: none */
    uint64_t modules;
    struct vtci_live_clock_map clock;
};

void vtci_live_names_init(struct vtci_live_names *names, struct vtci_memory *memory,
                          const struct vtci_live_session *session);
void vtci_live_names_free(struct vtci_live_names *names);
/* VTC_OK; VTC_ERR_CORRUPT (err: LIV-12) for a body that does not fit; VTC_ERR_NO_MEMORY. A type that
 * is not known is VTC_OK. `offset` is the record's. */
VTC_NODISCARD vtc_status vtci_live_names_add(struct vtci_live_names *names,
                                             const struct vtci_live_log_record *record,
                                             uint64_t offset, struct vtc_error *err);

/* The index of a site, or VTCI_LIVE_MAP_NONE. */
static inline uint32_t vtci_live_names_site(const struct vtci_live_names *names, uint32_t id)
{
    return vtci_live_map_find(&names->site_ids, id);
}

/* NULL when the id is not known. */
const struct vtc_text *vtci_live_names_string(const struct vtci_live_names *names, uint32_t id);

#endif
