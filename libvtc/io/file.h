/* Files as libvtc sees them: a run of bytes that can be appended to, read anywhere, read in order,
 * synced and published. A small vtable stands between, so that tests inject short writes, a full
 * disk and lost syncs, and so that memory serves as a file.
 *
 *     opened by                    append  pread  read  size  sync  publish
 *     vtci_file_open                 -       x     x     x     -      -
 *     vtci_file_create               x       x     x     x     x      x
 *     vtci_file_from_fd              x       x     x     x     x      -      (what the fd allows)
 *     vtci_file_from_bytes           -       x     x     x     -      -
 *     vtci_file_from_buffer          x       x     x     x     x      x      (sync, publish: no-ops)
 *
 * An operation that a file does not have is VTC_ERR_ARGUMENT. A call that is interrupted by a signal
 * or done only in part is continued; a descriptor in non-blocking mode is waited for.
 * An implementation embeds `struct vtci_file` as its first member.
 *
 * Threads: `pread` and `size` from any thread at once; everything else from one thread at a time.
 */
#ifndef VTCI_IO_FILE_H
#define VTCI_IO_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "vtc/status.h"

struct stat;
struct vtci_file;

struct vtci_file_vtable {
    vtc_status (*append)(struct vtci_file *file, const void *bytes, size_t len_bytes,
                         struct vtc_error *err);
    vtc_status (*pread)(struct vtci_file *file, uint64_t offset, void *to, size_t len_bytes,
                        size_t *out_len_bytes, struct vtc_error *err);
    vtc_status (*read)(struct vtci_file *file, void *to, size_t len_bytes, size_t *out_len_bytes,
                       struct vtc_error *err);
    vtc_status (*size)(struct vtci_file *file, uint64_t *out_bytes, struct vtc_error *err);
    vtc_status (*sync)(struct vtci_file *file, struct vtc_error *err);
    vtc_status (*publish)(struct vtci_file *file, struct vtc_error *err);
    void (*close)(struct vtci_file *file); /* never NULL */
    /* The bytes at `offset`, when they lie in memory already; NULL when they do not. */
    const uint8_t *(*borrow)(struct vtci_file *file, uint64_t offset, size_t len_bytes);
    /* Where data may begin, from `offset` on; NULL: right there. */
    uint64_t (*skip_hole)(struct vtci_file *file, uint64_t offset);
    /* Whether somebody else holds an exclusive lock; NULL: nobody. */
    bool (*is_locked)(struct vtci_file *file);
};

struct vtci_file {
    const struct vtci_file_vtable *vtable;
};

/* Writes all of `bytes` at the end, or fails: VTC_ERR_IO with the errno (ENOSPC, EPIPE, ...). After
 * a failure what the end of the file holds is unspecified. */
VTC_NODISCARD vtc_status vtci_file_append(struct vtci_file *file, const void *bytes,
                                          size_t len_bytes, struct vtc_error *err);

/* Reads up to `len_bytes` at `offset`. Fewer, and possibly 0, only where the file ends. */
VTC_NODISCARD vtc_status vtci_file_pread(struct vtci_file *file, uint64_t offset, void *to,
                                         size_t len_bytes, size_t *out_len_bytes,
                                         struct vtc_error *err);

/* The same, where fewer is an error: VTC_ERR_TRUNCATED, with `offset` in err. */
VTC_NODISCARD vtc_status vtci_file_pread_exact(struct vtci_file *file, uint64_t offset, void *to,
                                               size_t len_bytes, struct vtc_error *err);

/* Reads up to `len_bytes` that come next, from a pipe too, and steps over them. It may give fewer
 * bytes than asked for as soon as it has some; 0 only at the end. */
VTC_NODISCARD vtc_status vtci_file_read(struct vtci_file *file, void *to, size_t len_bytes,
                                        size_t *out_len_bytes, struct vtc_error *err);

/* Borrows the bytes at `offset` where the file lies in memory; NULL where it does not, or ends
 * before. Valid until the next append or close. */
const uint8_t *vtci_file_borrow(struct vtci_file *file, uint64_t offset, size_t len_bytes);

