/* Taking live files apart: page 0's counters, records of LOG pages and their bodies, records of
 * EVENTS pages. SPEC annex B. See wire/live.h for the structures that the writer shares.
 *
 * All of it are pure functions over bytes that nobody has checked yet.
 */
#ifndef VTCI_WIRE_LIVE_DECODE_H
#define VTCI_WIRE_LIVE_DECODE_H

#include "base/bytes.h"
#include "wire/live.h"

enum { VTCI_LIVE_PAGE_WORDS = 1024, VTCI_LIVE_FIRST_WORD = 8 };

/* Page 0, the part that changes. */
struct vtci_live_counters {
    uint32_t state; /* enum vtci_live_state */
    uint64_t lost[VTCI_LIVE_LOSS_CAUSES];
};

/* SPEC: LIV-3. `page` has 4,096 bytes. */
VTC_NODISCARD vtc_status vtci_live_counters_decode(const uint8_t *page,
                                                   struct vtci_live_counters *out_counters,
                                                   struct vtc_error *err);

/* A record of a LOG page; the body is borrowed. */
struct vtci_live_log_record {
    uint8_t type; /* enum vtci_live_log_type, or one that is not known */
    size_t pos;   /* where it begins in the page */
    const uint8_t *body;
    uint32_t body_bytes;
};

/* Finds the next record at or behind `*pos`, which moves behind it. False at the end. `*bad_count`
 * grows by each place that says that it is a record and is none. SPEC: LIV-11 */
bool vtci_live_log_next(const uint8_t *bytes, size_t len_bytes, size_t *pos,
                        struct vtci_live_log_record *out_record, uint64_t *bad_count);

struct vtci_live_string_body {
    uint32_t id;
    const uint8_t *text;
    uint32_t text_bytes;
};

struct vtci_live_site_body {
    uint32_t id;
    uint8_t phase;
    uint8_t flags;
    uint16_t arg_count;
    uint32_t name;
    uint32_t category;
    uint64_t address;
    const uint8_t *args; /* 8 bytes each: name, type */
};

struct vtci_live_writer_body {
    uint32_t id;
    uint32_t flags;
    uint64_t thread_id;
    const uint8_t *name;
    uint32_t name_bytes;
};

struct vtci_live_module_body {
    uint64_t start, end, offset;
    const uint8_t *build_id;
    uint32_t build_id_bytes;
    const uint8_t *path;
    uint32_t path_bytes;
};

/* Each gives false where the body does not fit its type. SPEC: LIV-12 */
bool vtci_live_string_decode(const struct vtci_live_log_record *record,
                             struct vtci_live_string_body *out_body);
bool vtci_live_site_decode(const struct vtci_live_log_record *record,
                           struct vtci_live_site_body *out_body);
bool vtci_live_writer_decode(const struct vtci_live_log_record *record,
                             struct vtci_live_writer_body *out_body);
bool vtci_live_clock_decode(const struct vtci_live_log_record *record,
                            struct vtci_clock_point *out_point);
bool vtci_live_module_decode(const struct vtci_live_log_record *record,
                             struct vtci_live_module_body *out_body);

/* A record of an EVENTS page; the payload is borrowed. */
struct vtci_live_record {
    uint32_t kind; /* enum vtci_live_record_kind */
    uint32_t time; /* ticks since the base */
    uint32_t words;
    uint32_t site;          /* EVENT, DATA */
    uint32_t payload_bytes; /* DATA */
    const uint8_t *payload;
    uint64_t base; /* BASE */
};

/* Decodes the record at word `at` of a page of which `end` words (up to 1,024) may be used.
 * VTC_OK; VTC_END where there is none; VTC_ERR_CORRUPT. SPEC: LIV-8 */
static inline vtc_status vtci_live_record_decode(const uint8_t *page, uint32_t at, uint32_t end,
                                                 struct vtci_live_record *out_record)
{
    if (at >= end)
        return VTC_END;
    const uint8_t *bytes = page + (size_t)at * 4;
    uint32_t left = end - at;
    uint32_t first = vtci_load_u32(bytes);
    if (first == 0)
        return VTC_END;
    struct vtci_live_record *record = out_record;
    record->kind = first & ((1u << VTCI_LIVE_KIND_BITS) - 1);
    record->time = first >> VTCI_LIVE_KIND_BITS;
    record->site = 0;
    record->payload_bytes = 0;
    record->payload = NULL;
    record->base = 0;
    switch (record->kind) {
    case VTCI_LIVE_EVENT:
        record->words = 2;
        if (left < 2)
            return VTC_ERR_CORRUPT;
        record->site = vtci_load_u32(bytes + 4);
        return VTC_OK;
    case VTCI_LIVE_END: record->words = 1; return VTC_OK;
    case VTCI_LIVE_DATA:
        if (left < 3)
            return VTC_ERR_CORRUPT;
        record->site = vtci_load_u32(bytes + 4);
        record->payload_bytes = vtci_load_u32(bytes + 8);
        if (record->payload_bytes > (left - 3) * 4)
            return VTC_ERR_CORRUPT;
        record->payload = bytes + 12;
        record->words = 3 + (record->payload_bytes + 3) / 4;
        return VTC_OK;
    case VTCI_LIVE_BASE:
        record->words = 3;
        if (left < 3)
            return VTC_ERR_CORRUPT;
        record->base = vtci_load_u64(bytes + 4);
        return VTC_OK;
    case VTCI_LIVE_NONE: /* a kind of 0 ends the page, whatever the time */ return VTC_END;
    default: return VTC_ERR_CORRUPT;
    }
}

#endif
