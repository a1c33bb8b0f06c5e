/* A directory for live files, and a session in it: what most tests of the writer start from. */
#ifndef VTC_TESTS_SUPPORT_LIVE_SESSION_H
#define VTC_TESTS_SUPPORT_LIVE_SESSION_H

#include "support/cmocka_all.h"

#include <stdatomic.h>
#include <sys/types.h>

#include "support/live_walk.h"
#include "vtc/writer.h"

/* Of the test program: made by live_setup, emptied and removed by live_teardown. */
extern char live_directory[64];
int live_setup(void **state);
int live_teardown(void **state);

/* A path in it; good until the fourth call from now. */
const char *live_path(const char *name);
unsigned live_names(void); /* files in it */

/* Opens, or fails the test. */
vtc_session *live_open(const char *name, const struct vtc_session_opts *opts);
vtc_site live_site(vtc_session *session, char phase, const char *name);

/* Walks a file of the directory, or fails the test. */
void live_read(struct live_walk *walk, const char *name);

/* Waits for a child, which must end with 0. */
void live_wait_for(pid_t pid);

/* What a thread does that interns strings, 20,000 of them again and again, as long as it is to go on. */
struct live_definer {
    vtc_session *session;
    atomic_int *go_on;
};
void *live_define_all_the_time(void *definer);

#endif
