/* The line (or two) on stderr that says what became of a file, as zstd's does. */
#ifndef VTC_TOOLS_SUMMARY_H
#define VTC_TOOLS_SUMMARY_H

#include <stdint.h>

#include "vtc/compress.h"
#include "vtc/reader.h"

/* "trace.json : 4.31%   (12.3 MiB => 543 KiB, trace.vtc)" */
void summary_print(const char *source, const char *target, uint64_t input_bytes,
                   uint64_t output_bytes);
/* What -v adds after compressing. `summary` is of the file that was written; NULL where that can not
 * be read back (standard output). */
void summary_print_trace(const struct vtc_compress_result *result,
                         const struct vtc_summary *summary);

#endif
