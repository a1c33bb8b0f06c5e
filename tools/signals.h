/* Ending by a signal without leaving half a file.
 *
 * A process that is interrupted removes its temporary file and then dies by the same signal, so
 * that a shell sees what happened. Only one temporary file exists at a time. Registering and
 * forgetting it happens with the signals blocked, while the process has one thread.
 */
#ifndef VTC_TOOLS_SIGNALS_H
#define VTC_TOOLS_SIGNALS_H

#include <signal.h>

/* Handlers for SIGINT, SIGTERM, SIGHUP, SIGXFSZ and SIGPIPE, but for those that the caller
 * ignores. */
void signals_install(void);

void signals_block(sigset_t *out_before);
void signals_restore(const sigset_t *before);

/* With the signals blocked. `name` is copied; `directory_fd` must stay open until forgotten. */
void signals_remember_temporary(int directory_fd, const char *name);
void signals_forget_temporary(void);

/* Removes the temporary file, if there is one. */
void signals_remove_temporary(void);

#endif
