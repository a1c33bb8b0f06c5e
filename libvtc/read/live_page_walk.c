/* The records of a page of events, judged by their sites. SPEC B.4, B.6. */
#include "base/error.h"
#include "base/limits.h"
#include "read/live_scan.h"

bool vtci_live_payload_fits(const struct vtci_known_site *site, const uint8_t *payload,
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

/* SPEC: LIV-8, LIV-13. */
static vtc_status note_cut(struct vtci_live_scan *scan, uint32_t page, uint32_t at,
                           const char *rule, const char *what)
{
    struct vtc_error damage;
    scan->cut_pages++;
    vtci_error_set(&damage, VTC_ERR_CORRUPT,
                   (uint64_t)page * VTCI_LIVE_PAGE_BYTES + (uint64_t)at * 4, rule,
                   "expected %s, found another: what this page holds behind it is lost", what);
    return vtci_live_scan_note(scan, &damage);
}

vtc_status vtci_live_page_walk(struct vtci_live_scan *scan, const uint8_t *page,
                               const uint8_t *first_look, bool judge,
                               struct vtci_live_page_ref *ref)
{
    const struct vtci_live_names *names = &scan->names;
    uint32_t at = VTCI_LIVE_FIRST_WORD, events = 0;
    const char *rule = NULL;
    bool is_unchecked = false;
    for (;;) {
        struct vtci_live_record record;
        if (first_look && at < VTCI_LIVE_PAGE_WORDS &&
            vtci_load_u32(first_look + (size_t)at * 4) == 0)
            break;
        vtc_status status = vtci_live_record_decode(page, at, VTCI_LIVE_PAGE_WORDS, &record);
        if (status == VTC_END)
            break;
        if (status != VTC_OK) {
            rule = "LIV-8";
            break;
        }
        if (record.kind == VTCI_LIVE_EVENT || record.kind == VTCI_LIVE_DATA) {
            uint32_t index = vtci_live_names_site(names, record.site);
            if (index == VTCI_LIVE_MAP_NONE && !judge) {
                is_unchecked = true;
            } else if (index == VTCI_LIVE_MAP_NONE) {
                VTC_TRY(note_unknown_site(scan, record.site,
                                          (uint64_t)ref->page * VTCI_LIVE_PAGE_BYTES +
                                              (uint64_t)at * 4));
            } else if (!vtci_live_payload_fits(&names->sites[index], record.payload,
                                               record.payload_bytes)) {
                rule = "LIV-13";
                break;
            }
        }
        events += record.kind != VTCI_LIVE_BASE;
        at += record.words;
    }
    ref->is_unchecked = is_unchecked || (rule && !judge);
    if (rule && judge && !ref->is_cut)
        VTC_TRY(note_cut(scan, ref->page, at, rule,
                         rule[4] == '8' ? "a record within the page" : "a payload of its site"));
    ref->is_cut |= rule && judge;
    ref->is_open = !rule && at < VTCI_LIVE_PAGE_WORDS;
    ref->end_words = at & 0x7FF;
    scan->events += events;
    scan->events -= ref->events;
    ref->events = events & 0x7FF;
    return VTC_OK;
}
