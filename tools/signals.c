#define _POSIX_C_SOURCE 200809L

#include "signals.h"

#include <stdio.h>
#include <unistd.h>

static const int handled[] = {SIGINT, SIGTERM, SIGHUP, SIGXFSZ, SIGPIPE};
enum { HANDLED = sizeof handled / sizeof handled[0] };

static volatile sig_atomic_t temporary_exists; /* set after, cleared before the fields below */
static int temporary_directory_fd;
static char temporary_name[64];

void signals_remove_temporary(void)
{
    if (temporary_exists) {
        temporary_exists = 0;
        unlinkat(temporary_directory_fd, temporary_name, 0);
    }
}

/* Installed with SA_RESETHAND: raising again ends the process by the signal. */
static void on_signal(int number)
{
    signals_remove_temporary();
    raise(number);
}

void signals_install(void)
{
    for (int i = 0; i < HANDLED; i++) {
        struct sigaction action;
        if (sigaction(handled[i], NULL, &action) != 0 || action.sa_handler == SIG_IGN)
            continue;
        action = (struct sigaction){.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
        sigemptyset(&action.sa_mask);
        sigaction(handled[i], &action, NULL);
    }
}

void signals_block(sigset_t *out_before)
{
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < HANDLED; i++)
        sigaddset(&set, handled[i]);
    pthread_sigmask(SIG_BLOCK, &set, out_before);
}

void signals_restore(const sigset_t *before)
{
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

void signals_remember_temporary(int directory_fd, const char *name)
{
    temporary_directory_fd = directory_fd;
    snprintf(temporary_name, sizeof temporary_name, "%s", name);
    temporary_exists = 1;
}

void signals_forget_temporary(void)
{
    temporary_exists = 0;
}
