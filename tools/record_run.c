#include "record_run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "message.h"

#ifndef VTC_BIN_TO_LIB
#define VTC_BIN_TO_LIB "../lib"
#endif
#define LIBRARY_NAME "libvtc-instrument.so.1"

enum { PATH_BYTES = 4096 };

static const int passed_on[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};
enum { PASSED_ON = sizeof passed_on / sizeof passed_on[0] };

static volatile sig_atomic_t child_pid; /* set while the signals are blocked */

bool record_find_library(char *out_path, size_t path_bytes)
{
    static const char *const places[] = {"", VTC_BIN_TO_LIB "/"};
    char tool[PATH_BYTES];
    ssize_t len = readlink("/proc/self/exe", tool, sizeof tool - 1);
    tool[len < 0 ? 0 : len] = '\0';
    char *slash = strrchr(tool, '/');
    if (slash)
        slash[1] = '\0';
    for (int i = 0; i < 2; i++) {
        char path[PATH_BYTES + sizeof VTC_BIN_TO_LIB + sizeof LIBRARY_NAME + 2];
        char real[PATH_BYTES];
        snprintf(path, sizeof path, "%s%s%s", tool, places[i], LIBRARY_NAME);
        if (!realpath(path, real) || strlen(real) >= path_bytes)
            continue;
        if (strpbrk(real, ": ")) {
            message_print("record", "cannot preload '%s': there is a ':' or a space in it", real);
            return false;
        }
        memcpy(out_path, real, strlen(real) + 1);
        return true;
    }
    message_print("record", "%s is neither beside vtc nor in its library directory", LIBRARY_NAME);
    return false;
}

/* What the terminal sends goes to the whole foreground group: passing it on would double it. */
static void pass_on(int number, siginfo_t *info, void *context)
{
    (void)context;
    if (info->si_code != SI_KERNEL && child_pid > 0)
        kill((pid_t)child_pid, number);
}

static void set_handlers(void)
{
    for (int i = 0; i < PASSED_ON; i++) {
        struct sigaction action;
        if (sigaction(passed_on[i], NULL, &action) != 0 || action.sa_handler == SIG_IGN)
            continue;
        memset(&action, 0, sizeof action);
        action.sa_sigaction = pass_on;
        action.sa_flags = SA_SIGINFO | SA_RESTART;
        sigaction(passed_on[i], &action, NULL);
    }
}

static bool set_environment(const struct record_variables *variables, const char *library)
{
    const char *others = getenv("LD_PRELOAD");
    char *preload = NULL;
    bool fine = true;
    for (int i = 0; i < variables->count; i++)
        fine = fine && setenv(variables->names[i], variables->values[i], 1) == 0;
    if (others && *others) {
        size_t bytes = strlen(library) + strlen(others) + 2;
        preload = malloc(bytes);
        if (!preload)
            return false;
        snprintf(preload, bytes, "%s:%s", library, others);
    }
    fine = fine && setenv("LD_PRELOAD", preload ? preload : library, 1) == 0;
    free(preload);
    return fine;
}

/* In the child. Says through the pipe why it could not go on. */
static void become(char *const *argv, const struct record_variables *variables, const char *library,
                   const sigset_t *mask, int report_fd)
{
    sigprocmask(SIG_SETMASK, mask, NULL);
    if (set_environment(variables, library))
        execvp(argv[0], argv);
    else
        errno = ENOMEM;
    int error = errno;
    (void)!write(report_fd, &error, sizeof error);
    _exit(127);
}

static enum exit_code wait_for(pid_t pid, struct record_end *out_end)
{
    int status;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            message_print("record", "wait: %s", strerror(errno));
            return CODE_IO;
        }
    }
    out_end->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    out_end->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return CODE_OK;
}

enum exit_code record_run(char *const *argv, const struct record_variables *variables,
                          const char *library, struct record_end *out_end)
{
    int report[2];
    sigset_t all, before;
    if (pipe2(report, O_CLOEXEC) != 0) {
        message_print("record", "pipe: %s", strerror(errno));
        return CODE_IO;
    }
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    pid_t pid = fork();
    if (pid == 0)
        become(argv, variables, library, &before, report[1]);
    int fork_error = errno;
    child_pid = pid;
    if (pid > 0)
        set_handlers();
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(report[1]);
    int error = 0;
    ssize_t count = 0;
    if (pid > 0)
        while ((count = read(report[0], &error, sizeof error)) < 0 && errno == EINTR)
            continue;
    close(report[0]);
    if (pid < 0) {
        message_print("record", "fork: %s", strerror(fork_error));
        return CODE_IO;
    }
    enum exit_code code = wait_for(pid, out_end);
    if (code == CODE_OK && count > 0) {
        message_print(argv[0], "cannot be run: %s", strerror(error));
        return CODE_IO;
    }
    return code;
}

int record_pass_on(const struct record_end *end)
{
    if (end->signal == 0)
        return end->exit_code;
    /* The program has left its core already. */
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    signal(end->signal, SIG_DFL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, end->signal);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    raise(end->signal);
    return 128 + end->signal;
}
