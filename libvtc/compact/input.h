/* A file that is to be compacted or merged, of whatever kind.
 *
 *     live file        vtc_live: its text of SPEC B.8
 *     file of blocks   vtc_reader: its document
 *
 * A file of blocks was *recorded* when its document has exactly one row `vtc_session` in its first
 * VTCI_INPUT_HEAD_BYTES: a live file compacted. Then family, process and segment are known of it too.
 */
#ifndef VTCI_COMPACT_INPUT_H
#define VTCI_COMPACT_INPUT_H

#include <sys/stat.h>

#include "compact/work.h"

#define VTCI_INPUT_HEAD_BYTES ((size_t)64 << 10)

struct vtci_compact_input {
    int fd;
    struct stat stat;
    vtc_live *live; /* one of the two */
    vtc_reader *reader;
    struct vtc_live_facts facts; /* of a live file */
    bool is_recorded;            /* the next three are known */
    uint64_t family[2];
    uint32_t pid;
    uint32_t segment;
    bool is_recording; /* by a process that still runs */
    int64_t first_ns;  /* about when it begins */
};

/* Opens a regular file. */
VTC_NODISCARD vtc_status vtci_compact_input_open(const struct vtci_compact_work *work,
                                                 const char *path,
                                                 struct vtci_compact_input *out_input,
                                                 struct vtc_error *err);
void vtci_compact_input_close(struct vtci_compact_input *input);

/* Hands the text to `write`. What vtc_decompress gives, where the input is damaged. */
VTC_NODISCARD vtc_status vtci_compact_input_push(const struct vtci_compact_work *work,
                                                 struct vtci_compact_input *input,
                                                 vtc_write_fn write, void *write_context,
                                                 struct vtc_error *err);

#endif
