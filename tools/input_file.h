/* Opening what a user names: what can not be read is refused before it can hang or surprise. */
#ifndef VTC_TOOLS_INPUT_FILE_H
#define VTC_TOOLS_INPUT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "vtc/status.h"

/* Opens `path` for reading from its start to its end; "-" gives a duplicate of standard input.
 * Refuses directories, and what is no regular file (a FIFO would wait for its writer) unless
 * `allow_special`. */
vtc_status input_file_open(const char *path, bool allow_special, int *out_fd, struct stat *out_stat,
                           struct vtc_error *err);

/* Says the same of a file that the library opens by its name. */
vtc_status input_file_check(const char *path, struct vtc_error *err);

/* The same for what must be read from any place: a FIFO is refused, and a standard input that is a
 * pipe is copied to a temporary file without a name. */
vtc_status input_file_open_seekable(const char *path, int *out_fd, struct stat *out_stat,
                                    struct vtc_error *err);

/* One read(2), again after a signal. */
vtc_status input_file_read(int fd, void *buffer, size_t capacity_bytes, size_t *out_bytes,
                           struct vtc_error *err);

/* Whether the file behind `path` is no longer what it was at `before` (length, times, identity). */
bool input_file_has_changed(const char *path, const struct stat *before);

#endif
