/* Recursion, and many threads that live for a moment. threads THREADS DEPTH */
#include <pthread.h>
#include <stdlib.h>

#include "counted.h"

static int depth;

static int fibonacci(int n)
{
    COUNTED(0);
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

static __attribute__((noinline)) void leaf(void)
{
    COUNTED(1);
}

static void *thread_body(void *unused)
{
    COUNTED(2);
    leaf();
    fibonacci(depth);
    leaf();
    return unused;
}

static __attribute__((noinline)) void leave(int n)
{
    COUNTED(6);
    if (n > 0)
        leave(n - 1);
    else if (depth > 0)
        pthread_exit(NULL);
    __asm__ volatile("" ::: "memory"); /* no tail call */
}

static pthread_key_t key;

static void key_destructor(void *value)
{
    COUNTED(3);
    (void)value;
}

static void *keyed_body(void *unused)
{
    COUNTED(4);
    pthread_setspecific(key, &key);
    thread_body(unused);
    leave(3);
    return NULL;
}

int main(int argc, char **argv)
{
    int threads = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 100;
    depth = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 8;
    COUNTED(5);
    pthread_key_create(&key, key_destructor);
    for (int i = 0; i < threads; i += 4) {
        pthread_t ids[4];
        for (int j = 0; j < 4; j++)
            pthread_create(&ids[j], NULL, j & 1 ? thread_body : keyed_body, NULL);
        for (int j = 0; j < 4; j++)
            pthread_join(ids[j], NULL);
    }
    fibonacci(depth);
    say_counts(1);
    return 0;
}
