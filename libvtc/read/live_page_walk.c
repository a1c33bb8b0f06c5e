/* The records of a page of events, judged by their sites. SPEC B.4, B.6. */
#include "base/error.h"
#include "base/limits.h"
#include "read/live_scan.h"

bool vtci_live_arguments_fit(const struct vtci_known_site *site, const uint8_t *payload,
                             uint32_t payload_bytes)
{
    uint32_t pos = vtci_live_payload_prefix(site->phase);
    if (payload_bytes < pos)
        return false;
    for (unsigned i = 0; i < site->arg_count && pos < payload_bytes; i++) {
        uint32_t left = payload_bytes - pos;
        uint32_t type = site->args[i].type;
        if (type != 5 && type != 6) {
            if (left < 8)
                return false;
            pos += 8;
            continue;
        }
        if (left < 4)
            return false;
        uint32_t text_bytes = vtci_load_u32(payload + pos);
        if (text_bytes > left - 4 || ((text_bytes + 3) & ~3u) > left - 4)
            return false;
        pos += 4 + ((text_bytes + 3) & ~3u);
    }
    return pos == payload_bytes;
}

/* SPEC: LIV-9. */
static vtc_status note_unknown_site(struct vtci_live_scan *scan, uint32_t id, uint64_t offset)
{
    struct vtc_error damage;
    if (vtci_live_map_find(&scan->unknown_sites, id) != VTCI_LIVE_MAP_NONE)
        return VTC_OK;
    if (scan->unknown_sites.used < VTCI_ISSUES)
        VTC_TRY(vtci_live_map_add(&scan->unknown_sites, id, 0));
    vtci_error_set(&damage, VTC_ERR_CORRUPT, offset, "LIV-9",
                   "expected a site of the LOG, found site %u", id);
    return vtci_live_scan_note(scan, &damage);
}

/* SPEC: LIV-8. */
static vtc_status note_cut(struct vtci_live_scan *scan, uint64_t offset)
{
    struct vtc_error damage;
    scan->cut_pages++;
    vtci_error_set(&damage, VTC_ERR_CORRUPT, offset, "LIV-8",
                   "expected a record within the page, found another: what this page holds behind "
                   "it is lost");
    return vtci_live_scan_note(scan, &damage);
}

/* SPEC: LIV-13. */
static vtc_status note_record(struct vtci_live_scan *scan, const struct vtci_known_site *site,
                              uint64_t offset)
{
    struct vtc_error damage;
    scan->lost_records++;
    vtci_error_set(&damage, VTC_ERR_CORRUPT, offset, "LIV-13",
                   "expected a payload of its site, found another: %s",
                   vtci_live_phase_nests(site->phase) ? "the arguments of this event are lost"
                                                      : "this event is lost");
    return vtci_live_scan_note(scan, &damage);
}

/* Judges an event by its site, and reports it where that is asked for. Sets whether it counts. */
static vtc_status judge_event(struct vtci_live_scan *scan, const struct vtci_live_record *record,
                              uint64_t offset, bool report, bool *is_unchecked, bool *out_counts)
{
    uint32_t index = vtci_live_names_site(&scan->names, record->site);
    *out_counts = true;
    if (index == VTCI_LIVE_MAP_NONE) {
        *is_unchecked = true;
        return report ? note_unknown_site(scan, record->site, offset) : VTC_OK;
    }
    const struct vtci_known_site *site = &scan->names.sites[index];
    if (vtci_live_payload_fits(site, record->payload, record->payload_bytes))
        return VTC_OK;
    *out_counts = vtci_live_phase_nests(site->phase);
    *is_unchecked = true;
    return report ? note_record(scan, site, offset) : VTC_OK;
}

vtc_status vtci_live_page_walk(struct vtci_live_scan *scan, const uint8_t *page,
                               const uint8_t *first_look, bool judge,
                               struct vtci_live_page_ref *ref)
{
    uint32_t at = VTCI_LIVE_FIRST_WORD, events = 0;
    /* What was judged before was reported then. */
    uint32_t judged = ref->is_unchecked ? 0 : ref->end_words;
    bool is_unchecked = false;
    vtc_status status;
    for (;;) {
        struct vtci_live_record record;
        uint64_t offset = (uint64_t)ref->page * VTCI_LIVE_PAGE_BYTES + (uint64_t)at * 4;
        bool counts = true;
        status = VTC_END;
        if (first_look && at < VTCI_LIVE_PAGE_WORDS &&
            vtci_load_u32(first_look + (size_t)at * 4) == 0)
            break;
        status = vtci_live_record_decode(page, at, VTCI_LIVE_PAGE_WORDS, &record);
        if (status != VTC_OK)
            break;
        if (record.kind == VTCI_LIVE_EVENT || record.kind == VTCI_LIVE_DATA)
            VTC_TRY(
                judge_event(scan, &record, offset, judge && at >= judged, &is_unchecked, &counts));
        events += counts && record.kind != VTCI_LIVE_BASE;
        at += record.words;
    }
    bool is_cut = status != VTC_END;
    if (is_cut && judge && !ref->is_cut)
        VTC_TRY(note_cut(scan, (uint64_t)ref->page * VTCI_LIVE_PAGE_BYTES + (uint64_t)at * 4));
    ref->is_unchecked = !judge && (is_unchecked || is_cut);
    ref->is_cut |= is_cut && judge;
    ref->is_open = !is_cut && at < VTCI_LIVE_PAGE_WORDS;
    ref->end_words = at & 0x7FF;
    scan->events += events;
    scan->events -= ref->events;
    ref->events = events & 0x7FF;
    return VTC_OK;
}
