/* What the test programs share: each function counts its own calls, and the program says so when it
 * ends, a line `NAME COUNT` each, for the test to compare with what was recorded. */
#ifndef COUNTED_H
#define COUNTED_H

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NOT_TRACED __attribute__((no_instrument_function))

enum { COUNTERS = 32 };

struct counter {
    const char *name;
    atomic_ullong calls;
};
static struct counter counters[COUNTERS];

#define COUNTED(index)                               \
    do {                                             \
        counters[index].name = __func__;             \
        atomic_fetch_add(&counters[index].calls, 1); \
    } while (0)

/* By write(2): also in a signal handler, and before _exit. */
NOT_TRACED static inline void say_counts(int fd)
{
    for (int i = 0; i < COUNTERS; i++) {
        char line[200];
        if (!counters[i].name)
            continue;
        int len = snprintf(line, sizeof line, "%s %llu\n", counters[i].name, counters[i].calls);
        if (write(fd, line, (size_t)len) != len)
            return;
    }
}

#endif
