/* A file behind a descriptor. There is no mmap on purpose: a file that somebody else truncates while
 * it is mapped is a SIGBUS, where pread gives an error. */
#include "io/file_posix.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

/* The largest piece that one call is asked for: Linux moves at most 2 GiB at a time. */
#define PIECE_BYTES ((size_t)1 << 30)
/* [choice] A file that lacks so much may have holes worth to be looked for. */
#define SPARSE_BYTES ((uint64_t)1 << 30)

static struct vtci_file_posix *cast(struct vtci_file *file)
{
    return (struct vtci_file_posix *)file;
}

/* Whether a call that failed is to be tried again, after waiting where the descriptor is in
 * non-blocking mode. */
static bool try_again(int fd, short events)
{
    if (errno == EINTR)
        return true;
    if (errno != EAGAIN && errno != EWOULDBLOCK)
        return false;
    struct pollfd ready = {.fd = fd, .events = events};
    return poll(&ready, 1, -1) >= 0 || errno == EINTR;
}

static size_t piece(size_t len_bytes)
{
    return len_bytes < PIECE_BYTES ? len_bytes : PIECE_BYTES;
}

vtc_status vtci_file_posix_append(struct vtci_file *file, const void *bytes, size_t len_bytes,
                                  struct vtc_error *err)
{
    struct vtci_file_posix *self = cast(file);
    const uint8_t *from = bytes;
    while (len_bytes > 0) {
        ssize_t written_bytes = write(self->fd, from, piece(len_bytes));
        if (written_bytes < 0) {
            if (try_again(self->fd, POLLOUT))
                continue;
            return vtci_error_errno(err, errno, self->appended_bytes, "cannot write");
        }
        from += written_bytes;
        len_bytes -= (size_t)written_bytes;
        self->appended_bytes += (uint64_t)written_bytes;
    }
    return VTC_OK;
}

vtc_status vtci_file_posix_pread(struct vtci_file *file, uint64_t offset, void *to,
                                 size_t len_bytes, size_t *out_len_bytes, struct vtc_error *err)
{
    struct vtci_file_posix *self = cast(file);
    uint8_t *into = to;
    size_t found_bytes = 0;
    while (found_bytes < len_bytes) {
        uint64_t at = offset + found_bytes;
        if (at < offset || at >= INT64_MAX) /* past any file: its end */
            break;
        size_t wanted_bytes = piece(len_bytes - found_bytes);
        if (wanted_bytes > INT64_MAX - at)
            wanted_bytes = (size_t)(INT64_MAX - at);
        ssize_t read_bytes = pread(self->fd, into + found_bytes, wanted_bytes, (off_t)at);
        if (read_bytes < 0) {
            if (try_again(self->fd, POLLIN))
                continue;
            return vtci_error_errno(err, errno, at, "cannot read");
        }
        if (read_bytes == 0)
            break;
        found_bytes += (size_t)read_bytes;
    }
    *out_len_bytes = found_bytes;
    return VTC_OK;
}

vtc_status vtci_file_posix_read(struct vtci_file *file, void *to, size_t len_bytes,
                                size_t *out_len_bytes, struct vtc_error *err)
{
    struct vtci_file_posix *self = cast(file);
    ssize_t read_bytes;
    do
        read_bytes = read(self->fd, to, piece(len_bytes));
    while (read_bytes < 0 && try_again(self->fd, POLLIN));
    if (read_bytes < 0)
        return vtci_error_errno(err, errno, VTC_NO_OFFSET, "cannot read");
    *out_len_bytes = (size_t)read_bytes;
    return VTC_OK;
}

/* Seeking moves the position that a descriptor shares with its copies, so the file is opened anew. */
uint64_t vtci_file_posix_skip_hole(struct vtci_file *file, uint64_t offset)
{
    const struct vtci_file_posix *self = cast(file);
    struct stat about;
    char path[48];
    if (offset > INT64_MAX || fstat(self->fd, &about) != 0 || !S_ISREG(about.st_mode) ||
        (uint64_t)about.st_size < (uint64_t)about.st_blocks * 512 + SPARSE_BYTES)
        return offset;
    snprintf(path, sizeof path, VTCI_FD_PATH, self->fd);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return offset;
    off_t data = lseek(fd, (off_t)offset, SEEK_DATA);
    int error = data < 0 ? errno : 0;
    close(fd);
    if (error == ENXIO) /* none up to the end */
        return offset < (uint64_t)about.st_size ? (uint64_t)about.st_size : offset;
    return error || (uint64_t)data < offset ? offset : (uint64_t)data;
}

