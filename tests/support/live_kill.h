/* Processes that record and die: what each says that it has recorded, over a pipe, is in its file. */
#ifndef VTC_TESTS_SUPPORT_LIVE_KILL_H
#define VTC_TESTS_SUPPORT_LIVE_KILL_H

enum live_death { LIVE_SIGKILL, LIVE_SEGV, LIVE_ABORT, LIVE_EXIT_NOW, LIVE_EXIT, LIVE_DEATHS };

/* One process, two threads. `seed` decides when it dies. Fails the test if an event is missing. */
void live_kill_round(enum live_death death, unsigned seed);

#endif
