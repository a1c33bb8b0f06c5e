/* Running a program under the tracer, and passing on what comes of it. */
#ifndef VTC_TOOLS_RECORD_RUN_H
#define VTC_TOOLS_RECORD_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "exit_code.h"

enum { RECORD_VARIABLES_MAX = 16 };

/* `VTC_TRACE_…` for the program: names and values, borrowed. */
struct record_variables {
    const char *names[RECORD_VARIABLES_MAX];
    const char *values[RECORD_VARIABLES_MAX];
    int count;
};

/* How the program ended. */
struct record_end {
    int exit_code; /* or -1 */
    int signal;    /* or 0 */
};

/* Where the shared object is that traces: beside the tool, or where it was installed. False, with a
 * message, when it is nowhere. */
bool record_find_library(char *out_path, size_t path_bytes);

/* Runs argv[0]. Signals that are sent to vtc go on to the program; those of the terminal reach it
 * anyway. A program that could not be started is a message and CODE_IO. */
enum exit_code record_run(char *const *argv, const struct record_variables *variables,
                          const char *library, struct record_end *out_end);

/* Ends vtc as the program ended: the same exit code, or the same signal. */
int record_pass_on(const struct record_end *end);

#endif
