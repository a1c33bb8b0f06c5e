/* vtc compress: from the text of a trace to a vtc file. */
#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "input_stream.h"
#include "message.h"
#include "output_file.h"
#include "progress.h"
#include "proof.h"
#include "size_text.h"
#include "source_removal.h"
#include "summary.h"
#include "target_name.h"
#include "trace_file.h"
#include "vtc/compress.h"

/* One file on its way. */
struct compression {
    const struct options *options;
    const char *path;   /* as named; "-" */
    const char *source; /* for messages */
    char *derived;      /* the target's name, when it comes from the source's */
    const char *target;
    struct input_stream input;
    struct output_file output;
    struct progress progress;
    struct vtc_compress_result result;
    struct vtc_summary summary; /* of what was written, for -v */
    bool has_summary;
};

static vtc_status on_progress(void *context, uint64_t input_bytes, uint64_t output_bytes)
{
    struct compression *work = context;
    uint64_t total = work->input.total_bytes;
    progress_show(&work->progress, total ? work->input.packed_offset : input_bytes, total,
                  output_bytes);
    return VTC_OK;
}

static const struct stat *regular_source(const struct compression *work)
{
    return S_ISREG(work->input.status.st_mode) ? &work->input.status : NULL;
}

static vtc_status compress_stream(struct compression *work, struct vtc_error *err)
{
    struct vtc_compress_opts opts = {
        .struct_size = sizeof opts,
        .level = work->options->level,
        .threads = work->options->threads,
        .memory_limit_bytes = work->options->memory_bytes,
        .progress = on_progress,
        .progress_context = work,
    };
    progress_begin(&work->progress, work->source, work->options->verbosity < 0);
    vtc_status status = vtc_compress(input_stream_read, &work->input, output_file_write,
                                     &work->output, &opts, &work->result, err);
    progress_end(&work->progress);
    return status;
}

/* What is odd about the trace. All of it is kept even so. */
static void warn(const char *source, const struct vtc_compress_result *result)
{
    uint64_t others = result->issues - (result->cut_off && result->issues);
    if (others)
        message_print(source,
                      "warning: %" PRIu64 " place%s no event, the first at byte %" PRIu64
                      ": %s; all of it is kept, see 'vtc info'",
                      others, others == 1 ? " is" : "s are", result->first_issue_offset,
                      result->first_issue_cause);
    if (result->cut_off && result->cut_off_offset == result->input_bytes)
        message_print(source,
                      "warning: the trace is cut off: %s is not closed at byte %" PRIu64
                      "; all of it is kept",
                      result->cut_off_within, result->input_bytes);
    else if (result->cut_off)
        message_print(source,
                      "warning: the trace is cut off: an event begins at byte %" PRIu64
                      " and is not ended at byte %" PRIu64 "; all of it is kept",
                      result->cut_off_offset, result->input_bytes);
}

static void tell(const struct compression *work)
{
    const struct vtc_compress_result *result = &work->result;
    int verbosity = work->options->verbosity;
    if (verbosity >= 0)
        warn(work->source, result);
    bool to_stdout = strcmp(work->target, "-") == 0;
    if (verbosity < 0 || (to_stdout && verbosity < 1))
        return;
    summary_print(work->source, work->target, result->input_bytes, work->output.bytes);
    if (verbosity > 0)
        summary_print_trace(result, work->has_summary ? &work->summary : NULL);
}

/* Reads the totals back while the file is still open. Nothing depends on it. */
static void read_summary(struct compression *work)
{
    vtc_reader *reader = NULL;
    struct vtc_reader_opts opts = trace_file_reader_opts(work->options->memory_bytes);
    if (work->output.is_direct || work->options->verbosity < 1 ||
        vtc_reader_open_fd(work->output.fd, &opts, &reader, NULL) != VTC_OK)
        return;
    vtc_reader_summary(reader, &work->summary);
    work->has_summary = true;
    vtc_reader_close(reader);
}

/* Everything from the open input to the published output. `*out_subject` is what a failure is
 * about. */
static vtc_status compress_opened(struct compression *work, const char **out_subject,
                                  struct vtc_error *err)
{
    const struct options *options = work->options;
    *out_subject = message_output_name(work->target);
    vtc_status status = output_file_open(&work->output, work->target, regular_source(work),
                                         options->force, true, err);
    if (status != VTC_OK)
        return status;
    status = compress_stream(work, err);
    if (status != VTC_OK && !work->output.has_failed)
        *out_subject = work->source;
    if (status == VTC_OK && options->remove_source)
        status = proof_of_compressed(work->output.fd, work->result.input_bytes, options, err);
    if (status != VTC_OK) {
        output_file_discard(&work->output);
        return status;
    }
    read_summary(work);
    return output_file_publish(&work->output, regular_source(work), err);
}

static vtc_status compress_named(struct compression *work, const char **out_subject,
                                 struct vtc_error *err)
{
    const struct options *options = work->options;
    bool allow_special = options->output || options->to_stdout;
    vtc_status status = target_name_choose(work->options, work->path, target_name_compressed,
                                           &work->target, &work->derived, err);
    if (status == VTC_OK && options->remove_source)
        status = source_removal_check(work->path, err);
    if (status == VTC_OK)
        status =
            input_stream_open(&work->input, work->path, allow_special, options->memory_bytes, err);
    if (status != VTC_OK)
        return status;
    status = compress_opened(work, out_subject, err);
    if (status == VTC_OK) {
        tell(work);
        *out_subject = work->source;
        if (options->remove_source)
            status = source_removal_do(work->path, &work->input.status, err);
    }
    input_stream_close(&work->input);
    return status;
}

static enum exit_code compress_file(const struct options *options, const char *path)
{
    struct compression work;
    struct vtc_error err;
    memset(&work, 0, sizeof work);
    failure_init(&err);
    work.options = options;
    work.path = path;
    work.source = message_input_name(path);
    const char *subject = work.source;
    vtc_status status = compress_named(&work, &subject, &err);
    enum exit_code code = status == VTC_OK ? CODE_OK : message_failure(subject, status, &err);
    free(work.derived); /* only now: the subject may be this name */
    return code;
}

enum exit_code cmd_compress(int argc, char **argv)
{
    struct options options;
    enum exit_code code = options_parse(argc, argv, COMMAND_COMPRESS, &options);
    if (code != CODE_OK)
        return code;
    if (options.help)
        return help_print("compress");
    if (options.to_stdout && options.operand_count > 1) {
        message_print("compress", "-c takes one file at a time: a vtc file holds one trace");
        return CODE_USAGE;
    }
    if (options.operand_count == 0 && isatty(STDIN_FILENO)) {
        message_print("compress", "standard input is a terminal; name a file, or see "
                                  "'vtc compress --help'");
        return CODE_USAGE;
    }
    return for_each_file(&options, compress_file);
}
