#define _POSIX_C_SOURCE 200809L

#include "output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "descriptor.h"
#include "message.h"
#include "signals.h"
#include "written_files.h"

enum { NAME_ATTEMPTS = 100 };

static void output_close(struct output_file *output)
{
    if (output->fd >= 0)
        close(output->fd);
    if (output->directory_fd >= 0)
        close(output->directory_fd);
    output->fd = -1;
    output->directory_fd = -1;
}

static vtc_status refuse(struct vtc_error *err, const char *why)
{
    return failure_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, "%s", why);
}

/* Decides what to do with a target that exists. */
static vtc_status check_target(struct output_file *output, const struct stat *source,
                               struct vtc_error *err)
{
    struct stat status;
    if (stat(output->target, &status) != 0) {
        struct stat dangling;
        if (errno != ENOENT)
            return failure_errno(err, errno, NULL);
        if (lstat(output->target, &dangling) == 0 && !output->force)
            return refuse(err, "is a symbolic link to nothing; -f replaces it");
        return VTC_OK;
    }
    if (source && status.st_dev == source->st_dev && status.st_ino == source->st_ino)
        return refuse(err, "is the file that is read");
    if (written_files_have(&status))
        return refuse(err, "was written by this run already");
    if (S_ISDIR(status.st_mode))
        return refuse(err, "is a directory, expected the name of a file to write");
    if (S_ISCHR(status.st_mode) || S_ISFIFO(status.st_mode))
        output->is_direct = true;
    else if (!S_ISREG(status.st_mode))
        return refuse(err, "is neither a file nor a device or FIFO to write to");
    else if (!output->force)
        return refuse(err, "exists already; -f replaces it");
    return VTC_OK;
}

vtc_status output_file_check(const char *target, const struct stat *source, bool force,
                             struct vtc_error *err)
{
    struct output_file output = {.target = target, .force = force};
    vtc_status result = check_target(&output, source, err);
    if (result == VTC_OK && output.is_direct)
        result = refuse(err, "is a device or FIFO, expected the name of a file to write");
    return result;
}

static int open_directory(const char *target, const char *base)
{
    if (base == target)
        return open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    size_t len_bytes = base - target > 1 ? (size_t)(base - target - 1) : 1;
    char *directory = strndup(target, len_bytes);
    if (!directory)
        return -1;
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(directory);
    return fd;
}

/* A name that does not depend on the target's, which may be as long as names can be. */
static void make_name(char *out_name, size_t capacity_bytes, unsigned attempt)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t mixed = ((uint64_t)now.tv_sec << 30 ^ (uint64_t)now.tv_nsec) + attempt;
    mixed *= UINT64_C(0x9E3779B97F4A7C15);
    snprintf(out_name, capacity_bytes, ".vtc-%ld-%08" PRIx32 ".tmp", (long)getpid(),
             (uint32_t)(mixed >> 32));
}

static vtc_status open_temporary(struct output_file *output, struct vtc_error *err)
{
    output->directory_fd = open_directory(output->target, output->base);
    if (output->directory_fd < 0)
        return failure_errno(err, errno, "the directory to write to");
    sigset_t before;
    signals_block(&before);
    for (unsigned attempt = 0; attempt < NAME_ATTEMPTS && output->fd < 0; attempt++) {
        make_name(output->temporary, sizeof output->temporary, attempt);
        output->fd = openat(output->directory_fd, output->temporary,
                            O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);
        if (output->fd < 0 && errno != EEXIST)
            break;
    }
    int sys_errno = errno;
    if (output->fd >= 0)
        signals_remember_temporary(output->directory_fd, output->temporary);
    signals_restore(&before);
    return output->fd >= 0 ? VTC_OK
                           : failure_errno(err, sys_errno, "a temporary file beside the target");
}

