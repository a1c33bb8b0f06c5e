#include "read/live_text.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/limits.h"
#include "read/live_row.h"
#include "read/number_format.h"

enum {
    WINDOW_PAGES = 64,
    ROOM_BYTES = 4096,      /* what a row may take that is made in place … */
    PIECE_BYTES_MAX = 1024, /* … with at most so much that its site says */
    SMALL_BYTES = 64 << 10,
    PREFIX_BYTES = 96,       /* copied at once; it has up to 91 */
    ARGS_BYTES_MAX = 4 << 20 /* [choice] arguments of open spans that one writer holds in memory */
};

void vtci_live_text_init(struct vtci_live_text *text, struct vtci_memory *memory,
                         struct vtci_live_scan *scan, bool follow)
{
    memset(text, 0, sizeof *text);
    text->memory = memory;
    text->scan = scan;
    text->follow = follow;
    vtci_live_map_init(&text->track_ids, memory);
    vtci_buffer_init(&text->window, memory);
    vtci_buffer_init(&text->row, memory);
    vtci_buffer_init(&text->pending, memory);
    vtci_buffer_init(&text->small, memory);
    vtci_buffer_init(&text->again, memory);
}

static void end_track(struct vtci_live_text *text, struct vtci_live_track *track)
{
    VTCI_ARRAY_FREE(text->memory, track->open, track->open_capacity);
    track->open = NULL;
    track->open_count = 0;
    track->open_capacity = 0;
    vtci_buffer_free(&track->args);
    vtci_buffer_init(&track->args, text->memory);
}

void vtci_live_text_free(struct vtci_live_text *text)
{
    for (size_t i = 0; i < text->track_count; i++)
        end_track(text, &text->tracks[i]);
    VTCI_ARRAY_FREE(text->memory, text->tracks, text->track_capacity);
    vtci_live_map_free(&text->track_ids);
    vtci_buffer_free(&text->window);
    vtci_buffer_free(&text->row);
    vtci_buffer_free(&text->pending);
    vtci_buffer_free(&text->small);
    vtci_buffer_free(&text->again);
}

/* --- tracks ---------------------------------------------------------------------------------- */

static vtc_status add_track(struct vtci_live_text *text, uint32_t writer, uint64_t thread_id,
                            struct vtc_text name)
{
    if (vtci_live_map_find(&text->track_ids, writer) != VTCI_LIVE_MAP_NONE)
        return VTC_OK;
    VTC_TRY(VTCI_ARRAY_RESERVE(text->memory, text->tracks, text->track_capacity,
                               text->track_count + 1));
    VTC_TRY(vtci_live_map_add(&text->track_ids, writer, 0));
    struct vtci_live_track track = {.writer = writer, .thread_id = thread_id, .name = name};
    vtci_buffer_init(&track.args, text->memory);
    text->tracks[text->track_count++] = track;
    return VTC_OK;
}

static int compare_tracks(const void *left, const void *right)
{
    const struct vtci_live_track *a = left, *b = right;
    if (a->thread_id != b->thread_id)
        return a->thread_id < b->thread_id ? -1 : 1;
    return a->writer < b->writer ? -1 : a->writer > b->writer;
}

vtc_status vtci_live_text_start(struct vtci_live_text *text, struct vtc_error *err)
{
    const struct vtci_live_scan *scan = text->scan;
    const struct vtc_text no_name = {NULL, 0};
    vtc_status status = VTC_OK;
    if (text->follow && text->stage == VTCI_LIVE_DONE && text->is_over)
        return VTC_OK;
    for (size_t i = 0; i < scan->names.writer_count && status == VTC_OK; i++) {
        const struct vtci_live_writer_name *writer = &scan->names.writers[i];
        status = add_track(text, writer->id, writer->thread_id, writer->name);
    }
    for (size_t i = 0; i < scan->shard_count && status == VTC_OK; i++)
        status = add_track(text, scan->shards[i].writer, scan->shards[i].writer, no_name);
    if (status != VTC_OK)
        return vtci_error_memory(err, 0);
    if (text->track_count)
        qsort(text->tracks, text->track_count, sizeof *text->tracks, compare_tracks);
    for (size_t i = 0; i < text->track_count; i++)
        text->tracks[i].shard = vtci_live_map_find(&scan->shard_ids, text->tracks[i].writer);
    text->stage = text->has_rows ? VTCI_LIVE_TRACKS : VTCI_LIVE_HEAD;
    text->track = 0;
    text->is_in_track = false;
    text->window_pages = 0;
    text->is_over = !scan->is_running;
    return VTC_OK;
}

