/* vtc merge: many files into one, sorted by track. */
#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <string.h>

#include "commands.h"
#include "compact_notice.h"
#include "input_file.h"
#include "message.h"
#include "output_file.h"
#include "progress.h"
#include "size_text.h"
#include "vtc/compact.h"

static vtc_status on_progress(void *context, uint64_t input_bytes, uint64_t output_bytes)
{
    progress_show(context, input_bytes, 0, output_bytes);
    return VTC_OK;
}

static void tell(const struct options *options, const struct vtc_merge_result *result)
{
    char size[SIZE_TEXT_BYTES], events[SIZE_TEXT_BYTES], text[SIZE_TEXT_BYTES];
    const char *name = options->output;
    if (options->verbosity < 0)
        return;
    compact_warn_of_losses(name, result->lost, result->lost_pages, result->lost_records);
    if (result->damaged)
        message_print(name, "warning: of %" PRIu64 " of the inputs only a part could be read",
                      result->damaged);
    if (result->left_out)
        message_print(name,
                      "warning: %" PRIu64 " parts of the documents are no events, and left out",
                      result->left_out);
    message_print(name, "%" PRIu64 " files, %s events on %" PRIu64 " tracks, %s", result->inputs,
                  count_text_format(result->events, events), result->tracks,
                  size_text_format(result->output_bytes, size));
    if (options->verbosity < 1)
        return;
    message_print(name, "%s rows of metadata said what was said before",
                  count_text_format(result->repeated, text));
    message_print(name, "%s written to a temporary file for sorting",
                  size_text_format(result->spilled_bytes, text));
}

/* What can be told from the names. */
static enum exit_code check_names(const struct options *options)
{
    struct vtc_error err;
    failure_init(&err);
    for (int i = 0; i < options->operand_count; i++) {
        vtc_status status = input_file_check(options->operands[i], &err);
        if (status != VTC_OK)
            return message_failure(options->operands[i], status, &err);
    }
    vtc_status status = output_file_check(options->output, NULL, options->force, &err);
    return status == VTC_OK ? CODE_OK : message_failure(options->output, status, &err);
}

static enum exit_code merge(const struct options *options)
{
    struct progress progress;
    struct vtc_merge_result result;
    struct vtc_error err;
    struct compact_told told = {options, VTC_OK};
    const struct vtc_compact_opts opts = {
        .struct_size = sizeof opts,
        .level = options->level,
        .threads = options->threads,
        .memory_limit_bytes = options->memory_bytes,
        .overwrite = options->force,
        .progress = on_progress,
        .progress_context = &progress,
        .notice = compact_notice,
        .notice_context = &told,
    };
    failure_init(&err);
    progress_begin(&progress, options->output, options->verbosity < 0);
    vtc_status status = vtc_merge(options->operands, (size_t)options->operand_count,
                                  options->output, &opts, &result, &err);
    progress_end(&progress);
    if (status != VTC_OK && told.last == status) /* of an input, by its name */
        return exit_code_of(status);
    if (status != VTC_OK)
        return message_failure(options->output, status, &err);
    tell(options, &result);
    return result.damaged ? CODE_DAMAGED : CODE_OK;
}

enum exit_code cmd_merge(int argc, char **argv)
{
    struct options options;
    enum exit_code code = options_parse(argc, argv, COMMAND_MERGE, &options);
    if (code != CODE_OK)
        return code;
    if (options.help)
        return help_print("merge");
    if (options.operand_count == 0 || !options.output || options.to_stdout) {
        message_print("merge", "name files, and with -o the new one; see 'vtc merge --help'");
        return CODE_USAGE;
    }
    code = check_names(&options);
    return code == CODE_OK ? merge(&options) : code;
}