static vtc_status open_direct(struct output_file *output, bool is_stdout, struct vtc_error *err)
{
    output->is_direct = true;
    output->fd = is_stdout ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
                           : open(output->target, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    return output->fd >= 0 ? VTC_OK : failure_errno(err, errno, NULL);
}

vtc_status output_file_open(struct output_file *output, const char *target,
                            const struct stat *source, bool force, bool is_binary,
                            struct vtc_error *err)
{
    memset(output, 0, sizeof *output);
    output->target = target;
    output->force = force;
    output->fd = -1;
    output->directory_fd = -1;
    const char *slash = strrchr(target, '/');
    output->base = slash ? slash + 1 : target;

    bool is_stdout = strcmp(target, "-") == 0;
    vtc_status result = is_stdout ? VTC_OK : check_target(output, source, err);
    if (result == VTC_OK)
        result = is_stdout || output->is_direct ? open_direct(output, is_stdout, err)
                                                : open_temporary(output, err);
    if (result == VTC_OK && output->is_direct && is_binary && !force && isatty(output->fd))
        result = refuse(err, "is a terminal, and the output is binary; -f writes it nevertheless");
    if (result != VTC_OK)
        output_close(output);
    return result;
}

vtc_status output_file_write(void *context, const void *bytes, size_t len_bytes,
                             struct vtc_error *err)
{
    struct output_file *output = context;
    struct vtc_error unwanted;
    vtc_status result = descriptor_write_all(output->fd, bytes, len_bytes, err ? err : &unwanted);
    if (result == VTC_OK)
        output->bytes += len_bytes;
    else
        output->has_failed = true;
    return result;
}

/* Mode, owner where permitted, and time of the source; without one, what the umask leaves. */
static vtc_status lend_metadata(int fd, const struct stat *source, struct vtc_error *err)
{
    mode_t mask = umask(0);
    umask(mask);
    mode_t mode = source ? source->st_mode & 0777 : 0666 & ~mask;
    /* In another group, what the source's may do is not for the file's; and who was in it is one of the
     * others now, who get no more than before. So does xz. */
    mode_t both = (mode >> 3 & mode) & 7;
    if (source && fchown(fd, (uid_t)-1, source->st_gid) != 0)
        mode = (mode & 0700) | both << 3 | both;
    if (source && fchown(fd, source->st_uid, (gid_t)-1) != 0)
        errno = 0; /* then it belongs to the user, who could read the source */
    if (fchmod(fd, mode) != 0)
        return failure_errno(err, errno, "change the mode of the output");
    if (source) {
        struct timespec times[2] = {source->st_atim, source->st_mtim};
        (void)futimens(fd, times); /* a file system that keeps no times is fine */
    }
    return VTC_OK;
}

/* Gives the temporary file its name. */
static int give_name(const struct output_file *output)
{
    int directory_fd = output->directory_fd;
    if (output->force)
        return renameat(directory_fd, output->temporary, directory_fd, output->base);
    if (linkat(directory_fd, output->temporary, directory_fd, output->base, 0) == 0)
        return unlinkat(directory_fd, output->temporary, 0);
    if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS && errno != EMLINK)
        return -1;
    /* A file system without links: look, then rename. */
    if (faccessat(directory_fd, output->base, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
        errno = EEXIST;
        return -1;
    }
    return renameat(directory_fd, output->temporary, directory_fd, output->base);
}

static vtc_status publish_temporary(struct output_file *output, const struct stat *source,
                                    struct vtc_error *err)
{
    vtc_status result = lend_metadata(output->fd, source, err);
    if (result != VTC_OK)
        return result;
    if (fsync(output->fd) != 0)
        return failure_errno(err, errno, "sync");
    sigset_t before;
    signals_block(&before);
    int sys_errno = give_name(output) == 0 ? 0 : errno;
    if (sys_errno == 0)
        signals_forget_temporary();
    signals_restore(&before);
    if (sys_errno == EEXIST)
        return refuse(err, "came into being meanwhile; -f replaces it");
    if (sys_errno != 0)
        return failure_errno(err, sys_errno, "give the output its name");
    if (fsync(output->directory_fd) != 0 && errno != EINVAL && errno != EROFS)
        return failure_errno(err, errno, "sync the directory");
    return VTC_OK;
}

vtc_status output_file_publish(struct output_file *output, const struct stat *source,
                               struct vtc_error *err)
{
    vtc_status result = output->is_direct ? VTC_OK : publish_temporary(output, source, err);
    if (result != VTC_OK) {
        output_file_discard(output);
        return result;
    }
    if (!output->is_direct)
        written_files_note(output->fd);
    int fd = output->fd;
    output->fd = -1;
    if (close(fd) != 0 && errno != EINTR)
        result = failure_errno(err, errno, "close"); /* NFS and quotas tell only now */
    output_close(output);
    return result;
}

void output_file_discard(struct output_file *output)
{
    if (!output->is_direct && output->fd >= 0)
        signals_remove_temporary();
    output_close(output);
}
