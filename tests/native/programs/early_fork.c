/* A child that is made while another thread is at the first call of all, for which the tracer sets
 * itself up: it says its own counts. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

#include "counted.h"

static atomic_int go;

static __attribute__((noinline)) void first(void)
{
    COUNTED(0);
}

static __attribute__((noinline)) void in_child(void)
{
    COUNTED(1);
}

NOT_TRACED static void *run(void *unused)
{
    (void)unused;
    atomic_store(&go, 1);
    first();
    return NULL;
}

NOT_TRACED int main(int argc, char **argv)
{
    pthread_t thread;
    int status;
    const struct timespec pause = {0, argc > 1 ? atol(argv[1]) * 1000 : 0};
    if (pthread_create(&thread, NULL, run, NULL) != 0)
        return 1;
    while (!atomic_load(&go))
        ;
    nanosleep(&pause, NULL);
    pid_t pid = fork();
    if (pid == 0) {
        atomic_store(&counters[0].calls, 0);
        counters[0].name = NULL;
        for (int i = 0; i < 100; i++)
            in_child();
        say_counts(1);
        _exit(0);
    }
    pthread_join(thread, NULL);
    if (waitpid(pid, &status, 0) != pid || status != 0)
        return 2;
    say_counts(1);
    return 0;
}
