#include "record_options.h"

#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "native/settings.h"
#include "options.h"
#include "size_text.h"

enum {
    OPTION_DEPTH = 256,
    OPTION_MIN_DURATION,
    OPTION_INCLUDE,
    OPTION_EXCLUDE,
    OPTION_MAX_SIZE,
    OPTION_FLIGHT,
    OPTION_DEBUG_DIRECTORY,
    OPTION_NO_SYMBOLS
};

void record_variables_add(struct record_variables *variables, const char *name, const char *value)
{
    if (variables->count < RECORD_VARIABLES_MAX) {
        variables->names[variables->count] = name;
        variables->values[variables->count++] = value;
    }
}

static enum exit_code refuse(const char *what, const char *value)
{
    message_print("record", "%s, not '%s'; see 'vtc record --help'", what, value);
    return CODE_USAGE;
}

/* Several globs become one value, separated by ';'. */
static enum exit_code add_glob(char **globs, const char *glob)
{
    size_t old_bytes = *globs ? strlen(*globs) + 1 : 0;
    char *grown = realloc(*globs, old_bytes + strlen(glob) + 1);
    if (!grown) {
        message_print("record", "memory ran out");
        return CODE_RESOURCES;
    }
    if (old_bytes)
        grown[old_bytes - 1] = ';';
    memcpy(grown + old_bytes, glob, strlen(glob) + 1);
    *globs = grown;
    return CODE_OK;
}

static enum exit_code set_depth(struct record_options *options, const char *value)
{
    char *end;
    unsigned long depth = strtoul(value, &end, 10);
    if (*value < '0' || *value > '9' || *end || depth == 0 || depth >= UINT32_MAX)
        return refuse("--depth takes a number from 1", value);
    record_variables_add(&options->variables, "VTC_TRACE_DEPTH", value);
    return CODE_OK;
}

static enum exit_code apply(struct record_options *options, int option, const char *value)
{
    uint64_t number;
    switch (option) {
    case 'o': options->output = value; break;
    case 'f': options->force = true; break;
    case 'q': options->verbosity = -1; break;
    case 'v': options->verbosity = 1; break;
    case 'h': options->help = true; break;
    case OPTION_NO_SYMBOLS: options->symbolize = false; break;
    case OPTION_DEBUG_DIRECTORY: options->debug_directory = value; break;
    case OPTION_DEPTH: return set_depth(options, value);
    case OPTION_INCLUDE: return add_glob(&options->include, value);
    case OPTION_EXCLUDE: return add_glob(&options->exclude, value);
    case OPTION_MIN_DURATION:
        if (!settings_parse_duration(value, &number))
            return refuse("--min-duration takes a time such as 10us", value);
        record_variables_add(&options->variables, "VTC_TRACE_MIN_DURATION", value);
        break;
    case OPTION_MAX_SIZE:
        if (!size_text_parse(value, &number) || number == 0)
            return refuse("--max-size takes a size such as 200M", value);
        record_variables_add(&options->variables, "VTC_TRACE_MAX_SIZE", value);
        break;
    case OPTION_FLIGHT: record_variables_add(&options->variables, "VTC_TRACE_FLIGHT", "1"); break;
    }
    return CODE_OK;
}

static enum exit_code parse(int argc, char **argv, struct record_options *options)
{
    static const struct option longs[] = {
        {"output", required_argument, NULL, 'o'},
        {"force", no_argument, NULL, 'f'},
        {"quiet", no_argument, NULL, 'q'},
        {"verbose", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {"depth", required_argument, NULL, OPTION_DEPTH},
        {"min-duration", required_argument, NULL, OPTION_MIN_DURATION},
        {"include", required_argument, NULL, OPTION_INCLUDE},
        {"exclude", required_argument, NULL, OPTION_EXCLUDE},
        {"max-size", required_argument, NULL, OPTION_MAX_SIZE},
        {"flight", no_argument, NULL, OPTION_FLIGHT},
        {"debug-dir", required_argument, NULL, OPTION_DEBUG_DIRECTORY},
        {"no-symbols", no_argument, NULL, OPTION_NO_SYMBOLS},
        {NULL, 0, NULL, 0},
    };
    int option;
    opterr = 0;
    /* '+': what follows the program's name is the program's. */
    while ((option = getopt_long(argc, argv, "+o:fqvh", longs, NULL)) != -1) {
        if (option == '?')
            return options_refuse_getopt(argv);
        enum exit_code code = apply(options, option, optarg);
        if (code != CODE_OK)
            return code;
    }
    options->program = argv + optind;
    if (optind == argc && !options->help) {
        message_print("record", "name a program to run; see 'vtc record --help'");
        return CODE_USAGE;
    }
    return CODE_OK;
}

enum exit_code record_options_parse(int argc, char **argv, struct record_options *out_options)
{
    struct record_options *options = out_options;
    memset(options, 0, sizeof *options);
    options->symbolize = true;
    enum exit_code code = parse(argc, argv, options);
    if (code != CODE_OK) {
        record_options_free(options);
        return code;
    }
    if (options->include)
        record_variables_add(&options->variables, "VTC_TRACE_INCLUDE", options->include);
    if (options->exclude)
        record_variables_add(&options->variables, "VTC_TRACE_EXCLUDE", options->exclude);
    return CODE_OK;
}

void record_options_free(struct record_options *options)
{
    free(options->include);
    free(options->exclude);
    options->include = options->exclude = NULL;
}
