/* Threads while there is no address space for what the tracer wants for each, and then there is. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "counted.h"

static pthread_barrier_t barrier;

static __attribute__((noinline)) void call(void)
{
    COUNTED(0);
}

NOT_TRACED static void *run(void *unused)
{
    (void)unused;
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < 3000; i++)
        call();
    pthread_barrier_wait(&barrier); /* there is room again */
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < 3000; i++)
        call();
    return NULL;
}

NOT_TRACED int main(void)
{
    pthread_t thread;
    struct rlimit limit, narrow;
    pthread_barrier_init(&barrier, NULL, 2);
    call();
    if (pthread_create(&thread, NULL, run, NULL) != 0 || getrlimit(RLIMIT_AS, &limit) != 0)
        return 1;
    narrow = limit;
    narrow.rlim_cur = 1 << 20;
    setrlimit(RLIMIT_AS, &narrow);
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    setrlimit(RLIMIT_AS, &limit);
    pthread_barrier_wait(&barrier);
    pthread_join(thread, NULL);
    say_counts(1);
    return 0;
}
