/* The LOG of a live file: groups of pages with definitions, each record with its checksum. SPEC B.5.
 */
#include "base/error.h"
#include "read/live_scan_internal.h"

static vtc_status take_records(struct vtci_live_scan *scan, uint32_t page, size_t len_bytes,
                               bool report, uint64_t *out_bad, struct vtc_error *err)
{
    size_t pos = VTCI_LIVE_PAGE_HEADER_BYTES;
    uint64_t bad = 0;
    struct vtci_live_log_record record;
    while (vtci_live_log_next(scan->group.data, len_bytes, &pos, &record, &bad)) {
        struct vtc_error damage;
        uint64_t offset = (uint64_t)page * VTCI_LIVE_PAGE_BYTES + record.pos;
        vtc_status status = vtci_live_names_add(&scan->names, &record, offset, &damage);
        if (status == VTC_ERR_NO_MEMORY)
            return vtci_error_memory(err, record.body_bytes);
        if (status != VTC_OK && report && vtci_live_scan_note(scan, &damage) != VTC_OK)
            return vtci_error_memory(err, sizeof damage);
    }
    *out_bad = bad;
    return VTC_OK;
}

/* Reads a group of LOG pages whole: up to 16 MiB, which the file has. SPEC: LIV-11 */
vtc_status vtci_live_scan_log(struct vtci_live_scan *scan, uint32_t page, uint32_t pages,
                              bool report, struct vtc_error *err)
{
    uint64_t bad = 0;
    for (int look = 0; look < (scan->is_running ? 2 : 1) && (look == 0 || bad); look++) {
        uint32_t found = pages;
        VTC_TRY(vtci_live_scan_read(scan, &scan->group, page, &found, err));
        bool is_last = look > 0 || !scan->is_running;
        VTC_TRY(take_records(scan, page, (size_t)found * VTCI_LIVE_PAGE_BYTES, report && is_last,
                             &bad, err));
    }
    if (!bad || !report)
        return VTC_OK;
    struct vtc_error damage;
    vtci_error_set(&damage, VTC_ERR_CORRUPT, (uint64_t)page * VTCI_LIVE_PAGE_BYTES, "LIV-11",
                   "expected records of the LOG with right checksums, found %llu without",
                   (unsigned long long)bad);
    return vtci_live_scan_note(scan, &damage) == VTC_OK ? VTC_OK
                                                        : vtci_error_memory(err, sizeof damage);
}

vtc_status vtci_live_scan_log_again(struct vtci_live_scan *scan, struct vtc_error *err)
{
    for (size_t i = 0; i < scan->log.ref_count; i++) {
        struct vtci_live_page header;
        uint32_t page = scan->log.refs[i].page, count = 1;
        VTC_TRY(vtci_live_scan_read(scan, &scan->group, page, &count, err));
        if (count &&
            vtci_live_page_decode(scan->group.data, scan->pages - page, scan->session.family[0], 0,
                                  &header, NULL) == VTC_OK &&
            header.kind == VTCI_LIVE_LOG)
            VTC_TRY(vtci_live_scan_log(scan, page, header.pages, false, err));
    }
    return VTC_OK;
}
