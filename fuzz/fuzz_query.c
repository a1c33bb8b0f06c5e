/* Any text as a question, to a small trace that has something for every verb. */
#include <string.h>

#include "small_trace.h"
#include "vtc/query.h"

#define LIMIT_BYTES ((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vtc_query_opts opts = {.struct_size = sizeof opts, .memory_limit_bytes = LIMIT_BYTES};
    struct vtc_error err = {0};
    vtc_query *query;
    const struct vtc_query_value *values;
    size_t column_count;
    char *text = question_text(data, size);
    if (!text)
        return 0;
    vtc_status status = vtc_query_open(small_trace_reader(), text, &opts, &query, &err);
    if (status == VTC_ERR_ARGUMENT && err.offset > strlen(text))
        abort(); /* an error of the question points into it */
    if (status == VTC_OK) {
        (void)vtc_query_columns(query, &column_count);
        while (vtc_query_next(query, &values, NULL) == VTC_OK)
            check_row(values, column_count);
        vtc_query_close(query);
    }
    free(text);
    return 0;
}