/* --- rows that are put together in `row` ----------------------------------------------------- */

/* To where rows go, and what does not fit to `pending`. */
static vtc_status give(struct vtci_live_text *text, const uint8_t *bytes, size_t len_bytes)
{
    size_t room = (size_t)(text->end - text->pos);
    size_t fits = text->pending.len_bytes ? 0 : len_bytes < room ? len_bytes : room;
    memcpy(text->pos, bytes, fits);
    text->pos += fits;
    return vtci_buffer_append(&text->pending, bytes + fits, len_bytes - fits);
}

static vtc_status begin_row(struct vtci_live_text *text, uint8_t phase, uint64_t thread_id)
{
    text->row.len_bytes = 0;
    if (text->has_rows && !text->follow)
        VTC_TRY(vtci_row_literal(&text->row, ",\n"));
    text->has_rows = true;
    return vtci_row_head(&text->row, phase, text->scan->session.pid, thread_id);
}

static vtc_status end_row(struct vtci_live_text *text)
{
    VTC_TRY(vtci_row_literal(&text->row, text->follow ? "}\n" : "}"));
    return give(text, text->row.data, text->row.len_bytes);
}

static vtc_status give_name_row(struct vtci_live_text *text, const char *kind, uint64_t thread_id,
                                struct vtc_text name)
{
    struct vtci_buffer *row = &text->row;
    VTC_TRY(begin_row(text, 'M', thread_id));
    VTC_TRY(vtci_row_literal(row, "0,\"name\":\""));
    VTC_TRY(vtci_row_literal(row, kind));
    VTC_TRY(vtci_row_literal(row, "\",\"args\":{\"name\":\""));
    VTC_TRY(vtci_row_escaped(row, name.data, name.len_bytes));
    VTC_TRY(vtci_row_literal(row, "\"}"));
    return end_row(text);
}

static const char *const cause_names[VTCI_LIVE_LOSS_CAUSES] = {"no_page",     "disk_full",
                                                               "too_big",     "late",
                                                               "overwritten", "interrupted",
                                                               "no_memory",   "fork"};

static vtc_status append_lost(struct vtci_buffer *row, const char *cause, uint64_t count)
{
    if (count == 0)
        return VTC_OK;
    VTC_TRY(vtci_row_literal(row, ",\"lost_"));
    VTC_TRY(vtci_row_literal(row, cause));
    VTC_TRY(vtci_row_literal(row, "\":"));
    return vtci_row_unsigned(row, count);
}

static vtc_status give_session_row(struct vtci_live_text *text)
{
    static const char *const states[] = {"recording", "stopped", "closed"};
    const struct vtci_live_scan *scan = text->scan;
    struct vtci_buffer *row = &text->row;
    VTC_TRY(begin_row(text, 'M', scan->session.pid));
    VTC_TRY(vtci_row_literal(row, "0,\"name\":\"vtc_session\",\"args\":{\"family\":\""));
    for (unsigned i = 0; i < 32; i++) {
        unsigned digit = (unsigned)(scan->session.family[i / 16] >> (60 - i % 16 * 4)) & 15;
        VTC_TRY(vtci_buffer_u8(row, (uint8_t) "0123456789abcdef"[digit]));
    }
    VTC_TRY(vtci_row_literal(row, "\",\"segment\":"));
    VTC_TRY(vtci_row_unsigned(row, scan->session.segment));
    VTC_TRY(vtci_row_literal(row, ",\"state\":\""));
    bool is_crashed = scan->counters.state != VTCI_LIVE_CLOSED && !scan->is_running;
    VTC_TRY(vtci_row_literal(row, is_crashed ? "crashed" : states[scan->counters.state]));
    VTC_TRY(vtci_row_literal(row, "\",\"start_realtime_ns\":"));
    VTC_TRY(vtci_row_signed(row, scan->session.points[0].realtime_ns));
    for (unsigned i = 0; i < VTCI_LIVE_LOSS_CAUSES; i++)
        VTC_TRY(append_lost(row, cause_names[i], scan->counters.lost[i]));
    VTC_TRY(append_lost(row, "pages", scan->lost_pages));
    VTC_TRY(vtci_row_literal(row, "}"));
    return end_row(text);
}

