/* Threads and processes, numbered as utid and upid.
 *
 * As in Perfetto, number 0 of each is an idle one, every process has its main thread, whose tid is
 * the pid, and an event without tid (or with 0) is on it. A pid or tid may be a string, which is then
 * the name; its number is NULL, unless the string is one.
 */
#ifndef VTCI_SQL_THREADS_H
#define VTCI_SQL_THREADS_H

#include "sql/trace.h"

/* A pid or tid. */
struct vtci_sql_pid {
    bool has_number;
    int64_t number;
    vtci_label text; /* where it is a string; 0: it is a number */
};

struct vtci_process {
    struct vtci_sql_pid pid;
    vtci_label name;
};

struct vtci_thread {
    struct vtci_sql_pid tid;
    vtci_label name;
    uint32_t upid;
    bool is_main;
};

struct vtci_threads {
    struct vtci_process *processes;
    size_t process_count, process_capacity;
    struct vtci_thread *threads;
    size_t thread_count, thread_capacity;
    uint32_t *track_utid; /* by track of the file, and one more: events on none */
    uint8_t *track_has;   /* the same: enum vtci_track_has */
    size_t track_count;   /* with the one more */
    bool has_names;
};

enum vtci_track_has { VTCI_HAS_PID = 1, VTCI_HAS_TID = 2 };

/* trace->threads, without names. */
VTC_NODISCARD vtc_status vtci_threads_make(struct vtci_sql_trace *trace);
/* Their names too; reads the blocks that hold metadata. */
VTC_NODISCARD vtc_status vtci_threads_name(struct vtci_sql_trace *trace);
void vtci_threads_free(struct vtci_sql_trace *trace);

/* The place of a track in the arrays. */
static inline size_t vtci_track_place(const struct vtci_threads *threads, uint32_t track)
{
    return track < threads->track_count ? track : threads->track_count - 1;
}

#endif
