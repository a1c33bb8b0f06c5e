/* Functions to be told apart by name, depth and duration. */
#include <time.h>

#include "counted.h"

static __attribute__((noinline)) void parse_number(void)
{
    COUNTED(0);
}

static __attribute__((noinline)) void parse_string(void)
{
    COUNTED(1);
    parse_number();
}

static __attribute__((noinline)) void print_string(void)
{
    COUNTED(2);
    parse_string();
}

static __attribute__((noinline)) void slow(void)
{
    const struct timespec time = {0, 20000000};
    COUNTED(3);
    nanosleep(&time, NULL);
}

int main(void)
{
    COUNTED(4);
    for (int i = 0; i < 100; i++)
        print_string();
    for (int i = 0; i < 3; i++)
        slow();
    const struct timespec rest = {0, 300000000};
    nanosleep(&rest, NULL);
    say_counts(1);
    return 0;
}
