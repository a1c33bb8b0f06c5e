/* The command line of `vtc record`. Options end where the program begins. */
#ifndef VTC_TOOLS_RECORD_OPTIONS_H
#define VTC_TOOLS_RECORD_OPTIONS_H

#include <stdbool.h>

#include "exit_code.h"
#include "record_run.h"

struct record_options {
    bool help;
    bool force;
    bool symbolize;
    int verbosity;
    const char *output; /* NULL: the program's name */
    const char *debug_directory;
    struct record_variables variables; /* all but VTC_TRACE_FILE */
    char *include, *exclude;           /* malloc'ed: globs, separated by ';' */
    char **program;                    /* argv of what is to be run */
};

enum exit_code record_options_parse(int argc, char **argv, struct record_options *out_options);
void record_options_free(struct record_options *options);
void record_variables_add(struct record_variables *variables, const char *name, const char *value);

#endif
