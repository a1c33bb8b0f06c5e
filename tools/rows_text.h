/* The JSON of a trace of blocks: the document itself, or, where that is not JSON as a whole, its rows
 * between brackets. */
#ifndef VTC_TOOLS_ROWS_TEXT_H
#define VTC_TOOLS_ROWS_TEXT_H

#include <stdbool.h>

#include "vtc/decompress.h"

/* Whether the document is one that is not cut off and has no garbage between its events. */
bool rows_text_is_whole(const vtc_reader *reader);
/* `{"traceEvents":[`, the rows, `]}`. */
vtc_status rows_text_write(const vtc_reader *reader, vtc_write_fn write, void *write_context,
                           bool skip_damaged, struct vtc_decompress_result *out_result,
                           struct vtc_error *err);

#endif
