/* The flight recorder: the oldest closed segments go, and their events are counted as overwritten, in
 * the current file, which takes over what they had counted themselves.
 *
 * Counting reads the segment once: about 0.4 ms a MiB, in the thread that made the next segment, while
 * others record to that.
 * Counting as events are recorded would cost all of them, also those that are kept.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/bytes.h"
#include "write/session.h"

/* Events of one page, which this process wrote and nobody changed: it is not checked. */
static uint64_t count_page(const uint8_t *page)
{
    static const uint8_t mark[4] = {'V', 'P', VTCI_LIVE_EVENTS, 0};
    uint64_t events = 0;
    if (memcmp(page, mark, sizeof mark) != 0)
        return 0;
    for (size_t at = VTCI_LIVE_PAGE_HEADER_BYTES; at + 4 <= VTCI_LIVE_PAGE_BYTES;) {
        uint32_t kind = vtci_load_u32(page + at) & ((1u << VTCI_LIVE_KIND_BITS) - 1);
        switch (kind) {
        case VTCI_LIVE_EVENT: at += 8; break;
        case VTCI_LIVE_END: at += 4; break;
        case VTCI_LIVE_BASE: at += 12; continue;
        case VTCI_LIVE_DATA:
            if (at + 12 > VTCI_LIVE_PAGE_BYTES)
                return events;
            at += 12 + ((vtci_load_u32(page + at + 8) + 3u) & ~3u);
            break;
        default: return events;
        }
        events++;
    }
    return events;
}

/* Of the segment whose path is in path_work. */
static uint64_t count_events(const struct vtc_session *session, uint64_t out_lost[VTC_LOSS_CAUSES])
{
    uint64_t events = 0;
    off_t offset = VTCI_LIVE_PAGE_BYTES;
    int fd = open(session->path_work, O_RDONLY | O_CLOEXEC);
    memset(out_lost, 0, VTC_LOSS_CAUSES * sizeof *out_lost);
    if (fd < 0)
        return 0;
    if (pread(fd, session->count_buffer, VTCI_LIVE_PAGE_BYTES, 0) == VTCI_LIVE_PAGE_BYTES)
        for (size_t cause = 0; cause < VTC_LOSS_CAUSES; cause++)
            out_lost[cause] =
                vtci_load_u64(session->count_buffer + VTCI_LIVE_LOST_OFFSET + 8 * cause);
    while (pread(fd, session->count_buffer, VTCI_LIVE_PAGE_BYTES, offset) == VTCI_LIVE_PAGE_BYTES) {
        events += count_page(session->count_buffer);
        offset += VTCI_LIVE_PAGE_BYTES;
    }
    close(fd);
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

static void remove_segment(struct vtc_session *session, struct vtci_live_file *current,
                           uint32_t segment)
{
    uint64_t lost[VTC_LOSS_CAUSES];
    vtci_session_path(session, segment);
    uint64_t events = count_events(session, lost);
    if (unlink(session->path_work) != 0)
        return;
    vtci_session_lose(session, VTC_LOSS_OVERWRITTEN, events);
    for (size_t cause = 0; cause < VTC_LOSS_CAUSES; cause++)
        if (lost[cause])
            vtci_live_file_count_loss(current, (enum vtc_loss)cause, lost[cause]);
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
 * can go. */
void vtci_session_trim(struct vtc_session *session)
{
    struct vtci_live_file *file = atomic_load_explicit(&session->current, memory_order_acquire);
    uint32_t segment = atomic_load_explicit(&session->oldest, memory_order_relaxed);
    bool all_gone = true;
    for (; segment != file->segment; segment++) {
        struct vtci_closed_file *closed = &session->closed_files[segment % VTCI_CLOSED_FILES];
        uint64_t bytes = atomic_load_explicit(&closed->bytes, memory_order_acquire);
        if (bytes && is_too_much(session, file, closed)) {
            remove_segment(session, file, segment);
            atomic_store_explicit(&closed->bytes, 0, memory_order_relaxed);
            atomic_fetch_sub_explicit(&session->closed_bytes, bytes, memory_order_relaxed);
        } else {
            all_gone &= bytes == 0 && !is_open(session, segment);
        }
        if (all_gone)
            atomic_store_explicit(&session->oldest, segment + 1, memory_order_relaxed);
    }
}
