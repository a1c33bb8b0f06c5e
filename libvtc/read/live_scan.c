#include "read/live_scan.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/limits.h"
#include "read/live_process.h"
#include "wire/file_header.h"

enum { WINDOW_PAGES = 64 };
static const uint64_t PAGES_MAX = UINT32_MAX;

vtc_status vtci_live_scan_note(struct vtci_live_scan *scan, const struct vtc_error *damage)
{
    struct vtci_live_damage *list = &scan->damage;
    list->count++;
    if (list->listed == VTCI_ISSUES)
        return VTC_OK;
    VTC_TRY(VTCI_ARRAY_RESERVE(scan->memory, list->items, list->capacity, list->listed + 1));
    list->items[list->listed++] = *damage;
    return VTC_OK;
}

/* Reads `*count` pages from `first` on, or as many as there are. */
static vtc_status read_pages(struct vtci_live_scan *scan, struct vtci_buffer *room, uint64_t first,
                             uint32_t *count, struct vtc_error *err)
{
    size_t wanted_bytes = (size_t)*count * VTCI_LIVE_PAGE_BYTES, found_bytes = 0;
    room->len_bytes = 0;
    if (vtci_buffer_reserve(room, wanted_bytes) != VTC_OK)
        return vtci_error_memory(err, wanted_bytes);
    VTC_TRY(vtci_file_pread(scan->file, first * VTCI_LIVE_PAGE_BYTES, room->data, wanted_bytes,
                            &found_bytes, err));
    *count = (uint32_t)(found_bytes / VTCI_LIVE_PAGE_BYTES);
    return VTC_OK;
}

/* --- page 0 ---------------------------------------------------------------------------------- */

static vtc_status read_page_0(struct vtci_live_scan *scan, struct vtc_error *err)
{
    struct vtci_file_header header;
    size_t found_bytes = 0;
    scan->window.len_bytes = 0;
    if (vtci_buffer_reserve(&scan->window, VTCI_LIVE_PAGE_BYTES) != VTC_OK)
        return vtci_error_memory(err, VTCI_LIVE_PAGE_BYTES);
    uint8_t *page = scan->window.data;
    VTC_TRY(vtci_file_pread(scan->file, 0, page, VTCI_LIVE_PAGE_BYTES, &found_bytes, err));
    VTC_TRY(vtci_file_header_decode(page, found_bytes, &header, err));
    if (!(header.incompatible & VTCI_FEATURE_LIVE))
        return vtci_error_set(err, VTC_ERR_UNSUPPORTED, 16, "LIV-1",
                              "expected a live file, found a file of frames: vtc_reader_open "
                              "reads it");
    VTC_TRY(vtci_live_session_decode(page, found_bytes, &scan->session, err));
    VTC_TRY(vtci_live_counters_decode(page, &scan->counters, err));
    /* Before any page is read: what a process that is gone wrote is all there. */
    scan->is_running =
        scan->counters.state != VTCI_LIVE_CLOSED && vtci_live_process_runs(&scan->session);
    return VTC_OK;
}

vtc_status vtci_live_scan_init(struct vtci_live_scan *scan, struct vtci_memory *memory,
                               struct vtci_file *file, struct vtc_error *err)
{
    memset(scan, 0, sizeof *scan);
    scan->memory = memory;
    scan->file = file;
    scan->pages = 1;
    vtci_buffer_init(&scan->window, memory);
    vtci_buffer_init(&scan->group, memory);
    vtci_live_map_init(&scan->shard_ids, memory);
    vtci_live_map_init(&scan->unknown_sites, memory);
    vtci_live_names_init(&scan->names, memory, &scan->session);
    VTC_TRY(read_page_0(scan, err));
    vtci_live_clock_init(&scan->names.clock, &scan->session);
    return VTC_OK;
}

