/* Keeping signal handlers out while this thread takes a chunk, or holds a file for a moment: a handler may
 * fork, and in the child what was under way would go on with the parent's page, or give back what it
 * holds of a file that is another by now. Or while it holds a lock. Records themselves need no such thing: see fork.c.
 *
 * Faults stay as they are: a signal that is blocked when it is one's own fault ends the program.
 */
#ifndef VTCI_WRITE_SIGNALS_H
#define VTCI_WRITE_SIGNALS_H

#include <pthread.h>
#include <signal.h>

static inline void vtci_signals_block(sigset_t *out_before)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS};
    sigset_t all;
    sigfillset(&all);
    for (unsigned i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(&all, faults[i]);
    pthread_sigmask(SIG_BLOCK, &all, out_before);
}

static inline void vtci_signals_restore(const sigset_t *before)
{
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

/* A lock that fork() takes too: a handler that forked while its own thread holds it would wait for ever. */
static inline void vtci_signals_lock(pthread_mutex_t *mutex, sigset_t *out_before)
{
    vtci_signals_block(out_before);
    pthread_mutex_lock(mutex);
}

static inline void vtci_signals_unlock(pthread_mutex_t *mutex, const sigset_t *before)
{
    pthread_mutex_unlock(mutex);
    vtci_signals_restore(before);
}

#endif
