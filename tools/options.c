#define _POSIX_C_SOURCE 200809L

#include "options.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "size_text.h"
#include "vtc/compress.h"

enum { THREADS_MAX = 256, THREADS_DEFAULT_MAX = 4 };
#define MEMORY_DEFAULT_BYTES ((size_t)512 << 20)

enum option_id {
    OPTION_OUTPUT,
    OPTION_STDOUT,
    OPTION_KEEP,
    OPTION_REMOVE,
    OPTION_FORCE,
    OPTION_QUIET,
    OPTION_VERBOSE,
    OPTION_THREADS,
    OPTION_MEMORY,
    OPTION_LEVEL,
    OPTION_JSON,
    OPTION_FORMAT,
    OPTION_TO,
    OPTION_TABLES,
    OPTION_SINCE,
    OPTION_UNTIL,
    OPTION_ROWS,
    OPTION_KEEP_AGE,
    OPTION_KEEP_SIZE,
    OPTION_WATCH,
    OPTION_RAW,
    OPTION_LIMIT,
    OPTION_TIMEOUT,
    OPTION_HELP
};

static const int WRITES = COMMAND_COMPRESS | COMMAND_DECOMPRESS | COMMAND_EXPORT | COMMAND_RECOVER |
                          COMMAND_COMPACT | COMMAND_MERGE;
static const int HAS_LEVEL = COMMAND_COMPRESS | COMMAND_RECOVER | COMMAND_COMPACT | COMMAND_MERGE;
enum { TAIL_ROWS_DEFAULT = 10 };

struct option_spec {
    enum option_id id;
    char letter; /* 0: none */
    const char *name;
    bool has_value;
    int commands; /* 0: those that write */
};

static const struct option_spec specs[] = {
    {OPTION_OUTPUT, 'o', "output", true, 0},
    {OPTION_STDOUT, 'c', "stdout", false,
     COMMAND_COMPRESS | COMMAND_DECOMPRESS | COMMAND_EXPORT | COMMAND_RECOVER},
    {OPTION_KEEP, 'k', "keep", false, COMMAND_COMPRESS | COMMAND_DECOMPRESS},
    {OPTION_REMOVE, 0, "rm", false, COMMAND_COMPRESS | COMMAND_DECOMPRESS},
    {OPTION_FORCE, 'f', "force", false, 0},
    {OPTION_QUIET, 'q', "quiet", false, COMMAND_ALL},
    {OPTION_VERBOSE, 'v', "verbose", false, COMMAND_ALL},
    {OPTION_THREADS, 'T', "threads", true, COMMAND_ALL},
    {OPTION_MEMORY, 0, "memory", true, COMMAND_ALL},
    {OPTION_LEVEL, 0, "level", true, HAS_LEVEL},
    {OPTION_JSON, 0, "json", false, COMMAND_INFO},
    {OPTION_FORMAT, 0, "format", true, COMMAND_QUERY | COMMAND_TAIL | COMMAND_SHELL},
    {OPTION_TO, 0, "to", true, COMMAND_EXPORT},
    {OPTION_TABLES, 0, "tables", true, COMMAND_EXPORT},
    {OPTION_SINCE, 0, "since", true, COMMAND_EXPORT},
    {OPTION_UNTIL, 0, "until", true, COMMAND_EXPORT},
    {OPTION_ROWS, 'n', "rows", true, COMMAND_TAIL},
    {OPTION_KEEP_AGE, 0, "keep-age", true, COMMAND_COMPACT},
    {OPTION_KEEP_SIZE, 0, "keep-size", true, COMMAND_COMPACT},
    {OPTION_WATCH, 0, "watch", true, COMMAND_COMPACT},
    {OPTION_RAW, 0, "raw", false, COMMAND_QUERY | COMMAND_SHELL},
    {OPTION_LIMIT, 0, "limit", true, COMMAND_QUERY | COMMAND_SHELL},
    {OPTION_TIMEOUT, 0, "timeout", true, COMMAND_QUERY | COMMAND_SHELL},
    {OPTION_HELP, 'h', "help", false, COMMAND_ALL},
};
enum { SPECS = sizeof specs / sizeof specs[0] };