/* What arguments an event has: up to two payloads, of a begin and of an end. */
struct arguments {
    const struct vtci_live_site *site;
    const uint8_t *payload;
    uint32_t payload_bytes;
};

static vtc_status append_arguments(struct vtci_live_text *text, const struct arguments *arguments,
                                   size_t count)
{
    struct vtci_buffer *row = &text->row;
    size_t before = row->len_bytes;
    bool is_first = true;
    VTC_TRY(vtci_row_literal(row, ",\"args\":{"));
    for (size_t i = 0; i < count; i++)
        if (arguments[i].payload_bytes)
            VTC_TRY(vtci_row_args(row, &text->scan->names, arguments[i].site, arguments[i].payload,
                                  arguments[i].payload_bytes, &is_first));
    if (is_first) {
        row->len_bytes = before;
        return VTC_OK;
    }
    return vtci_row_literal(row, "}");
}

static vtc_status append_piece(struct vtci_live_text *text, struct vtci_live_site *site)
{
    if (!site->piece)
        VTC_TRY(vtci_row_piece(&text->scan->names, site, &text->again));
    return vtci_buffer_append(&text->row, site->piece, site->piece_bytes);
}

/* A row of any phase but X. */
static vtc_status give_event(struct vtci_live_text *text, const struct vtci_live_track *track,
                             struct vtci_live_site *site, int64_t ns, const uint8_t *payload,
                             uint32_t payload_bytes)
{
    struct vtci_buffer *row = &text->row;
    VTC_TRY(begin_row(text, site->phase, track->thread_id));
    VTC_TRY(vtci_row_time(row, ns));
    if (site->phase == 'i')
        VTC_TRY(vtci_row_literal(row, ",\"s\":\"t\""));
    if (vtci_live_phase_has_id(site->phase)) {
        VTC_TRY(vtci_row_literal(row, ",\"id\":\""));
        VTC_TRY(vtci_row_hex(row, payload_bytes >= 8 ? vtci_load_u64(payload) : 0));
        VTC_TRY(vtci_row_literal(row, "\""));
    }
    if (site->phase == 'f')
        VTC_TRY(vtci_row_literal(row, ",\"bp\":\"e\""));
    VTC_TRY(append_piece(text, site));
    struct arguments arguments = {site, payload, payload_bytes};
    VTC_TRY(append_arguments(text, &arguments, 1));
    return end_row(text);
}

/* SPEC: LIV-9. */
static vtc_status give_unknown(struct vtci_live_text *text, const struct vtci_live_track *track,
                               uint32_t site, int64_t ns)
{
    struct vtci_buffer *row = &text->row;
    VTC_TRY(begin_row(text, 'i', track->thread_id));
    VTC_TRY(vtci_row_time(row, ns));
    VTC_TRY(vtci_row_literal(row, ",\"s\":\"t\",\"name\":\"site "));
    VTC_TRY(vtci_row_unsigned(row, site));
    VTC_TRY(vtci_row_literal(row, "\""));
    return end_row(text);
}

static vtc_status give_end(struct vtci_live_text *text, const struct vtci_live_track *track,
                           int64_t ns)
{
    VTC_TRY(begin_row(text, 'E', track->thread_id));
    VTC_TRY(vtci_row_time(&text->row, ns));
    return end_row(text);
}

static vtc_status give_span(struct vtci_live_text *text, const struct vtci_live_track *track,
                            struct vtci_live_site *site, int64_t start_ns, int64_t duration_ns,
                            const struct arguments *arguments, size_t argument_count)
{
    struct vtci_buffer *row = &text->row;
    VTC_TRY(begin_row(text, 'X', track->thread_id));
    VTC_TRY(vtci_row_time(row, start_ns));
    VTC_TRY(vtci_row_literal(row, ",\"dur\":"));
    VTC_TRY(vtci_row_time(row, duration_ns));
    VTC_TRY(append_piece(text, site));
    VTC_TRY(append_arguments(text, arguments, argument_count));
    return end_row(text);
}

