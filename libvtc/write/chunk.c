/* Pages for a lane: the next of its chunk, or a new chunk. A thread's first chunk is a page, then 4,
 * 16 and so on: thousands of threads that record little cost a page each.
 *
 * A chunk that cannot be mapped is one page, of the writer's own memory, whose records are written to
 * the file one by one (control THROUGH); with the next page mapping is tried again.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "write/signals.h"
#include "write/writer.h"

#define RETRY_NS 1000000      /* after a failure, events are only counted for as long as this */
#define RETRY_FLIGHT_NS 50000 /* the same while another thread makes room */
#define WAIT_STEP_NS 1000000

static vtc_status begin_page(struct vtci_lane *lane, uint8_t *page, uint64_t ticks)
{
    struct vtci_live_file *file = atomic_load_explicit(&lane->file, memory_order_relaxed);
    struct vtci_live_page header = {VTCI_LIVE_EVENTS, 1, lane->id, lane->sequence, ticks};
    uint32_t mark = vtci_live_page_encode(page, &header, file->family);
    if (page == lane->shadow) {
        memset(page + VTCI_LIVE_PAGE_HEADER_BYTES, 0,
               VTCI_LIVE_PAGE_BYTES - VTCI_LIVE_PAGE_HEADER_BYTES);
        vtc_status status = VTC_OK;
        lane->pos = page;
        status = vtci_lane_write_through(lane, page, VTCI_LIVE_PAGE_HEADER_BYTES, mark);
        if (status != VTC_OK) {
            lane->pos = lane->page_end = NULL;
            return status;
        }
    } else {
        vtci_publish_u32(page, mark); /* SPEC: LIV-4 */
    }
    lane->sequence++; /* SPEC: LIV-6 */
    lane->base = ticks;
    lane->pos = page + VTCI_LIVE_PAGE_HEADER_BYTES;
    lane->page_end = page + VTCI_LIVE_PAGE_BYTES;
    lane->chunk_next = lane->page_end;
    return VTC_OK;
}

/* Sets pages of the budget aside; a compactor may have given some back. */
static bool promise(struct vtc_session *session, uint32_t pages)
{
    uint64_t bytes = (uint64_t)pages * VTCI_LIVE_PAGE_BYTES;
    if (vtci_session_promise(session, bytes))
        return true;
    if (!vtci_session_try_make(session))
        return false;
    if (session->opts.policy == VTC_POLICY_FLIGHT)
        vtci_session_trim(session);
    else
        vtci_session_settle(session);
    vtci_session_end_make(session);
    return vtci_session_promise(session, bytes);
}

/* Reserves pages: as many as `*pages`, or one where there is not so much. 0 or an errno. */
static int reserve(struct vtc_session *session, struct vtci_live_file *file, uint32_t *pages,
                   uint64_t *out_page, enum vtc_loss *out_cause)
{
    *out_cause = VTC_LOSS_NO_PAGE;
    if (!promise(session, *pages)) {
        *pages = 1;
        if (!promise(session, 1))
            return ENOBUFS;
    }
    uint64_t promised_bytes = (uint64_t)*pages * VTCI_LIVE_PAGE_BYTES;
    *out_cause = VTC_LOSS_DISK_FULL;
    int error = vtci_live_file_reserve(file, *pages, out_page);
    if (error && *pages > 1) {
        *pages = 1;
        error = vtci_live_file_reserve(file, 1, out_page);
    }
    vtci_session_unpromise(session, promised_bytes);
    return error;
}

/* The lane's WRITER record in `file`, which may take a page of the log: only where there is room for one
 * more to record in. 0 or an errno. */
static int log_writer(struct vtci_lane *lane, struct vtci_live_file *file, enum vtc_loss *out_cause)
{
    if (lane->serial == file->segment + 1)
        return 0;
    if (!promise(lane->session, 2)) {
        *out_cause = VTC_LOSS_NO_PAGE;
        return ENOBUFS;
    }
    lane->sequence = 0; /* each file stands alone */
    int error = vtci_writer_log(lane, file);
    vtci_session_unpromise(lane->session, 2 * VTCI_LIVE_PAGE_BYTES);
    if (!error)
        lane->serial = file->segment + 1;
    return error;
}

/* Reserves and maps a chunk of `file`, which is held. 0 or an errno, and the cause. */
static int attach(struct vtci_lane *lane, struct vtci_live_file *file, enum vtc_loss *out_cause)
{
    uint64_t page;
    uint32_t pages = lane->chunk_pages;
    *out_cause = VTC_LOSS_DISK_FULL;
    int error = log_writer(lane, file, out_cause);
    if (error)
        return error;
    error = reserve(lane->session, file, &pages, &page, out_cause);
    if (error)
        return error;
    size_t bytes = (size_t)pages * VTCI_LIVE_PAGE_BYTES;
    uint64_t offset = page * VTCI_LIVE_PAGE_BYTES;
    vtci_live_file_warm(file, page, pages);
    void *map = vtci_live_file_is_ours(file)
                    ? mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file->fd, (off_t)offset)
                    : MAP_FAILED;
    bool through = map == MAP_FAILED;
    atomic_store_explicit(&lane->chunk, through ? NULL : map, memory_order_relaxed);
    atomic_store_explicit(&lane->chunk_bytes, bytes, memory_order_relaxed);
    atomic_store_explicit(&lane->file, file, memory_order_relaxed);
    if (through)
        atomic_fetch_or_explicit(&lane->control, VTCI_LANE_THROUGH, memory_order_relaxed);
    lane->page_offset = offset;
    lane->chunk_next = through ? NULL : map;
    if (++lane->attach_count == 0)
        lane->attach_count = 1;
    /* Release: what the chunk is before that it is; pairs with announce in segment.c. */
    atomic_store_explicit(&lane->attached, lane->attach_count, memory_order_release);
    uint32_t larger = 4 * lane->chunk_pages;
    lane->chunk_pages =
        larger < lane->session->chunk_pages_max ? larger : lane->session->chunk_pages_max;
    return 0;
}

