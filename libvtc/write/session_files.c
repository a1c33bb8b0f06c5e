/* The files of a session: making one, holding and letting go.
 *
 * A new file is in the table, and so is given whatever is defined from now on, before what was defined
 * until now is copied into it; a definition is in the journal before its writer looks at the table.
 * So each definition comes to the file one way or the other (or both, which is harmless: LIV-12).
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "wire/live_encode.h"
#include "write/session.h"

bool vtci_session_try_make(struct vtc_session *session)
{
    uint32_t free = 0;
    return atomic_compare_exchange_strong_explicit(&session->making, &free, 1, memory_order_acquire,
                                                   memory_order_relaxed);
}

void vtci_session_end_make(struct vtc_session *session)
{
    atomic_store_explicit(&session->making, 0, memory_order_release);
}

static struct vtci_live_file *take_slot(struct vtc_session *session)
{
    for (size_t i = 0; i < VTCI_OPEN_FILES; i++) {
        uint32_t free = 0;
        if (atomic_compare_exchange_strong_explicit(&session->files[i].taken, &free, 1,
                                                    memory_order_acquire, memory_order_relaxed))
            return &session->files[i];
    }
    return NULL;
}

/* Creates the file of a segment under a name that is free. Only what the program asked for by name may
 * be refused, or replaced, as it wants; a file that a child or a later segment finds in its place is
 * left alone. */
static int create_file(struct vtc_session *session, uint32_t segment, struct vtci_live_file *file)
{
    bool is_child = session->facts.pid != session->root_pid;
    bool overwrite = session->opts.overwrite && !is_child;
    struct vtci_closed_file *entry = &session->closed_files[segment % VTCI_CLOSED_FILES];
    struct vtci_live_session facts = session->facts;
    facts.segment = segment;
    for (uint32_t copy = 0;; copy += copy ? 1 : 2) {
        atomic_store_explicit(&entry->copy, copy, memory_order_relaxed);
        vtci_session_path(session, segment);
        file->fd = -1;
        int error = vtci_live_file_create(file, session->path_work, session->path_temporary, &facts,
                                          session->step_pages, overwrite);
        if (error != EEXIST || copy >= VTCI_COPIES_MAX || (segment == 0 && !is_child))
            return error;
    }
}

int vtci_session_begin_file(struct vtc_session *session, uint32_t segment)
{
    struct vtci_live_file *file = take_slot(session);
    if (!file)
        return EMFILE;
    int error = create_file(session, segment, file);
    if (error) {
        vtci_live_file_forget(file); /* the slot is free */
        return error;
    }
    /* One for `current`. Sequentially consistent, with the fence of vtci_journal_commit. */
    atomic_store_explicit(&file->refs, 1, memory_order_seq_cst);
    error = vtci_journal_copy(&session->journal, file);
    if (error) {
        struct vtci_closed_file *closed = &session->closed_files[segment % VTCI_CLOSED_FILES];
        unlink(session->path_work);
        vtci_session_let_go(session, file);
        atomic_fetch_sub_explicit(&session->closed_bytes,
                                  atomic_exchange_explicit(&closed->bytes, 0, memory_order_relaxed),
                                  memory_order_relaxed);
        return error;
    }
    file->begun_bytes = vtci_live_file_bytes(file);
    atomic_store_explicit(&session->segment_started_ns, vtci_clock_ns(CLOCK_MONOTONIC),
                          memory_order_relaxed);
    atomic_store_explicit(&session->segment, segment, memory_order_relaxed);
    struct vtci_live_file *before =
        atomic_exchange_explicit(&session->current, file, memory_order_seq_cst);
    if (before)
        vtci_session_let_go(session, before);
    return 0;
}

struct vtci_live_file *vtci_session_hold_current(struct vtc_session *session)
{
    for (;;) {
        struct vtci_live_file *file = atomic_load_explicit(&session->current, memory_order_acquire);
        if (!file || atomic_load_explicit(&session->closed, memory_order_acquire))
            return NULL;
        if (!vtci_live_file_try_ref(file))
            continue; /* it was replaced just now */
        if (atomic_load_explicit(&session->current, memory_order_acquire) == file)
            return file;
        vtci_session_let_go(session, file); /* its slot may be another file's by now */
    }
}

