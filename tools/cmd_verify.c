/* vtc verify: everything that can be checked in a file. */
#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "descriptor.h"
#include "escape.h"
#include "message.h"
#include "progress.h"
#include "size_text.h"
#include "trace_file.h"
#include "vtc/verify.h"

enum { PROBLEMS_SHOWN = 20 }; /* without -v */

struct verification {
    const struct options *options;
    struct trace_file file;
    struct progress progress;
    uint64_t problems;
};

static vtc_status on_progress(void *context, uint64_t input_bytes, uint64_t output_bytes)
{
    struct verification *work = context;
    progress_show(&work->progress, input_bytes, (uint64_t)work->file.status.st_size, output_bytes);
    return VTC_OK;
}

static vtc_status on_problem(void *context, const struct vtc_error *problem)
{
    struct verification *work = context;
    progress_end(&work->progress);
    if (work->problems++ < PROBLEMS_SHOWN || work->options->verbosity > 0)
        message_failure(work->file.name, problem->code, problem);
    return VTC_OK;
}

static void tell_good(const struct verification *work, const struct vtc_verify_result *result)
{
    char events[SIZE_TEXT_BYTES], document[SIZE_TEXT_BYTES];
    if (work->options->verbosity < 0)
        return;
    escape_print(stdout, work->file.name, strlen(work->file.name));
    printf(": ok; %" PRIu64 " frames, %" PRIu64 " blocks, %s events, %s of text\n", result->frames,
           result->blocks, count_text_format(result->events, events),
           size_text_format(result->document_bytes, document));
}

static enum exit_code verify_opened(struct verification *work)
{
    struct vtc_error err;
    struct vtc_verify_result result;
    struct vtc_verify_opts opts = {
        .struct_size = sizeof opts,
        .problem = on_problem,
        .problem_context = work,
        .progress = on_progress,
        .progress_context = work,
    };
    failure_init(&err);
    memset(&result, 0, sizeof result);
    progress_begin(&work->progress, work->file.name, work->options->verbosity < 0);
    vtc_status status = vtc_verify(work->file.reader, &opts, &result, &err);
    progress_end(&work->progress);
    if (status == VTC_OK) {
        tell_good(work, &result);
        return CODE_OK;
    }
    if (work->problems == 0) /* the check itself could not go on */
        message_failure(work->file.name, status, &err);
    else if (work->problems > PROBLEMS_SHOWN && work->options->verbosity <= 0)
        message_print(work->file.name, "%" PRIu64 " more problems; -v shows all",
                      work->problems - PROBLEMS_SHOWN);
    return exit_code_of(status);
}

static enum exit_code verify_file(const struct options *options, const char *path)
{
    struct verification work;
    struct vtc_error err;
    memset(&work, 0, sizeof work);
    failure_init(&err);
    work.options = options;
    vtc_status status = trace_file_open(&work.file, path, options->memory_bytes, &err);
    if (status != VTC_OK)
        return message_failure(message_input_name(path), status, &err);
    enum exit_code code = verify_opened(&work);
    trace_file_close(&work.file);
    return code;
}

enum exit_code cmd_verify(int argc, char **argv)
{
    struct options options;
    enum exit_code code = options_parse(argc, argv, COMMAND_VERIFY, &options);
    if (code != CODE_OK)
        return code;
    if (options.help)
        return help_print("verify");
    if (options.operand_count == 0 && isatty(STDIN_FILENO)) {
        message_print("verify", "name a file; see 'vtc verify --help'");
        return CODE_USAGE;
    }
    code = for_each_file(&options, verify_file);
    enum exit_code written = descriptor_finish_stdout();
    return code != CODE_OK ? code : written;
}
