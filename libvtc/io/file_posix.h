/* What file_posix.c and file_create.c share: loops around system calls that may be interrupted, cut
 * short or not ready, and the body of a file that has a descriptor. */
#ifndef VTCI_IO_FILE_POSIX_H
#define VTCI_IO_FILE_POSIX_H

#include "io/file.h"

/* A temporary file is called `.NAME.XXXXXXXXXXXX.tmp`, with 12 hexadecimal digits. */
#define VTCI_TEMP_NAME_BYTES_MAX 200 /* of the target's name in it */
#define VTCI_TEMP_DIGITS 12

/* A name of a descriptor. Not of /proc/self, which is the process's first thread: when that has ended,
 * and others go on, it has no descriptors. */
#define VTCI_FD_PATH "/proc/thread-self/fd/%d"

struct vtci_file_posix {
    struct vtci_file file;
    struct vtci_memory *memory;
    int fd;
    bool owns_fd;
    uint64_t appended_bytes; /* for the offset in an error */
};

VTC_NODISCARD vtc_status vtci_file_posix_append(struct vtci_file *file, const void *bytes,
                                                size_t len_bytes, struct vtc_error *err);
VTC_NODISCARD vtc_status vtci_file_posix_pread(struct vtci_file *file, uint64_t offset, void *to,
                                               size_t len_bytes, size_t *out_len_bytes,
                                               struct vtc_error *err);
VTC_NODISCARD vtc_status vtci_file_posix_read(struct vtci_file *file, void *to, size_t len_bytes,
                                              size_t *out_len_bytes, struct vtc_error *err);
uint64_t vtci_file_posix_skip_hole(struct vtci_file *file, uint64_t offset);
bool vtci_file_posix_is_locked(struct vtci_file *file);
vtc_status vtci_file_posix_size(struct vtci_file *file, uint64_t *out_bytes, struct vtc_error *err);
VTC_NODISCARD vtc_status vtci_file_posix_sync(struct vtci_file *file, struct vtc_error *err);

#endif
