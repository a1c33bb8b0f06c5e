/* A file that is there whole or not at all.
 *
 * What is written goes to a temporary file in the target's directory (O_EXCL, readable by its owner
 * only). Publishing it gives it the source's mode and time, syncs it, gives it its name and syncs
 * the directory. Without `force` the name is given by link(2), which never replaces a file, not
 * even one that came into being meanwhile; with it by rename(2). A signal on the way removes it.
 *
 * "-" is standard output; a device or a FIFO that is named as the target is written to as it is.
 */
#ifndef VTC_TOOLS_OUTPUT_FILE_H
#define VTC_TOOLS_OUTPUT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "vtc/status.h"

struct output_file {
    const char *target;
    const char *base; /* the last part of target */
    bool force;
    bool is_direct; /* standard output, a device or a FIFO: no temporary file */
    int fd;         /* of the temporary file: for reading too */
    int directory_fd;
    char temporary[64];
    bool has_failed; /* a write has: the failure is about the target, not the source */
    uint64_t bytes;  /* written so far */
};

/* What opening says of a target, for a file that the library writes: no device or FIFO either, as it
 * is read back. */
vtc_status output_file_check(const char *target, const struct stat *source, bool force,
                             struct vtc_error *err);
/* `source` (may be NULL) is what is read: the target must be another file. ARGUMENT when refused.
 * `is_binary`: a terminal is refused too. */
vtc_status output_file_open(struct output_file *output, const char *target,
                            const struct stat *source, bool force, bool is_binary,
                            struct vtc_error *err);
/* A vtc_write_fn; `context` is the output. */
vtc_status output_file_write(void *context, const void *bytes, size_t len_bytes,
                             struct vtc_error *err);
/* Publishes and closes; on failure nothing is left. `source` (may be NULL) lends mode and time. */
vtc_status output_file_publish(struct output_file *output, const struct stat *source,
                               struct vtc_error *err);
/* Throws away and closes. */
void output_file_discard(struct output_file *output);

#endif
