/* The answer to a question about spans: as a table for people, as CSV or JSON for programs. */
#ifndef VTC_TOOLS_SPAN_OUTPUT_H
#define VTC_TOOLS_SPAN_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

#include "options.h"
#include "thread_label.h"
#include "vtc/query.h"

struct span_answer {
    const struct vtc_span *spans;
    size_t count;
    const struct thread_labels *labels;
    int64_t first_ns; /* of the trace: where a table counts from */
};

/* To standard output; NO_MEMORY is the only failure, those of the stream stay in it. */
vtc_status span_output_print(const struct span_answer *answer, enum output_format format,
                             struct vtc_error *err);

#endif
