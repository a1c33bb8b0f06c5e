/* What the exit code of `vtc` says. The numbers are documented in vtc.1 and never change. */
#ifndef VTC_TOOLS_EXIT_CODE_H
#define VTC_TOOLS_EXIT_CODE_H

#include "vtc/status.h"

enum exit_code {
    CODE_OK = 0,
    CODE_USAGE = 1,       /* a wrong option or query, or refused without -f */
    CODE_INPUT = 2,       /* not a file of the kind that the command takes */
    CODE_DAMAGED = 3,     /* corrupt or truncated */
    CODE_UNSUPPORTED = 4, /* needs a newer vtc */
    CODE_IO = 5,          /* a system call failed */
    CODE_RESOURCES = 6,   /* a limit was met, or memory ran out */
    CODE_INTERNAL = 7     /* a bug */
};

enum exit_code exit_code_of(vtc_status status);

#endif
