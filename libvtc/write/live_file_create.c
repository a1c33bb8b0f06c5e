/* Creating a live file. It is put together under a name of its own and gets the right one when page 0
 * is in it, so that whoever finds a live file finds a valid one. Async-signal-safe throughout: a
 * forked child gets here from within a record.
 */
#include "write/live_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* A name that only this process uses: the path and `.PID.tmp`. */
static void append_temporary(char *path, uint32_t pid)
{
    char digits[10];
    size_t count = 0, at = strlen(path);
    do
        digits[count++] = (char)('0' + pid % 10);
    while ((pid /= 10) != 0);
    path[at++] = '.';
    while (count)
        path[at++] = digits[--count];
    memcpy(path + at, ".tmp", 5);
}

static int give_name(const char *temporary, const char *path, bool overwrite)
{
    if (overwrite)
        return rename(temporary, path) == 0 ? 0 : errno;
    if (link(temporary, path) == 0) {
        unlink(temporary);
        return 0;
    }
    if (errno != EPERM && errno != EOPNOTSUPP && errno != EMLINK && errno != ENOSYS)
        return errno;
    /* No hard links on this file system. */
    return renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE) == 0 ? 0 : errno;
}

static int fill(struct vtci_live_file *file, const struct vtci_live_session *facts)
{
    uint8_t page[VTCI_LIVE_SESSION_CHECKSUM_OFFSET + 8];
    struct stat status;
    uint64_t first;
    if (fstat(file->fd, &status) != 0)
        return errno;
    file->device = status.st_dev;
    file->inode = status.st_ino;
    int error = vtci_live_file_reserve(file, 1, &first);
    if (error)
        return error;
    vtci_live_session_encode(page, facts);
    error = vtci_live_file_pwrite(file, page, sizeof page, 0);
    if (error)
        return error;
    void *map = mmap(NULL, VTCI_LIVE_PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file->fd, 0);
    atomic_store_explicit(&file->page0, map == MAP_FAILED ? NULL : map, memory_order_relaxed);
    return 0;
}

int vtci_live_file_create(struct vtci_live_file *file, const char *path, char *temporary,
                          const struct vtci_live_session *facts, uint32_t step_pages,
                          bool overwrite)
{
    memcpy(temporary, path, strlen(path) + 1);
    append_temporary(temporary, facts->pid);
    file->family = facts->family[0];
    file->segment = facts->segment;
    file->step_pages = step_pages;
    file->zeroes = false;
    atomic_store_explicit(&file->page0, NULL, memory_order_relaxed);
    atomic_store_explicit(&file->next_page, 0, memory_order_relaxed);
    atomic_store_explicit(&file->allocated_pages, 0, memory_order_relaxed);
    atomic_store_explicit(&file->events, 0, memory_order_relaxed);
    atomic_store_explicit(&file->log, 0, memory_order_relaxed);
    atomic_store_explicit(&file->log_sequence, 0, memory_order_relaxed);
    vtci_log_init(file);
    if (!overwrite && access(path, F_OK) == 0)
        return EEXIST; /* before anything is made; link() decides */
    unlink(temporary); /* of a process of the same id that died here */
    file->fd = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file->fd < 0)
        return errno;
    /* Before it has its name: who finds it finds it locked, for as long as somebody records to it
     * (B.2). Where there are no locks the process's id has to tell. */
    (void)flock(file->fd, LOCK_EX | LOCK_NB);
    int error = fill(file, facts);
    if (!error)
        error = give_name(temporary, path, overwrite);
    if (error) {
        uint8_t *page0 = atomic_exchange_explicit(&file->page0, NULL, memory_order_relaxed);
        if (page0)
            munmap(page0, VTCI_LIVE_PAGE_BYTES);
        unlink(temporary);
        close(file->fd);
        file->fd = -1;
    }
    return error;
}
