#include "sql/model_runs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/unnamed_file.h"
#include "sql/model.h"

/* A sorted stretch. In memory `first` counts in `events`, in a file it counts there. */
struct vtci_model_run {
    uint64_t first;
    uint64_t left;   /* not read yet */
    int64_t time_ns; /* of the first */
    size_t number;
    struct vtci_model_event *next, *end; /* what was read and not taken */
    struct vtci_model_event *room;       /* of a run in a file, while it is merged */
};

#define ROOM_EVENTS 1024 /* [choice] of a run that is merged */
#define INSERTION_EVENTS 12

vtc_status vtci_model_runs_init(struct vtci_model_runs *runs, struct vtci_memory *memory,
                                uint64_t expected, struct vtc_error *err)
{
    memset(runs, 0, sizeof *runs);
    runs->memory = memory;
    runs->fd = -1;
    if (expected <= VTCI_RUNS_MEMORY_BYTES / sizeof(struct vtci_model_event))
        return VTCI_ARRAY_RESERVE(memory, runs->events, runs->event_capacity, (size_t)expected + 1);
    runs->fd = vtci_unnamed_file_open();
    return runs->fd >= 0 ? VTC_OK
                         : vtci_error_errno(err, errno, VTC_NO_OFFSET, "make a temporary file");
}

void vtci_model_runs_free(struct vtci_model_runs *runs)
{
    if (!runs->memory)
        return;
    for (size_t i = 0; i < runs->run_count; i++)
        vtci_release(runs->memory, runs->runs[i].room,
                     ROOM_EVENTS * sizeof(struct vtci_model_event));
    VTCI_ARRAY_FREE(runs->memory, runs->events, runs->event_capacity);
    vtci_release(runs->memory, runs->heap, runs->run_count * sizeof *runs->heap);
    VTCI_ARRAY_FREE(runs->memory, runs->runs, runs->run_capacity);
    if (runs->fd >= 0)
        close(runs->fd);
    memset(runs, 0, sizeof *runs);
}

static void insertion_sort(struct vtci_model_event *events, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct vtci_model_event event = events[i];
        size_t at = i;
        for (; at > 0 && vtci_model_before(&event, &events[at - 1]); at--)
            events[at] = events[at - 1];
        events[at] = event;
    }
}

static void merge_pair(struct vtci_model_event *to, const struct vtci_model_event *a,
                       size_t a_count, const struct vtci_model_event *b, size_t b_count)
{
    const struct vtci_model_event *a_end = a + a_count, *b_end = b + b_count;
    while (a < a_end && b < b_end)
        *to++ = vtci_model_before(b, a) ? *b++ : *a++;
    memcpy(to, a, (size_t)(a_end - a) * sizeof *a);
    memcpy(to + (a_end - a), b, (size_t)(b_end - b) * sizeof *b);
}

/* Merge sort, stable, bottom up. Halves that follow each other are left as they are. */
static vtc_status sort(struct vtci_memory *memory, struct vtci_model_event *events, size_t count)
{
    bool is_sorted = true;
    for (size_t i = 1; i < count && is_sorted; i++)
        is_sorted = !vtci_model_before(&events[i], &events[i - 1]);
    if (is_sorted)
        return VTC_OK;
    struct vtci_model_event *room = vtci_allocate(memory, count * sizeof *room);
    if (!room)
        return VTC_ERR_NO_MEMORY;
    for (size_t at = 0; at < count; at += INSERTION_EVENTS)
        insertion_sort(events + at, count - at < INSERTION_EVENTS ? count - at : INSERTION_EVENTS);
    for (size_t width = INSERTION_EVENTS; width < count; width *= 2) {
        for (size_t at = 0; at + width < count; at += 2 * width) {
            size_t b_count = count - at - width < width ? count - at - width : width;
            struct vtci_model_event *a = events + at, *b = a + width;
            if (!vtci_model_before(b, b - 1))
                continue;
            memcpy(room, a, width * sizeof *room);
            merge_pair(a, room, width, b, b_count);
        }
    }
    vtci_release(memory, room, count * sizeof *room);
    return VTC_OK;
}

static vtc_status write_all(int fd, const void *bytes, size_t len_bytes, struct vtc_error *err)
{
    const char *from = bytes;
    while (len_bytes > 0) {
        ssize_t written = write(fd, from, len_bytes);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return vtci_error_errno(err, errno, VTC_NO_OFFSET, "write to a temporary file");
        from += written;
        len_bytes -= (size_t)written;
    }
    return VTC_OK;
}

static uint64_t runs_end(const struct vtci_model_runs *runs)
{
    if (runs->run_count == 0)
        return 0;
    const struct vtci_model_run *last = &runs->runs[runs->run_count - 1];
    return last->first + last->left;
}

