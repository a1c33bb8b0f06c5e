#include "rows_text.h"

#include <string.h>

/* SPEC 7.7: an event that was too long, or an element that is no object, is JSON all the same. */
static bool is_json(unsigned cause_code)
{
    return cause_code == 3 || cause_code == 4;
}

bool rows_text_is_whole(const vtc_reader *reader)
{
    struct vtc_summary summary;
    struct vtc_issue issue;
    vtc_reader_summary(reader, &summary);
    if (!summary.has_document || summary.cut_off || summary.issues > summary.issues_listed ||
        !vtc_reader_is_complete(reader))
        return false;
    for (uint64_t i = 0; i < summary.issues_listed; i++)
        if (vtc_reader_issue(reader, i, &issue) != VTC_OK || !is_json(issue.cause_code))
            return false;
    return true;
}

static vtc_status put(vtc_write_fn write, void *write_context, const char *text,
                      struct vtc_error *err)
{
    return write(write_context, text, strlen(text), err);
}

vtc_status rows_text_write(const vtc_reader *reader, vtc_write_fn write, void *write_context,
                           bool skip_damaged, struct vtc_decompress_result *out_result,
                           struct vtc_error *err)
{
    struct vtc_decompress_opts opts = {.struct_size = sizeof opts,
                                       .rows_only = 1,
                                       .skip_damaged = skip_damaged};
    vtc_status status = put(write, write_context, "{\"traceEvents\":[\n", err);
    if (status == VTC_OK)
        status = vtc_decompress(reader, write, write_context, &opts, out_result, err);
    return status == VTC_OK ? put(write, write_context, "\n]}\n", err) : status;
}
