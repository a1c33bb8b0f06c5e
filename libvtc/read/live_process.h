/* Whether the process that records to a live file still runs. SPEC B.8: crashed. */
#ifndef VTCI_READ_LIVE_PROCESS_H
#define VTCI_READ_LIVE_PROCESS_H

#include <stdbool.h>

#include "wire/live.h"

/* By its id, when it started, and the boot, as far as the file gives them. */
bool vtci_live_process_runs(const struct vtci_live_session *session);

#endif