void vtci_live_scan_free(struct vtci_live_scan *scan)
{
    struct vtci_memory *memory = scan->memory;
    for (size_t i = 0; i < scan->shard_count; i++)
        VTCI_ARRAY_FREE(memory, scan->shards[i].refs, scan->shards[i].ref_capacity);
    VTCI_ARRAY_FREE(memory, scan->shards, scan->shard_capacity);
    VTCI_ARRAY_FREE(memory, scan->log.refs, scan->log.ref_capacity);
    VTCI_ARRAY_FREE(memory, scan->empty.items, scan->empty.capacity);
    VTCI_ARRAY_FREE(memory, scan->damage.items, scan->damage.capacity);
    vtci_live_map_free(&scan->shard_ids);
    vtci_live_map_free(&scan->unknown_sites);
    vtci_live_names_free(&scan->names);
    vtci_buffer_free(&scan->window);
    vtci_buffer_free(&scan->group);
}

/* --- the index ------------------------------------------------------------------------------- */

static vtc_status add_ref(struct vtci_live_scan *scan, struct vtci_live_shard *shard,
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

static vtc_status add_empty(struct vtci_live_scan *scan, struct vtci_live_runs *runs, uint32_t page)
{
    if (runs->count) {
        struct vtci_live_run *last = &runs->items[runs->count - 1];
        if (last->first + last->count == page) {
            last->count++;
            return VTC_OK;
        }
    }
    VTC_TRY(VTCI_ARRAY_RESERVE(scan->memory, runs->items, runs->capacity, runs->count + 1));
    struct vtci_live_run run = {page, 1};
    runs->items[runs->count++] = run;
    return VTC_OK;
}

/* --- LOG pages ------------------------------------------------------------------------------- */

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
static vtc_status take_log(struct vtci_live_scan *scan, uint32_t page, uint32_t pages, bool report,
                           struct vtc_error *err)
{
    uint64_t bad = 0;
    for (int look = 0; look < (scan->is_running ? 2 : 1) && (look == 0 || bad); look++) {
        uint32_t found = pages;
        VTC_TRY(read_pages(scan, &scan->group, page, &found, err));
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

/* --- pages ----------------------------------------------------------------------------------- */

struct range {
    uint64_t at;
    uint64_t end;   /* pages of the file: what a group may reach to */
    bool is_second; /* only what the first look should have seen */
    struct vtci_live_runs *still_empty;
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
    VTC_TRY(add_ref(scan, shard, header->sequence, page));
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
        VTC_TRY(read_pages(scan, &scan->group, page, &count, err));
        if (count)
            status = vtci_live_page_decode(scan->group.data, range->end - range->at,
                                           scan->session.family[0], offset, &header, &damage);
        bytes = scan->group.data;
    }
    range->at++;
    if (status == VTC_OK && header.kind == VTCI_LIVE_LOG) {
        range->at += header.pages - 1;
        scan->log_pages += header.pages;
        if (add_ref(scan, &scan->log, header.sequence, page) != VTC_OK)
            return vtci_error_memory(err, 0);
        return take_log(scan, page, header.pages, true, err);
    }
    if (status == VTC_END || (range->is_second && (status != VTC_OK || !is_overdue(scan, &header))))
        status = add_empty(scan, range->still_empty, page);
    else if (status == VTC_OK)
        status = take_events(scan, bytes, page, &header);
    else {
        scan->bad_pages++;
        status = vtci_live_scan_note(scan, &damage);
    }
    return status == VTC_OK ? VTC_OK : vtci_error_memory(err, 0);
}

/* Looks at the pages from `first` to `end`, of a file that has `file_end`. */
static vtc_status scan_range(struct vtci_live_scan *scan, uint64_t first, uint64_t end,
                             uint64_t file_end, bool is_second, struct vtci_live_runs *still_empty,
                             struct vtc_error *err)
{
    struct range range = {first, file_end, is_second, still_empty};
    while (range.at < end) {
        uint64_t window_first = range.at;
        uint32_t count = end - range.at < WINDOW_PAGES ? (uint32_t)(end - range.at) : WINDOW_PAGES;
        VTC_TRY(read_pages(scan, &scan->window, range.at, &count, err));
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
static vtc_status scan_new_pages(struct vtci_live_scan *scan, bool is_second, struct vtc_error *err)
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

static vtc_status reread_log(struct vtci_live_scan *scan, struct vtc_error *err)
{
    for (size_t i = 0; i < scan->log.ref_count; i++) {
        struct vtci_live_page header;
        uint32_t page = scan->log.refs[i].page, count = 1;
        VTC_TRY(read_pages(scan, &scan->group, page, &count, err));
        if (count &&
            vtci_live_page_decode(scan->group.data, scan->pages - page, scan->session.family[0], 0,
                                  &header, NULL) == VTC_OK &&
            header.kind == VTCI_LIVE_LOG)
            VTC_TRY(take_log(scan, page, header.pages, false, err));
    }
    return scan_new_pages(scan, true, err);
}

static vtc_status look_again(struct vtci_live_scan *scan, struct vtci_live_page_ref *ref,
                             struct vtc_error *err)
{
    uint32_t count = 1, again = 1;
    VTC_TRY(read_pages(scan, &scan->window, ref->page, &count, err));
    VTC_TRY(read_pages(scan, &scan->group, ref->page, &again, err));
    if (count == 0 || again == 0)
        return VTC_OK;
    if (vtci_live_page_walk(scan, scan->group.data, scan->is_running ? scan->window.data : NULL,
                            true, ref) != VTC_OK)
        return vtci_error_memory(err, 0);
    return VTC_OK;
}

/* From the last page backwards. */
static vtc_status look_at_open_pages(struct vtci_live_scan *scan, struct vtci_live_shard *shard,
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

/* --- order ----------------------------------------------------------------------------------- */

static int compare_refs(const void *left, const void *right)
{
    const struct vtci_live_page_ref *a = left, *b = right;
    if (a->sequence != b->sequence)
        return a->sequence < b->sequence ? -1 : 1;
    return a->page < b->page ? -1 : a->page > b->page;
}

/* Sorts, and takes out what is there twice. SPEC: LIV-6 */
static vtc_status sort_shard(struct vtci_live_scan *scan, struct vtci_live_shard *shard)
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
static vtc_status note_missing(struct vtci_live_scan *scan, struct vtci_live_shard *shard)
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
static vtc_status note_unknown_writer(struct vtci_live_scan *scan, struct vtci_live_shard *shard)
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

static int compare_damage(const void *left, const void *right)
{
    const struct vtc_error *a = left, *b = right;
    if (a->offset != b->offset)
        return a->offset < b->offset ? -1 : 1;
    int by_rule = strcmp(a->rule, b->rule);
    return by_rule ? by_rule : strcmp(a->message, b->message);
}

vtc_status vtci_live_scan_update(struct vtci_live_scan *scan, struct vtc_error *err)
{
    VTC_TRY(read_page_0(scan, err));
    scan->may_grow |= scan->is_running;
    VTC_TRY(scan_new_pages(scan, false, err));
    if (scan->is_running)
        VTC_TRY(reread_log(scan, err));
    scan->missing_pages = 0;
    vtc_status status = sort_shard(scan, &scan->log);
    if (status == VTC_OK)
        status = note_missing(scan, &scan->log);
    for (size_t i = 0; i < scan->shard_count && status == VTC_OK; i++) {
        struct vtci_live_shard *shard = &scan->shards[i];
        status = sort_shard(scan, shard);
        if (status == VTC_OK)
            status = note_missing(scan, shard);
        if (status == VTC_OK)
            status = note_unknown_writer(scan, shard);
        if (status == VTC_OK)
            VTC_TRY(look_at_open_pages(scan, shard, err));
    }
    if (status != VTC_OK)
        return vtci_error_memory(err, 0);
    scan->may_grow = scan->is_running;
    scan->lost_pages = scan->bad_pages + scan->missing_pages + scan->cut_pages;
    vtci_live_clock_finish(&scan->names.clock);
    if (scan->damage.listed)
        qsort(scan->damage.items, scan->damage.listed, sizeof *scan->damage.items, compare_damage);
    return VTC_OK;
}
