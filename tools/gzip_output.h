/* An output that packs what it is given by gzip, on the way to another. */
#ifndef VTC_TOOLS_GZIP_OUTPUT_H
#define VTC_TOOLS_GZIP_OUTPUT_H

#include <zlib.h>

#include "vtc/compress.h"

struct gzip_output {
    vtc_write_fn write;
    void *write_context;
    z_stream stream;
};

vtc_status gzip_output_open(struct gzip_output *output, vtc_write_fn write, void *write_context,
                            struct vtc_error *err);
/* A vtc_write_fn; `context` is the output. */
vtc_status gzip_output_write(void *context, const void *bytes, size_t len_bytes,
                             struct vtc_error *err);
/* Writes the end. */
vtc_status gzip_output_finish(struct gzip_output *output, struct vtc_error *err);
void gzip_output_close(struct gzip_output *output);

#endif
