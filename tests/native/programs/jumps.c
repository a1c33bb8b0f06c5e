/* longjmp past frames, out of a signal handler, and out of one on a stack of its own. */
#include <alloca.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>

#include "counted.h"

static sigjmp_buf target;

static __attribute__((noinline)) void jump(int n)
{
    COUNTED(0);
    if (n == 0)
        siglongjmp(target, 1);
    jump(n - 1);
    __asm__ volatile("" ::: "memory"); /* no tail call */
}

static __attribute__((noinline)) void land(int n)
{
    COUNTED(1);
    if (sigsetjmp(target, 1) == 0)
        jump(n);
}

/* Its stack pointer at the end is not that of its begin. */
static __attribute__((noinline)) int with_alloca(int n)
{
    COUNTED(2);
    volatile char *room = alloca((size_t)n * 16 + 16);
    room[0] = (char)n;
    land(n);
    return room[0];
}

static void handler(int number)
{
    COUNTED(3);
    (void)number;
    jump(2);
}

static __attribute__((noinline)) void interrupted(void)
{
    COUNTED(4);
    if (sigsetjmp(target, 1) == 0)
        raise(SIGUSR1);
}

static __attribute__((noinline)) void after(void)
{
    COUNTED(5);
}

int main(void)
{
    static char own_stack[1 << 16];
    const stack_t alternate = {.ss_sp = own_stack, .ss_size = sizeof own_stack};
    COUNTED(6);
    for (int i = 0; i < 200; i++) {
        with_alloca(i % 20);
        after();
    }
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    sigaction(SIGUSR1, &action, NULL);
    for (int i = 0; i < 50; i++) {
        interrupted();
        after();
    }
    sigaltstack(&alternate, NULL);
    action.sa_flags = SA_ONSTACK;
    sigaction(SIGUSR1, &action, NULL);
    for (int i = 0; i < 50; i++) {
        interrupted();
        after();
    }
    say_counts(1);
    return 0;
}
