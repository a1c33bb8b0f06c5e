/* vtc record: runs a program that was compiled with -finstrument-functions and records its calls. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "message.h"
#include "output_file.h"
#include "record_files.h"
#include "record_options.h"
#include "record_run.h"
#include "size_text.h"
#include "symbol_source.h"
#include "symbolize.h"
#include "vtc/live.h"

enum { PATH_BYTES = 4096, PROBE_BYTES = 8192 };

/* The program may change its directory before its first call: so the file's name is absolute. */
static enum exit_code name_output(const struct record_options *options, char out_path[PATH_BYTES])
{
    char directory[PATH_BYTES] = "";
    const char *slash = strrchr(options->program[0], '/');
    const char *name = options->output ? options->output : slash ? slash + 1 : options->program[0];
    if (name[0] != '/' && !getcwd(directory, sizeof directory)) {
        message_print("record", "the current directory: %s", strerror(errno));
        return CODE_IO;
    }
    int len = snprintf(out_path, PATH_BYTES, "%s%s%s%s", directory, *directory ? "/" : "", name,
                       options->output ? "" : ".vtc");
    if (len >= PATH_BYTES || strcmp(name, "-") == 0) {
        message_print("record", "-o takes the name of a file");
        return CODE_USAGE;
    }
    return CODE_OK;
}

/* Makes way for the file, and sees to it that it can be made: the tracer says nothing, as it runs in
 * a program that is not ours. */
static enum exit_code prepare_output(const struct record_options *options, const char *path)
{
    struct vtc_error err;
    failure_init(&err);
    vtc_status refused = output_file_check(path, NULL, options->force, &err);
    if (refused != VTC_OK)
        return message_failure(path, refused, &err);
    if (unlink(path) != 0 && errno != ENOENT) {
        message_print(path, "cannot be replaced: %s", strerror(errno));
        return CODE_IO;
    }
    FILE *probe = fopen(path, "wx");
    if (!probe) {
        message_print(path, "%s", strerror(errno));
        return CODE_IO;
    }
    int failure = posix_fallocate(fileno(probe), 0, PROBE_BYTES);
    fclose(probe);
    unlink(path);
    if (failure != ENOSPC && failure != EDQUOT)
        return CODE_OK;
    message_print(path, "%s", strerror(failure));
    return CODE_IO;
}

/* What could not be recorded is told even with -q: nothing is lost in silence. */
static void tell_losses(const char *path)
{
    vtc_live *live = NULL;
    struct vtc_live_facts facts;
    const struct vtc_live_opts opts = {.struct_size = sizeof opts};
    if (vtc_live_open(path, &opts, &live, NULL) != VTC_OK)
        return; /* vtc symbolize has said why */
    vtc_live_info(live, &facts);
    vtc_live_close(live);
    for (unsigned cause = 0; cause < VTC_LIVE_CAUSES; cause++)
        if (facts.lost[cause] > 0)
            message_print(path, "%" PRIu64 " events were not recorded: %s", facts.lost[cause],
                          vtc_live_cause(cause));
}

static void tell_file(const struct record_options *options, const char *path,
                      const struct symbolize_result *result)
{
    struct stat status;
    char size[SIZE_TEXT_BYTES];
    if (options->verbosity < 0 || stat(path, &status) != 0)
        return;
    size_text_format((uint64_t)status.st_size, size);
    if (options->symbolize && symbol_source_available())
        message_print(path, "%s, %zu functions, %zu with a name", size, result->functions,
                      result->named);
    else
        message_print(path, "%s", size);
}

/* Names for all files, and a line on each. */
static enum exit_code finish(const struct record_options *options, const char *path,
                             const struct record_files *before)
{
    struct record_files files;
    if (!record_files_list(path, &files)) {
        message_print("record", "memory ran out");
        return CODE_RESOURCES;
    }
    record_files_subtract(&files, before);
    enum exit_code code = CODE_OK;
    if (files.count == 0) {
        message_print(options->program[0],
                      "no call was recorded: it was not compiled with -finstrument-functions "
                      "(for gcc and clang, in CFLAGS and CXXFLAGS), or is linked statically");
        code = CODE_INPUT;
    }
    for (size_t i = 0; i < files.count; i++) {
        struct symbolize_result result = {0, 0, 0};
        if (options->symbolize && symbol_source_available())
            (void)symbolize_file(files.items[i].path, options->debug_directory, options->verbosity,
                                 &result);
        tell_losses(files.items[i].path);
        tell_file(options, files.items[i].path, &result);
    }
    record_files_free(&files);
    if (options->symbolize && !symbol_source_available() && options->verbosity >= 0)
        message_print("record", "this vtc was built without libdw: functions have no names but "
                                "their addresses; 'vtc symbolize' of one that has it adds them");
    return code;
}

static int record(struct record_options *options)
{
    char path[PATH_BYTES], library[PATH_BYTES];
    struct record_files before;
    struct record_end end;
    enum exit_code code = name_output(options, path);
    if (code == CODE_OK && !record_find_library(library, sizeof library))
        code = CODE_IO;
    if (code == CODE_OK)
        code = prepare_output(options, path);
    if (code != CODE_OK)
        return code;
    record_variables_add(&options->variables, "VTC_TRACE_FILE", path);
    if (!record_files_list(path, &before)) {
        message_print("record", "memory ran out");
        return CODE_RESOURCES;
    }
    code = record_run(options->program, &options->variables, library, &end);
    if (code == CODE_OK) {
        code = finish(options, path, &before);
        /* What the program says counts for more than what vtc does. */
        if (code == CODE_OK || end.exit_code != 0) {
            record_files_free(&before);
            return record_pass_on(&end);
        }
    }
    record_files_free(&before);
    return code;
}

enum exit_code cmd_record(int argc, char **argv)
{
    struct record_options options;
    enum exit_code code = record_options_parse(argc, argv, &options);
    if (code != CODE_OK)
        return code;
    if (options.help) {
        record_options_free(&options);
        return help_print("record");
    }
    int passed = record(&options);
    record_options_free(&options);
    return (enum exit_code)passed;
}
