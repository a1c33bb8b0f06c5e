/* Bringing a session to the disk, and what it says about itself. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "write/session.h"

static int sync_path(const char *path, int flags)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
    if (fd < 0)
        return errno == ENOENT ? 0 : errno; /* compacted, or given up */
    int error = fsync(fd) == 0 || errno == EINVAL ? 0 : errno;
    close(fd);
    return error;
}

/* Segments that were closed since the last sync. `making` is held: the path is. */
static int sync_closed(struct vtc_session *session)
{
    int first = 0;
    const struct vtci_live_file *file =
        atomic_load_explicit(&session->current, memory_order_acquire);
    uint32_t segment = atomic_load_explicit(&session->oldest, memory_order_relaxed);
    for (; file && segment != file->segment; segment++) {
        struct vtci_closed_file *closed = &session->closed_files[segment % VTCI_CLOSED_FILES];
        if (!atomic_load_explicit(&closed->bytes, memory_order_acquire) ||
            atomic_load_explicit(&closed->synced, memory_order_relaxed))
            continue;
        vtci_session_path(session, segment);
        int error = sync_path(session->path_work, 0);
        atomic_store_explicit(&closed->synced, error == 0, memory_order_relaxed);
        first = first ? first : error;
    }
    if (!first) {
        vtci_session_path(session, 0);
        char *slash = strrchr(session->path_work, '/');
        slash[slash == session->path_work] = 0;
        first = sync_path(session->path_work, O_DIRECTORY);
    }
    return first;
}

vtc_status vtc_session_sync(vtc_session *session, struct vtc_error *err)
{
    int first = 0;
    const struct timespec step = {0, 100000};
    /* fsync writes what was stored through mappings too. */
    for (size_t i = 0; i < VTCI_OPEN_FILES; i++) {
        struct vtci_live_file *file = &session->files[i];
        if (!vtci_live_file_try_ref(file))
            continue;
        int error = !vtci_live_file_is_ours(file) ? EBADF : fsync(file->fd) == 0 ? 0 : errno;
        first = first ? first : error;
        vtci_session_let_go(session, file);
    }
    while (!vtci_session_try_make(session))
        nanosleep(&step, NULL);
    int error = sync_closed(session);
    vtci_session_end_make(session);
    first = first ? first : error;
    return first ? vtci_error_errno(err, first, VTC_NO_OFFSET, "fsync") : VTC_OK;
}

void vtc_session_statistics(const vtc_session *session, struct vtc_session_stats *out_stats)
{
    for (size_t i = 0; i < VTC_LOSS_CAUSES; i++)
        out_stats->lost[i] = atomic_load_explicit(&session->lost[i], memory_order_relaxed);
    out_stats->file_bytes = vtci_session_bytes(session);
    out_stats->segment = atomic_load_explicit(&session->segment, memory_order_relaxed);
    out_stats->writers = atomic_load_explicit(&session->writers_open, memory_order_relaxed);
}

uint64_t vtc_session_ticks(const vtc_session *session)
{
    return vtci_clock_ticks(&session->clock);
}
