#define _POSIX_C_SOURCE 200809L

#include "input_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "descriptor.h"
#include "message.h"

static const char *kind_name(mode_t mode)
{
    return S_ISFIFO(mode)   ? "a FIFO"
           : S_ISCHR(mode)  ? "a device"
           : S_ISBLK(mode)  ? "a device"
           : S_ISSOCK(mode) ? "a socket"
                            : "no regular file";
}

static vtc_status check_kind(const struct stat *status, bool allow_special, const char *hint,
                             struct vtc_error *err)
{
    if (S_ISDIR(status->st_mode))
        return failure_set(err, VTC_ERR_NOT_VTC, VTC_NO_OFFSET,
                           "expected a file, found a directory");
    if (!S_ISREG(status->st_mode) && !allow_special)
        return failure_set(err, VTC_ERR_NOT_VTC, VTC_NO_OFFSET,
                           "expected a regular file, found %s%s", kind_name(status->st_mode), hint);
    return VTC_OK;
}

vtc_status input_file_open(const char *path, bool allow_special, int *out_fd, struct stat *out_stat,
                           struct vtc_error *err)
{
    static const char hint[] = "; a pipe is read as '-'";
    bool is_stdin = strcmp(path, "-") == 0;
    /* Looked at first: opening a FIFO would wait, opening a device can have effects. */
    if (is_stdin ? fstat(STDIN_FILENO, out_stat) : stat(path, out_stat))
        return failure_errno(err, errno, NULL);
    vtc_status result = check_kind(out_stat, allow_special || is_stdin, hint, err);
    if (result != VTC_OK)
        return result;
    int fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                      : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return failure_errno(err, errno, NULL);
    if (fstat(fd, out_stat) != 0)
        result = failure_errno(err, errno, NULL);
    else
        result = check_kind(out_stat, allow_special || is_stdin, hint, err);
    if (result != VTC_OK)
        close(fd);
    else
        *out_fd = fd;
    return result;
}

vtc_status input_file_check(const char *path, struct vtc_error *err)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return failure_errno(err, errno, NULL);
    vtc_status result = check_kind(&status, false, "", err);
    if (result == VTC_OK && access(path, R_OK) != 0)
        result = failure_errno(err, errno, NULL);
    return result;
}

/* A file that is gone when it is closed. */
static int temporary_file(void)
{
    const char *directory = getenv("TMPDIR");
    char path[4096];
    int length =
        snprintf(path, sizeof path, "%s/vtc-XXXXXX", directory && *directory ? directory : "/tmp");
    if (length < 0 || (size_t)length >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = mkstemp(path);
    if (fd >= 0)
        unlink(path);
    return fd;
}

static vtc_status copy_to_temporary(int from_fd, int *out_fd, struct vtc_error *err)
{
    static const char what[] = "a temporary file for what comes from the pipe";
    static char buffer[64 << 10];
    int fd = temporary_file();
    if (fd < 0)
        return failure_errno(err, errno, what);
    for (;;) {
        size_t bytes = 0;
        vtc_status result = input_file_read(from_fd, buffer, sizeof buffer, &bytes, err);
        if (result == VTC_OK && bytes > 0) {
            result = descriptor_write_all(fd, buffer, bytes, err);
            if (result != VTC_OK)
                failure_errno(err, err->sys_errno, what);
        }
        if (result != VTC_OK) {
            close(fd);
            return result;
        }
        if (bytes == 0)
            break;
    }
    *out_fd = fd;
    return VTC_OK;
}

vtc_status input_file_open_seekable(const char *path, int *out_fd, struct stat *out_stat,
                                    struct vtc_error *err)
{
    int fd = -1;
    vtc_status result = input_file_open(path, false, &fd, out_stat, err);
    if (result != VTC_OK)
        return result;
    if (!S_ISREG(out_stat->st_mode)) {
        int copy_fd = -1;
        result = copy_to_temporary(fd, &copy_fd, err);
        close(fd);
        if (result != VTC_OK)
            return result;
        fd = copy_fd;
        if (fstat(fd, out_stat) != 0) {
            close(fd);
            return failure_errno(err, errno, NULL);
        }
    }
    *out_fd = fd;
    return VTC_OK;
}

vtc_status input_file_read(int fd, void *buffer, size_t capacity_bytes, size_t *out_bytes,
                           struct vtc_error *err)
{
    ssize_t bytes;
    do {
        bytes = read(fd, buffer, capacity_bytes);
    } while (bytes < 0 && errno == EINTR);
    if (bytes < 0)
        return failure_errno(err, errno, "read");
    *out_bytes = (size_t)bytes;
    return VTC_OK;
}

bool input_file_has_changed(const char *path, const struct stat *before)
{
    struct stat now;
    return stat(path, &now) != 0 || now.st_dev != before->st_dev || now.st_ino != before->st_ino ||
           now.st_size != before->st_size || now.st_mtim.tv_sec != before->st_mtim.tv_sec ||
           now.st_mtim.tv_nsec != before->st_mtim.tv_nsec ||
           now.st_ctim.tv_sec != before->st_ctim.tv_sec ||
           now.st_ctim.tv_nsec != before->st_ctim.tv_nsec;
}
