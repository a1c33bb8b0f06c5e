/* Reading back what was written, before a source is removed. */
#ifndef VTC_TOOLS_PROOF_H
#define VTC_TOOLS_PROOF_H

#include <stdint.h>

#include "options.h"
#include "vtc/reader.h"

/* The vtc file behind `fd` is whole, keeps every rule, and gives a document of `document_bytes`
 * bytes with the hash that was taken of the source. */
vtc_status proof_of_compressed(int fd, uint64_t document_bytes, const struct options *options,
                               struct vtc_error *err);

/* The file behind `fd` holds the very bytes that `reader` gives. */
vtc_status proof_of_decompressed(int fd, const vtc_reader *reader, const struct options *options,
                                 struct vtc_error *err);

#endif
