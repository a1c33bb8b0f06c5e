/* The text of a trace from a file or a pipe, unpacked on the way when it is gzip or zstd.
 *
 * What it is is told by its first bytes, not by its name. Several members or frames one after the
 * other are one text, as for gzip and zstd; anything else after the end is an error, because a
 * source that is deleted after compression must have been taken whole.
 */
#ifndef VTC_TOOLS_INPUT_STREAM_H
#define VTC_TOOLS_INPUT_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "vtc/status.h"

enum input_packing { INPUT_PLAIN, INPUT_GZIP, INPUT_ZSTD };

struct input_stream {
    int fd;
    struct stat status;
    enum input_packing packing;
    uint64_t packed_offset; /* of buffer[pos] in the file */
    uint64_t total_bytes;   /* of the file; 0: not known */
    void *unpacker;         /* z_stream or ZSTD_DCtx */
    bool is_within;         /* a member or frame has begun and not ended */
    unsigned char *buffer;
    size_t pos;
    size_t len_bytes;
};

/* Opens and looks at the first bytes. A zstd window is bounded by a quarter of `memory_bytes`
 * (0: of 512 MiB). */
vtc_status input_stream_open(struct input_stream *stream, const char *path, bool allow_special,
                             size_t memory_bytes, struct vtc_error *err);
/* A vtc_read_fn; `context` is the stream. */
vtc_status input_stream_read(void *context, void *buffer, size_t capacity_bytes, size_t *out_bytes,
                             struct vtc_error *err);
void input_stream_close(struct input_stream *stream);

#endif
