/* Children: one that ends by exit, one by _exit, one that executes this program again. Each says its
 * own counts, with its process id in front. forks [inner] */
#include <stdlib.h>
#include <sys/wait.h>

#include "counted.h"

static __attribute__((noinline)) void in_parent(void)
{
    COUNTED(0);
}

static __attribute__((noinline)) void in_child(void)
{
    COUNTED(1);
}

static __attribute__((noinline)) void after_exec(void)
{
    COUNTED(2);
}

NOT_TRACED static void say(void)
{
    printf("pid %d\n", getpid());
    fflush(stdout);
    say_counts(1);
}

NOT_TRACED static void forget(void)
{
    memset(counters, 0, sizeof counters);
}

static __attribute__((noinline)) pid_t forker(int kind, char **argv)
{
    COUNTED(3);
    pid_t pid = fork();
    if (pid != 0) {
        waitpid(pid, NULL, 0);
        return pid;
    }
    forget();
    for (int i = 0; i <= kind; i++)
        in_child();
    say();
    if (kind == 0)
        exit(0);
    if (kind == 1)
        _exit(0);
    execl(argv[0], argv[0], "inner", (char *)NULL);
    _exit(1);
}

int main(int argc, char **argv)
{
    COUNTED(4);
    if (argc > 1) {
        for (int i = 0; i < 7; i++)
            after_exec();
        say();
        return 0;
    }
    for (int i = 0; i < 3; i++) {
        in_parent();
        forker(i, argv);
    }
    say();
    return 0;
}
