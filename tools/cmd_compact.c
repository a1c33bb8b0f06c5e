/* vtc compact: recorded files made small, in place; histories kept within bounds. */
#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "commands.h"
#include "compact_notice.h"
#include "input_file.h"
#include "message.h"
#include "output_file.h"
#include "progress.h"
#include "size_text.h"
#include "summary.h"
#include "trace_file.h"
#include "vtc/compact.h"

struct compaction {
    const struct options *options;
    const char *path;
    struct compact_told told;
    struct progress progress;
};

static vtc_status on_progress(void *context, uint64_t input_bytes, uint64_t output_bytes)
{
    struct compaction *work = context;
    progress_show(&work->progress, input_bytes, 0, output_bytes);
    return VTC_OK;
}

static struct vtc_compact_opts opts_of(struct compaction *work)
{
    struct vtc_compact_opts opts = {
        .struct_size = sizeof opts,
        .level = work->options->level,
        .threads = work->options->threads,
        .memory_limit_bytes = work->options->memory_bytes,
        .overwrite = work->options->force,
        .progress = on_progress,
        .progress_context = work,
        .notice = compact_notice,
        .notice_context = &work->told,
    };
    return opts;
}

static enum exit_code finish(struct compaction *work, vtc_status status,
                             const struct vtc_error *err)
{
    char both[2 * 4096 + 4];
    const char *subject = work->path;
    progress_end(&work->progress);
    if (status == VTC_OK)
        return CODE_OK;
    if (status == VTC_ERR_IO && work->options->output) { /* of which, the message says */
        snprintf(both, sizeof both, "%s => %s", subject, work->options->output);
        subject = both;
    }
    return message_failure(subject, status, err);
}

/* --- one file --------------------------------------------------------------------------------- */

static void tell_file(const struct compaction *work, const struct vtc_compact_result *result)
{
    const struct options *options = work->options;
    if (result->is_live && options->verbosity >= 0)
        compact_warn_of_losses(work->path, result->facts.lost, result->facts.lost_pages,
                               result->facts.lost_records);
    if (options->verbosity < 0)
        return;
    if (result->left_alone) {
        message_print(work->path, "is compacted already; a level or -o compresses it again");
        return;
    }
    summary_print(work->path, options->output ? options->output : work->path, result->input_bytes,
                  result->output_bytes);
    if (options->verbosity > 0) {
        char text[SIZE_TEXT_BYTES];
        message_print(work->path, "%s events", count_text_format(result->events, text));
        if (result->cleared)
            message_print(work->path, "%u temporary files of killed runs removed", result->cleared);
    }
}

/* What can be told from the names. */
static enum exit_code check_names(const struct options *options, const char *path)
{
    struct vtc_error err;
    struct stat source;
    failure_init(&err);
    vtc_status status = input_file_check(path, &err);
    if (status != VTC_OK)
        return message_failure(path, status, &err);
    if (options->output && stat(path, &source) == 0)
        status = output_file_check(options->output, &source, options->force, &err);
    return status == VTC_OK ? CODE_OK : message_failure(options->output, status, &err);
}

/* A file that is left alone may be damaged nevertheless. */
static enum exit_code tell_damage(const struct options *options, const char *path)
{
    struct trace_file file;
    struct vtc_error err;
    failure_init(&err);
    vtc_status status = trace_file_open_raw(&file, path, options->memory_bytes, &err);
    if (status != VTC_OK)
        return message_failure(path, status, &err);
    if (file.reader)
        status = vtc_reader_damage(file.reader, &err);
    trace_file_close(&file);
    return status == VTC_OK ? CODE_OK : message_failure(path, status, &err);
}

static enum exit_code compact_file(const struct options *options, const char *path)
{
    struct compaction work = {.options = options, .path = path, .told = {options, VTC_OK}};
    struct vtc_compact_opts opts = opts_of(&work);
    struct vtc_compact_result result;
    struct vtc_error err;
    enum exit_code wrong = check_names(options, path);
    if (wrong != CODE_OK)
        return wrong;
    failure_init(&err);
    progress_begin(&work.progress, path, options->verbosity < 0);
    vtc_status status = vtc_compact(path, options->output, &opts, &result, &err);
    enum exit_code code = finish(&work, status, &err);
    if (code == CODE_OK && result.left_alone)
        code = tell_damage(options, path);
    if (code == CODE_OK)
        tell_file(&work, &result);
    return code;
}

/* --- a history -------------------------------------------------------------------------------- */

static void tell_round(const struct options *options, const char *path,
                       const struct vtc_compact_round *round)
{
    char in[SIZE_TEXT_BYTES], out[SIZE_TEXT_BYTES], kept[SIZE_TEXT_BYTES];
    bool did_something = round->compacted || round->removed || round->failed;
    if (options->verbosity < 0 || (options->watch_ns && options->verbosity < 1 && !did_something))
        return;
    message_print(path,
                  "%" PRIu64 " of %" PRIu64 " files compacted (%s => %s), %" PRIu64
                  " removed, %" PRIu64 " being recorded, %s kept",
                  round->compacted, round->files, size_text_format(round->input_bytes, in),
                  size_text_format(round->output_bytes, out), round->removed, round->recording,
                  size_text_format(round->kept_bytes, kept));
}

static enum exit_code compact_history(const struct options *options, const char *path)
{
    struct compaction work = {.options = options, .path = path, .told = {options, VTC_OK}};
    struct vtc_compact_opts opts = opts_of(&work);
    const struct vtc_retention keep = {options->keep_age_ns, options->keep_size_bytes};
    struct vtc_compact_round round;
    struct vtc_error err;
    failure_init(&err);
    progress_begin(&work.progress, path, options->verbosity < 0);
    vtc_status status = vtc_compact_family(path, &opts, &keep, &round, &err);
    enum exit_code code = finish(&work, status, &err);
    if (code != CODE_OK)
        return code;
    tell_round(options, path, &round);
    /* Each was told of by itself. */
    return round.failed && !options->watch_ns ? CODE_IO : CODE_OK;
}

/* Until a signal ends it, or a history cannot be looked at. What fails of single files is told of, and
 * tried again. */
static enum exit_code watch(const struct options *options)
{
    struct timespec pause = {(time_t)(options->watch_ns / 1000000000),
                             (long)(options->watch_ns % 1000000000)};
    enum exit_code code;
    while ((code = for_each_file(options, compact_history)) == CODE_OK)
        (void)nanosleep(&pause, NULL);
    return code;
}

enum exit_code cmd_compact(int argc, char **argv)
{
    struct options options;
    enum exit_code code = options_parse(argc, argv, COMMAND_COMPACT, &options);
    if (code != CODE_OK)
        return code;
    if (options.help)
        return help_print("compact");
    bool is_history = options.keep_age_ns || options.keep_size_bytes || options.watch_ns;
    const char *wrong = options.operand_count == 0 ? "name a file"
                        : options.to_stdout        ? "files are compacted to files, not to a pipe"
                        : is_history && options.output
                            ? "--keep-age, --keep-size and --watch work in place, without -o"
                            : NULL;
    if (wrong) {
        message_print("compact", "%s; see 'vtc compact --help'", wrong);
        return CODE_USAGE;
    }
    if (options.watch_ns)
        return watch(&options);
    return for_each_file(&options, is_history ? compact_history : compact_file);
}
