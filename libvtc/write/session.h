/* A session: the files, the definitions and the writers of one recording.
 *
 * Life. The struct itself is never given back: it goes to a list and is used for the next session, so
 * that a thread that meets a pointer to a session at the moment of its close (the default session)
 * finds a count of 0 there and not somebody else's memory. What hangs on it is freed when `refs`, one
 * for the handle and one for each writer, comes to 0.
 *
 * Files. `current` is where writers go; older ones stay as long as a writer's chunk lies in them.
 * Making a file, rotating, and taking chunks away are done by who holds `making`, a flag that is
 * tried and never waited for on the way of a record.
 *
 * Locks: `vtci_sessions_lock`, then the lock of a session (definitions). Neither is taken to record.
 */
#ifndef VTCI_WRITE_SESSION_H
#define VTCI_WRITE_SESSION_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"
#include "vtc/writer.h"
#include "write/defined.h"
#include "write/journal.h"
#include "write/live_file.h"
#include "write/ticks.h"

#define VTCI_OPEN_FILES 8      /* [choice] segments with writers in them at once */
#define VTCI_CLOSED_FILES 1024 /* [choice] closed segments that are remembered */
#define VTCI_COPIES_MAX 9999   /* [choice] names that are tried for one file */

struct vtci_closed_file {
    _Atomic uint64_t bytes; /* 0: not closed yet, or gone */
    _Atomic int64_t closed_ns;
    uint64_t events, lost[VTC_LOSS_CAUSES]; /* set before `bytes`. VTC_POLICY_FLIGHT */
    _Atomic uint32_t synced;                /* the segment, and one: that one is on the disk */
    _Atomic uint32_t copy; /* of the current file too: how often its name was taken; 0: never */
};

enum vtci_child { VTCI_CHILD_NO = 0, VTCI_CHILD_TO_OPEN = 1, VTCI_CHILD_FAILED = 2 };

struct vtc_session {
    struct vtc_session *next; /* in the list of all; constant */
    _Atomic uint32_t refs;
    _Atomic uint64_t serial; /* of all sessions of the process: from 1 */
    _Atomic uint32_t stopped;
    _Atomic uint32_t closed;
    bool is_left_over; /* under vtci_sessions_lock: to be cleared by who opens the next */
    _Atomic uint32_t making;
    _Atomic uint32_t child; /* enum vtci_child */
    int64_t child_retry_ns; /* FAILED: not before. Of who holds `making` */
    bool is_torn;           /* a child whose parent was changing the definitions: it has no file */
    _Atomic int status;     /* vtc_status: the first error */
    _Atomic int sys_errno;

    /* Constant after open (and set anew in a child). */
    struct vtci_memory memory;
    struct vtc_session_opts opts;
    struct vtci_clock clock;
    uint64_t ticks_a_second;
    struct vtci_live_session facts;
    uint32_t root_pid;
    uint32_t step_pages;
    uint32_t chunk_pages_max;
    size_t path_bytes; /* of each of the three, NUL included */
    char *path;        /* absolute, as given */
    char *path_work;   /* of who holds `making` */
    char *path_temporary;
    bool has_membarrier;

    _Atomic(struct vtci_live_file *) current; /* NULL: a child that has none yet */
    struct vtci_live_file files[VTCI_OPEN_FILES];
    struct vtci_closed_file closed_files[VTCI_CLOSED_FILES]; /* by segment, modulo */
    _Atomic uint64_t closed_bytes;
    _Atomic uint64_t promised_bytes; /* of what threads are about to reserve */
    _Atomic uint32_t oldest;         /* segment that may still be there */
    _Atomic uint32_t segment;        /* that `current` is */
    _Atomic int64_t segment_started_ns;
    _Atomic uint64_t clock_due; /* ticks: when the log is to have the next CLOCK */
    _Atomic uint64_t lost[VTC_LOSS_CAUSES];
    _Atomic uint64_t untold[VTC_LOSS_CAUSES]; /* of these, in no file: a child has none yet */

