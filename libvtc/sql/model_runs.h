/* Events of the model: each block's in order of time, and all of them merged. */
#ifndef VTCI_SQL_MODEL_RUNS_H
#define VTCI_SQL_MODEL_RUNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"

enum vtci_model_kind {
    VTCI_MODEL_SPAN,
    VTCI_MODEL_INSTANT,
    VTCI_MODEL_BEGIN,
    VTCI_MODEL_END,
    VTCI_MODEL_ASYNC_BEGIN,
    VTCI_MODEL_ASYNC_END,
    VTCI_MODEL_ASYNC_INSTANT,
    VTCI_MODEL_FLOW_START,
    VTCI_MODEL_FLOW_STEP,
    VTCI_MODEL_FLOW_END,
    VTCI_MODEL_FLOW_END_HERE /* in the slice that is open, not in the next one */
};

struct vtci_model_event {
    int64_t time_ns;
    uint64_t value;  /* SPAN: duration; FLOW_…: the flow; else name << 32 | category */
    uint32_t number; /* of the slice, of the begin, or of the end */
    uint32_t place;  /* kind, and above four bits the track, or of ASYNC_… the key */
};
#define VTCI_MODEL_PLACES (UINT32_C(1) << 28)

static inline enum vtci_model_kind vtci_model_kind(const struct vtci_model_event *event)
{
    return (enum vtci_model_kind)(event->place & 15);
}

/* The order is that of model.h; what is equal keeps the order of the file. */
static inline bool vtci_model_before(const struct vtci_model_event *a,
                                     const struct vtci_model_event *b)
{
    if (a->time_ns != b->time_ns)
        return a->time_ns < b->time_ns;
    uint64_t a_length = vtci_model_kind(a) == VTCI_MODEL_SPAN ? a->value : 0;
    uint64_t b_length = vtci_model_kind(b) == VTCI_MODEL_SPAN ? b->value : 0;
    return a_length > b_length;
}

struct vtci_model_run;

struct vtci_model_runs {
    struct vtci_memory *memory;
    int fd; /* -1: all is in memory */
    struct vtci_model_event *events;
    size_t event_count, event_capacity;
    uint64_t file_events;
    struct vtci_model_run *runs;
    size_t run_count, run_capacity;
    struct vtci_model_run **heap; /* while merging */
    size_t heap_count, next_run;
};

/* `expected`: how many events there will be, about. */
VTC_NODISCARD vtc_status vtci_model_runs_init(struct vtci_model_runs *runs,
                                              struct vtci_memory *memory, uint64_t expected,
                                              struct vtc_error *err);
void vtci_model_runs_free(struct vtci_model_runs *runs);

/* Adds to the run that is being made … */
VTC_NODISCARD static inline vtc_status vtci_model_runs_add(struct vtci_model_runs *runs,
                                                           const struct vtci_model_event *event)
{
    vtc_status status =
        VTCI_ARRAY_RESERVE(runs->memory, runs->events, runs->event_capacity, runs->event_count + 1);
    if (status == VTC_OK)
        runs->events[runs->event_count++] = *event;
    return status;
}
/* … and ends it. */
VTC_NODISCARD vtc_status vtci_model_runs_end(struct vtci_model_runs *runs, struct vtc_error *err);

/* All runs are there: begins merging. */
VTC_NODISCARD vtc_status vtci_model_runs_merge(struct vtci_model_runs *runs, struct vtc_error *err);
/* The next of all; VTC_END. */
VTC_NODISCARD vtc_status vtci_model_runs_next(struct vtci_model_runs *runs,
                                              struct vtci_model_event *out_event,
                                              struct vtc_error *err);

#endif
