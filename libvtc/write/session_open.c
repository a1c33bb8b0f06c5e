#include "write/session_open.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "write/process.h"
#include "write/signals.h"
#include "write/writer.h"

#define PATH_EXTRA_BYTES 48u /* `.pPID.SEGMENT-COPY.vtc`, see session_path.c */

pthread_mutex_t vtci_sessions_lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(struct vtc_session *) all_sessions;
static uint64_t last_serial;

struct vtc_session *vtci_sessions_first(void)
{
    return atomic_load_explicit(&all_sessions, memory_order_acquire);
}

/* A session that was cleared, or a new one. Under the lock, which the caller holds. */
static struct vtc_session *take_session(void)
{
    struct vtc_session *session = vtci_sessions_first();
    for (; session; session = session->next) {
        if (session->is_left_over)
            vtci_session_clear(session);
        session->is_left_over = false;
        if (atomic_load_explicit(&session->serial, memory_order_acquire) == 0)
            break;
    }
    if (!session) {
        size_t align = _Alignof(struct vtc_session);
        size_t bytes = (sizeof *session + align - 1) / align * align;
        session = aligned_alloc(align, bytes);
        if (!session)
            return NULL;
        memset(session, 0, bytes);
        pthread_mutex_init(&session->lock, NULL);
        session->next = vtci_sessions_first();
        atomic_store_explicit(&all_sessions, session, memory_order_release);
    }
    atomic_store_explicit(&session->serial, ++last_serial, memory_order_relaxed);
    return session;
}

/* The path with `%p` replaced, and absolute: the program may change its directory. */
static vtc_status set_path(struct vtc_session *session, const char *path, struct vtc_error *err)
{
    char pid[16];
    char *directory = NULL;
    size_t pid_len = (size_t)snprintf(pid, sizeof pid, "%ld", (long)getpid());
    size_t bytes = PATH_EXTRA_BYTES + VTCI_TEMPORARY_BYTES + strlen(path);
    for (const char *at = path; (at = strstr(at, "%p")); at += 2)
        bytes += pid_len;
    if (path[0] != '/') {
        directory = getcwd(NULL, 0);
        if (!directory)
            return vtci_error_errno(err, errno, VTC_NO_OFFSET, "getcwd");
        bytes += strlen(directory) + 1;
    }
    session->path = vtci_allocate_zeroed(&session->memory, 3 * bytes);
    if (session->path) {
        session->path_bytes = bytes;
        session->path_work = session->path + bytes;
        session->path_temporary = session->path_work + bytes;
        char *to = session->path;
        if (directory)
            to += snprintf(to, bytes, "%s/", directory);
        for (const char *at = path; *at; at++) {
            if (at[0] != '%' || at[1] != 'p') {
                *to++ = *at;
                continue;
            }
            memcpy(to, pid, pid_len);
            to += pid_len;
            at++;
        }
    }
    free(directory);
    return session->path ? VTC_OK : vtci_error_memory(err, 3 * bytes);
}

static vtc_status prepare(struct vtc_session *session, const char *path,
                          const struct vtc_session_opts *opts, struct vtc_error *err)
{
    VTC_TRY(vtci_session_options(session, opts, err));
    VTC_TRY(vtci_clock_init(&session->clock, &session->opts, err));
    if (path[0] == 0)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "expected a path, found an empty one");
    vtci_memory_init(&session->memory, session->opts.allocator, 0);
    VTC_TRY(set_path(session, path, err));
    size_t bytes = VTCI_SITE_BLOCKS * sizeof *session->site_blocks;
    session->site_blocks = vtci_allocate_zeroed(&session->memory, bytes);
    if (!session->site_blocks)
        return vtci_error_memory(err, bytes);
    return VTC_OK;
}

static vtc_status start(struct vtc_session *session, struct vtc_error *err)
{
    vtci_session_identify(session);
    session->root_pid = session->facts.pid;
    vtci_clock_calibrate(&session->clock, session->facts.points);
    const struct vtci_clock_point *points = session->facts.points;
    int64_t ns = points[1].monotonic_ns - points[0].monotonic_ns;
    session->ticks_a_second =
        ns > 0 ? (uint64_t)((double)(points[1].ticks - points[0].ticks) / (double)ns * 1e9)
               : 1000000000u;
    atomic_store_explicit(&session->clock_due, points[1].ticks + session->ticks_a_second,
                          memory_order_relaxed);
    session->has_membarrier =
        syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
    vtci_session_log_process(session);
    for (int i = 0; i < VTCI_OPEN_FILES; i++)
        session->files[i].fd = -1;
    int error = vtci_session_begin_file(session, 0);
    return error ? vtci_error_errno(err, error, VTC_NO_OFFSET, session->path_work) : VTC_OK;
}

vtc_status vtc_session_open(const char *path, const struct vtc_session_opts *opts,
                            vtc_session **out_session, struct vtc_error *err)
{
    if (!path || !out_session)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "expected a path and a place for the session, found NULL");
    int error = vtci_thread_init();
    if (!error)
        error = vtci_fork_init();
    if (error)
        return vtci_error_errno(err, error, VTC_NO_OFFSET, "preparing threads");
    sigset_t before;
    vtci_process_check();
    vtci_signals_lock(&vtci_sessions_lock, &before);
    struct vtc_session *session = take_session();
    vtci_signals_unlock(&vtci_sessions_lock, &before);
    if (!session)
        return vtci_error_memory(err, sizeof *session);
    vtc_status status = prepare(session, path, opts, err);
    if (status == VTC_OK)
        status = start(session, err);
    if (status != VTC_OK) {
        vtci_session_clear(session);
        return status;
    }
    /* Release: all of it before anybody may take a reference. */
    atomic_store_explicit(&session->refs, 1, memory_order_release);
    *out_session = session;
    return VTC_OK;
}
