/* What a slice is to others: depth, parent, track, the end of a begin; and flows.
 *
 * One pass over all events in the order of their times, as a viewer would see them come:
 *
 *     blocks -> model_gather: 24 bytes an event, sorted by the block -> model_runs: runs, merged
 *            -> model_stack: a stack of open slices for each track; model_async: which track an
 *               async event is on; model_flow: which slices a flow joins
 *
 * The rules are those of Perfetto's JSON importer, so that the answers are the same:
 * - at the same time, spans (X) come first, the longer before the shorter; the rest as in the file;
 * - what begins when another has ended is not within it; two instants at once are;
 * - an end closes the innermost open begin of its track with its name and category, where it has
 *   any; begins inside of a span that is over end with it;
 * - a span that overlaps the one it begins in, and ends later, goes to a further track of the thread;
 * - async events are on tracks by name, which are used again when nothing is open on them.
 * Here no depth is too much for a slice to be kept.
 *
 * What is kept takes 6 bytes a slice, 16 a begin, and 8 a slice that is not on its thread's own
 * track; 4 more a slice where own times are asked for. The runs go to an unnamed temporary file when
 * they are many.
 */
#ifndef VTCI_SQL_MODEL_H
#define VTCI_SQL_MODEL_H

#include "sql/id_map.h"
#include "sql/threads.h"
#include "sql/trace.h"

/* [choice] Runs are kept in memory up to this. */
#define VTCI_RUNS_MEMORY_BYTES ((size_t)24 << 20)
#define VTCI_DEPTH_MAX UINT16_MAX

/* Tracks by number: those of threads by utid; then of processes (their instants) by upid; one for
 * instants of the whole trace; then the others. */
enum vtci_track_kind {
    VTCI_TRACK_THREAD,
    VTCI_TRACK_PROCESS_INSTANTS,
    VTCI_TRACK_INSTANTS,
    VTCI_TRACK_SPILL,
    VTCI_TRACK_ASYNC_GLOBAL,
    VTCI_TRACK_ASYNC_PROCESS
};

struct vtci_extra_track {
    enum vtci_track_kind kind;
    uint32_t of; /* SPILL: utid, ASYNC_PROCESS: upid */
    vtci_label name;
};

/* A track that has slices. */
struct vtci_track {
    uint32_t id;
    enum vtci_track_kind kind;
    uint32_t of; /* utid or upid, by its kind */
    vtci_label name;
};

struct vtci_slice_track {
    uint32_t slice;
    uint32_t track;
};

struct vtci_flow {
    uint32_t slice_out;
    uint32_t slice_in;
    uint64_t id;
};

/* What of a model is made only where it is asked for. */
enum vtci_model_part {
    VTCI_MODEL_FLOWS = 1,
    VTCI_MODEL_WITHIN = 2 /* durations of children, for own times */
};

struct vtci_model {
    unsigned parts;     /* that there are */
    size_t slice_count; /* of the arrays, as of the trace */
    size_t begin_count;
    uint32_t *parent;      /* by slice; VTCI_NO_SLICE: none */
    uint16_t *depth;       /* the same */
    uint32_t *begin_slice; /* by begin */
    int64_t *begin_dur;    /* by begin; -1: never ended */
    uint32_t *begin_end;   /* by begin: the number of its end; VTCI_NO_SLICE: none, or it ended with
                            another */
    uint32_t *within;      /* by slice: what its children took, in ns; UINT32_MAX: see long_within.
                            NULL: not a part */
    struct vtci_id_map long_within_of; /* by slice: its place in long_within */
    int64_t *long_within;
    size_t long_within_count, long_within_capacity;
    struct vtci_extra_track *extra;
    size_t extra_count, extra_capacity;
    struct vtci_track *tracks; /* by id */
    size_t track_count, track_capacity;
    struct vtci_track *thread_tracks, *process_tracks; /* those of threads, those of processes */
    size_t thread_track_count, thread_track_capacity;
    size_t process_track_count, process_track_capacity;
    struct vtci_slice_track *moved; /* by slice: those on extra tracks */
    size_t moved_count, moved_capacity;
    struct vtci_flow *flows;
    size_t flow_count, flow_capacity;
};

/* trace->model, with at least these parts (enum vtci_model_part). Failures are in trace->err. */
VTC_NODISCARD vtc_status vtci_model_make(struct vtci_sql_trace *trace, unsigned parts);
void vtci_model_free(struct vtci_sql_trace *trace);

/* The number of the first extra track. */
static inline uint32_t vtci_first_extra_track(const struct vtci_threads *threads)
{
    return (uint32_t)(threads->thread_count + threads->process_count + 1);
}

/* The extra track of a slice; VTCI_NO_SLICE: it is on the track of its thread or process. */
uint32_t vtci_model_moved(const struct vtci_model *model, uint32_t slice);

/* model_within.c: a child of a slice took so long. */
VTC_NODISCARD vtc_status vtci_within_add(struct vtci_sql_trace *trace, uint32_t parent,
                                         int64_t duration_ns);
/* What the children of a slice took together, in ns; INT64_MAX where it is more. */
int64_t vtci_within(const struct vtci_model *model, uint32_t slice);
/* Adds what took until its end: begins, once all ends are known. */
VTC_NODISCARD vtc_status vtci_within_add_begins(struct vtci_sql_trace *trace);

#endif