/* --- spans ----------------------------------------------------------------------------------- */

static vtc_status push(struct vtci_live_text *text, struct vtci_live_track *track, uint32_t site,
                       int64_t ns, uint32_t page, const struct vtci_live_record *record,
                       uint32_t at)
{
    VTC_TRY(
        VTCI_ARRAY_RESERVE(text->memory, track->open, track->open_capacity, track->open_count + 1));
    struct vtci_live_open open = {.start_ns = ns, .site = site};
    open.args_bytes = record->payload_bytes;
    if (record->payload_bytes && track->args.len_bytes < ARGS_BYTES_MAX) {
        open.args_pos = (uint32_t)track->args.len_bytes;
        VTC_TRY(vtci_buffer_append(&track->args, record->payload, record->payload_bytes));
    } else if (record->payload_bytes) {
        open.page = page;
        open.args_pos = at * 4 + 12;
    }
    track->open[track->open_count++] = open;
    return VTC_OK;
}

/* The arguments of a begin; none where the page is not what it was. */
static vtc_status open_arguments(struct vtci_live_text *text, const struct vtci_live_track *track,
                                 const struct vtci_live_open *open, struct arguments *out)
{
    struct arguments arguments = {&text->scan->names.sites[open->site], NULL, open->args_bytes};
    if (open->page == 0) {
        arguments.payload = track->args.data + open->args_pos;
    } else {
        size_t found_bytes = 0;
        text->again.len_bytes = 0;
        VTC_TRY(vtci_buffer_reserve(&text->again, open->args_bytes));
        VTC_TRY(vtci_file_pread(text->scan->file,
                                (uint64_t)open->page * VTCI_LIVE_PAGE_BYTES + open->args_pos,
                                text->again.data, open->args_bytes, &found_bytes, NULL));
        arguments.payload = text->again.data;
        arguments.payload_bytes = (uint32_t)found_bytes;
    }
    *out = arguments;
    return VTC_OK;
}

/* The innermost span ends: with a row that is made in place where it can be. */
static vtc_status pop(struct vtci_live_text *text, struct vtci_live_track *track, int64_t ns,
                      const struct arguments *end)
{
    struct vtci_live_open open = track->open[--track->open_count];
    struct vtci_live_site *site = &text->scan->names.sites[open.site];
    int64_t duration_ns = vtci_live_difference(ns, open.start_ns);
    if (!site->piece)
        VTC_TRY(vtci_row_piece(&text->scan->names, site, &text->again));
    if (open.args_bytes || end || site->piece_bytes > PIECE_BYTES_MAX || !text->has_rows ||
        text->end - text->pos < ROOM_BYTES) {
        struct arguments arguments[2] = {{site, NULL, 0}, {site, NULL, 0}};
        if (open.args_bytes)
            VTC_TRY(open_arguments(text, track, &open, &arguments[0]));
        if (end)
            arguments[1] = *end;
        VTC_TRY(give_span(text, track, site, open.start_ns, duration_ns, arguments, 2));
        if (open.args_bytes && open.page == 0)
            track->args.len_bytes = open.args_pos;
        return VTC_OK;
    }
    uint8_t *at = text->pos;
    memcpy(at, text->prefix, PREFIX_BYTES);
    at = vtci_number_format(at + text->prefix_bytes, open.start_ns, 3);
    memcpy(at, ",\"dur\":", 8);
    at = vtci_number_format(at + 7, duration_ns, 3);
    if (site->piece_bytes <= 64)
        memcpy(at, site->piece, 64);
    else
        memcpy(at, site->piece, site->piece_bytes);
    at += site->piece_bytes;
    memcpy(at, "}\n", 2);
    text->pos = at + 1 + text->follow;
    return VTC_OK;
}

/* --- records --------------------------------------------------------------------------------- */

