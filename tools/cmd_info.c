/* vtc info: what is in a file, and what it takes. */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "descriptor.h"
#include "json_out.h"
#include "message.h"
#include "trace_info.h"

static struct json_out json; /* one array for all files */
static bool has_printed;

static void print(const struct options *options, const struct trace_info *info)
{
    if (options->format == FORMAT_JSON) {
        trace_info_print_json(&json, info);
    } else {
        if (has_printed)
            putchar('\n');
        trace_info_print_text(info, options->verbosity > 0);
    }
    has_printed = true;
}

static enum exit_code info_file(const struct options *options, const char *path)
{
    struct trace_file file;
    struct trace_info info;
    struct vtc_error err;
    failure_init(&err);
    vtc_status status = trace_file_open(&file, path, options->memory_bytes, &err);
    if (status != VTC_OK)
        return message_failure(message_input_name(path), status, &err);
    enum exit_code code = CODE_OK;
    status = trace_info_gather(&info, &file, &err);
    if (status != VTC_OK) {
        code = message_failure(file.name, status, &err);
    } else {
        print(options, &info);
        (void)fflush(stdout); /* before the messages on stderr */
        descriptor_watch_stdout();
        if (info.damage_status != VTC_OK)
            code = message_failure(file.name, info.damage_status, &info.damage);
        else if (info.columns_status != VTC_OK)
            code = message_failure(file.name, info.columns_status, &info.columns_error);
        trace_info_free(&info);
    }
    trace_file_close(&file);
    return code;
}

enum exit_code cmd_info(int argc, char **argv)
{
    struct options options;
    enum exit_code code = options_parse(argc, argv, COMMAND_INFO, &options);
    if (code != CODE_OK)
        return code;
    if (options.help)
        return help_print("info");
    if (options.operand_count == 0 && isatty(STDIN_FILENO)) {
        message_print("info", "name a file; see 'vtc info --help'");
        return CODE_USAGE;
    }
    json.stream = stdout;
    if (options.format == FORMAT_JSON)
        json_begin(&json, '[');
    code = for_each_file(&options, info_file);
    if (options.format == FORMAT_JSON) {
        json_end(&json, ']');
        json_finish(&json);
    }
    enum exit_code written = descriptor_finish_stdout();
    return code != CODE_OK ? code : written;
}
