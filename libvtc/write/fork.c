/* Fork. The child has the parent's memory, descriptors and shared mappings, and one thread.
 *
 *     before   all locks of all sessions are taken, so that the child finds tables that are whole
 *     parent   they are released; nothing else: the parent is not disturbed
 *     child    everything of the parent's files is let go, so that nothing of it can be written; each
 *              writer is told (control FORK), and its next record makes the child's own file, with
 *              all definitions in it from the journal
 *
 * A record that was under way when a signal handler forked goes on in the child: its chunk is covered
 * with private memory, so it goes nowhere. A child that records nothing has no file.
 *
 * Lock order as everywhere: all sessions, then each.
 */
#include <errno.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "write/session_open.h"
#include "write/writer.h"

#define OPEN_STEP_NS 50000
#define OPEN_WAITS 20000 /* one second */

static void before(void)
{
    pthread_mutex_lock(&vtci_sessions_lock);
    for (struct vtc_session *session = vtci_sessions_first(); session; session = session->next)
        pthread_mutex_lock(&session->lock);
}

static void after(void)
{
    for (struct vtc_session *session = vtci_sessions_first(); session; session = session->next)
        pthread_mutex_unlock(&session->lock);
    pthread_mutex_unlock(&vtci_sessions_lock);
}

static void drop_chunk(struct vtci_lane *lane)
{
    uint8_t *chunk = atomic_load_explicit(&lane->chunk, memory_order_relaxed);
    size_t bytes = atomic_load_explicit(&lane->chunk_bytes, memory_order_relaxed);
    if (!atomic_exchange_explicit(&lane->attached, 0, memory_order_relaxed) || !chunk)
        return;
    if (atomic_load_explicit(&lane->busy, memory_order_relaxed))
        mmap(chunk, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    else
        munmap(chunk, bytes);
}

static void inherit_lane(struct vtci_lane *lane)
{
    drop_chunk(lane);
    lane->serial = 0;
    lane->chunk_pages = 1;
    lane->retry_ns = 0;
    atomic_fetch_or_explicit(&lane->control, VTCI_LANE_FORK | VTCI_LANE_MOVE, memory_order_relaxed);
}

static void inherit_writer(struct vtc_writer *writer)
{
    bool is_gone = writer->thread && !vtci_thread_is_this(writer->thread);
    inherit_lane(&writer->lane);
    inherit_lane(&writer->signals);
    if (!atomic_load_explicit(&writer->in_use, memory_order_relaxed))
        return;
    if (is_gone) {
        atomic_store_explicit(&writer->lane.busy, 0, memory_order_relaxed);
        atomic_store_explicit(&writer->signals.busy, 0, memory_order_relaxed);
        vtci_writer_close(writer);
    } else if (!writer->thread_id_given) {
        writer->thread_id = (uint64_t)syscall(SYS_gettid);
    }
}

static void inherit_session(struct vtc_session *session)
{
    if (!vtci_session_try_ref(session))
        return; /* free, or being opened or freed by a thread that is not here */
    atomic_store_explicit(&session->current, NULL, memory_order_relaxed);
    for (size_t i = 0; i < VTCI_OPEN_FILES; i++) {
        struct vtci_live_file *file = &session->files[i];
        atomic_store_explicit(&file->refs, 0, memory_order_relaxed);
        if (!atomic_load_explicit(&file->taken, memory_order_relaxed))
            continue;
        vtci_log_abandon(file);
        vtci_live_file_forget(file);
    }
    for (size_t i = 0; i < VTCI_CLOSED_FILES; i++)
        atomic_store_explicit(&session->closed_files[i].bytes, 0, memory_order_relaxed);
    for (size_t i = 0; i < VTC_LOSS_CAUSES; i++)
        atomic_store_explicit(&session->lost[i], 0, memory_order_relaxed);
    atomic_store_explicit(&session->closed_bytes, 0, memory_order_relaxed);
    atomic_store_explicit(&session->promised_bytes, 0, memory_order_relaxed);
    atomic_store_explicit(&session->oldest, 0, memory_order_relaxed);
    atomic_store_explicit(&session->segment, 0, memory_order_relaxed);
    atomic_store_explicit(&session->status, VTC_OK, memory_order_relaxed);
    atomic_store_explicit(&session->making, 0, memory_order_relaxed);
    atomic_store_explicit(&session->child, VTCI_CHILD_TO_OPEN, memory_order_relaxed);
    struct vtc_writer *writer = atomic_load_explicit(&session->writers, memory_order_acquire);
    for (; writer; writer = writer->next)
        inherit_writer(writer);
    /* A closed session whose last writers were other threads'. Its memory is not given back here: the
     * program's allocator may not be ready for that yet. */
    session->is_left_over = atomic_fetch_sub_explicit(&session->refs, 1, memory_order_acq_rel) == 1;
}

static void in_child(void)
{
    for (struct vtc_session *session = vtci_sessions_first(); session; session = session->next)
        inherit_session(session);
    after();
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int init_error;

static void init(void)
{
    init_error = pthread_atfork(before, after, in_child);
}

int vtci_fork_init(void)
{
    pthread_once(&once, init);
    return init_error;
}

static vtc_status open_child(struct vtc_session *session)
{
    vtci_session_identify(session);
    session->has_membarrier =
        syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
    int error = vtci_session_begin_file(session, 0);
    if (error) {
        vtci_session_fail(session, VTC_ERR_IO, error);
        atomic_store_explicit(&session->child, VTCI_CHILD_FAILED, memory_order_release);
        return VTC_ERR_IO;
    }
    atomic_store_explicit(&session->child, VTCI_CHILD_NO, memory_order_release);
    return VTC_OK;
}

vtc_status vtci_fork_open(struct vtc_session *session, bool may_wait)
{
    const struct timespec step = {0, OPEN_STEP_NS};
    for (int waits = 0; waits < OPEN_WAITS; waits++) {
        uint32_t child = atomic_load_explicit(&session->child, memory_order_acquire);
        if (child != VTCI_CHILD_TO_OPEN)
            return child == VTCI_CHILD_NO ? VTC_OK : VTC_ERR_IO;
        if (vtci_session_try_make(session)) {
            vtc_status status = VTC_OK;
            if (atomic_load_explicit(&session->child, memory_order_acquire) == VTCI_CHILD_TO_OPEN)
                status = open_child(session);
            vtci_session_end_make(session);
            return status;
        }
        if (!may_wait)
            break; /* perhaps it is the record that this handler came into the middle of */
        nanosleep(&step, NULL);
    }
    return VTC_ERR_IO;
}
