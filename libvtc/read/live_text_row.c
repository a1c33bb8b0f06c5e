/* Rows of the text of a live file that are put together in a buffer of their own: all but those of
 * spans without arguments, which are made in place (live_text_record.c). SPEC B.8.
 */
#include "base/error.h"
#include "read/live_row.h"
#include "read/live_text_internal.h"

/* To where rows go, and what does not fit to `pending`. */
vtc_status vtci_live_text_give(struct vtci_live_text *text, const uint8_t *bytes, size_t len_bytes)
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
    return vtci_live_text_give(text, text->row.data, text->row.len_bytes);
}

vtc_status vtci_live_text_name(struct vtci_live_text *text, const char *kind, uint64_t thread_id,
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

vtc_status vtci_live_text_session(struct vtci_live_text *text)
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
    VTC_TRY(append_lost(row, "records", scan->lost_records));
    VTC_TRY(vtci_row_literal(row, "}"));
    return end_row(text);
}

static vtc_status append_arguments(struct vtci_live_text *text,
                                   const struct vtci_live_arguments *arguments, size_t count)
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

static vtc_status append_piece(struct vtci_live_text *text, struct vtci_known_site *site)
{
    if (!site->piece)
        VTC_TRY(vtci_row_piece(&text->scan->names, site, &text->again));
    return vtci_buffer_append(&text->row, site->piece, site->piece_bytes);
}

/* A row of any phase but X. */
vtc_status vtci_live_text_event(struct vtci_live_text *text, const struct vtci_live_track *track,
                                struct vtci_known_site *site, int64_t ns, const uint8_t *payload,
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
    struct vtci_live_arguments arguments = {site, payload, payload_bytes};
    VTC_TRY(append_arguments(text, &arguments, 1));
    return end_row(text);
}

/* SPEC: LIV-9. */
vtc_status vtci_live_text_unknown(struct vtci_live_text *text, const struct vtci_live_track *track,
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

vtc_status vtci_live_text_end(struct vtci_live_text *text, const struct vtci_live_track *track,
                              int64_t ns)
{
    VTC_TRY(begin_row(text, 'E', track->thread_id));
    VTC_TRY(vtci_row_time(&text->row, ns));
    return end_row(text);
}

vtc_status vtci_live_text_span(struct vtci_live_text *text, const struct vtci_live_track *track,
                               struct vtci_known_site *site, int64_t start_ns, int64_t duration_ns,
                               const struct vtci_live_arguments *arguments, size_t argument_count)
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
