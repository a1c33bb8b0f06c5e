/* The answer to a question, whatever it was: as a table for people, as CSV, JSON or a JSON object a
 * line for programs. */
#ifndef VTC_TOOLS_ANSWER_OUTPUT_H
#define VTC_TOOLS_ANSWER_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "options.h"
#include "vtc/query.h"

struct answer_format {
    enum output_format format;
    bool is_raw;         /* tables: times and durations in ns, as programs get them */
    int64_t first_ns;    /* of the trace: where tables count from */
    uint64_t limit_rows; /* 0: none */
};

struct answer_facts {
    uint64_t rows; /* printed */
    bool is_cut;   /* by the limit: there was at least one more */
};

/* To standard output. As vtc_query_next, but for VTC_END; NO_MEMORY. What was printed before a failure
 * stays printed; failures of the stream stay in it. */
vtc_status answer_output_print(vtc_query *query, const struct answer_format *format,
                               struct answer_facts *out_facts, struct vtc_error *err);

#endif
