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
#include "session_list.h"
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

/* SPEC annex B: opening looked at every page and record. What the process could not record is no
 * damage, but it is said. */
static enum exit_code verify_live(struct verification *work)
{
    struct vtc_live_facts facts;
    struct vtc_error damage;
    char pages[SIZE_TEXT_BYTES], records[SIZE_TEXT_BYTES];
    enum exit_code code = CODE_OK;
    uint64_t shown = work->options->verbosity > 0 ? UINT64_MAX : PROBLEMS_SHOWN;
    vtc_live_info(work->file.live, &facts);
    for (uint64_t i = 0; vtc_live_damage(work->file.live, i, &damage) == VTC_OK; i++) {
        code = exit_code_of(damage.code);
        if (i < shown)
            message_failure(work->file.name, damage.code, &damage);
    }
    if (facts.damage > shown || facts.damage > facts.damage_listed)
        message_print(work->file.name, "%" PRIu64 " more problems%s",
                      facts.damage - (shown < facts.damage_listed ? shown : facts.damage_listed),
                      shown < facts.damage_listed ? "; -v shows more" : "");
    if (code == CODE_OK && work->options->verbosity >= 0) {
        escape_print(stdout, work->file.name, strlen(work->file.name));
        printf(": ok; %s pages, %s records\n", count_text_format(facts.pages, pages),
               count_text_format(facts.events, records));
    }
    if (work->options->verbosity >= 0)
        session_warn_of_losses(&work->file);
    return code;
}

static enum exit_code verify_file(const struct options *options, const char *path)
{
    struct verification work;
    struct vtc_error err;
    memset(&work, 0, sizeof work);
    failure_init(&err);
    work.options = options;
    vtc_status status = trace_file_open_raw(&work.file, path, options->memory_bytes, &err);
    if (status != VTC_OK)
        return message_failure(message_input_name(path), status, &err);
    enum exit_code code = work.file.live ? verify_live(&work) : verify_opened(&work);
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