    struct vtci_journal journal;
    _Atomic uint32_t next_site;
    _Atomic(_Atomic(const uint8_t *) *) *site_blocks; /* defined.h */
    pthread_mutex_t lock;
    struct vtci_defined definitions; /* under `lock` */

    _Atomic(struct vtc_writer *) writers; /* pushed, never taken off */
    _Atomic uint32_t next_writer;
    _Atomic uint32_t writers_open;
};

/* All sessions there ever were. Under the lock but for following `next`. */
extern pthread_mutex_t vtci_sessions_lock;
struct vtc_session *vtci_sessions_first(void);

bool vtci_session_try_ref(struct vtc_session *session);
void vtci_session_unref(struct vtc_session *session);

/* Notes an error that costs events: the first is kept. */
void vtci_session_fail(struct vtc_session *session, vtc_status status, int sys_errno);

/* Counts lost events, here and in the current file. */
void vtci_session_lose(struct vtc_session *session, enum vtc_loss cause, uint64_t events);
/* Counts in a child's file what was lost before it had one. */
void vtci_session_tell_losses(struct vtc_session *session);

/* --- files (session_files.c, segment.c) */

bool vtci_session_try_make(struct vtc_session *session); /* takes `making` */
void vtci_session_end_make(struct vtc_session *session);

/* The path of a segment of this process, in path_work; `making` is held. */
void vtci_session_path(struct vtc_session *session, uint32_t segment);

/* Makes a file with all definitions, and makes it current. `making` is held. 0 or an errno. */
VTC_NODISCARD int vtci_session_begin_file(struct vtc_session *session, uint32_t segment);

/* The current file, held; NULL: none. */
struct vtci_live_file *vtci_session_hold_current(struct vtc_session *session);
void vtci_session_let_go(struct vtc_session *session, struct vtci_live_file *file);

/* Appends a record to all open files; 0 or the first errno. */
VTC_NODISCARD int vtci_session_log(struct vtc_session *session, const uint8_t *record,
                                   size_t len_bytes);

/* Goes on to the next segment when it is time to, and it can be done. */
void vtci_session_rotate(struct vtc_session *session);

/* How much more there may be before the segment after this one begins, its definitions included. */
uint64_t vtci_session_segment_room(const struct vtc_session *session,
                                   const struct vtci_live_file *file);

/* Sees which segments others have removed; closes what nobody is in any more. */
void vtci_session_settle(struct vtc_session *session);

/* VTC_POLICY_FLIGHT: removes what is more than is to be kept. `making` is held. */
void vtci_session_trim(struct vtc_session *session);
/* Events in a chunk that nobody records to any more. */
uint64_t vtci_flight_count(const uint8_t *chunk, size_t chunk_bytes);

/* Of all segments. One that is being closed may count twice for a moment, never not at all. */
uint64_t vtci_session_bytes(const struct vtc_session *session);

/* Sets bytes of the budget aside, until they are reserved or not: several threads that see the last of
 * it would all take it. A flight recorder's budget is an eighth more than it is to keep, for what
 * others record while the oldest segments are removed. Definitions are kept even beyond the budget,
 * but have a limit of their own (journal.h). */
bool vtci_session_promise(struct vtc_session *session, uint64_t bytes);
void vtci_session_unpromise(struct vtc_session *session, uint64_t bytes);

/* Makes all lanes take the slow path and takes their chunks from those that are idle. `making` is
 * held. Gives the number of lanes whose thread is within a record. */
unsigned vtci_session_shoo(struct vtc_session *session, uint32_t control);

/* A CLOCK record, when one is due (or `now`). */
void vtci_session_log_clock(struct vtc_session *session, struct vtci_live_file *file, bool now);

/* --- fork (fork.c) */

VTC_NODISCARD int vtci_fork_init(void);
/* In a child, before its first record. VTC_OK, VTC_ERR_IO. `may_wait`: another thread may be at it. */
VTC_NODISCARD vtc_status vtci_fork_open(struct vtc_session *session, bool may_wait);

#endif
