/* Going on to the next segment.
 *
 * Whoever finds the current file full, and gets the flag, makes the next one; all others go on in the
 * old one meanwhile: nobody waits. Then all writers are told to leave (control), and from those that
 * are not within a record their chunk is taken away, so that a thread that sleeps for a week does not
 * keep a segment open. The last to leave closes it.
 */
#include <errno.h>
#include <linux/membarrier.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "write/writer.h"

/* What a new segment takes at once. */
static uint64_t begin_bytes(const struct vtc_session *session)
{
    return VTCI_LIVE_PAGE_BYTES + vtci_journal_file_bytes(&session->journal);
}

static void announce(struct vtci_lane *lane, uint32_t control, uint32_t *out_token)
{
    *out_token = atomic_load_explicit(&lane->attached, memory_order_acquire);
    atomic_fetch_or_explicit(&lane->control, control, memory_order_seq_cst);
}

static unsigned evict_idle(struct vtci_lane *lane, uint32_t token)
{
    /* Acquire: pairs with vtci_lane_exit. */
    if (atomic_load_explicit(&lane->busy, memory_order_acquire))
        return 1;
    vtci_lane_take_away(lane, token);
    return 0;
}

unsigned vtci_session_shoo(struct vtc_session *session, uint32_t control)
{
    struct vtc_writer *first = atomic_load_explicit(&session->writers, memory_order_acquire);
    for (struct vtc_writer *writer = first; writer; writer = writer->next) {
        announce(&writer->lane, control, &writer->evict_tokens[0]);
        announce(&writer->signals, control, &writer->evict_tokens[1]);
    }
    /* Without the barrier a thread may be past its look at control and not yet busy to us: then
     * chunks stay with their threads until these come by. */
    if (!session->has_membarrier ||
        syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) != 0)
        return 0;
    unsigned busy = 0;
    for (struct vtc_writer *writer = first; writer; writer = writer->next) {
        busy += evict_idle(&writer->lane, writer->evict_tokens[0]);
        busy += evict_idle(&writer->signals, writer->evict_tokens[1]);
    }
    return busy;
}

/* How much is to be recorded to a segment that began with so many bytes of definitions. Each segment
 * has all of them: at least as much again is recorded, so that files grow to twice what is recorded at
 * most, however many definitions there are. A flight recorder keeps
 * one that is full while the next fills up and the one after that begins. */
static uint64_t segment_size(const struct vtc_session *session, uint64_t begun_bytes)
{
    const struct vtc_session_opts *opts = &session->opts;
    uint64_t size = opts->segment_bytes > begun_bytes ? opts->segment_bytes : begun_bytes;
    uint64_t room = opts->keep_bytes > 3 * begun_bytes ? opts->keep_bytes - 3 * begun_bytes : 0;
    if (opts->keep_bytes && size > room / 2)
        size = room / 2;
    return size;
}

static uint64_t recorded_bytes(const struct vtci_live_file *file)
{
    uint64_t bytes = vtci_live_file_bytes(file);
    return bytes > file->begun_bytes ? bytes - file->begun_bytes : 0;
}

uint64_t vtci_session_segment_room(const struct vtc_session *session,
                                   const struct vtci_live_file *file)
{
    uint64_t size = segment_size(session, file->begun_bytes), recorded = recorded_bytes(file);
    return (size > recorded ? size - recorded : 0) + begin_bytes(session);
}

static bool is_due(const struct vtc_session *session, const struct vtci_live_file *file)
{
    uint64_t chunk = (uint64_t)session->chunk_pages_max * VTCI_LIVE_PAGE_BYTES;
    if (session->opts.segment_bytes &&
        recorded_bytes(file) + chunk > segment_size(session, file->begun_bytes))
        return true;
    return session->opts.keep_ns &&
           vtci_clock_ns(CLOCK_MONOTONIC) -
                   atomic_load_explicit(&session->segment_started_ns, memory_order_relaxed) >
               (int64_t)(session->opts.keep_ns / 8);
}

/* More segments than are remembered: the oldest has to go first. */
static bool has_place(struct vtc_session *session, uint32_t segment)
{
    return segment - atomic_load_explicit(&session->oldest, memory_order_relaxed) <
           VTCI_CLOSED_FILES;
}

/* A service that keeps its history has more segments than are remembered. The bytes of one that is
 * forgotten stay counted. */
static void make_place(struct vtc_session *session, uint32_t segment)
{
    if (session->opts.policy == VTC_POLICY_FLIGHT)
        return vtci_session_trim(session);
    vtci_session_settle(session);
    if (!has_place(session, segment))
        atomic_store_explicit(&session->oldest, segment - VTCI_CLOSED_FILES + 1,
                              memory_order_relaxed);
}

static void go_on(struct vtc_session *session, uint32_t segment)
{
    int error = vtci_session_begin_file(session, segment);
    if (!error)
        vtci_session_shoo(session, VTCI_LANE_MOVE);
    else if (error != EMFILE) /* all slots are taken: later */
        vtci_session_fail(session, VTC_ERR_IO, error);
}

void vtci_session_rotate(struct vtc_session *session)
{
    struct vtci_live_file *file = atomic_load_explicit(&session->current, memory_order_acquire);
    if (!file || (!session->opts.segment_bytes && !session->opts.keep_ns) ||
        !is_due(session, file) || !vtci_session_try_make(session))
        return;
    file = atomic_load_explicit(&session->current, memory_order_acquire);
    if (is_due(session, file) && !atomic_load_explicit(&session->stopped, memory_order_relaxed)) {
        uint64_t bytes = begin_bytes(session);
        bool is_flight = session->opts.policy == VTC_POLICY_FLIGHT;
        bool promised = vtci_session_promise(session, bytes);
        if (!promised || !has_place(session, file->segment + 1))
            make_place(session, file->segment + 1);
        promised = promised || vtci_session_promise(session, bytes);
        if (promised && has_place(session, file->segment + 1))
            go_on(session, file->segment + 1);
        if (promised)
            vtci_session_unpromise(session, bytes);
        /* While old segments are counted and removed, others record to the new one. */
        if (is_flight)
            vtci_session_trim(session);
    }
    vtci_session_end_make(session);
}

/* Bytes of closed segments are what the disk says: a compactor may have made them small, or removed
 * them. `making` is held, or nobody else is there. */
void vtci_session_settle(struct vtc_session *session)
{
    const struct vtci_live_file *file =
        atomic_load_explicit(&session->current, memory_order_acquire);
    uint32_t oldest = atomic_load_explicit(&session->oldest, memory_order_relaxed);
    bool gap = false;
    for (uint32_t segment = oldest; file && segment != file->segment; segment++) {
        struct vtci_closed_file *closed = &session->closed_files[segment % VTCI_CLOSED_FILES];
        uint64_t bytes = atomic_load_explicit(&closed->bytes, memory_order_acquire);
        struct stat status;
        vtci_session_path(session, segment);
        bool failed = stat(session->path_work, &status) != 0;
        bool gone = failed && errno == ENOENT;
        uint64_t now_bytes = gone ? 0 : failed ? bytes : (uint64_t)status.st_size;
        if (bytes && now_bytes != bytes) {
            atomic_fetch_add_explicit(&session->closed_bytes, now_bytes - bytes,
                                      memory_order_relaxed);
            atomic_store_explicit(&closed->bytes, now_bytes, memory_order_relaxed);
        }
        gap |= !gone;
        if (!gap)
            atomic_store_explicit(&session->oldest, segment + 1, memory_order_relaxed);
    }
}
