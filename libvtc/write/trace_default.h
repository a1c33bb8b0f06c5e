/* The session that the macros record to. */
#ifndef VTCI_WRITE_TRACE_DEFAULT_H
#define VTCI_WRITE_TRACE_DEFAULT_H

struct vtc_session;

/* Takes a session away if it is the default. */
void vtci_default_remove(struct vtc_session *session);

#endif