/* From `offset` to what comes back there are zeros for certain: a hole. `offset` itself where nothing is
 * known. Only of files that lack a GiB or more: some file systems have called a hole what was not on
 * the disk yet, and a file that is as large as it looks needs no such short cut. */
uint64_t vtci_file_skip_hole(struct vtci_file *file, uint64_t offset);

/* Whether somebody else holds an exclusive lock (flock) on the file: it is being recorded, or names are
 * being added to it. False where the file system has no locks. The descriptor's own lock is lost. */
bool vtci_file_is_locked(struct vtci_file *file);
bool vtci_fd_is_locked(int fd);

/* Length in bytes. VTC_ERR_IO with ESPIPE for a pipe, a socket or a terminal. */
VTC_NODISCARD vtc_status vtci_file_size(struct vtci_file *file, uint64_t *out_bytes,
                                        struct vtc_error *err);

/* Brings what was appended to the disk. @durability: file content, not its name. A no-op on what
 * cannot be synced (a pipe). */
VTC_NODISCARD vtc_status vtci_file_sync(struct vtci_file *file, struct vtc_error *err);

/* Syncs a file of vtci_file_create and gives it its name, at once and whole; then syncs the
 * directory. Once; nothing may be appended afterwards. When it fails the target is as it was:
 * VTC_ERR_IO, with EEXIST where the target came into being in the meantime. */
VTC_NODISCARD vtc_status vtci_file_publish(struct vtci_file *file, struct vtc_error *err);

/* Closes. A created file that was not published vanishes without a trace. NULL is accepted. */
void vtci_file_close(struct vtci_file *file);

/* Opens a path for reading: a regular file, a FIFO (waits for a writer) or a device. A directory is
 * VTC_ERR_IO with EISDIR. */
VTC_NODISCARD vtc_status vtci_file_open(struct vtci_memory *memory, const char *path,
                                        struct vtci_file **out_file, struct vtc_error *err);

struct vtci_file_create_opts {
    bool overwrite; /* replace an existing target when publishing */
    unsigned mode;  /* permissions before the umask; 0: 0666. Pass the source's to keep it */
    const struct stat *model; /* NULL, or whose owner, permissions and times it is to have */
    bool visible_temp;        /* for tests: do as where the file system has no unnamed files */
};

/* Starts a new file that will stand at `path` once it is published, and lives beside it until then:
 * without a name where the file system can do that, so that even SIGKILL leaves nothing behind, else
 * as `.NAME.XXXXXXXXXXXX.tmp`. An existing target is VTC_ERR_IO with EEXIST at once, unless
 * `overwrite`; a target that is a directory is EISDIR. Where the target is a device or a FIFO there
 * is nothing to replace: it is written straight away, and publish does nothing but sync.
 * `opts` may be NULL. */
VTC_NODISCARD vtc_status vtci_file_create(struct vtci_memory *memory, const char *path,
                                          const struct vtci_file_create_opts *opts,
                                          struct vtci_file **out_file, struct vtc_error *err);

/* Removes the temporary files that an earlier vtci_file_create for `path` left when its process was
 * killed: those that no process holds. Returns how many. Never fails: what cannot be removed stays. */
unsigned vtci_file_clear_temporaries(const char *path);

/* Wraps a descriptor, which stays open after vtci_file_close unless `take`. Appends go to where the
 * descriptor stands. When the call fails the descriptor stays with the caller. */
VTC_NODISCARD vtc_status vtci_file_from_fd(struct vtci_memory *memory, int fd, bool take,
                                           struct vtci_file **out_file, struct vtc_error *err);

/* A read-only file over bytes that the caller keeps in place until it is closed. */
VTC_NODISCARD vtc_status vtci_file_from_bytes(struct vtci_memory *memory, const void *bytes,
                                              size_t len_bytes, struct vtci_file **out_file,
                                              struct vtc_error *err);

/* A file that lives in a buffer of the caller: what the buffer holds is its content, appends grow
 * it. The buffer outlives the file and is the caller's to free. */
VTC_NODISCARD vtc_status vtci_file_from_buffer(struct vtci_memory *memory,
                                               struct vtci_buffer *buffer,
                                               struct vtci_file **out_file, struct vtc_error *err);

#endif
