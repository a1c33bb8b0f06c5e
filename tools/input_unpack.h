/* The unpacking half of an input stream: gzip by zlib, zstd by libzstd. */
#ifndef VTC_TOOLS_INPUT_UNPACK_H
#define VTC_TOOLS_INPUT_UNPACK_H

#include "input_stream.h"

/* Reads on when all that is in the buffer was taken; len_bytes 0 then means the end. */
vtc_status input_stream_refill(struct input_stream *stream, struct vtc_error *err);

vtc_status input_unpack_open(struct input_stream *stream, size_t memory_bytes,
                             struct vtc_error *err);
vtc_status input_unpack_read(struct input_stream *stream, void *buffer, size_t capacity_bytes,
                             size_t *out_bytes, struct vtc_error *err);
void input_unpack_close(struct input_stream *stream);

#endif
