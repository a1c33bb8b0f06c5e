#include "read/live_scan.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/limits.h"
#include "read/live_process.h"
#include "read/live_scan_internal.h"
#include "wire/file_header.h"

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
vtc_status vtci_live_scan_read(struct vtci_live_scan *scan, struct vtci_buffer *room,
                               uint64_t first, uint32_t *count, struct vtc_error *err)
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
        vtci_live_is_recording(&scan->session, &scan->counters, vtci_file_is_locked(scan->file));
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
    VTC_TRY(vtci_live_scan_pages(scan, false, err));
    if (scan->is_running) {
        VTC_TRY(vtci_live_scan_log_again(scan, err));
        VTC_TRY(vtci_live_scan_pages(scan, true, err));
    }
    scan->missing_pages = 0;
    vtc_status status = vtci_live_scan_sort(scan, &scan->log);
    if (status == VTC_OK)
        status = vtci_live_scan_missing(scan, &scan->log);
    for (size_t i = 0; i < scan->shard_count && status == VTC_OK; i++) {
        struct vtci_live_shard *shard = &scan->shards[i];
        status = vtci_live_scan_sort(scan, shard);
        if (status == VTC_OK)
            status = vtci_live_scan_missing(scan, shard);
        if (status == VTC_OK)
            status = vtci_live_scan_writer(scan, shard);
        if (status == VTC_OK)
            VTC_TRY(vtci_live_scan_open_pages(scan, shard, err));
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
