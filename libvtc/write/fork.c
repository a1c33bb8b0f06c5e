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
 * A child that was made without these handlers does the same by itself when it meets the library again
 * (process.h). Then another thread may have held a lock when the child was made: a session whose
 * definitions were in the middle of a change records nothing in the child.
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

#include "write/process.h"
#include "write/session_open.h"
#include "write/signals.h"
#include "write/writer.h"

#define OPEN_STEP_NS 50000
#define OPEN_WAITS 20000 /* one second */
#define RETRY_NS 10000000

struct vtci_process_page vtci_process_page;
static bool is_told_apart; /* the kernel wipes the page */

/* This thread is between the handlers: the locks are its own. */
static _Thread_local bool is_forking __attribute__((tls_model("initial-exec")));

static void before(void)
{
    pthread_mutex_lock(&vtci_sessions_lock);
    for (struct vtc_session *session = vtci_sessions_first(); session; session = session->next)
        pthread_mutex_lock(&session->lock);
    is_forking = true;
}

static void after(void)
{
    is_forking = false;
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
    for (size_t i = 0; i < VTC_LOSS_CAUSES; i++) {
        atomic_store_explicit(&session->lost[i], 0, memory_order_relaxed);
        atomic_store_explicit(&session->untold[i], 0, memory_order_relaxed);
    }
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

static void inherit_all(void)
{
    for (struct vtc_session *session = vtci_sessions_first(); session; session = session->next)
        inherit_session(session);
    atomic_store_explicit(&vtci_process_page.known, 1, memory_order_release);
}

static void in_child(void)
{
    /* A handler of the program's that came before this one may have recorded. */
    if (!is_told_apart || !vtci_process_is_known())
        inherit_all();
    after();
}

/* A lock that another thread held when the child was made will never be let go of. */
static bool take_over(pthread_mutex_t *mutex)
{
    if (pthread_mutex_trylock(mutex) == 0)
        return true;
    pthread_mutex_init(mutex, NULL);
    pthread_mutex_lock(mutex);
    return false;
}

static void inherit_without_handlers(void)
{
    take_over(&vtci_sessions_lock);
    for (struct vtc_session *session = vtci_sessions_first(); session; session = session->next)
        session->is_torn |= !take_over(&session->lock);
    inherit_all();
    after();
}

void vtci_process_adopt(void)
{
    uint32_t nobody = 0;
    sigset_t before_signals;
    vtci_signals_block(&before_signals);
    if (!atomic_compare_exchange_strong(&vtci_process_page.adopting, &nobody, 1))
        while (!vtci_process_is_known())
            sched_yield();
    else if (is_forking)
        inherit_all(); /* and the locks are let go of when the handler comes */
    else
        inherit_without_handlers();
    vtci_signals_restore(&before_signals);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int init_error;

static void init(void)
{
    init_error = pthread_atfork(before, after, in_child);
    is_told_apart = madvise(&vtci_process_page, sizeof vtci_process_page, MADV_WIPEONFORK) == 0;
    atomic_store_explicit(&vtci_process_page.known, 1, memory_order_release);
}

int vtci_fork_init(void)
{
    pthread_once(&once, init);
    return init_error;
}

static vtc_status fail_child(struct vtc_session *session, int error)
{
    vtci_session_fail(session, VTC_ERR_IO, error);
    session->child_retry_ns = vtci_clock_ns(CLOCK_MONOTONIC) + RETRY_NS;
    atomic_store_explicit(&session->child, VTCI_CHILD_FAILED, memory_order_release);
    return VTC_ERR_IO;
}

/* `making` is held. */
static vtc_status open_child(struct vtc_session *session)
{
    bool is_early =
        atomic_load_explicit(&session->child, memory_order_relaxed) == VTCI_CHILD_FAILED &&
        vtci_clock_ns(CLOCK_MONOTONIC) < session->child_retry_ns;
    if (is_early || session->is_torn)
        return VTC_ERR_IO;
    vtci_session_identify(session);
    session->has_membarrier =
        syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
    int error = vtci_session_begin_file(session, 0);
    if (error)
        return fail_child(session, error);
    atomic_store_explicit(&session->child, VTCI_CHILD_NO, memory_order_release);
    vtci_session_tell_losses(session);
    return VTC_OK;
}

vtc_status vtci_fork_open(struct vtc_session *session, bool may_wait)
{
    const struct timespec step = {0, OPEN_STEP_NS};
    for (int waits = 0; waits < OPEN_WAITS; waits++) {
        if (atomic_load_explicit(&session->child, memory_order_acquire) == VTCI_CHILD_NO)
            return VTC_OK;
        if (vtci_session_try_make(session)) {
            vtc_status status = VTC_OK;
            if (atomic_load_explicit(&session->child, memory_order_acquire) != VTCI_CHILD_NO)
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
