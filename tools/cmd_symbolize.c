/* vtc symbolize: names for the functions of recorded programs. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "descriptor.h"
#include "escape.h"
#include "message.h"
#include "symbol_source.h"
#include "symbolize.h"

enum { OPTION_DEBUG_DIRECTORY = 256 };

static enum exit_code symbolize_one(const char *path, const char *debug_directory, int verbosity)
{
    struct symbolize_result result;
    enum exit_code code = symbolize_file(path, debug_directory, verbosity, &result);
    if (code != CODE_OK || verbosity < 0)
        return code;
    escape_print(stdout, path, strlen(path));
    printf(": %zu functions, %zu named (%zu of them now)\n", result.functions, result.named,
           result.added);
    return code;
}

enum exit_code cmd_symbolize(int argc, char **argv)
{
    static const struct option longs[] = {
        {"debug-dir", required_argument, NULL, OPTION_DEBUG_DIRECTORY},
        {"quiet", no_argument, NULL, 'q'},
        {"verbose", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    const char *debug_directory = NULL;
    int verbosity = 0, option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "qvh", longs, NULL)) != -1) {
        switch (option) {
        case OPTION_DEBUG_DIRECTORY: debug_directory = optarg; break;
        case 'q': verbosity = -1; break;
        case 'v': verbosity = 1; break;
        case 'h': return help_print("symbolize");
        default: return options_refuse_getopt(argv);
        }
    }
    if (optind == argc) {
        message_print("symbolize", "name a file; see 'vtc symbolize --help'");
        return CODE_USAGE;
    }
    if (!symbol_source_available()) {
        message_print("symbolize", "this vtc was built without libdw, which reads symbol tables "
                                   "(Debian: libdw-dev); build it again with it");
        return CODE_UNSUPPORTED;
    }
    enum exit_code first = CODE_OK;
    for (; optind < argc; optind++) {
        enum exit_code code = symbolize_one(argv[optind], debug_directory, verbosity);
        if (first == CODE_OK)
            first = code;
    }
    enum exit_code written = descriptor_finish_stdout();
    return first != CODE_OK ? first : written;
}
