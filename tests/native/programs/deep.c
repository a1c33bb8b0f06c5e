/* Calls deeper than the tracer has room for, on a thread with a stack that is large enough. */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "counted.h"

static __attribute__((noinline)) int down(int left)
{
    COUNTED(0);
    return left > 0 ? down(left - 1) + 1 : 0;
}

static __attribute__((noinline)) void after(void)
{
    COUNTED(1);
}

NOT_TRACED static void *run(void *depth)
{
    if (down((int)(intptr_t)depth) != (int)(intptr_t)depth)
        abort();
    after();
    return NULL;
}

NOT_TRACED int main(int argc, char **argv)
{
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, (size_t)1 << 30);
    if (argc < 2 || pthread_create(&thread, &attributes, run, (void *)(intptr_t)atoi(argv[1])) != 0)
        return 1;
    pthread_join(thread, NULL);
    say_counts(1);
    return 0;
}
