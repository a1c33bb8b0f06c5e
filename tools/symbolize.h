/* Giving the functions of a live file their names. */
#ifndef VTC_TOOLS_SYMBOLIZE_H
#define VTC_TOOLS_SYMBOLIZE_H

#include <stddef.h>

#include "exit_code.h"

struct symbolize_result {
    size_t functions;
    size_t named; /* of these, after the call */
    size_t added; /* by the call */
};

/* Says on stderr what stands in the way: of modules without a file only when `verbosity` is 0 or
 * more. A file that has all names already is CODE_OK. */
enum exit_code symbolize_file(const char *path, const char *debug_directory, int verbosity,
                              struct symbolize_result *out_result);

#endif
