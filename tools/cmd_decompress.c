/* vtc decompress: the text of a trace, from a vtc file. */
#define _POSIX_C_SOURCE 200809L

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "message.h"
#include "output_file.h"
#include "progress.h"
#include "proof.h"
#include "session_list.h"
#include "source_removal.h"
#include "summary.h"
#include "target_name.h"
#include "trace_file.h"
#include "vtc/decompress.h"

/* One file on its way. */
struct decompression {
    const struct options *options;
    const char *path;
    char *derived; /* the target's name, when it comes from the source's */
    const char *target;
    struct trace_file file;
    struct output_file output;
    struct progress progress;
};

static vtc_status on_progress(void *context, uint64_t input_bytes, uint64_t output_bytes)
{
    struct decompression *work = context;
    progress_show(&work->progress, input_bytes, (uint64_t)work->file.status.st_size, output_bytes);
    return VTC_OK;
}

static vtc_status decompress_stream(struct decompression *work, struct vtc_error *err)
{
    struct vtc_decompress_opts opts = {
        .struct_size = sizeof opts,
        .threads = work->options->threads,
        .progress = on_progress,
        .progress_context = work,
    };
    progress_begin(&work->progress, work->file.name, work->options->verbosity < 0);
    vtc_status status =
        vtc_decompress(work->file.reader, output_file_write, &work->output, &opts, NULL, err);
    progress_end(&work->progress);
    return status;
}

/* From the open file to the published text. `*out_subject` is what a failure is about. */
static vtc_status decompress_opened(struct decompression *work, const char **out_subject,
                                    struct vtc_error *err)
{
    const struct options *options = work->options;
    *out_subject = message_output_name(work->target);
    vtc_status status = output_file_open(&work->output, work->target, &work->file.status,
                                         options->force, false, err);
    if (status != VTC_OK)
        return status;
    status = decompress_stream(work, err);
    if (status != VTC_OK && !work->output.has_failed)
        *out_subject = work->file.name;
    if (status == VTC_OK && options->remove_source)
        status = proof_of_decompressed(work->output.fd, work->file.reader, options, err);
    if (status != VTC_OK) {
        output_file_discard(&work->output);
        return status;
    }
    const struct stat *source = strcmp(work->path, "-") == 0 ? NULL : &work->file.status;
    return output_file_publish(&work->output, source, err);
}

static void tell(const struct decompression *work)
{
    int verbosity = work->options->verbosity;
    bool to_stdout = strcmp(work->target, "-") == 0;
    if (verbosity > 0 || (verbosity == 0 && !to_stdout))
        summary_print(work->file.name, work->target, (uint64_t)work->file.status.st_size,
                      work->output.bytes);
}

static vtc_status decompress_named(struct decompression *work, const char **out_subject,
                                   struct vtc_error *err)
{
    const struct options *options = work->options;
    vtc_status status = trace_file_open(&work->file, work->path, options->memory_bytes, err);
    if (status != VTC_OK)
        return status;
    status = target_name_choose(work->options, work->path, target_name_decompressed, &work->target,
                                &work->derived, err);
    if (status == VTC_OK && options->remove_source)
        status = source_removal_check(work->path, err);
    if (status == VTC_OK)
        status = decompress_opened(work, out_subject, err);
    if (status == VTC_OK) {
        tell(work);
        if (options->verbosity >= 0)
            session_warn_of_losses(&work->file);
        *out_subject = work->file.name;
        if (options->remove_source)
            status = source_removal_do(work->path, &work->file.status, err);
    }
    trace_file_close(&work->file);
    return status;
}

static enum exit_code decompress_file(const struct options *options, const char *path)
{
    struct decompression work;
    struct vtc_error err;
    memset(&work, 0, sizeof work);
    failure_init(&err);
    work.options = options;
    work.path = path;
    const char *subject = message_input_name(path);
    vtc_status status = decompress_named(&work, &subject, &err);
    enum exit_code code = status == VTC_OK ? CODE_OK : message_failure(subject, status, &err);
    free(work.derived); /* only now: the subject may be this name */
    return code;
}

enum exit_code cmd_decompress(int argc, char **argv)
{
    struct options options;
    enum exit_code code = options_parse(argc, argv, COMMAND_DECOMPRESS, &options);
    if (code != CODE_OK)
        return code;
    if (options.help)
        return help_print("decompress");
    if (options.operand_count == 0 && isatty(STDIN_FILENO)) {
        message_print("decompress", "standard input is a terminal; name a file, or see "
                                    "'vtc decompress --help'");
        return CODE_USAGE;
    }
    return for_each_file(&options, decompress_file);
}
