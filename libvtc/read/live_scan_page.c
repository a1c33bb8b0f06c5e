/* Pages of a live file as they lie in it: which writer's, which are empty, which are none. Looks for
 * new ones, and once more at those that had room.
 */
#include "base/error.h"
#include "read/live_scan_internal.h"

enum { WINDOW_PAGES = 64 };
static const uint64_t PAGES_MAX = UINT32_MAX;

vtc_status vtci_live_scan_add_ref(struct vtci_live_scan *scan, struct vtci_live_shard *shard,
                                  uint32_t sequence, uint32_t page)
{
    VTC_TRY(
        VTCI_ARRAY_RESERVE(scan->memory, shard->refs, shard->ref_capacity, shard->ref_count + 1));
    struct vtci_live_page_ref ref = {.sequence = sequence, .page = page};
    if (shard->ref_count && shard->last_sequence >= sequence)
        shard->is_unsorted = true;
    else
        shard->last_sequence = sequence;
    shard->refs[shard->ref_count++] = ref;
    return VTC_OK;
}

static vtc_status find_shard(struct vtci_live_scan *scan, uint32_t writer,
                             struct vtci_live_shard **out_shard)
{
    uint32_t index = vtci_live_map_find(&scan->shard_ids, writer);
    if (index == VTCI_LIVE_MAP_NONE) {
        VTC_TRY(VTCI_ARRAY_RESERVE(scan->memory, scan->shards, scan->shard_capacity,
                                   scan->shard_count + 1));
        index = (uint32_t)scan->shard_count;
        VTC_TRY(vtci_live_map_add(&scan->shard_ids, writer, index));
        struct vtci_live_shard shard = {.writer = writer};
        scan->shards[scan->shard_count++] = shard;
    }
    *out_shard = &scan->shards[index];
    return VTC_OK;
}

static vtc_status add_empty(struct vtci_live_scan *scan, struct vtci_live_runs *runs, uint32_t page,
                            uint32_t count)
{
    if (runs->count) {
        struct vtci_live_run *last = &runs->items[runs->count - 1];
        if (last->first + last->count == page) {
            last->count += count;
            return VTC_OK;
        }
    }
    VTC_TRY(VTCI_ARRAY_RESERVE(scan->memory, runs->items, runs->capacity, runs->count + 1));
    struct vtci_live_run run = {page, count};
    runs->items[runs->count++] = run;
    return VTC_OK;
}

/* --- pages ----------------------------------------------------------------------------------- */

struct range {
    uint64_t at;
    uint64_t end;   /* pages of the file: what a group may reach to */
    bool is_second; /* only what the first look should have seen */
    struct vtci_live_runs *still_empty;
    uint32_t empty_pages; /* that were met */
};

/* A page that was begun before one that was seen already: it was looked at too early. */
static bool is_overdue(const struct vtci_live_scan *scan, const struct vtci_live_page *header)
{
    uint32_t index = vtci_live_map_find(&scan->shard_ids, header->writer);
    return index != VTCI_LIVE_MAP_NONE && header->sequence < scan->shards[index].last_sequence;
}

static vtc_status take_events(struct vtci_live_scan *scan, const uint8_t *bytes, uint32_t page,
                              const struct vtci_live_page *header)
{
    struct vtci_live_shard *shard;
    VTC_TRY(find_shard(scan, header->writer, &shard));
    VTC_TRY(vtci_live_scan_add_ref(scan, shard, header->sequence, page));
    scan->event_pages++;
    return vtci_live_page_walk(scan, bytes, NULL, false, &shard->refs[shard->ref_count - 1]);
}

/* Takes the page at range->at, of which `bytes` is a copy, and steps over it. */
static vtc_status take_page(struct vtci_live_scan *scan, struct range *range, const uint8_t *bytes,
                            struct vtc_error *err)
{
    struct vtci_live_page header;
    struct vtc_error damage;
    uint32_t page = (uint32_t)range->at;
    uint64_t offset = range->at * VTCI_LIVE_PAGE_BYTES;
    vtc_status status = vtci_live_page_decode(bytes, range->end - range->at,
                                              scan->session.family[0], offset, &header, &damage);
    if (status < 0 && scan->is_running) { /* its mark may have come before the rest */
        uint32_t count = 1;
        VTC_TRY(vtci_live_scan_read(scan, &scan->group, page, &count, err));
        if (count)
            status = vtci_live_page_decode(scan->group.data, range->end - range->at,
                                           scan->session.family[0], offset, &header, &damage);
        bytes = scan->group.data;
    }
    range->at++;
    if (status == VTC_OK && header.kind == VTCI_LIVE_LOG) {
        range->at += header.pages - 1;
        scan->log_pages += header.pages;
        if (vtci_live_scan_add_ref(scan, &scan->log, header.sequence, page) != VTC_OK)
            return vtci_error_memory(err, 0);
        return vtci_live_scan_log(scan, page, header.pages, true, err);
    }
    if (status == VTC_END ||
        (range->is_second && (status != VTC_OK || !is_overdue(scan, &header)))) {
        uint32_t pages = status == VTC_END ? header.pages : 1;
        range->empty_pages += pages;
        range->at += pages - 1;
        status = add_empty(scan, range->still_empty, page, pages);
    } else if (status == VTC_OK)
        status = take_events(scan, bytes, page, &header);
    else {
        scan->bad_pages++;
        status = vtci_live_scan_note(scan, &damage);
    }
    return status == VTC_OK ? VTC_OK : vtci_error_memory(err, 0);
}