vtc_status vtci_model_runs_end(struct vtci_model_runs *runs, struct vtc_error *err)
{
    uint64_t first = runs->fd < 0 ? runs_end(runs) : 0;
    size_t count = runs->event_count - (size_t)first;
    if (count == 0)
        return VTC_OK;
    VTC_TRY(sort(runs->memory, runs->events + first, count));
    VTC_TRY(VTCI_ARRAY_RESERVE(runs->memory, runs->runs, runs->run_capacity, runs->run_count + 1));
    struct vtci_model_run *run = &runs->runs[runs->run_count];
    *run = (struct vtci_model_run){.first = runs->fd < 0 ? first : runs->file_events,
                                   .left = count,
                                   .time_ns = runs->events[first].time_ns,
                                   .number = runs->run_count};
    if (runs->fd >= 0) {
        VTC_TRY(write_all(runs->fd, runs->events, count * sizeof *runs->events, err));
        runs->file_events += count;
        runs->event_count = 0;
    }
    runs->run_count++;
    return VTC_OK;
}

static vtc_status refill(struct vtci_model_runs *runs, struct vtci_model_run *run,
                         struct vtc_error *err)
{
    if (runs->fd < 0) {
        run->next = runs->events + run->first;
        run->end = run->next + run->left;
        run->left = 0;
        return VTC_OK;
    }
    if (!run->room)
        run->room = vtci_allocate(runs->memory, ROOM_EVENTS * sizeof *run->room);
    if (!run->room)
        return VTC_ERR_NO_MEMORY;
    size_t count = run->left < ROOM_EVENTS ? (size_t)run->left : ROOM_EVENTS;
    size_t got = 0, wanted = count * sizeof *run->room;
    while (got < wanted) {
        ssize_t piece = pread(runs->fd, (char *)run->room + got, wanted - got,
                              (off_t)(run->first * sizeof *run->room + got));
        if (piece < 0 && errno == EINTR)
            continue;
        if (piece <= 0)
            return vtci_error_errno(err, piece < 0 ? errno : EIO, VTC_NO_OFFSET,
                                    "read a temporary file");
        got += (size_t)piece;
    }
    run->first += count;
    run->left -= count;
    run->next = run->room;
    run->end = run->room + count;
    return VTC_OK;
}

static bool run_before(const struct vtci_model_run *a, const struct vtci_model_run *b)
{
    if (vtci_model_before(a->next, b->next))
        return true;
    return !vtci_model_before(b->next, a->next) && a->number < b->number;
}

static void sift_down(struct vtci_model_runs *runs)
{
    struct vtci_model_run **heap = runs->heap, *run = heap[0];
    size_t at = 0, child;
    while ((child = 2 * at + 1) < runs->heap_count) {
        if (child + 1 < runs->heap_count && run_before(heap[child + 1], heap[child]))
            child++;
        if (!run_before(heap[child], run))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = run;
}

static void sift_up(struct vtci_model_runs *runs, struct vtci_model_run *run)
{
    struct vtci_model_run **heap = runs->heap;
    size_t at = runs->heap_count++;
    for (; at > 0 && run_before(run, heap[(at - 1) / 2]); at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = run;
}

static int compare_runs(const void *a, const void *b)
{
    const struct vtci_model_run *left = a, *right = b;
    if (left->time_ns != right->time_ns)
        return left->time_ns < right->time_ns ? -1 : 1;
    return left->number < right->number ? -1 : 1;
}

vtc_status vtci_model_runs_merge(struct vtci_model_runs *runs, struct vtc_error *err)
{
    (void)err;
    if (runs->fd >= 0) {
        VTCI_ARRAY_FREE(runs->memory, runs->events, runs->event_capacity);
        runs->events = NULL;
        runs->event_capacity = runs->event_count = 0;
    }
    if (runs->run_count == 0)
        return VTC_OK;
    qsort(runs->runs, runs->run_count, sizeof *runs->runs, compare_runs);
    runs->heap = vtci_allocate(runs->memory, runs->run_count * sizeof *runs->heap);
    return runs->heap ? VTC_OK : VTC_ERR_NO_MEMORY;
}

/* Runs that begin later than what comes next are not opened yet. */
static vtc_status open_runs(struct vtci_model_runs *runs, struct vtc_error *err)
{
    while (runs->next_run < runs->run_count &&
           (runs->heap_count == 0 ||
            runs->runs[runs->next_run].time_ns <= runs->heap[0]->next->time_ns)) {
        struct vtci_model_run *run = &runs->runs[runs->next_run++];
        VTC_TRY(refill(runs, run, err));
        sift_up(runs, run);
    }
    return VTC_OK;
}

vtc_status vtci_model_runs_next(struct vtci_model_runs *runs, struct vtci_model_event *out_event,
                                struct vtc_error *err)
{
    VTC_TRY(open_runs(runs, err));
    if (runs->heap_count == 0)
        return VTC_END;
    struct vtci_model_run *run = runs->heap[0];
    *out_event = *run->next++;
    if (run->next == run->end && run->left > 0)
        VTC_TRY(refill(runs, run, err));
    if (run->next == run->end) {
        vtci_release(runs->memory, run->room, ROOM_EVENTS * sizeof *run->room);
        run->room = NULL;
        runs->heap[0] = runs->heap[--runs->heap_count];
        if (runs->heap_count == 0)
            return VTC_OK;
    }
    sift_down(runs);
    return VTC_OK;
}
