/* A new file that appears whole or not at all.
 *
 * It is written beside its target, synced, given its name in one step, and the directory is synced.
 *
 *     unnamed (O_TMPFILE):  write ... fsync, linkat(target)                    when nothing is there
 *                           write ... fsync, linkat(temp), rename(temp, target)     to replace
 *     named (elsewhere):    create temp O_EXCL, write ... fsync, then
 *                           renameat2(NOREPLACE) | link + unlink             when nothing is there
 *                           rename                                                  to replace
 *
 * A file that stands for a model is replaced by renameat2(EXCHANGE), and the old one unlinked.
 *
 * The unnamed form leaves nothing behind even after SIGKILL or a power cut, but for the instant
 * between linkat and rename. A temporary file that has a name is locked (flock) for as long as its
 * process lives, so that temp_clear.c can tell it from garbage. Permissions are given at
 * creation, so that the kernel applies the umask (and the directory's default ACL): reading the umask
 * means setting it, for every thread of somebody else's process.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "io/file_posix.h"

#ifndef O_TMPFILE
#define O_TMPFILE 0 /* other systems: the named form only */
#endif

#define TEMP_TRIES 100

struct created_file {
    struct vtci_file_posix posix;
    int directory_fd; /* -1: a device or a FIFO, written straight */
    bool overwrite;
    bool published;
    bool has_model;
    struct stat model; /* lends owner, permissions and times */
    char *name;        /* of the target within the directory */
    char *temp;        /* of the temporary file, "" while it has none */
    size_t name_bytes;
    size_t temp_bytes;
};

static struct created_file *cast(struct vtci_file *file)
{
    return (struct created_file *)file;
}

static void make_temp_name(struct created_file *self)
{
    uint64_t noise = 0;
    if (getrandom(&noise, sizeof noise, GRND_NONBLOCK) != (ssize_t)sizeof noise)
        noise = (uint64_t)(uintptr_t)self ^ (uint64_t)getpid() << 32; /* O_EXCL does the rest */
    snprintf(self->temp, self->temp_bytes, ".%.*s.%012llx.tmp", VTCI_TEMP_NAME_BYTES_MAX,
             self->name, (unsigned long long)(noise & 0xffffffffffffu));
}

/* Locks a temporary file. False when somebody took it for garbage between its creation and this. */
static bool hold(int fd)
{
    struct stat about;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        return errno != EWOULDBLOCK; /* no locks here: then nothing is taken for garbage either */
    return fstat(fd, &about) != 0 || about.st_nlink > 0;
}

