/* Ends in the way that argv[1] says, in the middle of what it does: what it called by then is said
 * before. ending kill|segv|abort|_exit|term CALLS */
#include <signal.h>
#include <stdlib.h>

#include "counted.h"

static __attribute__((noinline)) void step(void)
{
    COUNTED(0);
}

static __attribute__((noinline)) void deep(int calls, const char *how)
{
    COUNTED(1);
    for (int i = 0; i < calls; i++)
        step();
    say_counts(1);
    if (strcmp(how, "kill") == 0)
        raise(SIGKILL);
    if (strcmp(how, "term") == 0)
        raise(SIGTERM);
    if (strcmp(how, "segv") == 0)
        *(volatile int *)0 = 1;
    if (strcmp(how, "abort") == 0)
        abort();
    _exit(5);
}

int main(int argc, char **argv)
{
    COUNTED(2);
    deep(argc > 2 ? (int)strtol(argv[2], NULL, 10) : 1000, argc > 1 ? argv[1] : "_exit");
    return 0;
}
