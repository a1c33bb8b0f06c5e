/* How packed input is unpacked piece by piece, whatever packed it.
 *
 *     kind = vtci_stream_sniff(first bytes of the input)
 *     vtci_stream_create(memory, kind, 0, &stream, err)
 *     until the input ends:
 *         when io.in_left_bytes is 0: read a piece, set io.in and io.in_left_bytes
 *         set io.out and io.out_left_bytes
 *         vtci_stream_step(stream, &io, err)
 *         use what lies before io.out
 *     vtci_stream_finish(stream, err)          VTC_ERR_TRUNCATED if the input ended too early
 *     vtci_stream_free(stream)
 *
 * A step stops when the input is used up or the output is full; when both hold, step again with new
 * output before the input is given up for ended: something may be held back.
 */
#ifndef VTCI_CODEC_STREAM_H
#define VTCI_CODEC_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"
#include "vtc/status.h"

struct vtci_stream_io {
    const uint8_t *in; /* advanced by a step, like the three below */
    size_t in_left_bytes;
    uint8_t *out;
    size_t out_left_bytes;
};

enum vtci_stream_kind {
    VTCI_STREAM_PLAIN, /* not packed: a step copies */
    VTCI_STREAM_GZIP,
    VTCI_STREAM_ZSTD
};

#define VTCI_STREAM_SNIFF_BYTES 4

/* What the first bytes (VTCI_STREAM_SNIFF_BYTES of them, or all there are) say. */
enum vtci_stream_kind vtci_stream_sniff(const void *bytes, size_t len_bytes);

struct vtci_stream;

/* `window_bytes_max` as for vtci_zstd_stream_create. */
VTC_NODISCARD vtc_status vtci_stream_create(struct vtci_memory *memory, enum vtci_stream_kind kind,
                                            uint64_t window_bytes_max,
                                            struct vtci_stream **out_stream, struct vtc_error *err);
VTC_NODISCARD vtc_status vtci_stream_step(struct vtci_stream *stream, struct vtci_stream_io *io,
                                          struct vtc_error *err);
/* To be asked when the input has ended: whether it may end there. */
VTC_NODISCARD vtc_status vtci_stream_finish(const struct vtci_stream *stream,
                                            struct vtc_error *err);
void vtci_stream_free(struct vtci_stream *stream);

#endif
