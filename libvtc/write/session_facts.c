/* Bringing a session to the disk, and what it says about itself. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "write/process.h"
#include "write/session.h"

static void take_making(struct vtc_session *session)
{
    const struct timespec step = {0, 100000};
    while (!vtci_session_try_make(session))
        nanosleep(&step, NULL);
}

/* Waits for the disk, and for nothing else: `making`, which others need for room, is not held. */
static int sync_descriptor(int fd)
{
    int error = fsync(fd) == 0 || errno == EINVAL ? 0 : errno;
    close(fd);
    return error;
}

/* Opens the first closed segment, from `segment` up to `end`, that was not brought to the disk since. -1 and 0:
 * there is none. */
static int open_unsynced(struct vtc_session *session, uint32_t *segment, uint32_t end,
                         int *out_error)
{
    int fd = -1;
    *out_error = 0;
    take_making(session);
    uint32_t oldest = atomic_load_explicit(&session->oldest, memory_order_relaxed);
    if ((int32_t)(oldest - *segment) > 0)
        *segment = oldest;
    for (; fd < 0 && (int32_t)(end - *segment) > 0; ++*segment) {
        const struct vtci_closed_file *closed =
            &session->closed_files[*segment % VTCI_CLOSED_FILES];
        if (atomic_load_explicit(&closed->synced, memory_order_relaxed) == *segment + 1)
            continue;
        vtci_session_path(session, *segment);
        fd = open(session->path_work, O_RDONLY | O_CLOEXEC);
        if (fd >= 0)
            break;
        if (errno != ENOENT) /* compacted, or given up */
            *out_error = errno;
    }
    vtci_session_end_make(session);
    return fd;
}

/* Up to the segment that is the current one now: others record on, and may begin new ones for ever. */
static int sync_closed(struct vtc_session *session)
{
    int first = 0, error, fd;
    uint32_t end = atomic_load_explicit(&session->segment, memory_order_relaxed);
    uint32_t segment = atomic_load_explicit(&session->oldest, memory_order_relaxed);
    while ((fd = open_unsynced(session, &segment, end, &error)) >= 0) {
        first = first ? first : error;
        error = sync_descriptor(fd);
        first = first ? first : error;
        /* The entry may be another segment's by now, whose number is another. */
        atomic_store_explicit(&session->closed_files[segment % VTCI_CLOSED_FILES].synced,
                              error ? 0 : segment + 1, memory_order_relaxed);
        segment++;
    }
    return first ? first : error;
}

static int sync_directory(struct vtc_session *session)
{
    take_making(session);
    vtci_session_path(session, 0);
    char *slash = strrchr(session->path_work, '/');
    slash[slash == session->path_work] = 0;
    int fd = open(session->path_work, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    int error = fd < 0 ? errno : 0;
    vtci_session_end_make(session);
    return fd < 0 ? error : sync_descriptor(fd);
}

vtc_status vtc_session_sync(vtc_session *session, struct vtc_error *err)
{
    int first = 0;
    vtci_process_check();
    /* fsync writes what was stored through mappings too. */
    for (size_t i = 0; i < VTCI_OPEN_FILES; i++) {
        struct vtci_live_file *file = &session->files[i];
        if (!vtci_live_file_try_ref(file))
            continue;
        int error = !vtci_live_file_is_ours(file) ? EBADF : fsync(file->fd) == 0 ? 0 : errno;
        first = first ? first : error;
        vtci_session_let_go(session, file);
    }
    int error = sync_closed(session);
    first = first ? first : error;
    error = first ? 0 : sync_directory(session);
    first = first ? first : error;
    return first ? vtci_error_errno(err, first, VTC_NO_OFFSET, "fsync") : VTC_OK;
}

void vtc_session_count_loss(vtc_session *session, enum vtc_loss cause, uint64_t events)
{
    vtci_process_check();
    if (session && (unsigned)cause < VTC_LOSS_CAUSES && events)
        vtci_session_lose(session, cause, events);
}

void vtc_session_statistics(const vtc_session *session, struct vtc_session_stats *out_stats)
{
    vtci_process_check();
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

uint64_t vtc_session_ticks_of(const vtc_session *session, uint64_t duration_ns)
{
    double ticks = (double)duration_ns * ((double)session->ticks_a_second / 1e9);
    return ticks < 0x1p64 ? (uint64_t)ticks : UINT64_MAX;
}