struct parser {
    int argc;
    char **argv;
    int pos; /* the argument being read */
    enum command_bit command;
    struct options *options;
};

static enum exit_code refuse(const struct parser *parser, const char *what, const char *argument)
{
    message_print(parser->options->command, "%s '%s'; see 'vtc %s --help'", what, argument,
                  parser->options->command);
    return CODE_USAGE;
}

enum exit_code options_refuse_getopt(char *const *argv)
{
    const char letter[3] = {'-', (char)optopt, '\0'};
    bool is_letter = optopt > 0 && optopt < 256; /* of a bunch, which getopt is still in */
    message_print(argv[0], "unknown option or missing value '%s'; see 'vtc %s --help'",
                  is_letter ? letter : argv[optind - 1], argv[0]);
    return CODE_USAGE;
}

static bool applies(const struct option_spec *spec, enum command_bit command)
{
    return ((spec->commands ? spec->commands : WRITES) & (int)command) != 0;
}

static unsigned all_cores(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : cores > THREADS_MAX ? THREADS_MAX : (unsigned)cores;
}

/* A decimal number and nothing else. */
static bool parse_number(const char *text, unsigned long max, unsigned long *out_number)
{
    unsigned long number = 0;
    if (!*text)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return false;
        number = number * 10 + (unsigned long)(*text - '0');
        if (number > max)
            return false;
    }
    *out_number = number;
    return true;
}

static enum exit_code set_level(struct parser *parser, const char *text)
{
    unsigned long level = 0;
    if (!parse_number(text, VTC_LEVEL_MAX, &level) || level < VTC_LEVEL_MIN)
        return refuse(parser, "a level is from 1 to 19, not", text);
    parser->options->level = (int)level;
    return CODE_OK;
}

static enum exit_code set_threads(struct parser *parser, const char *text)
{
    unsigned long threads = 0;
    if (!parse_number(text, THREADS_MAX, &threads))
        return refuse(parser, "-T takes a number of threads from 0 (all cores) to 256, not", text);
    parser->options->threads = threads ? (unsigned)threads : all_cores();
    return CODE_OK;
}

static enum exit_code set_memory(struct parser *parser, const char *text)
{
    uint64_t bytes = 0;
    if (!size_text_parse(text, &bytes) || bytes == 0 || bytes > SIZE_MAX)
        return refuse(parser, "--memory takes a size such as 256M, not", text);
    parser->options->memory_bytes = (size_t)bytes;
    return CODE_OK;
}

static enum exit_code set_format(struct parser *parser, const char *text)
{
    static const char *const names[] = {"table", "csv", "json", "ndjson"};
    int count = parser->command == COMMAND_QUERY ? 4 : 3;
    for (int i = 0; i < count; i++) {
        if (strcmp(text, names[i]) == 0) {
            parser->options->format = (enum output_format)i;
            return CODE_OK;
        }
    }
    return refuse(parser,
                  count == 4 ? "--format is table, csv, json or ndjson, not"
                             : "--format is table, csv or json, not",
                  text);
}

/* A time as the column ts has it: ns. */
static enum exit_code set_time(const struct parser *parser, const char *value, int64_t *out_ns)
{
    char *end;
    errno = 0;
    long long ns = strtoll(value, &end, 10);
    if (end == value || *end || errno != 0)
        return refuse(parser, "expected a time in ns, as in the column ts, found", value);
    *out_ns = ns;
    return CODE_OK;
}

static enum exit_code set_rows(struct parser *parser, const char *text)
{
    unsigned long number = 0;
    if (strcmp(text, "all") == 0)
        parser->options->tail_rows = UINT64_MAX;
    else if (parse_number(text, 1000000, &number))
        parser->options->tail_rows = number;
    else
        return refuse(parser, "a number of rows is from 0 to 1000000, or 'all', not", text);
    return CODE_OK;
}

