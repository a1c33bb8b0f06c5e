/* Stopping, and the end of a session. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "write/process.h"
#include "write/session_open.h"
#include "write/signals.h"
#include "write/trace_default.h"
#include "write/writer.h"

#define CLOSE_WAIT_NS 10000000 /* for threads that are within a record */
#define CLOSE_STEP_NS 100000

bool vtci_session_try_ref(struct vtc_session *session)
{
    uint32_t refs = atomic_load_explicit(&session->refs, memory_order_relaxed);
    while (refs != 0)
        if (atomic_compare_exchange_weak_explicit(&session->refs, &refs, refs + 1,
                                                  memory_order_acq_rel, memory_order_relaxed))
            return true;
    return false;
}

void vtci_session_unref(struct vtc_session *session)
{
    if (atomic_fetch_sub_explicit(&session->refs, 1, memory_order_acq_rel) == 1)
        vtci_session_clear(session);
}

void vtci_session_fail(struct vtc_session *session, vtc_status status, int sys_errno)
{
    int none = VTC_OK;
    if (atomic_compare_exchange_strong_explicit(&session->status, &none, (int)status,
                                                memory_order_relaxed, memory_order_relaxed))
        atomic_store_explicit(&session->sys_errno, sys_errno, memory_order_relaxed);
}

void vtci_session_lose(struct vtc_session *session, enum vtc_loss cause, uint64_t events)
{
    sigset_t before;
    atomic_fetch_add_explicit(&session->lost[cause], events, memory_order_relaxed);
    /* Late ones are often many, and come when no child will have a file either. */
    if (cause != VTC_LOSS_LATE)
        vtci_signals_block(&before);
    struct vtci_live_file *file = vtci_session_hold_current(session);
    if (file) {
        vtci_live_file_count_loss(file, cause, events);
        vtci_session_let_go(session, file);
    }
    if (cause != VTC_LOSS_LATE)
        vtci_signals_restore(&before);
    if (file)
        return;
    /* Closed: its page 0 stays mapped until the session is freed, which its writers keep from
     * happening. */
    file = atomic_load_explicit(&session->current, memory_order_acquire);
    if (file) {
        vtci_live_file_count_loss(file, cause, events);
        return;
    }
    /* Sequentially consistent, as is the exchange of `current`: either the new file's maker finds these,
     * or the file is seen here. */
    atomic_fetch_add_explicit(&session->untold[cause], events, memory_order_seq_cst);
    if (atomic_load_explicit(&session->current, memory_order_seq_cst))
        vtci_session_tell_losses(session);
}

void vtci_session_tell_losses(struct vtc_session *session)
{
    struct vtci_live_file *file = vtci_session_hold_current(session);
    for (size_t cause = 0; file && cause < VTC_LOSS_CAUSES; cause++) {
        uint64_t events =
            atomic_exchange_explicit(&session->untold[cause], 0, memory_order_seq_cst);
        if (events)
            vtci_live_file_count_loss(file, (enum vtc_loss)cause, events);
    }
    if (file)
        vtci_session_let_go(session, file);
}

void vtc_session_stop(vtc_session *session)
{
    vtci_process_check();
    if (!session || atomic_exchange_explicit(&session->stopped, 1, memory_order_seq_cst))
        return;
    struct vtc_writer *writer = atomic_load_explicit(&session->writers, memory_order_seq_cst);
    for (; writer; writer = writer->next) {
        atomic_fetch_or_explicit(&writer->lane.control, VTCI_LANE_STOP, memory_order_seq_cst);
        atomic_fetch_or_explicit(&writer->signals.control, VTCI_LANE_STOP, memory_order_seq_cst);
    }
    for (size_t i = 0; i < VTCI_OPEN_FILES; i++) {
        if (!vtci_live_file_try_ref(&session->files[i]))
            continue;
        vtci_live_file_set_state(&session->files[i], VTCI_LIVE_STOPPED);
        vtci_session_let_go(session, &session->files[i]);
    }
}

