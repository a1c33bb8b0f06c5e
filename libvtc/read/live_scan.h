/* The index of a live file: its definitions, and for each writer the pages that it filled, in order.
 *
 *     page 0, process      which session, does it run
 *     all pages, in order  headers to the index, LOG pages to the names, records of events walked
 *     LOG, empty pages     once more: definitions, and pages that were begun before one that was seen
 *     what is open         once more, each writer from its last page backwards
 *
 * The file may grow while it is read. What the second step found of a page may be old by the time
 * that a later one is read, so pages that are not full are read again at the end, the last of each
 * writer first: what a page then lacks, the pages behind it lack as well, and each shard is a prefix
 * of what its writer wrote. LOG pages are read once more before: a definition is stored before the
 * first event that needs it.
 *
 * A page that is being written is read twice: the first look tells which records are there, the
 * second has all of their bytes, in whatever order a look copies them.
 *
 * Memory: 12 bytes for each page of events, and the definitions. After a scan nothing is held of a
 * page's content. Scanning again goes on from there.
 */
#ifndef VTCI_READ_LIVE_SCAN_H
#define VTCI_READ_LIVE_SCAN_H

#include "base/buffer.h"
#include "io/file.h"
#include "read/live_names.h"

/* A page of a writer, or the first of a group of the LOG. */
struct vtci_live_page_ref {
    uint32_t sequence;
    uint32_t page;
    uint32_t end_words : 11; /* records lie before this word */
    uint32_t events : 11;
    uint32_t is_open : 1;      /* there is room: more may come */
    uint32_t is_unchecked : 1; /* its records could not be judged yet */
    uint32_t is_cut : 1;       /* LIV-8: it ended early */
};

struct vtci_live_shard {
    uint32_t writer;
    struct vtci_live_page_ref *refs;
    size_t ref_count, ref_capacity;
    bool is_unsorted;
    uint32_t last_sequence; /* the greatest */
    bool is_checked;        /* that its writer is known */
    uint64_t missing;       /* pages, as last reported */
};

/* Pages that held nothing when they were last looked at. */
struct vtci_live_run {
    uint32_t first;
    uint32_t count;
};

struct vtci_live_runs {
    struct vtci_live_run *items;
    size_t count, capacity;
};

struct vtci_live_damage {
    struct vtc_error *items; /* the first VTCI_ISSUES */
    size_t listed, capacity;
    uint64_t count;
};

struct vtci_live_scan {
    struct vtci_memory *memory;
    struct vtci_file *file; /* borrowed */
    struct vtci_live_session session;
    struct vtci_live_counters counters;
    bool is_running; /* the process is there, and has not closed the file */
    bool may_grow;   /* it was running when pages were looked at last */
    struct vtci_live_names names;
    struct vtci_live_shard *shards;
    size_t shard_count, shard_capacity;
    struct vtci_live_map shard_ids;
    struct vtci_live_shard log;
    struct vtci_live_runs empty;
    uint64_t pages;       /* of the file, page 0 included, as far as it was looked at */
    uint64_t log_pages;   /* of all groups */
    uint64_t event_pages; /* in the index */
    uint64_t events;
    uint64_t bad_pages, missing_pages, cut_pages; /* LIV-5, LIV-6, LIV-8 */
    uint64_t lost_pages;                          /* all three */
    uint64_t lost_records;                        /* LIV-13 */
    struct vtci_live_damage damage;
    struct vtci_live_map unknown_sites; /* reported */
    struct vtci_buffer window, group;   /* what is being looked at */
};

/* Reads page 0 only. */
VTC_NODISCARD vtc_status vtci_live_scan_init(struct vtci_live_scan *scan,
                                             struct vtci_memory *memory, struct vtci_file *file,
                                             struct vtc_error *err);
void vtci_live_scan_free(struct vtci_live_scan *scan);
/* Brings the index up to what the file holds now. Damage is noted; a failure is IO, NO_MEMORY or
 * UNSUPPORTED. */
VTC_NODISCARD vtc_status vtci_live_scan_update(struct vtci_live_scan *scan, struct vtc_error *err);

/* Notes damage; not a failure. */
VTC_NODISCARD vtc_status vtci_live_scan_note(struct vtci_live_scan *scan,
                                             const struct vtc_error *damage);

/* Walks the records of a page up to where there are no more, and sets end_words, events, is_cut,
 * is_open and is_unchecked. `first_look` (may be NULL) is an earlier copy of the page: only records
 * whose first word it has count. With `judge` unknown sites and damage are reported, without they
 * leave the page unchecked; what was judged before is not reported again. */
VTC_NODISCARD vtc_status vtci_live_page_walk(struct vtci_live_scan *scan, const uint8_t *page,
                                             const uint8_t *first_look, bool judge,
                                             struct vtci_live_page_ref *ref);

/* Whether other events nest by those of a phase: such a one is kept when its payload does not fit.
 * SPEC: LIV-13 */
static inline bool vtci_live_phase_nests(uint8_t phase)
{
    return phase == 'B' || phase == 'E';
}

/* How many bytes of a payload come before the arguments. SPEC: LIV-13 */
static inline uint32_t vtci_live_payload_prefix(uint8_t phase)
{
    return phase == 'X' ? 16 : vtci_live_phase_has_id(phase) ? 8 : 0;
}

/* Whether a payload is one that the site allows. SPEC: LIV-13 */
bool vtci_live_arguments_fit(const struct vtci_known_site *site, const uint8_t *payload,
                             uint32_t payload_bytes);

static inline bool vtci_live_payload_fits(const struct vtci_known_site *site,
                                          const uint8_t *payload, uint32_t payload_bytes)
{
    return payload_bytes == vtci_live_payload_prefix(site->phase) ||
           vtci_live_arguments_fit(site, payload, payload_bytes);
}

#endif
