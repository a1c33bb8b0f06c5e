/* Reserving pages: one fetch_add; and seeing to it that they are on the disk, so that a store to a
 * mapped page never meets a full disk, which would be SIGBUS.
 *
 * Who needs a page beyond what is allocated allocates, a step ahead; when several do at once they do
 * it twice, which fallocate does not mind. Where there is no fallocate, each writes zeros to the
 * pages that it reserved, and to no others: so no two write to one place.
 *
 * Pages that are allocated and not written yet are slow to fault: each takes part in the file's journal,
 * and threads of one file get into each other's way there. So who is about to map pages writes zeros to
 * them first: on ext4 1.7 us a page in all instead of 7, or 13 with two threads at it, and once a chunk
 * instead of at each page (medians of CPU time, Linux 6.18).
 *
 * Rejected: MAP_POPULATE and MADV_POPULATE_WRITE, which take as long as the faults; posix_fallocate, which without support from the file system reads and writes bytes that
 * other threads are using.
 */
#include "write/live_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "write/signals.h"

bool vtci_live_file_is_ours(const struct vtci_live_file *file)
{
    struct stat status;
    return file->fd >= 0 && fstat(file->fd, &status) == 0 && status.st_dev == file->device &&
           status.st_ino == file->inode;
}

int vtci_live_file_pwrite(const struct vtci_live_file *file, const void *bytes, size_t len_bytes,
                          uint64_t offset)
{
    const uint8_t *from = bytes;
    if (!vtci_live_file_is_ours(file))
        return EBADF;
    while (len_bytes) {
        ssize_t done = pwrite(file->fd, from, len_bytes, (off_t)offset);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return done < 0 ? errno : EIO;
        from += done;
        offset += (uint64_t)done;
        len_bytes -= (size_t)done;
    }
    return 0;
}

static int write_zeros(const struct vtci_live_file *file, uint64_t page, uint64_t pages)
{
    static uint8_t zeros[16 * VTCI_LIVE_PAGE_BYTES]; /* stays so; not const: it takes no room */
    uint64_t at = page * VTCI_LIVE_PAGE_BYTES, end = (page + pages) * VTCI_LIVE_PAGE_BYTES;
    while (at < end) {
        size_t bytes = end - at < sizeof zeros ? (size_t)(end - at) : sizeof zeros;
        int error = vtci_live_file_pwrite(file, zeros, bytes, at);
        if (error)
            return error;
        at += bytes;
    }
    return 0;
}

/* Growing beyond RLIMIT_FSIZE would send SIGXFSZ, which ends the program. */
static bool beyond_limit(uint64_t bytes)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
           bytes > limit.rlim_cur;
}

static int allocate(struct vtci_live_file *file, uint64_t from, uint64_t to)
{
    if (beyond_limit(to * VTCI_LIVE_PAGE_BYTES))
        return EFBIG;
    /* Some file systems give up, and start over, at each signal. */
    sigset_t before;
    vtci_signals_block(&before);
    int error = 0;
    do
        error = fallocate(file->fd, 0, (off_t)(from * VTCI_LIVE_PAGE_BYTES),
                          (off_t)((to - from) * VTCI_LIVE_PAGE_BYTES)) == 0
                    ? 0
                    : errno;
    while (error == EINTR);
    vtci_signals_restore(&before);
    return error;
}

/* Pairs with itself: whoever sees the number raised may use the pages, the kernel ordered the rest. */
static void raise_allocated(struct vtci_live_file *file, uint64_t to)
{
    uint64_t now = atomic_load_explicit(&file->allocated_pages, memory_order_relaxed);
    while (now < to &&
           !atomic_compare_exchange_weak_explicit(&file->allocated_pages, &now, to,
                                                  memory_order_acq_rel, memory_order_relaxed))
        ;
}

static int grow(struct vtci_live_file *file, uint64_t first, uint64_t end)
{
    if (!vtci_live_file_is_ours(file))
        return EBADF;
    if (!file->zeroes) {
        uint64_t from = atomic_load_explicit(&file->allocated_pages, memory_order_acquire);
        if (from >= end)
            return 0;
        uint64_t step = file->step_pages;
        uint64_t ahead = (end + step - 1) / step * step;
        int error = allocate(file, from, ahead);
        if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
            error = allocate(file, from, end); /* what is left may do */
            ahead = end;
        }
        if (error != EOPNOTSUPP && error != ENOSYS) {
            if (!error)
                raise_allocated(file, ahead);
            return error;
        }
        file->zeroes = first == 0; /* found out with page 0, before others know the file */
    }
    if (beyond_limit(end * VTCI_LIVE_PAGE_BYTES))
        return EFBIG;
    int error = write_zeros(file, first, end - first);
    if (!error)
        raise_allocated(file, end);
    return error;
}

void vtci_live_file_warm(const struct vtci_live_file *file, uint64_t page, uint32_t pages)
{
    if (file->zeroes || beyond_limit((page + pages) * VTCI_LIVE_PAGE_BYTES))
        return;
    int error = write_zeros(file, page, pages);
    (void)error; /* then each page comes with its first store, as without this */
}

int vtci_live_file_reserve(struct vtci_live_file *file, uint32_t pages, uint64_t *out_page)
{
    uint64_t first = atomic_fetch_add_explicit(&file->next_page, pages, memory_order_relaxed);
    uint64_t end = first + pages;
    if (file->zeroes || end > atomic_load_explicit(&file->allocated_pages, memory_order_acquire)) {
        int error = grow(file, first, end);
        if (error) {
            atomic_compare_exchange_strong_explicit(&file->next_page, &end, first,
                                                    memory_order_relaxed, memory_order_relaxed);
            return error;
        }
    }
    *out_page = first;
    return 0;
}
