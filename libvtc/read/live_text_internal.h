/* What the units of the text of a live file share:
 *
 *     live_text.c            the document, who is next, the caller's buffer
 *     live_text_track.c      the pages of one writer
 *     live_text_record.c     records, open spans, rows that are made in place
 *     live_text_row.c        all other rows
 */
#ifndef VTCI_READ_LIVE_TEXT_INTERNAL_H
#define VTCI_READ_LIVE_TEXT_INTERNAL_H

#include "read/live_text.h"

/* What a row may take that is made in place. */
enum { VTCI_LIVE_ROW_ROOM_BYTES = 4096 };

/* What arguments an event has: up to two payloads, of a begin and of an end. */
struct vtci_live_arguments {
    const struct vtci_known_site *site;
    const uint8_t *payload;
    uint32_t payload_bytes;
};

static inline bool vtci_live_text_has_room(const struct vtci_live_text *text)
{
    return text->pending.len_bytes == 0 && text->end - text->pos >= VTCI_LIVE_ROW_ROOM_BYTES;
}

/* Takes what it can of the track that is next, and steps to the one behind it when all is taken. */
VTC_NODISCARD vtc_status vtci_live_text_track(struct vtci_live_text *text, struct vtc_error *err);
void vtci_live_text_track_free(struct vtci_live_text *text, struct vtci_live_track *track);

/* The records of a page from where the track is, as long as there is room. NO_MEMORY or IO. */
VTC_NODISCARD vtc_status vtci_live_text_records(struct vtci_live_text *text,
                                                struct vtci_live_track *track,
                                                const struct vtci_live_page_ref *ref,
                                                const uint8_t *page);
/* The arguments of a begin; none where the page is not what it was. */
VTC_NODISCARD vtc_status vtci_live_text_open_arguments(struct vtci_live_text *text,
                                                       const struct vtci_live_track *track,
                                                       const struct vtci_live_open *open,
                                                       struct vtci_live_arguments *out);

/* Bytes to where rows go, and what does not fit to `pending`. These fail with NO_MEMORY only. */
VTC_NODISCARD vtc_status vtci_live_text_give(struct vtci_live_text *text, const uint8_t *bytes,
                                             size_t len_bytes);
VTC_NODISCARD vtc_status vtci_live_text_name(struct vtci_live_text *text, const char *kind,
                                             uint64_t thread_id, struct vtc_text name);
VTC_NODISCARD vtc_status vtci_live_text_session(struct vtci_live_text *text);
/* A row of any phase but X. */
VTC_NODISCARD vtc_status vtci_live_text_event(struct vtci_live_text *text,
                                              const struct vtci_live_track *track,
                                              struct vtci_known_site *site, int64_t ns,
                                              const uint8_t *payload, uint32_t payload_bytes);
/* SPEC: LIV-9. */
VTC_NODISCARD vtc_status vtci_live_text_unknown(struct vtci_live_text *text,
                                                const struct vtci_live_track *track, uint32_t site,
                                                int64_t ns);
VTC_NODISCARD vtc_status vtci_live_text_end(struct vtci_live_text *text,
                                            const struct vtci_live_track *track, int64_t ns);
VTC_NODISCARD vtc_status vtci_live_text_span(struct vtci_live_text *text,
                                             const struct vtci_live_track *track,
                                             struct vtci_known_site *site, int64_t start_ns,
                                             int64_t duration_ns,
                                             const struct vtci_live_arguments *arguments,
                                             size_t argument_count);

#endif
