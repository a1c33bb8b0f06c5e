/* vtc recover: what is good of a damaged file, as a good file.
 *
 * Of a live file that is all records that are whole; of a file of blocks the document, or, where it
 * is not complete, the rows of the blocks that can be read.
 */
#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "message.h"
#include "output_file.h"
#include "rows_text.h"
#include "session_list.h"
#include "summary.h"
#include "target_name.h"
#include "text_pipe.h"
#include "trace_file.h"
#include "vtc/verify.h"

enum { REASONS_SHOWN = 20 }; /* without -v */

struct recovery {
    const struct options *options;
    const char *path;
    char *derived;
    const char *target;
    struct trace_file file;
    struct output_file output;
    struct vtc_compress_result written;
    struct vtc_decompress_result read;
    bool is_whole; /* a file of blocks without damage */
    uint64_t problems;
};

static void tell_reason(struct recovery *work, const struct vtc_error *problem)
{
    int verbosity = work->options->verbosity;
    if (verbosity >= 0 && (work->problems < REASONS_SHOWN || verbosity > 0))
        message_failure(work->file.name, problem->code, problem);
    work->problems++;
}

static vtc_status on_problem(void *context, const struct vtc_error *problem)
{
    tell_reason(context, problem);
    return VTC_OK;
}

/* Why something is lost, before it is. */
static vtc_status tell_reasons(struct recovery *work, struct vtc_error *err)
{
    struct vtc_error damage;
    struct vtc_verify_opts opts = {.struct_size = sizeof opts,
                                   .problem = on_problem,
                                   .problem_context = work};
    if (work->file.live) {
        for (uint64_t i = 0; vtc_live_damage(work->file.live, i, &damage) == VTC_OK; i++)
            tell_reason(work, &damage);
        return VTC_OK;
    }
    vtc_status status = vtc_verify(work->file.reader, &opts, NULL, err);
    work->is_whole = status == VTC_OK;
    return work->problems ? VTC_OK : status;
}

static vtc_status push_blocks(void *context, vtc_write_fn write, void *write_context,
                              struct vtc_error *err)
{
    struct recovery *work = context;
    if (work->is_whole)
        return vtc_decompress(work->file.reader, write, write_context, NULL, &work->read, err);
    return rows_text_write(work->file.reader, write, write_context, true, &work->read, err);
}

static vtc_status write_good(struct recovery *work, struct vtc_error *err)
{
    struct text_pipe pipe;
    struct vtc_error push_err;
    struct vtc_compress_opts opts = {
        .struct_size = sizeof opts,
        .level = work->options->level,
        .threads = work->options->threads,
        .memory_limit_bytes = work->options->memory_bytes,
    };
    if (work->file.live)
        return vtc_compress(vtc_live_read, work->file.live, output_file_write, &work->output, &opts,
                            &work->written, err);
    vtc_status status = text_pipe_open(&pipe, push_blocks, work, err);
    if (status != VTC_OK)
        return status;
    status = vtc_compress(text_pipe_read, &pipe, output_file_write, &work->output, &opts,
                          &work->written, err);
    vtc_status pushed = text_pipe_close(&pipe, &push_err);
    if (pushed == VTC_OK || work->output.has_failed)
        return status;
    *err = push_err;
    return pushed;
}

static void tell(const struct recovery *work)
{
    if (work->options->verbosity < 0)
        return;
    const char *name = work->file.name;
    if (work->problems > REASONS_SHOWN && work->options->verbosity <= 0)
        message_print(name, "%" PRIu64 " more problems; -v shows all",
                      work->problems - REASONS_SHOWN);
    message_print(name, "kept: %" PRIu64 " events", work->written.events);
    if (work->file.live)
        session_warn_of_losses(&work->file);
    else if (!work->is_whole)
        message_print(name,
                      "lost: %" PRIu64 " blocks with %" PRIu64
                      " rows, what could not be found at all, and the text around the events",
                      work->read.skipped_blocks, work->read.skipped_rows);
    else
        message_print(name, "nothing was damaged");
    if (strcmp(work->target, "-") != 0)
        summary_print(name, work->target, (uint64_t)work->file.status.st_size, work->output.bytes);
}

static vtc_status recover_opened(struct recovery *work, const char **out_subject,
                                 struct vtc_error *err)
{
    *out_subject = message_output_name(work->target);
    vtc_status status = output_file_open(&work->output, work->target, &work->file.status,
                                         work->options->force, true, err);
    if (status != VTC_OK)
        return status;
    *out_subject = work->file.name;
    status = tell_reasons(work, err);
    if (status == VTC_OK)
        status = write_good(work, err);
    if (status == VTC_OK) {
        *out_subject = message_output_name(work->target);
        return output_file_publish(&work->output, NULL, err);
    }
    if (work->output.has_failed)
        *out_subject = message_output_name(work->target);
    output_file_discard(&work->output);
    return status;
}

static enum exit_code recover_file(const struct options *options, const char *path)
{
    struct recovery work;
    struct vtc_error err;
    memset(&work, 0, sizeof work);
    failure_init(&err);
    work.options = options;
    work.path = path;
    const char *subject = message_input_name(path);
    vtc_status status =
        target_name_choose(options, path, target_name_recovered, &work.target, &work.derived, &err);
    if (status == VTC_OK)
        status = trace_file_open_raw(&work.file, path, options->memory_bytes, &err);
    if (status == VTC_OK) {
        status = recover_opened(&work, &subject, &err);
        if (status == VTC_OK)
            tell(&work);
        trace_file_close(&work.file);
    }
    enum exit_code code = status == VTC_OK ? CODE_OK : message_failure(subject, status, &err);
    free(work.derived);
    return code;
}

enum exit_code cmd_recover(int argc, char **argv)
{
    struct options options;
    enum exit_code code = options_parse(argc, argv, COMMAND_RECOVER, &options);
    if (code != CODE_OK)
        return code;
    if (options.help)
        return help_print("recover");
    if (options.operand_count == 0) {
        message_print("recover", "name a file; see 'vtc recover --help'");
        return CODE_USAGE;
    }
    return for_each_file(&options, recover_file);
}
