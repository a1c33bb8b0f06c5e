/* One writer's way through the pages of its shard: which page is next, a window of pages that lie
 * together, and the begins that have no end.
 */
#include "base/error.h"
#include "read/live_row.h"
#include "read/live_text_internal.h"

enum { WINDOW_PAGES = 64 };

/* What making rows came to. A read that failed has said so itself (text->err). */
static vtc_status told(vtc_status status, struct vtc_error *err)
{
    return status == VTC_ERR_NO_MEMORY ? vtci_error_memory(err, 0) : status;
}

void vtci_live_text_track_free(struct vtci_live_text *text, struct vtci_live_track *track)
{
    VTCI_ARRAY_FREE(text->memory, track->open, track->open_capacity);
    track->open = NULL;
    track->open_count = 0;
    track->open_capacity = 0;
    vtci_buffer_free(&track->args);
    vtci_buffer_init(&track->args, text->memory);
}

/* Borrows a page, which comes with those that follow it in the file and in the shard. */
static vtc_status window_page(struct vtci_live_text *text, const struct vtci_live_shard *shard,
                              size_t ref, const uint8_t **out_page, struct vtc_error *err)
{
    uint32_t page = shard->refs[ref].page, count = 1;
    if (page - text->window_first >= text->window_pages) {
        while (count < WINDOW_PAGES && ref + count < shard->ref_count &&
               shard->refs[ref + count].page == page + count)
            count++;
        size_t wanted_bytes = (size_t)count * VTCI_LIVE_PAGE_BYTES, found_bytes = 0;
        text->window.len_bytes = 0;
        if (vtci_buffer_reserve(&text->window, wanted_bytes) != VTC_OK)
            return vtci_error_memory(err, wanted_bytes);
        VTC_TRY(vtci_file_pread(text->scan->file, (uint64_t)page * VTCI_LIVE_PAGE_BYTES,
                                text->window.data, wanted_bytes, &found_bytes, err));
        /* What the file has lost since the scan reads as nothing. */
        memset(text->window.data + found_bytes, 0, wanted_bytes - found_bytes);
        text->window_first = page;
        text->window_pages = count;
    }
    *out_page = text->window.data + (size_t)(page - text->window_first) * VTCI_LIVE_PAGE_BYTES;
    return VTC_OK;
}

static vtc_status enter_track(struct vtci_live_text *text, struct vtci_live_track *track)
{
    text->is_in_track = true;
    text->ref = 0;
    text->open_given = 0;
    text->row.len_bytes = 0;
    text->window_pages = 0;
    if (!text->follow)
        VTC_TRY(vtci_row_literal(&text->row, ",\n"));
    VTC_TRY(vtci_row_head(&text->row, 'X', text->scan->session.pid, track->thread_id));
    memcpy(text->prefix, text->row.data, text->row.len_bytes);
    text->prefix_bytes = (unsigned)text->row.len_bytes;
    if (track->shard != VTCI_LIVE_MAP_NONE && track->is_begun) {
        const struct vtci_live_shard *shard = &text->scan->shards[track->shard];
        while (text->ref < shard->ref_count && shard->refs[text->ref].sequence < track->sequence)
            text->ref++;
    }
    if (!track->name.data || track->is_named)
        return VTC_OK;
    track->is_named = true;
    return vtci_live_text_name(text, "thread_name", track->thread_id, track->name);
}

/* Steps to the next page that has records which were not taken; false at the end. */
static bool next_page(struct vtci_live_text *text, struct vtci_live_track *track,
                      const struct vtci_live_shard *shard)
{
    for (; text->ref < shard->ref_count; text->ref++) {
        const struct vtci_live_page_ref *ref = &shard->refs[text->ref];
        if (!track->is_begun || ref->sequence != track->sequence)
            return true;
        if (track->at < ref->end_words)
            return true;
        if (text->ref + 1 == shard->ref_count)
            return false; /* it may grow */
    }
    return false;
}

static vtc_status take_shard(struct vtci_live_text *text, struct vtci_live_track *track,
                             bool *out_is_done, struct vtc_error *err)
{
    *out_is_done = true;
    if (track->shard == VTCI_LIVE_MAP_NONE)
        return VTC_OK;
    const struct vtci_live_shard *shard = &text->scan->shards[track->shard];
    while (next_page(text, track, shard)) {
        const struct vtci_live_page_ref *ref = &shard->refs[text->ref];
        const uint8_t *page = NULL;
        if (!vtci_live_text_has_room(text)) {
            *out_is_done = false;
            return VTC_OK;
        }
        VTC_TRY(window_page(text, shard, text->ref, &page, err));
        if (!track->is_begun || track->sequence != ref->sequence) {
            track->is_begun = true;
            track->sequence = ref->sequence;
            track->at = VTCI_LIVE_FIRST_WORD;
            track->base = vtci_load_u64(page + 16);
        }
        VTC_TRY(told(vtci_live_text_records(text, track, ref, page), err));
    }
    return VTC_OK;
}

/* Begins without an end, from the outermost on. */
static vtc_status give_open(struct vtci_live_text *text, struct vtci_live_track *track)
{
    while (text->open_given < track->open_count && vtci_live_text_has_room(text)) {
        const struct vtci_live_open *open = &track->open[text->open_given++];
        struct vtci_known_site *site = &text->scan->names.sites[open->site];
        struct vtci_live_arguments arguments = {site, NULL, 0};
        if (!site->piece)
            VTC_TRY(vtci_row_piece(&text->scan->names, site, &text->again));
        if (open->args_bytes)
            VTC_TRY(vtci_live_text_open_arguments(text, track, open, &arguments));
        VTC_TRY(vtci_live_text_event(text, track, site, open->start_ns, arguments.payload,
                                     arguments.payload_bytes));
    }
    return VTC_OK;
}

vtc_status vtci_live_text_track(struct vtci_live_text *text, struct vtc_error *err)
{
    bool is_done = false;
    struct vtci_live_track *track = &text->tracks[text->track];
    if (!text->is_in_track)
        VTC_TRY(told(enter_track(text, track), err));
    VTC_TRY(take_shard(text, track, &is_done, err));
    if (!is_done)
        return VTC_OK;
    bool is_last_look = !text->follow || text->is_over;
    if (is_last_look) {
        VTC_TRY(told(give_open(text, track), err));
        if (text->open_given < track->open_count)
            return VTC_OK;
        vtci_live_text_track_free(text, track);
    }
    text->is_in_track = false;
    text->track++;
    return VTC_OK;
}