static enum exit_code set_limit(struct parser *parser, const char *text)
{
    unsigned long number = 0;
    if (strcmp(text, "all") != 0 && (!parse_number(text, INT32_MAX, &number) || number == 0))
        return refuse(parser, "--limit takes a number of rows from 1 on, or 'all', not", text);
    parser->options->has_limit = true;
    parser->options->limit_rows = number;
    return CODE_OK;
}

static enum exit_code set_keep_size(struct parser *parser, const char *text)
{
    if (!size_text_parse(text, &parser->options->keep_size_bytes) ||
        parser->options->keep_size_bytes == 0)
        return refuse(parser, "--keep-size takes a size such as 10G, not", text);
    return CODE_OK;
}

static enum exit_code set_duration(struct parser *parser, const char *name, const char *text,
                                   uint64_t *out_ns)
{
    char what[64];
    if (duration_text_parse(text, out_ns) && *out_ns != 0)
        return CODE_OK;
    snprintf(what, sizeof what, "%s takes a time such as 90s, 12h or 7d, not", name);
    return refuse(parser, what, text);
}

static enum exit_code apply(struct parser *parser, const struct option_spec *spec,
                            const char *value)
{
    struct options *options = parser->options;
    switch (spec->id) {
    case OPTION_OUTPUT: options->output = value; break;
    case OPTION_STDOUT: options->to_stdout = true; break;
    case OPTION_KEEP: options->remove_source = false; break;
    case OPTION_REMOVE: options->remove_source = true; break;
    case OPTION_FORCE: options->force = true; break;
    case OPTION_QUIET: options->verbosity = -1; break;
    case OPTION_VERBOSE: options->verbosity = 1; break;
    case OPTION_JSON: options->format = FORMAT_JSON; break;
    case OPTION_HELP: options->help = true; break;
    case OPTION_THREADS: return set_threads(parser, value);
    case OPTION_MEMORY: return set_memory(parser, value);
    case OPTION_LEVEL: return set_level(parser, value);
    case OPTION_FORMAT: return set_format(parser, value);
    case OPTION_TO: options->to = value; break;
    case OPTION_TABLES: options->tables = value; break;
    case OPTION_SINCE:
        options->has_since = true;
        return set_time(parser, value, &options->since_ns);
    case OPTION_UNTIL:
        options->has_until = true;
        return set_time(parser, value, &options->until_ns);
    case OPTION_ROWS: return set_rows(parser, value);
    case OPTION_KEEP_AGE: return set_duration(parser, "--keep-age", value, &options->keep_age_ns);
    case OPTION_KEEP_SIZE: return set_keep_size(parser, value);
    case OPTION_RAW: options->is_raw = true; break;
    case OPTION_LIMIT: return set_limit(parser, value);
    case OPTION_TIMEOUT: return set_duration(parser, "--timeout", value, &options->timeout_ns);
    case OPTION_WATCH: return set_duration(parser, "--watch", value, &options->watch_ns);
    }
    return CODE_OK;
}

static enum exit_code parse_long(struct parser *parser)
{
    const char *argument = parser->argv[parser->pos];
    const char *name = argument + 2;
    const char *equals = strchr(name, '=');
    size_t name_bytes = equals ? (size_t)(equals - name) : strlen(name);
    for (int i = 0; i < SPECS; i++) {
        const struct option_spec *spec = &specs[i];
        if (!applies(spec, parser->command) || strlen(spec->name) != name_bytes ||
            memcmp(spec->name, name, name_bytes) != 0)
            continue;
        if (!spec->has_value)
            return equals ? refuse(parser, "no value belongs to the option", argument)
                          : apply(parser, spec, NULL);
        if (equals)
            return apply(parser, spec, equals + 1);
        if (parser->pos + 1 >= parser->argc)
            return refuse(parser, "a value is missing after", argument);
        return apply(parser, spec, parser->argv[++parser->pos]);
    }
    return refuse(parser, "unknown option", argument);
}