static int attach_next(struct vtci_lane *lane, enum vtc_loss *out_cause)
{
    vtci_lane_leave(lane);
    vtci_session_rotate(lane->session);
    struct vtci_live_file *file = vtci_session_hold_current(lane->session);
    *out_cause = VTC_LOSS_LATE;
    if (!file)
        return ECANCELED;
    int error = attach(lane, file, out_cause);
    if (error) {
        if (error != ENOSPC && error != EDQUOT && error != EFBIG && error != EIO &&
            error != ENOBUFS)
            *out_cause = VTC_LOSS_NO_MEMORY;
        vtci_session_let_go(lane->session, file);
        return error;
    }
    vtci_session_log_clock(lane->session, file, false);
    return 0;
}

static int next_chunk(struct vtci_lane *lane, enum vtc_loss *out_cause)
{
    sigset_t before;
    vtci_signals_block(&before);
    int error = attach_next(lane, out_cause);
    vtci_signals_restore(&before);
    return error;
}

static vtc_status fail(struct vtci_lane *lane, enum vtc_loss cause, int error)
{
    if (cause == VTC_LOSS_LATE) {
        vtci_writer_lose(lane->writer, cause, VTC_OK);
        return VTC_END;
    }
    vtc_status status = cause == VTC_LOSS_NO_PAGE ? VTC_ERR_LIMIT : VTC_ERR_IO;
    if (status == VTC_ERR_IO)
        vtci_session_fail(lane->session, status, error);
    vtci_writer_lose(lane->writer, cause, status);
    return status;
}

/* VTC_POLICY_WAIT: tries again and again; not in a signal handler, which keeps its thread from
 * giving way. Once, until there is room again: a limit that stays would have the program creep. */
static int wait_for_chunk(struct vtci_lane *lane, enum vtc_loss *out_cause)
{
    const struct vtc_session *session = lane->session;
    const struct timespec step = {0, WAIT_STEP_NS};
    int64_t end_ns = vtci_clock_ns(CLOCK_MONOTONIC) + (int64_t)session->opts.wait_ns;
    int error;
    do {
        nanosleep(&step, NULL);
        if (atomic_load_explicit(&session->stopped, memory_order_relaxed)) {
            *out_cause = VTC_LOSS_LATE;
            return ECANCELED;
        }
        error = next_chunk(lane, out_cause);
    } while (error && *out_cause != VTC_LOSS_LATE && vtci_clock_ns(CLOCK_MONOTONIC) < end_ns);
    return error;
}

static void retry_later(struct vtci_lane *lane, enum vtc_loss cause)
{
    bool soon = cause == VTC_LOSS_NO_PAGE && lane->session->opts.policy == VTC_POLICY_FLIGHT;
    lane->retry_cause = cause;
    lane->retry_ns = vtci_clock_ns(CLOCK_MONOTONIC) + (soon ? RETRY_FLIGHT_NS : RETRY_NS);
}

vtc_status vtci_lane_next_page(struct vtci_lane *lane, uint64_t ticks)
{
    uint8_t *chunk = atomic_load_explicit(&lane->chunk, memory_order_relaxed);
    size_t chunk_bytes = atomic_load_explicit(&lane->chunk_bytes, memory_order_relaxed);
    if (chunk && lane->chunk_next && lane->chunk_next < chunk + chunk_bytes)
        return begin_page(lane, lane->chunk_next, ticks);
    if (lane->retry_ns && vtci_clock_ns(CLOCK_MONOTONIC) < lane->retry_ns)
        return fail(lane, lane->retry_cause, 0);
    enum vtc_loss cause = VTC_LOSS_NO_PAGE;
    int error = next_chunk(lane, &cause);
    if (error && lane->session->opts.policy == VTC_POLICY_WAIT && cause != VTC_LOSS_LATE &&
        !lane->has_waited && lane == &lane->writer->lane)
        error = wait_for_chunk(lane, &cause);
    lane->has_waited = error != 0;
    lane->retry_ns = 0;
    if (error) {
        if (cause != VTC_LOSS_LATE)
            retry_later(lane, cause);
        return fail(lane, cause, error);
    }
    vtc_status status = begin_page(lane, lane->chunk_next ? lane->chunk_next : lane->shadow, ticks);
    if (status != VTC_OK) /* the page is given up: not one for each event */
        retry_later(lane, VTC_LOSS_DISK_FULL);
    return status;
}
