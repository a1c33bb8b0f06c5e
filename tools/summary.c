#include "summary.h"

#include <stdio.h>
#include <string.h>

#include "escape.h"
#include "message.h"
#include "size_text.h"

enum { NAME_COLUMNS = 20 };

void summary_print(const char *source, const char *target, uint64_t input_bytes,
                   uint64_t output_bytes)
{
    char input[SIZE_TEXT_BYTES], output[SIZE_TEXT_BYTES];
    size_t name_bytes = strlen(source);
    escape_print(stderr, source, name_bytes);
    if (name_bytes < NAME_COLUMNS)
        fprintf(stderr, "%*s", (int)(NAME_COLUMNS - name_bytes), "");
    if (input_bytes)
        fprintf(stderr, " :%6.2f%%", 100.0 * (double)output_bytes / (double)input_bytes);
    fprintf(stderr, "   (%s => %s, ", size_text_format(input_bytes, input),
            size_text_format(output_bytes, output));
    target = message_output_name(target);
    escape_print(stderr, target, strlen(target));
    fputs(")\n", stderr);
}

void summary_print_trace(const struct vtc_compress_result *result,
                         const struct vtc_summary *summary)
{
    char text[SIZE_TEXT_BYTES];
    fprintf(stderr, "  %s events", count_text_format(result->events, text));
    if (summary) {
        fprintf(stderr, " on %s tracks", count_text_format(summary->tracks, text));
        fprintf(stderr, ", %s spans", count_text_format(summary->spans, text));
    }
    fprintf(stderr, ", %s rows", count_text_format(result->rows, text));
    fprintf(stderr, ", %s events kept as raw text", count_text_format(result->raw_events, text));
    fprintf(stderr, ", %s issues\n", count_text_format(result->issues, text));
}