void vtci_session_let_go(struct vtc_session *session, struct vtci_live_file *file)
{
    if (atomic_fetch_sub_explicit(&file->refs, 1, memory_order_acq_rel) != 1)
        return;
    struct vtci_closed_file *closed = &session->closed_files[file->segment % VTCI_CLOSED_FILES];
    uint64_t bytes = vtci_live_file_bytes(file);
    /* Before it is closed: after that a compactor may make another file of it. */
    closed->events = atomic_load_explicit(&file->events, memory_order_relaxed);
    vtci_live_file_losses(file, closed->lost);
    vtci_live_file_finish(file);
    atomic_fetch_add_explicit(&session->closed_bytes, bytes, memory_order_relaxed);
    atomic_store_explicit(&closed->closed_ns, vtci_clock_ns(CLOCK_MONOTONIC), memory_order_relaxed);
    atomic_store_explicit(&closed->synced, 0, memory_order_relaxed);
    /* Release: the rest of the entry before what makes it one; pairs with trim and settle. */
    atomic_store_explicit(&closed->bytes, bytes, memory_order_release);
    /* What comes after close is counted in page 0 of the last file. */
    if (!atomic_load_explicit(&session->closed, memory_order_acquire))
        vtci_live_file_forget(file);
}

int vtci_session_log(struct vtc_session *session, const uint8_t *record, size_t len_bytes)
{
    int first = 0;
    for (size_t i = 0; i < VTCI_OPEN_FILES; i++) {
        struct vtci_live_file *file = &session->files[i];
        if (!vtci_live_file_try_ref(file))
            continue;
        int error = vtci_log_append_encoded(file, record, len_bytes);
        if (error && !first)
            first = error;
        vtci_session_let_go(session, file);
    }
    return first;
}

void vtci_session_log_clock(struct vtc_session *session, struct vtci_live_file *file, bool now)
{
    uint64_t ticks = vtci_clock_ticks(&session->clock);
    uint64_t due = atomic_load_explicit(&session->clock_due, memory_order_relaxed);
    if (session->clock.kind != VTCI_LIVE_TSC || (ticks < due && !now))
        return;
    /* One of those who see that it is due does it. */
    if (!atomic_compare_exchange_strong_explicit(&session->clock_due, &due,
                                                 ticks + session->ticks_a_second,
                                                 memory_order_relaxed, memory_order_relaxed))
        return;
    uint8_t record[VTCI_LIVE_LOG_HEADER_BYTES + VTCI_LIVE_CLOCK_BYTES];
    struct vtci_clock_point point = vtci_clock_point(&session->clock);
    vtci_live_clock_encode(record + VTCI_LIVE_LOG_HEADER_BYTES, &point);
    int error = vtci_log_append(file, record, VTCI_LIVE_LOG_CLOCK, VTCI_LIVE_CLOCK_BYTES);
    (void)error; /* times are a little less exact */
}

uint64_t vtci_session_bytes(const struct vtc_session *session)
{
    uint64_t bytes = atomic_load_explicit(&session->closed_bytes, memory_order_relaxed);
    for (size_t i = 0; i < VTCI_OPEN_FILES; i++)
        if (atomic_load_explicit(&session->files[i].taken, memory_order_relaxed))
            bytes += vtci_live_file_bytes(&session->files[i]);
    return bytes;
}

/* Acquire and release: who sees a promise gone sees the pages that it became. */
bool vtci_session_promise(struct vtc_session *session, uint64_t bytes)
{
    const struct vtc_session_opts *opts = &session->opts;
    uint64_t limit =
        opts->keep_bytes ? opts->keep_bytes + opts->keep_bytes / 8 : opts->disk_limit_bytes;
    uint64_t others =
        atomic_fetch_add_explicit(&session->promised_bytes, bytes, memory_order_acq_rel);
    if (!limit || vtci_session_bytes(session) + others + bytes <= limit)
        return true;
    vtci_session_unpromise(session, bytes);
    return false;
}

void vtci_session_unpromise(struct vtc_session *session, uint64_t bytes)
{
    atomic_fetch_sub_explicit(&session->promised_bytes, bytes, memory_order_acq_rel);
}
