/* Input and output in memory, for the targets. */
#ifndef VTC_FUZZ_MEMORY_IO_H
#define VTC_FUZZ_MEMORY_IO_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vtc/compress.h"

struct memory_in {
    const uint8_t *pos;
    size_t left_bytes;
    size_t piece_bytes; /* 0: all at once */
};

struct memory_out {
    uint8_t *data;
    size_t len_bytes;
    size_t capacity_bytes;
};

static vtc_status memory_read(void *context, void *buffer, size_t capacity_bytes, size_t *out_bytes,
                              struct vtc_error *err)
{
    struct memory_in *in = context;
    size_t len_bytes = in->left_bytes < capacity_bytes ? in->left_bytes : capacity_bytes;
    (void)err;
    if (in->piece_bytes && len_bytes > in->piece_bytes)
        len_bytes = in->piece_bytes;
    if (len_bytes)
        memcpy(buffer, in->pos, len_bytes);
    in->pos += len_bytes;
    in->left_bytes -= len_bytes;
    *out_bytes = len_bytes;
    return VTC_OK;
}

static vtc_status memory_write(void *context, const void *bytes, size_t len_bytes,
                               struct vtc_error *err)
{
    struct memory_out *out = context;
    (void)err;
    if (len_bytes > out->capacity_bytes - out->len_bytes) {
        out->capacity_bytes = 2 * (out->len_bytes + len_bytes);
        out->data = realloc(out->data, out->capacity_bytes);
        if (!out->data)
            abort();
    }
    if (len_bytes)
        memcpy(out->data + out->len_bytes, bytes, len_bytes);
    out->len_bytes += len_bytes;
    return VTC_OK;
}

#endif
