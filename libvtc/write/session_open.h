/* The steps of opening a session. */
#ifndef VTCI_WRITE_SESSION_OPEN_H
#define VTCI_WRITE_SESSION_OPEN_H

#include "write/session.h"

/* Checks and completes the options. */
VTC_NODISCARD vtc_status vtci_session_options(struct vtc_session *session,
                                              const struct vtc_session_opts *given,
                                              struct vtc_error *err);

/* Who this process is: pid, start, boot; a family unless it has one. Async-signal-safe. */
void vtci_session_identify(struct vtc_session *session);

/* The process's name, into the journal. */
void vtci_session_log_process(struct vtc_session *session);

/* Frees what hangs on a session whose refs are 0, and makes it one that can be used again. */
void vtci_session_clear(struct vtc_session *session);

#endif