/* Takes all chunks back; threads within a record are given a moment. */
static void settle_writers(struct vtc_session *session)
{
    const struct timespec step = {0, CLOSE_STEP_NS};
    for (int64_t waited_ns = 0; vtci_session_shoo(session, VTCI_LANE_STOP) != 0;
         waited_ns += CLOSE_STEP_NS) {
        if (waited_ns >= CLOSE_WAIT_NS)
            return; /* its file is finished by the last who leaves it */
        nanosleep(&step, NULL);
    }
}

vtc_status vtc_session_close(vtc_session *session, struct vtc_error *err)
{
    if (!session)
        return VTC_OK;
    const struct timespec step = {0, CLOSE_STEP_NS};
    vtci_process_check();
    vtci_default_remove(session);
    vtc_session_stop(session);
    while (!vtci_session_try_make(session))
        nanosleep(&step, NULL); /* a thread that is making a segment: not for long */
    settle_writers(session);
    struct vtci_live_file *file = vtci_session_hold_current(session);
    if (file) {
        vtci_session_log_clock(session, file, true);
        for (size_t i = 0; i < VTCI_OPEN_FILES; i++)
            if (atomic_load_explicit(&session->files[i].refs, memory_order_relaxed))
                vtci_live_file_set_state(&session->files[i], VTCI_LIVE_CLOSED);
        atomic_store_explicit(&session->closed, 1, memory_order_seq_cst);
        vtci_session_let_go(session, file);
        vtci_session_let_go(session, file); /* what `current` held; its page 0 stays */
    }
    atomic_store_explicit(&session->closed, 1, memory_order_seq_cst);
    vtci_session_end_make(session);
    vtc_status status = (vtc_status)atomic_load_explicit(&session->status, memory_order_relaxed);
    if (status == VTC_ERR_IO)
        vtci_error_errno(err, atomic_load_explicit(&session->sys_errno, memory_order_relaxed),
                         VTC_NO_OFFSET, "recording");
    vtci_session_unref(session);
    return status;
}

/* Nobody else is there: no handle, no writer. A thread that still tries to take a reference finds 0. */
void vtci_session_clear(struct vtc_session *session)
{
    for (size_t i = 0; i < VTCI_OPEN_FILES; i++)
        if (atomic_load_explicit(&session->files[i].taken, memory_order_acquire))
            vtci_live_file_forget(&session->files[i]);
    struct vtc_writer *writer =
        atomic_exchange_explicit(&session->writers, NULL, memory_order_acquire);
    while (writer) {
        struct vtc_writer *next = writer->next;
        vtci_release(&session->memory, writer->allocation, writer->allocation_bytes);
        writer = next;
    }
    vtci_defined_free(session);
    vtci_journal_free(&session->journal);
    vtci_release(&session->memory, session->path, 3 * session->path_bytes);
    session->path = NULL;
    session->facts = (struct vtci_live_session){.pid = 0};
    for (size_t i = 0; i < VTCI_CLOSED_FILES; i++)
        atomic_store_explicit(&session->closed_files[i].bytes, 0, memory_order_relaxed);
    for (size_t i = 0; i < VTC_LOSS_CAUSES; i++) {
        atomic_store_explicit(&session->lost[i], 0, memory_order_relaxed);
        atomic_store_explicit(&session->untold[i], 0, memory_order_relaxed);
    }
    session->is_torn = false;
    atomic_store_explicit(&session->current, NULL, memory_order_relaxed);
    atomic_store_explicit(&session->stopped, 0, memory_order_relaxed);
    atomic_store_explicit(&session->closed, 0, memory_order_relaxed);
    atomic_store_explicit(&session->making, 0, memory_order_relaxed);
    atomic_store_explicit(&session->child, VTCI_CHILD_NO, memory_order_relaxed);
    atomic_store_explicit(&session->status, VTC_OK, memory_order_relaxed);
    atomic_store_explicit(&session->closed_bytes, 0, memory_order_relaxed);
    atomic_store_explicit(&session->oldest, 0, memory_order_relaxed);
    atomic_store_explicit(&session->segment, 0, memory_order_relaxed);
    atomic_store_explicit(&session->next_site, 0, memory_order_relaxed);
    atomic_store_explicit(&session->next_writer, 0, memory_order_relaxed);
    atomic_store_explicit(&session->writers_open, 0, memory_order_relaxed);
    /* Release: pairs with take_session. */
    atomic_store_explicit(&session->serial, 0, memory_order_release);
}