static vtc_status take_complete(struct vtci_live_text *text, struct vtci_live_track *track,
                                struct vtci_live_site *site, const struct vtci_live_record *record)
{
    const struct vtci_live_clock_map *clock = &text->scan->names.clock;
    uint64_t start = vtci_load_u64(record->payload), end;
    int64_t duration = (int64_t)vtci_load_u64(record->payload + 8);
    if (duration >= 0)
        end = start + (uint64_t)duration < start ? UINT64_MAX : start + (uint64_t)duration;
    else
        end = start < 0 - (uint64_t)duration ? 0 : start - (0 - (uint64_t)duration);
    int64_t start_ns = vtci_live_clock_ns(clock, start);
    int64_t end_ns = vtci_live_clock_ns(clock, end);
    struct arguments arguments = {site, record->payload, record->payload_bytes};
    return give_span(text, track, site, start_ns, vtci_live_difference(end_ns, start_ns),
                     &arguments, 1);
}

static vtc_status take_end(struct vtci_live_text *text, struct vtci_live_track *track, int64_t ns,
                           struct vtci_live_site *site, const struct vtci_live_record *record)
{
    struct arguments end = {site, record->payload, record->payload_bytes};
    if (track->beyond == 0 && track->open_count)
        return pop(text, track, ns, site && record->payload_bytes ? &end : NULL);
    track->beyond -= track->beyond > 0;
    if (!site)
        return give_end(text, track, ns);
    return give_event(text, track, site, ns, record->payload, record->payload_bytes);
}

static vtc_status take_event(struct vtci_live_text *text, struct vtci_live_track *track, int64_t ns,
                             uint32_t page, const struct vtci_live_record *record, uint32_t at)
{
    struct vtci_live_names *names = &text->scan->names;
    uint32_t index = vtci_live_names_site(names, record->site);
    if (index == VTCI_LIVE_MAP_NONE)
        return give_unknown(text, track, record->site, ns);
    struct vtci_live_site *site = &names->sites[index];
    if (record->payload_bytes < vtci_live_payload_prefix(site->phase))
        return VTC_OK; /* it was another when the page was scanned */
    switch (site->phase) {
    case 'B':
        if (track->beyond == 0 && track->open_count < VTCI_OPEN_SPANS)
            return push(text, track, index, ns, page, record, at);
        track->beyond++;
        return give_event(text, track, site, ns, record->payload, record->payload_bytes);
    case 'E': return take_end(text, track, ns, site, record);
    case 'X': return take_complete(text, track, site, record);
    default: return give_event(text, track, site, ns, record->payload, record->payload_bytes);
    }
}

static bool has_room(const struct vtci_live_text *text)
{
    return text->pending.len_bytes == 0 && text->end - text->pos >= ROOM_BYTES;
}

/* The records of a page from where the track is, as long as there is room. */
static vtc_status take_records(struct vtci_live_text *text, struct vtci_live_track *track,
                               const struct vtci_live_page_ref *ref, const uint8_t *page)
{
    const struct vtci_live_clock_map *clock = &text->scan->names.clock;
    struct vtci_live_record record;
    while (has_room(text)) {
        uint32_t at = track->at;
        if (vtci_live_record_decode(page, at, ref->end_words, &record) != VTC_OK) {
            track->at = ref->end_words;
            return VTC_OK;
        }
        track->at += record.words;
        int64_t ns = vtci_live_clock_ns(clock, track->base + record.time);
        switch (record.kind) {
        case VTCI_LIVE_BASE: track->base = record.base; break;
        case VTCI_LIVE_END: VTC_TRY(take_end(text, track, ns, NULL, &record)); break;
        default: VTC_TRY(take_event(text, track, ns, ref->page, &record, at)); break;
        }
    }
    return VTC_OK;
}

/* --- pages of a track ------------------------------------------------------------------------ */

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
    return give_name_row(text, "thread_name", track->thread_id, track->name);
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
        if (!has_room(text)) {
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
        if (take_records(text, track, ref, page) != VTC_OK)
            return vtci_error_memory(err, 0);
    }
    return VTC_OK;
}

/* Begins without an end, from the outermost on. */
static vtc_status give_open(struct vtci_live_text *text, struct vtci_live_track *track)
{
    while (text->open_given < track->open_count && has_room(text)) {
        const struct vtci_live_open *open = &track->open[text->open_given++];
        struct vtci_live_site *site = &text->scan->names.sites[open->site];
        struct arguments arguments = {site, NULL, 0};
        if (!site->piece)
            VTC_TRY(vtci_row_piece(&text->scan->names, site, &text->again));
        if (open->args_bytes)
            VTC_TRY(open_arguments(text, track, open, &arguments));
        VTC_TRY(give_event(text, track, site, open->start_ns, arguments.payload,
                           arguments.payload_bytes));
    }
    return VTC_OK;
}

