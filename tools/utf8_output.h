/* An output that lets UTF-8 through, and puts U+FFFD in place of every byte that is none, on the way to
 * another: readers of JSON refuse a document with a single such byte, and names that a program gave,
 * or paths, may have any. */
#ifndef VTC_TOOLS_UTF8_OUTPUT_H
#define VTC_TOOLS_UTF8_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

#include "vtc/compress.h"

enum { UTF8_PIECE_BYTES = 64 << 10 };

struct utf8_output {
    vtc_write_fn write;
    void *write_context;
    uint64_t replaced; /* bytes */
    size_t held_bytes; /* a character that may go on */
    char *piece;
};

vtc_status utf8_output_open(struct utf8_output *output, vtc_write_fn write, void *write_context,
                            struct vtc_error *err);
/* A vtc_write_fn; `context` is the output. */
vtc_status utf8_output_write(void *context, const void *bytes, size_t len_bytes,
                             struct vtc_error *err);
/* Writes what was held back. */
vtc_status utf8_output_finish(struct utf8_output *output, struct vtc_error *err);
void utf8_output_close(struct utf8_output *output);

#endif
