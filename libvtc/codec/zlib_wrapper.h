/* zlib, behind the one file that includes zlib.h: unpacks `.gz` input of any length, all its members
 * one after the other, as gzip does. Zero bytes after the last member are padding (tapes, blocks);
 * anything else there is VTC_ERR_CORRUPT. The CRC and the length of each member are checked.
 */
#ifndef VTCI_CODEC_ZLIB_WRAPPER_H
#define VTCI_CODEC_ZLIB_WRAPPER_H

#include <stdbool.h>

#include "base/memory.h"
#include "codec/stream.h"
#include "vtc/status.h"

struct vtci_zlib_stream;

VTC_NODISCARD vtc_status vtci_zlib_stream_create(struct vtci_memory *memory,
                                                 struct vtci_zlib_stream **out_stream);
/* See codec/stream.h. Offsets in errors count packed bytes. */
VTC_NODISCARD vtc_status vtci_zlib_stream_step(struct vtci_zlib_stream *stream,
                                               struct vtci_stream_io *io, struct vtc_error *err);
bool vtci_zlib_stream_may_end(const struct vtci_zlib_stream *stream);
void vtci_zlib_stream_free(struct vtci_zlib_stream *stream);

#endif
