/* Records of a live file to rows: a begin waits on its writer's stack until its end makes the row.
 *
 * Most rows are of spans without arguments. Such a row is made in place: the prefix of its writer and
 * the piece of its site are there already, and copies of fixed sizes, which may write beyond what
 * counts, are a few instructions where copies of exact sizes are calls.
 */
#include "base/error.h"
#include "base/limits.h"
#include "read/live_row.h"
#include "read/live_text_internal.h"
#include "read/number_format.h"

enum {
    PIECE_BYTES_MAX = 1024,  /* of what a site says in a row that is made in place */
    PREFIX_BYTES = 96,       /* copied at once; it has up to 91 */
    ARGS_BYTES_MAX = 4 << 20 /* [choice] arguments of open spans that one writer holds in memory */
};

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
vtc_status vtci_live_text_open_arguments(struct vtci_live_text *text,
                                         const struct vtci_live_track *track,
                                         const struct vtci_live_open *open,
                                         struct vtci_live_arguments *out)
{
    struct vtci_live_arguments arguments = {&text->scan->names.sites[open->site], NULL,
                                            open->args_bytes};
    if (open->page == 0) {
        arguments.payload = track->args.data + open->args_pos;
    } else {
        size_t found_bytes = 0;
        text->again.len_bytes = 0;
        VTC_TRY(vtci_buffer_reserve(&text->again, open->args_bytes));
        VTC_TRY(vtci_file_pread(text->scan->file,
                                (uint64_t)open->page * VTCI_LIVE_PAGE_BYTES + open->args_pos,
                                text->again.data, open->args_bytes, &found_bytes, text->err));
        arguments.payload = text->again.data;
        arguments.payload_bytes = (uint32_t)found_bytes;
    }
    *out = arguments;
    return VTC_OK;
}

/* The innermost span ends: with a row that is made in place where it can be. */
static vtc_status pop(struct vtci_live_text *text, struct vtci_live_track *track, int64_t ns,
                      const struct vtci_live_arguments *end)
{
    struct vtci_live_open open = track->open[--track->open_count];
    struct vtci_known_site *site = &text->scan->names.sites[open.site];
    int64_t duration_ns = vtci_live_difference(ns, open.start_ns);
    if (!site->piece)
        VTC_TRY(vtci_row_piece(&text->scan->names, site, &text->again));
    if (open.args_bytes || end || site->piece_bytes > PIECE_BYTES_MAX || !text->has_rows ||
        text->end - text->pos < VTCI_LIVE_ROW_ROOM_BYTES) {
        struct vtci_live_arguments arguments[2] = {{site, NULL, 0}, {site, NULL, 0}};
        if (open.args_bytes)
            VTC_TRY(vtci_live_text_open_arguments(text, track, &open, &arguments[0]));
        if (end)
            arguments[1] = *end;
        VTC_TRY(vtci_live_text_span(text, track, site, open.start_ns, duration_ns, arguments, 2));
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

static vtc_status take_complete(struct vtci_live_text *text, struct vtci_live_track *track,
                                struct vtci_known_site *site, const struct vtci_live_record *record)
{
    const struct vtci_live_clock_map *clock = &text->scan->names.clock;
    uint64_t start = vtci_load_u64(record->payload);
    int64_t duration = (int64_t)vtci_load_u64(record->payload + 8);
    int64_t start_ns = vtci_live_clock_ns(clock, start);
    int64_t end_ns = vtci_live_clock_end(clock, start, duration);
    struct vtci_live_arguments arguments = {site, record->payload, record->payload_bytes};
    return vtci_live_text_span(text, track, site, start_ns, vtci_live_difference(end_ns, start_ns),
                               &arguments, 1);
}

static vtc_status take_end(struct vtci_live_text *text, struct vtci_live_track *track, int64_t ns,
                           struct vtci_known_site *site, const struct vtci_live_record *record)
{
    struct vtci_live_arguments end = {site, record->payload, record->payload_bytes};
    if (track->beyond == 0 && track->open_count)
        return pop(text, track, ns, site && record->payload_bytes ? &end : NULL);
    track->beyond -= track->beyond > 0;
    if (!site)
        return vtci_live_text_end(text, track, ns);
    return vtci_live_text_event(text, track, site, ns, record->payload, record->payload_bytes);
}

static vtc_status take_event(struct vtci_live_text *text, struct vtci_live_track *track, int64_t ns,
                             uint32_t page, struct vtci_live_record *record, uint32_t at)
{
    struct vtci_live_names *names = &text->scan->names;
    uint32_t index = vtci_live_names_site(names, record->site);
    if (index == VTCI_LIVE_MAP_NONE)
        return vtci_live_text_unknown(text, track, record->site, ns);
    struct vtci_known_site *site = &names->sites[index];
    if (!vtci_live_payload_fits(site, record->payload, record->payload_bytes)) { /* SPEC: LIV-13 */
        if (!vtci_live_phase_nests(site->phase))
            return VTC_OK;
        record->payload_bytes = 0;
    }
    switch (site->phase) {
    case 'B':
        if (track->beyond == 0 && track->open_count < VTCI_OPEN_SPANS)
            return push(text, track, index, ns, page, record, at);
        track->beyond++;
        return vtci_live_text_event(text, track, site, ns, record->payload, record->payload_bytes);
    case 'E': return take_end(text, track, ns, site, record);
    case 'X': return take_complete(text, track, site, record);
    default:
        return vtci_live_text_event(text, track, site, ns, record->payload, record->payload_bytes);
    }
}

/* The records of a page from where the track is, as long as there is room. */
vtc_status vtci_live_text_records(struct vtci_live_text *text, struct vtci_live_track *track,
                                  const struct vtci_live_page_ref *ref, const uint8_t *page)
{
    const struct vtci_live_clock_map *clock = &text->scan->names.clock;
    struct vtci_live_record record = {0};
    while (vtci_live_text_has_room(text)) {
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
