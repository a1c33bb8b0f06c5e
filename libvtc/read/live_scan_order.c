/* The pages of a writer in their order, and what is wrong with it: pages that are there twice or
 * not at all, a writer that nobody defined.
 */
#include <stdlib.h>

#include "base/error.h"
#include "read/live_scan_internal.h"

static int compare_refs(const void *left, const void *right)
{
    const struct vtci_live_page_ref *a = left, *b = right;
    if (a->sequence != b->sequence)
        return a->sequence < b->sequence ? -1 : 1;
    return a->page < b->page ? -1 : a->page > b->page;
}

/* Sorts, and takes out what is there twice. SPEC: LIV-6 */
vtc_status vtci_live_scan_sort(struct vtci_live_scan *scan, struct vtci_live_shard *shard)
{
    if (!shard->is_unsorted)
        return VTC_OK;
    shard->is_unsorted = false;
    qsort(shard->refs, shard->ref_count, sizeof *shard->refs, compare_refs);
    size_t kept = 0;
    for (size_t i = 0; i < shard->ref_count; i++) {
        const struct vtci_live_page_ref *ref = &shard->refs[i];
        if (kept == 0 || shard->refs[kept - 1].sequence != ref->sequence) {
            shard->refs[kept++] = *ref;
            continue;
        }
        struct vtc_error damage;
        scan->events -= ref->events;
        vtci_error_set(&damage, VTC_ERR_CORRUPT, (uint64_t)ref->page * VTCI_LIVE_PAGE_BYTES,
                       "LIV-6", "expected one page %u of the %s %u, found another", ref->sequence,
                       shard->writer ? "writer" : "LOG", shard->writer);
        VTC_TRY(vtci_live_scan_note(scan, &damage));
    }
    shard->ref_count = kept;
    return VTC_OK;
}

/* SPEC: LIV-6. */
vtc_status vtci_live_scan_missing(struct vtci_live_scan *scan, struct vtci_live_shard *shard)
{
    uint64_t expected = 0, missing = 0;
    if (shard->ref_count)
        missing = (uint64_t)shard->refs[shard->ref_count - 1].sequence + 1 - shard->ref_count;
    scan->missing_pages += missing;
    if (missing == shard->missing)
        return VTC_OK;
    shard->missing = missing;
    for (size_t i = 0; i < shard->ref_count; i++) {
        const struct vtci_live_page_ref *ref = &shard->refs[i];
        if (ref->sequence != expected) {
            struct vtc_error damage;
            vtci_error_set(&damage, VTC_ERR_CORRUPT, (uint64_t)ref->page * VTCI_LIVE_PAGE_BYTES,
                           "LIV-6",
                           "expected page %llu of the %s %u, found page %u: %llu pages are lost",
                           (unsigned long long)expected, shard->writer ? "writer" : "LOG",
                           shard->writer, ref->sequence,
                           (unsigned long long)(ref->sequence - expected));
            VTC_TRY(vtci_live_scan_note(scan, &damage));
        }
        expected = (uint64_t)ref->sequence + 1;
    }
    return VTC_OK;
}

/* SPEC: LIV-9. */
vtc_status vtci_live_scan_writer(struct vtci_live_scan *scan, struct vtci_live_shard *shard)
{
    struct vtc_error damage;
    if (shard->is_checked || shard->ref_count == 0 ||
        vtci_live_map_find(&scan->names.writer_ids, shard->writer) != VTCI_LIVE_MAP_NONE)
        return VTC_OK;
    shard->is_checked = true;
    vtci_error_set(&damage, VTC_ERR_CORRUPT, (uint64_t)shard->refs[0].page * VTCI_LIVE_PAGE_BYTES,
                   "LIV-9", "expected a writer of the LOG, found writer %u", shard->writer);
    return vtci_live_scan_note(scan, &damage);
}
