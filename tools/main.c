#define _POSIX_C_SOURCE 200809L

/* vtc: the command line. A command is looked up here and does the rest in its own file. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "descriptor.h"
#include "heap.h"
#include "message.h"
#include "signals.h"

#ifndef VTC_VERSION
#define VTC_VERSION "1.0.0"
#endif

static const struct {
    const char *name;
    enum exit_code (*run)(int argc, char **argv);
} commands[] = {
    {"compress", cmd_compress}, {"decompress", cmd_decompress}, {"info", cmd_info},
    {"verify", cmd_verify},     {"query", cmd_query},           {"export", cmd_export},
    {"tail", cmd_tail},         {"recover", cmd_recover},       {"compact", cmd_compact},
    {"merge", cmd_merge},       {"record", cmd_record},         {"symbolize", cmd_symbolize},
    {"shell", cmd_shell},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

enum exit_code for_each_file(const struct options *options,
                             enum exit_code (*run)(const struct options *options, const char *path))
{
    enum exit_code first = CODE_OK;
    if (options->operand_count == 0)
        return run(options, "-");
    for (int i = 0; i < options->operand_count; i++) {
        enum exit_code code = run(options, options->operands[i]);
        if (first == CODE_OK)
            first = code;
    }
    return first;
}

static enum exit_code print_version(void)
{
    puts("vtc " VTC_VERSION);
    return descriptor_finish_stdout();
}

/* `vtc slowest 20` and the like end here too: the first word is always the command. */
static enum exit_code unknown(const char *word)
{
    for (int i = 0; i < COMMANDS; i++) {
        if (strlen(word) > 0 && strncmp(commands[i].name, word, strlen(word)) == 0) {
            message_print(NULL, "unknown command '%s'; did you mean '%s'?", word, commands[i].name);
            return CODE_USAGE;
        }
    }
    message_print(NULL, "unknown command '%s'; see 'vtc --help'", word);
    return CODE_USAGE;
}

int main(int argc, char **argv)
{
    heap_tune();
    descriptor_reserve_standard();
    setlocale(LC_CTYPE, "");
    signals_install();
    if (argc < 2) {
        message_print(NULL, "a command is missing; see 'vtc --help'");
        return CODE_USAGE;
    }
    const char *word = argv[1];
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
        return print_version();
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return help_print(NULL);
    if (strcmp(word, "help") == 0)
        return help_print(argc > 2 ? argv[2] : NULL);
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(word, commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    return unknown(word);
}