/* Shared, so that two who ask at once do not see each other. */
bool vtci_fd_is_locked(int fd)
{
    if (flock(fd, LOCK_SH | LOCK_NB) != 0)
        return errno == EWOULDBLOCK;
    (void)flock(fd, LOCK_UN);
    return false;
}

bool vtci_file_posix_is_locked(struct vtci_file *file)
{
    return vtci_fd_is_locked(cast(file)->fd);
}

vtc_status vtci_file_posix_size(struct vtci_file *file, uint64_t *out_bytes, struct vtc_error *err)
{
    struct vtci_file_posix *self = cast(file);
    struct stat about;
    if (fstat(self->fd, &about) != 0)
        return vtci_error_errno(err, errno, VTC_NO_OFFSET, "cannot tell the size");
    if (S_ISREG(about.st_mode)) {
        *out_bytes = (uint64_t)about.st_size;
        return VTC_OK;
    }
    /* A disk has an end that can be sought to; a terminal and /dev/zero answer 0 and have none. */
    off_t end = S_ISBLK(about.st_mode) ? lseek(self->fd, 0, SEEK_END) : -1;
    if (end < 0)
        return vtci_error_errno(err, ESPIPE, VTC_NO_OFFSET, "cannot tell the size");
    *out_bytes = (uint64_t)end;
    return VTC_OK;
}

vtc_status vtci_file_posix_sync(struct vtci_file *file, struct vtc_error *err)
{
    struct vtci_file_posix *self = cast(file);
    int failed;
    do
        failed = fsync(self->fd);
    while (failed && errno == EINTR);
    /* What cannot be synced (a pipe, some network and FUSE file systems) has nothing to lose. */
    if (failed && errno != EINVAL && errno != EROFS && errno != ENOTSUP && errno != ENOSYS)
        return vtci_error_errno(err, errno, self->appended_bytes, "cannot sync");
    return VTC_OK;
}

static void posix_close(struct vtci_file *file)
{
    struct vtci_file_posix *self = cast(file);
    if (self->owns_fd)
        close(self->fd);
    vtci_release(self->memory, self, sizeof *self);
}

static const struct vtci_file_vtable read_vtable = {
    .pread = vtci_file_posix_pread,
    .read = vtci_file_posix_read,
    .size = vtci_file_posix_size,
    .skip_hole = vtci_file_posix_skip_hole,
    .is_locked = vtci_file_posix_is_locked,
    .close = posix_close,
};

static const struct vtci_file_vtable fd_vtable = {
    .append = vtci_file_posix_append,
    .pread = vtci_file_posix_pread,
    .read = vtci_file_posix_read,
    .size = vtci_file_posix_size,
    .skip_hole = vtci_file_posix_skip_hole,
    .is_locked = vtci_file_posix_is_locked,
    .sync = vtci_file_posix_sync,
    .close = posix_close,
};

static vtc_status wrap(struct vtci_memory *memory, int fd, bool take,
                       const struct vtci_file_vtable *vtable, struct vtci_file **out_file,
                       struct vtc_error *err)
{
    struct vtci_file_posix *self = vtci_allocate_zeroed(memory, sizeof *self);
    if (!self)
        return vtci_error_memory(err, sizeof *self);
    self->file.vtable = vtable;
    self->memory = memory;
    self->fd = fd;
    self->owns_fd = take;
    *out_file = &self->file;
    return VTC_OK;
}

vtc_status vtci_file_from_fd(struct vtci_memory *memory, int fd, bool take,
                             struct vtci_file **out_file, struct vtc_error *err)
{
    return wrap(memory, fd, take, &fd_vtable, out_file, err);
}

vtc_status vtci_file_open(struct vtci_memory *memory, const char *path, struct vtci_file **out_file,
                          struct vtc_error *err)
{
    int fd;
    do
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    while (fd < 0 && errno == EINTR);
    if (fd < 0)
        return vtci_error_errno(err, errno, VTC_NO_OFFSET, "cannot open");
    struct stat about;
    vtc_status status = VTC_OK;
    if (fstat(fd, &about) != 0)
        status = vtci_error_errno(err, errno, VTC_NO_OFFSET, "cannot open");
    else if (S_ISDIR(about.st_mode))
        status = vtci_error_errno(err, EISDIR, VTC_NO_OFFSET, "cannot open");
    else
        status = wrap(memory, fd, true, &read_vtable, out_file, err);
    if (status != VTC_OK)
        close(fd);
    return status;
}