/* --- the whole ------------------------------------------------------------------------------- */

static vtc_status give_head(struct vtci_live_text *text)
{
    static const char frame[] = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n";
    const struct vtci_live_scan *scan = text->scan;
    if (!text->follow)
        VTC_TRY(give(text, (const uint8_t *)frame, sizeof frame - 1));
    if (scan->names.process.data)
        VTC_TRY(give_name_row(text, "process_name", scan->session.pid, scan->names.process));
    return give_session_row(text);
}

static vtc_status take_track(struct vtci_live_text *text, struct vtc_error *err)
{
    bool is_done = false;
    struct vtci_live_track *track = &text->tracks[text->track];
    if (!text->is_in_track && enter_track(text, track) != VTC_OK)
        return vtci_error_memory(err, 0);
    VTC_TRY(take_shard(text, track, &is_done, err));
    if (!is_done)
        return VTC_OK;
    bool is_last_look = !text->follow || text->is_over;
    if (is_last_look) {
        if (give_open(text, track) != VTC_OK)
            return vtci_error_memory(err, 0);
        if (text->open_given < track->open_count)
            return VTC_OK;
        end_track(text, track);
    }
    text->is_in_track = false;
    text->track++;
    return VTC_OK;
}

static vtc_status advance(struct vtci_live_text *text, struct vtc_error *err)
{
    static const char frame[] = "\n]}\n";
    vtc_status status = VTC_OK;
    switch (text->stage) {
    case VTCI_LIVE_HEAD:
        status = give_head(text);
        text->stage = VTCI_LIVE_TRACKS;
        break;
    case VTCI_LIVE_TRACKS:
        if (text->track < text->track_count)
            return take_track(text, err);
        text->stage = VTCI_LIVE_FOOT;
        break;
    case VTCI_LIVE_FOOT:
        if (!text->follow)
            status = give(text, (const uint8_t *)frame, sizeof frame - 1);
        else if (text->is_over)
            status = give_session_row(text);
        text->stage = VTCI_LIVE_DONE;
        break;
    case VTCI_LIVE_DONE: break;
    }
    return status == VTC_OK ? VTC_OK : vtci_error_memory(err, 0);
}

static vtc_status run(struct vtci_live_text *text, uint8_t *buffer, size_t capacity_bytes,
                      struct vtc_error *err)
{
    text->pos = buffer;
    text->end = buffer + capacity_bytes;
    while (text->stage != VTCI_LIVE_DONE && has_room(text))
        VTC_TRY(advance(text, err));
    return VTC_OK;
}

/* Takes from `from`, of which `*pos` bytes were taken before. */
static size_t drain(struct vtci_buffer *from, size_t *pos, uint8_t *to, size_t capacity_bytes)
{
    size_t left = from->len_bytes - *pos;
    size_t bytes = left < capacity_bytes ? left : capacity_bytes;
    if (bytes)
        memcpy(to, from->data + *pos, bytes);
    *pos += bytes;
    if (*pos == from->len_bytes) {
        from->len_bytes = 0;
        *pos = 0;
    }
    return bytes;
}

vtc_status vtci_live_text_fill(struct vtci_live_text *text, void *buffer, size_t capacity_bytes,
                               size_t *out_bytes, struct vtc_error *err)
{
    uint8_t *to = buffer;
    size_t given = drain(&text->small, &text->small_pos, to, capacity_bytes);
    given += drain(&text->pending, &text->pending_pos, to + given, capacity_bytes - given);
    if (given == 0 && capacity_bytes >= SMALL_BYTES) {
        VTC_TRY(run(text, to, capacity_bytes, err));
        given = (size_t)(text->pos - to);
    } else if (given == 0 && capacity_bytes) {
        if (vtci_buffer_reserve(&text->small, SMALL_BYTES) != VTC_OK)
            return vtci_error_memory(err, SMALL_BYTES);
        VTC_TRY(run(text, text->small.data, SMALL_BYTES, err));
        text->small.len_bytes = (size_t)(text->pos - text->small.data);
        given = drain(&text->small, &text->small_pos, to, capacity_bytes);
    }
    *out_bytes = given;
    return VTC_OK;
}