/* `-19k`, `-T2k`: the digits up to the next letter are one number. Leaves `letter` at the last. */
static enum exit_code parse_digits(struct parser *parser, const char **letter,
                                   enum exit_code (*set)(struct parser *, const char *))
{
    char digits[24] = "";
    size_t count = strspn(*letter, "0123456789");
    if (count == 0 || count >= sizeof digits)
        return set(parser, *letter);
    memcpy(digits, *letter, count);
    *letter += count - 1;
    return set(parser, digits);
}

static enum exit_code parse_short(struct parser *parser)
{
    const char *argument = parser->argv[parser->pos];
    for (const char *letter = argument + 1; *letter; letter++) {
        enum exit_code code = CODE_OK;
        const struct option_spec *spec = NULL;
        for (int i = 0; i < SPECS && !spec; i++)
            if (specs[i].letter == *letter && applies(&specs[i], parser->command))
                spec = &specs[i];
        if (*letter >= '0' && *letter <= '9' && (parser->command & HAS_LEVEL) != 0)
            code = parse_digits(parser, &letter, set_level);
        else if (!spec)
            return refuse(parser, "unknown option", argument);
        else if (!spec->has_value)
            code = apply(parser, spec, NULL);
        else if (letter[1] && spec->id == OPTION_THREADS) {
            letter++;
            code = parse_digits(parser, &letter, set_threads);
        } else if (letter[1])
            return apply(parser, spec, letter + 1);
        else if (parser->pos + 1 >= parser->argc)
            return refuse(parser, "a value is missing after", argument);
        else
            return apply(parser, spec, parser->argv[++parser->pos]);
        if (code != CODE_OK)
            return code;
    }
    return CODE_OK;
}

static enum exit_code check_together(const struct options *options, enum command_bit command)
{
    const char *wrong = NULL;
    bool to_stdin_or_out = options->operand_count == 0;
    for (int i = 0; i < options->operand_count; i++)
        to_stdin_or_out |= strcmp(options->operands[i], "-") == 0;
    if (options->output && options->to_stdout)
        wrong = "-o and -c exclude each other";
    else if (options->output && options->operand_count > 1 && command != COMMAND_MERGE)
        wrong = "-o takes one file at a time";
    else if (options->remove_source && (options->to_stdout || to_stdin_or_out ||
                                        (options->output && strcmp(options->output, "-") == 0)))
        wrong = "--rm needs files in and out, not standard input or output";
    if (!wrong)
        return CODE_OK;
    message_print(options->command, "%s; see 'vtc %s --help'", wrong, options->command);
    return CODE_USAGE;
}

enum exit_code options_parse(int argc, char **argv, enum command_bit command,
                             struct options *out_options)
{
    struct options *options = out_options;
    struct parser parser = {argc, argv, 1, command, options};
    memset(options, 0, sizeof *options);
    options->command = argv[0];
    options->tail_rows = TAIL_ROWS_DEFAULT;
    options->threads = all_cores() < THREADS_DEFAULT_MAX ? all_cores() : THREADS_DEFAULT_MAX;
    options->memory_bytes = MEMORY_DEFAULT_BYTES;
    options->operands = (const char **)argv; /* never passes `pos` */

    bool only_operands = false;
    for (; parser.pos < argc; parser.pos++) {
        const char *argument = argv[parser.pos];
        enum exit_code code = CODE_OK;
        if (only_operands || argument[0] != '-' || argument[1] == '\0')
            options->operands[options->operand_count++] = argument;
        else if (strcmp(argument, "--") == 0)
            only_operands = true;
        else
            code = argument[1] == '-' ? parse_long(&parser) : parse_short(&parser);
        if (code != CODE_OK)
            return code;
    }
    enum exit_code code = options->help ? CODE_OK : check_together(options, command);
    if (options->output && strcmp(options->output, "-") == 0)
        options->to_stdout = true;
    message_set_memory_limit(options->memory_bytes);
    return code;
}
