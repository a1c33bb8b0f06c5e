/* What every piece of compacting needs: options with their defaults, limits, notices. */
#ifndef VTCI_COMPACT_WORK_H
#define VTCI_COMPACT_WORK_H

#include <stdbool.h>
#include <stddef.h>

#include "io/file.h"
#include "vtc/compact.h"

struct vtci_compact_work {
    struct vtc_compact_opts opts; /* with defaults */
    bool has_level;               /* one was asked for */
    struct vtci_memory memory;    /* beside what readers and the compressor count on their own */
};

/* `opts` may be NULL. VTC_ERR_ARGUMENT. */
VTC_NODISCARD vtc_status vtci_compact_work_init(struct vtci_compact_work *work,
                                                const struct vtc_compact_opts *opts,
                                                struct vtc_error *err);

/* For what is read, and for what is written: half of the limit each. */
struct vtc_reader_opts vtci_compact_reader_opts(const struct vtci_compact_work *work);
struct vtc_live_opts vtci_compact_live_opts(const struct vtci_compact_work *work);

void vtci_compact_notice(const struct vtci_compact_work *work, const char *path,
                         const struct vtc_error *what);

/* VTC_ERR_CANCELLED when the caller's progress function says so. */
VTC_NODISCARD vtc_status vtci_compact_poll(const struct vtci_compact_work *work,
                                           uint64_t input_bytes, struct vtc_error *err);

/* Compresses `read` into `to`, which is not published; syncs it, reads it back and compares. */
VTC_NODISCARD vtc_status vtci_compact_write(const struct vtci_compact_work *work, vtc_read_fn read,
                                            void *read_context, struct vtci_file *to,
                                            struct vtc_compress_result *out_result,
                                            struct vtc_error *err);

#endif
