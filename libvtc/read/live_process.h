/* Whether a live file is being recorded. SPEC B.8: crashed. */
#ifndef VTCI_READ_LIVE_PROCESS_H
#define VTCI_READ_LIVE_PROCESS_H

#include <stdbool.h>

#include "wire/live_decode.h"

/* By its state; by the lock that its process holds, which tells it also where the process cannot be seen
 * (in another namespace) or looks dead (its first thread has ended); and by the process's id, when it
 * started, and the boot, as far as the file gives them, where there are no locks. */
bool vtci_live_is_recording(const struct vtci_live_session *session,
                            const struct vtci_live_counters *counters, bool is_locked);

#endif
