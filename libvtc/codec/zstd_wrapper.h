/* zstd, behind the one file that includes zstd.h.
 *
 * `struct vtci_zstd` packs and unpacks whole buffers; each worker thread has its own and uses it
 * again for every segment (@thread owner). All memory comes from a vtci_memory, so zstd's too is
 * counted and limited. `struct vtci_zstd_stream` unpacks an input of any length in bounded memory.
 */
#ifndef VTCI_CODEC_ZSTD_WRAPPER_H
#define VTCI_CODEC_ZSTD_WRAPPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"
#include "codec/stream.h"
#include "vtc/status.h"

struct vtci_zstd;

/* Cheap: the contexts within are made at the first use of each direction. */
VTC_NODISCARD vtc_status vtci_zstd_create(struct vtci_memory *memory, struct vtci_zstd **out_zstd);
void vtci_zstd_free(struct vtci_zstd *zstd);

/* A capacity that is always enough to pack `len_bytes`; 0 when that is beyond what zstd takes. */
size_t vtci_zstd_bound_bytes(size_t len_bytes);

/* Packs `len_bytes` at `from` into one frame, which says its content size and has no checksum of its
 * own. `level` is 1 to 22. The same input, level and libzstd give the same bytes.
 * VTC_ERR_LIMIT when the frame does not fit `capacity_bytes`: no error for a caller that keeps the
 * bytes as they are in that case. VTC_ERR_NO_MEMORY, VTC_ERR_ARGUMENT (level). */
VTC_NODISCARD vtc_status vtci_zstd_compress(struct vtci_zstd *zstd, int level, const void *from,
                                            size_t len_bytes, void *to, size_t capacity_bytes,
                                            size_t *out_len_bytes);

/* The same, with a new zstd block at every multiple of `part_bytes` (at least 1): for planes of bytes
 * that have nothing in common, so that each gets tables of its own. */
VTC_NODISCARD vtc_status vtci_zstd_compress_parts(struct vtci_zstd *zstd, int level,
                                                  const void *from, size_t len_bytes,
                                                  size_t part_bytes, void *to,
                                                  size_t capacity_bytes, size_t *out_len_bytes);

/* Unpacks exactly one frame that fills `len_bytes` exactly into exactly `out_bytes` bytes at `to`:
 * trailing bytes, a second or a skippable frame, a legacy format, a needed dictionary and any other
 * length are VTC_ERR_CORRUPT, with a message but without offset and rule, which the caller adds.
 * Allocates nothing by what the frame says: `to` is its window. SPEC: PCK-2 */
VTC_NODISCARD vtc_status vtci_zstd_decompress(struct vtci_zstd *zstd, const void *from,
                                              size_t len_bytes, void *to, size_t out_bytes,
                                              struct vtc_error *err);

/* Streaming, for `.zst` input: any number of frames, skippable ones among them.
 * `window_bytes_max` bounds the memory: a frame that needs a larger window is VTC_ERR_LIMIT. 0 takes
 * 128 MiB, which is what `zstd -d` grants. */
struct vtci_zstd_stream;

VTC_NODISCARD vtc_status vtci_zstd_stream_create(struct vtci_memory *memory,
                                                 uint64_t window_bytes_max,
                                                 struct vtci_zstd_stream **out_stream);
/* See codec/stream.h. Offsets in errors count packed bytes. */
VTC_NODISCARD vtc_status vtci_zstd_stream_step(struct vtci_zstd_stream *stream,
                                               struct vtci_stream_io *io, struct vtc_error *err);
bool vtci_zstd_stream_may_end(const struct vtci_zstd_stream *stream);
void vtci_zstd_stream_free(struct vtci_zstd_stream *stream);

#endif