/* Steps over a hole: a file may be of 1 TiB and hold nothing. */
static vtc_status skip_hole(struct vtci_live_scan *scan, struct range *range, uint64_t end,
                            struct vtc_error *err)
{
    uint64_t data = vtci_file_skip_hole(scan->file, range->at * VTCI_LIVE_PAGE_BYTES);
    uint64_t page = data / VTCI_LIVE_PAGE_BYTES < end ? data / VTCI_LIVE_PAGE_BYTES : end;
    if (page <= range->at)
        return VTC_OK;
    if (add_empty(scan, range->still_empty, (uint32_t)range->at, (uint32_t)(page - range->at)) !=
        VTC_OK)
        return vtci_error_memory(err, 0);
    range->at = page;
    return VTC_OK;
}

/* Looks at the pages from `first` to `end`, of a file that has `file_end`. */
static vtc_status scan_range(struct vtci_live_scan *scan, uint64_t first, uint64_t end,
                             uint64_t file_end, bool is_second, struct vtci_live_runs *still_empty,
                             struct vtc_error *err)
{
    struct range range = {first, file_end, is_second, still_empty, 0};
    while (range.at < end) {
        if (range.empty_pages >= WINDOW_PAGES)
            VTC_TRY(skip_hole(scan, &range, end, err));
        if (range.at >= end)
            break;
        range.empty_pages = 0;
        uint64_t window_first = range.at;
        uint32_t count = end - range.at < WINDOW_PAGES ? (uint32_t)(end - range.at) : WINDOW_PAGES;
        VTC_TRY(vtci_live_scan_read(scan, &scan->window, range.at, &count, err));
        if (count == 0) /* the file lost its end meanwhile */
            return VTC_OK;
        while (range.at < window_first + count)
            VTC_TRY(take_page(scan, &range,
                              scan->window.data + (range.at - window_first) * VTCI_LIVE_PAGE_BYTES,
                              err));
    }
    return VTC_OK;
}

/* What was empty, and what the file has grown by. */
vtc_status vtci_live_scan_pages(struct vtci_live_scan *scan, bool is_second, struct vtc_error *err)
{
    uint64_t file_bytes = 0;
    VTC_TRY(vtci_file_size(scan->file, &file_bytes, err));
    uint64_t end = file_bytes / VTCI_LIVE_PAGE_BYTES;
    if (end > PAGES_MAX)
        return vtci_error_set(err, VTC_ERR_LIMIT, VTC_NO_OFFSET, "LIV-2",
                              "expected fewer than 2^32 pages, found %llu",
                              (unsigned long long)end);
    struct vtci_live_runs before = scan->empty, after = {0};
    vtc_status status = VTC_OK;
    for (size_t i = 0; i < before.count && status == VTC_OK; i++) {
        uint64_t first = before.items[i].first;
        status =
            scan_range(scan, first, first + before.items[i].count, end, is_second, &after, err);
    }
    if (status == VTC_OK && end > scan->pages)
        status = scan_range(scan, scan->pages, end, end, is_second, &after, err);
    if (end > scan->pages)
        scan->pages = end;
    VTCI_ARRAY_FREE(scan->memory, before.items, before.capacity);
    scan->empty = after;
    return status;
}

/* --- once more ------------------------------------------------------------------------------- */

static vtc_status look_again(struct vtci_live_scan *scan, struct vtci_live_page_ref *ref,
                             struct vtc_error *err)
{
    uint32_t count = 1, again = 1;
    VTC_TRY(vtci_live_scan_read(scan, &scan->window, ref->page, &count, err));
    VTC_TRY(vtci_live_scan_read(scan, &scan->group, ref->page, &again, err));
    if (count == 0 || again == 0)
        return VTC_OK;
    if (vtci_live_page_walk(scan, scan->group.data, scan->is_running ? scan->window.data : NULL,
                            true, ref) != VTC_OK)
        return vtci_error_memory(err, 0);
    return VTC_OK;
}

/* From the last page backwards. */
vtc_status vtci_live_scan_open_pages(struct vtci_live_scan *scan, struct vtci_live_shard *shard,
                                     struct vtc_error *err)
{
    bool is_followed = false;
    for (size_t i = shard->ref_count; i-- > 0;) {
        struct vtci_live_page_ref *ref = &shard->refs[i];
        if (ref->is_unchecked || (ref->is_open && scan->may_grow))
            VTC_TRY(look_again(scan, ref, err));
        if (is_followed)
            ref->is_open = 0;
        is_followed |= ref->events > 0;
    }
    return VTC_OK;
}
