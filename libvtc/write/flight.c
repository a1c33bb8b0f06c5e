/* The flight recorder: the oldest closed segments go, and their events are counted as overwritten, in
 * the current file, which takes over what they had counted themselves.
 *
 * What a segment holds is counted when its chunks are given back, by whoever gives them back, from the
 * mapping that is about to go: some 2 ns an event, at a change of chunk. By the time that a segment
 * goes it may be another file: a compactor has made blocks of it, where a begin and its end are one
 * row, or it is gone altogether.
 *
 * Rejected: counting as events are recorded (each would pay, also those that are kept), and reading
 * the segment when it goes (it costs the same, all at once, and is not possible any more when it was
 * compacted).
 */
#include <unistd.h>

#include "base/bytes.h"
#include "write/session.h"

/* Of one page, which this process wrote and nobody changed: it is not checked. */
static uint64_t count_page(const uint8_t *page)
{
    static const uint8_t mark[4] = {'V', 'P', VTCI_LIVE_EVENTS, 0};
    uint64_t events = 0;
    if (memcmp(page, mark, sizeof mark) != 0)
        return 0;
    for (size_t at = VTCI_LIVE_PAGE_HEADER_BYTES; at + 4 <= VTCI_LIVE_PAGE_BYTES;) {
        uint32_t first = vtci_load_u32(page + at);
        switch (first & ((1u << VTCI_LIVE_KIND_BITS) - 1)) {
        case VTCI_LIVE_EVENT: at += 8; break;
        case VTCI_LIVE_END: at += 4; break;
        case VTCI_LIVE_BASE: at += 12; break;
        case VTCI_LIVE_DATA:
            if (at + 12 > VTCI_LIVE_PAGE_BYTES)
                return events;
            at += 12 + ((vtci_load_u32(page + at + 8) + 3u) & ~3u);
            break;
        default: return events;
        }
        events += vtci_live_is_event(first);
    }
    return events;
}

uint64_t vtci_flight_count(const uint8_t *chunk, size_t chunk_bytes)
{
    uint64_t events = 0;
    for (size_t at = 0; at < chunk_bytes; at += VTCI_LIVE_PAGE_BYTES)
        events += count_page(chunk + at);
    return events;
}

/* The limit holds until the next segment has begun, which is when this is looked at again. */
static bool is_too_much(const struct vtc_session *session, const struct vtci_live_file *current,
                        const struct vtci_closed_file *closed)
{
    const struct vtc_session_opts *opts = &session->opts;
    if (opts->keep_bytes &&
        vtci_session_bytes(session) + vtci_session_segment_room(session, current) >
            opts->keep_bytes)
        return true;
    int64_t age_ns = vtci_clock_ns(CLOCK_MONOTONIC) -
                     atomic_load_explicit(&closed->closed_ns, memory_order_relaxed);
    return opts->keep_ns && age_ns > (int64_t)opts->keep_ns;
}

/* What somebody else has removed is not the recorder's loss. */
static void remove_segment(struct vtc_session *session, struct vtci_live_file *current,
                           uint32_t segment, const struct vtci_closed_file *closed)
{
    vtci_session_path(session, segment);
    if (unlink(session->path_work) != 0)
        return;
    vtci_session_lose(session, VTC_LOSS_OVERWRITTEN, closed->events);
    for (size_t cause = 0; cause < VTC_LOSS_CAUSES; cause++)
        if (closed->lost[cause])
            vtci_live_file_count_loss(current, (enum vtc_loss)cause, closed->lost[cause]);
}

static bool is_open(const struct vtc_session *session, uint32_t segment)
{
    for (size_t i = 0; i < VTCI_OPEN_FILES; i++)
        if (atomic_load_explicit(&session->files[i].taken, memory_order_acquire) &&
            session->files[i].segment == segment)
            return true;
    return false;
}

/* A segment that a thread is still in stays, and the next is looked at: the limit is kept by those that
 * can go. One more than are remembered goes too: what a compactor makes small is not much for long. */
void vtci_session_trim(struct vtc_session *session)
{
    vtci_session_settle(session);
    struct vtci_live_file *file = atomic_load_explicit(&session->current, memory_order_acquire);
    uint32_t segment = atomic_load_explicit(&session->oldest, memory_order_relaxed);
    bool all_gone = true;
    for (; segment != file->segment; segment++) {
        struct vtci_closed_file *closed = &session->closed_files[segment % VTCI_CLOSED_FILES];
        uint64_t bytes = atomic_load_explicit(&closed->bytes, memory_order_acquire);
        bool no_place = file->segment + 1 - segment >= VTCI_CLOSED_FILES;
        if (bytes && (no_place || is_too_much(session, file, closed))) {
            remove_segment(session, file, segment, closed);
            atomic_store_explicit(&closed->bytes, 0, memory_order_relaxed);
            atomic_fetch_sub_explicit(&session->closed_bytes, bytes, memory_order_relaxed);
        } else {
            all_gone &= bytes == 0 && !is_open(session, segment);
        }
        if (all_gone)
            atomic_store_explicit(&session->oldest, segment + 1, memory_order_relaxed);
    }
}
