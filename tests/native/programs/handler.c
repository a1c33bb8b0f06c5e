/* A timer's signal handler that calls functions, while functions are called. */
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>

#include "counted.h"

static volatile int sink;

static __attribute__((noinline)) void in_handler(void)
{
    COUNTED(0);
}

static void on_timer(int number)
{
    COUNTED(1);
    (void)number;
    in_handler();
    in_handler();
}

static __attribute__((noinline)) void work(int n)
{
    COUNTED(2);
    sink += n;
}

int main(int argc, char **argv)
{
    const struct itimerval often = {{0, 50}, {0, 50}};
    const struct itimerval never = {{0, 0}, {0, 0}};
    int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 300000;
    COUNTED(3);
    signal(SIGALRM, on_timer);
    setitimer(ITIMER_REAL, &often, NULL);
    for (int i = 0; i < rounds; i++)
        work(i);
    setitimer(ITIMER_REAL, &never, NULL);
    say_counts(1);
    return 0;
}