static int open_named(struct created_file *self, unsigned mode)
{
    for (int tries = 0; tries < TEMP_TRIES; tries++) {
        make_temp_name(self);
        int fd = openat(self->directory_fd, self->temp,
                        O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
        if (fd >= 0 && hold(fd))
            return fd;
        if (fd >= 0)
            close(fd);
        else if (errno != EEXIST && errno != EINTR)
            break;
    }
    self->temp[0] = '\0';
    return -1;
}

static int open_unnamed(struct created_file *self, unsigned mode)
{
    if (O_TMPFILE == 0 || access("/proc/thread-self/fd", X_OK) != 0)
        return -1;
    int fd = openat(self->directory_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, (mode_t)mode);
    if (fd >= 0)
        (void)flock(fd, LOCK_EX | LOCK_NB); /* nobody else can have it open */
    return fd;
}

/* Links the unnamed file; 0, or -1 with errno. */
static int link_unnamed(const struct created_file *self, const char *name)
{
    char path[48];
    snprintf(path, sizeof path, "/proc/thread-self/fd/%d", self->posix.fd);
    return linkat(AT_FDCWD, path, self->directory_fd, name, AT_SYMLINK_FOLLOW);
}

/* Renames, but never over something; 0, or -1 with errno. */
static int rename_if_free(const struct created_file *self)
{
    int directory_fd = self->directory_fd;
#ifdef RENAME_NOREPLACE
    if (renameat2(directory_fd, self->temp, directory_fd, self->name, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != ENOSYS && errno != EINVAL)
        return -1;
#endif
    if (linkat(directory_fd, self->temp, directory_fd, self->name, 0) != 0)
        return -1;
    unlinkat(directory_fd, self->temp, 0);
    return 0;
}

/* What stands for a model is replaced, and not put back: a file that somebody removes in this moment
 * (a flight recorder, which counts its events as lost) stays away. */
static int take_place(const struct created_file *self)
{
    int directory_fd = self->directory_fd;
#ifdef RENAME_EXCHANGE
    if (renameat2(directory_fd, self->temp, directory_fd, self->name, RENAME_EXCHANGE) == 0) {
        unlinkat(directory_fd, self->temp, 0);
        return 0;
    }
    if (errno != ENOSYS && errno != EINVAL)
        return -1;
#endif
    return renameat(directory_fd, self->temp, directory_fd, self->name);
}

static int give_name(struct created_file *self)
{
    bool unnamed = self->temp[0] == '\0';
    if (unnamed && !self->overwrite)
        return link_unnamed(self, self->name);
    for (int tries = 0; self->temp[0] == '\0';) {
        make_temp_name(self);
        if (link_unnamed(self, self->temp) == 0)
            break;
        self->temp[0] = '\0';
        if (errno != EEXIST || ++tries == TEMP_TRIES)
            return -1;
    }
    if (!self->overwrite)
        return rename_if_free(self);
    if (self->has_model)
        return take_place(self);
    return renameat(self->directory_fd, self->temp, self->directory_fd, self->name);
}

/* Owner, permissions and times of the model. A group that cannot be given must not get its rights. */
static int follow_model(const struct created_file *self)
{
    const struct stat *model = &self->model;
    int fd = self->posix.fd;
    mode_t mode = model->st_mode & 07777;
    struct stat about;
    if (fstat(fd, &about) != 0)
        return -1;
    bool same = about.st_uid == model->st_uid && about.st_gid == model->st_gid;
    if (!same && fchown(fd, model->st_uid, model->st_gid) != 0 &&
        fchown(fd, (uid_t)-1, model->st_gid) != 0)
        mode = (mode & ~(mode_t)(S_IRWXG | S_ISUID | S_ISGID)) | (mode & S_IRWXO) << 3;
    if (fchmod(fd, mode) != 0)
        return -1;
    const struct timespec times[2] = {model->st_atim, model->st_mtim};
    return futimens(fd, times);
}

static vtc_status created_publish(struct vtci_file *file, struct vtc_error *err)
{
    struct created_file *self = cast(file);
    if (self->has_model && self->directory_fd >= 0 && !self->published && follow_model(self) != 0)
        return vtci_error_errno(err, errno, VTC_NO_OFFSET, "cannot give the file its permissions");
    VTC_TRY(vtci_file_posix_sync(file, err));
    if (self->directory_fd < 0 || self->published)
        return VTC_OK;
    if (give_name(self) != 0)
        return vtci_error_errno(err, errno, VTC_NO_OFFSET, "cannot create");
    self->published = true;
    /* The content is safe and in its place; that a directory cannot be synced is no failure of it. */
    if (fsync(self->directory_fd) != 0 && errno == EIO)
        return vtci_error_errno(err, errno, VTC_NO_OFFSET, "cannot sync the directory");
    return VTC_OK;
}

static void created_close(struct vtci_file *file)
{
    struct created_file *self = cast(file);
    if (!self->published && self->temp && self->temp[0] != '\0')
        unlinkat(self->directory_fd, self->temp, 0);
    if (self->posix.fd >= 0)
        close(self->posix.fd);
    if (self->directory_fd >= 0)
        close(self->directory_fd);
    struct vtci_memory *memory = self->posix.memory;
    vtci_release(memory, self->name, self->name_bytes);
    vtci_release(memory, self->temp, self->temp_bytes);
    vtci_release(memory, self, sizeof *self);
}

static const struct vtci_file_vtable created_vtable = {
    .append = vtci_file_posix_append,
    .pread = vtci_file_posix_pread,
    .read = vtci_file_posix_read,
    .size = vtci_file_posix_size,
    .sync = vtci_file_posix_sync,
    .publish = created_publish,
    .close = created_close,
};

/* Opens the directory that will hold the target, and keeps the target's name within it. */
static vtc_status open_directory(struct created_file *self, const char *path, struct vtc_error *err)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t directory_bytes = slash ? (size_t)(slash - path) + 1 : 1;
    struct vtci_memory *memory = self->posix.memory;
    if (*name == '\0')
        return vtci_error_errno(err, *path ? EISDIR : ENOENT, VTC_NO_OFFSET, "cannot create");
    self->name_bytes = strlen(name) + 1;
    self->temp_bytes = VTCI_TEMP_NAME_BYTES_MAX + 32;
    self->name = vtci_allocate(memory, self->name_bytes);
    self->temp = vtci_allocate_zeroed(memory, self->temp_bytes);
    char *directory = vtci_allocate(memory, directory_bytes + 1);
    if (!self->name || !self->temp || !directory) {
        vtci_release(memory, directory, directory_bytes + 1);
        return vtci_error_memory(err, self->name_bytes + self->temp_bytes + directory_bytes + 1);
    }
    memcpy(self->name, name, self->name_bytes);
    memcpy(directory, slash ? path : ".", directory_bytes);
    directory[directory_bytes] = '\0';
    self->directory_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    vtci_release(memory, directory, directory_bytes + 1);
    if (self->directory_fd < 0)
        return vtci_error_errno(err, errno, VTC_NO_OFFSET, "cannot open the directory");
    return VTC_OK;
}

static vtc_status open_beside(struct created_file *self, const char *path,
                              const struct vtci_file_create_opts *opts, struct vtc_error *err)
{
    VTC_TRY(open_directory(self, path, err));
    unsigned mode = opts && opts->mode ? opts->mode : 0666;
    if (opts && opts->model) {
        self->has_model = true;
        self->model = *opts->model;
        mode = 0600; /* until it is published */
    }
    if (!opts || !opts->visible_temp)
        self->posix.fd = open_unnamed(self, mode);
    if (self->posix.fd < 0)
        self->posix.fd = open_named(self, mode);
    if (self->posix.fd < 0)
        return vtci_error_errno(err, errno, VTC_NO_OFFSET, "cannot create");
    return VTC_OK;
}

vtc_status vtci_file_create(struct vtci_memory *memory, const char *path,
                            const struct vtci_file_create_opts *opts, struct vtci_file **out_file,
                            struct vtc_error *err)
{
    struct stat about;
    bool exists = stat(path, &about) == 0 || lstat(path, &about) == 0;
    bool straight = exists && (S_ISCHR(about.st_mode) || S_ISFIFO(about.st_mode));
    if (exists && S_ISDIR(about.st_mode))
        return vtci_error_errno(err, EISDIR, VTC_NO_OFFSET, "cannot create");
    if (exists && (S_ISBLK(about.st_mode) || S_ISSOCK(about.st_mode)))
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "cannot create: a disk or a socket stands there");
    if (exists && !straight && !(opts && opts->overwrite))
        return vtci_error_errno(err, EEXIST, VTC_NO_OFFSET, "cannot create");

    struct created_file *self = vtci_allocate_zeroed(memory, sizeof *self);
    if (!self)
        return vtci_error_memory(err, sizeof *self);
    self->posix.file.vtable = &created_vtable;
    self->posix.memory = memory;
    self->posix.fd = -1;
    self->directory_fd = -1;
    self->overwrite = opts && opts->overwrite;
    vtc_status status = VTC_OK;
    if (!straight)
        status = open_beside(self, path, opts, err);
    else if ((self->posix.fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)) < 0)
        status = vtci_error_errno(err, errno, VTC_NO_OFFSET, "cannot open");
    if (status != VTC_OK) {
        created_close(&self->posix.file);
        return status;
    }
    *out_file = &self->posix.file;
    return VTC_OK;
}
