#include "query/span_sorter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/unnamed_file.h"

enum { RUN_SPANS_LEAST = 4096, READ_SPANS = 256, CHECK_SPANS = 1 << 16 };

void vtci_span_sorter_init(struct vtci_span_sorter *sorter, struct vtci_memory *memory)
{
    memset(sorter, 0, sizeof *sorter);
    sorter->memory = memory;
}

void vtci_span_sorter_free(struct vtci_span_sorter *sorter)
{
    VTCI_ARRAY_FREE(sorter->memory, sorter->spans, sorter->capacity);
    VTCI_ARRAY_FREE(sorter->memory, sorter->run_ends, sorter->run_capacity);
    if (sorter->file)
        fclose(sorter->file);
    sorter->file = NULL;
}

/* A negative duration counts as none, as in nesting. */
static int64_t length_of(const struct vtci_sorted_span *span)
{
    return span->duration_ns < 0 ? 0 : span->duration_ns;
}

static int compare(const void *a, const void *b)
{
    const struct vtci_sorted_span *left = a, *right = b;
    if (left->track != right->track)
        return left->track < right->track ? -1 : 1;
    if (left->start_ns != right->start_ns)
        return left->start_ns < right->start_ns ? -1 : 1;
    if (length_of(left) != length_of(right))
        return length_of(left) > length_of(right) ? -1 : 1;
    return left->order < right->order ? -1 : left->order > right->order;
}

static FILE *open_temporary(void)
{
    int fd = vtci_unnamed_file_open();
    FILE *file = fd >= 0 ? fdopen(fd, "w+b") : NULL;
    if (!file && fd >= 0)
        close(fd);
    return file;
}

/* Sorts what is in memory, and moves it to the end of the file. */
static vtc_status write_run(struct vtci_span_sorter *sorter)
{
    if (!sorter->file && !(sorter->file = open_temporary()))
        return VTC_ERR_NO_MEMORY;
    VTC_TRY(VTCI_ARRAY_RESERVE(sorter->memory, sorter->run_ends, sorter->run_capacity,
                               sorter->run_count + 1));
    qsort(sorter->spans, sorter->count, sizeof *sorter->spans, compare);
    if (fwrite(sorter->spans, sizeof *sorter->spans, sorter->count, sorter->file) != sorter->count)
        return VTC_ERR_NO_MEMORY;
    uint64_t before = sorter->run_count ? sorter->run_ends[sorter->run_count - 1] : 0;
    sorter->run_ends[sorter->run_count++] = before + sorter->count;
    sorter->count = 0;
    return VTC_OK;
}

/* Whether twice as many may still leave as much again to others. */
static bool may_grow(const struct vtci_span_sorter *sorter)
{
    size_t held = atomic_load_explicit(&sorter->memory->held_bytes, memory_order_relaxed);
    size_t limit = sorter->memory->limit_bytes, own = sorter->capacity * sizeof *sorter->spans;
    return held < limit && (limit - held) / 4 > own;
}

vtc_status vtci_span_sorter_add(struct vtci_span_sorter *sorter, uint32_t track, int64_t start_ns,
                                int64_t duration_ns, uint64_t tag)
{
    if (sorter->count == sorter->capacity && sorter->count >= RUN_SPANS_LEAST && !may_grow(sorter))
        VTC_TRY(write_run(sorter));
    VTC_TRY(VTCI_ARRAY_RESERVE(sorter->memory, sorter->spans, sorter->capacity, sorter->count + 1));
    sorter->spans[sorter->count++] =
        (struct vtci_sorted_span){track, 0, start_ns, duration_ns, tag, sorter->added++};
    return VTC_OK;
}

/* --- merging runs: a heap of the next span of each ------------------------------------------- */

struct run_reader {
    struct vtci_sorted_span spans[READ_SPANS];
    size_t at, count;
    uint64_t next, end; /* in the file */
};

struct merger {
    struct vtci_span_sorter *sorter;
    struct run_reader *runs;
    struct vtci_sorted_span *heap;
    size_t heap_count;
};

/* VTC_END when the run is through. */
static vtc_status read_span(struct merger *merger, uint32_t run, struct vtci_sorted_span *out)
{
    struct run_reader *reader = &merger->runs[run];
    FILE *file = merger->sorter->file;
    if (reader->at == reader->count) {
        uint64_t left = reader->end - reader->next;
        if (left == 0)
            return VTC_END;
        reader->count = left < READ_SPANS ? (size_t)left : READ_SPANS;
        reader->at = 0;
        if (fseeko(file, (off_t)(reader->next * sizeof *out), SEEK_SET) != 0 ||
            fread(reader->spans, sizeof *out, reader->count, file) != reader->count)
            return VTC_ERR_IO;
        reader->next += reader->count;
    }
    *out = reader->spans[reader->at++];
    out->run = run;
    return VTC_OK;
}

static void sift_down(struct merger *merger, size_t at)
{
    struct vtci_sorted_span *heap = merger->heap;
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < merger->heap_count; child++)
            if (compare(&heap[child], &heap[least]) < 0)
                least = child;
        if (least == at)
            return;
        struct vtci_sorted_span span = heap[at];
        heap[at] = heap[least];
        heap[least] = span;
        at = least;
    }
}

static vtc_status begin_merge(struct merger *merger)
{
    const struct vtci_span_sorter *sorter = merger->sorter;
    for (size_t i = 0; i < sorter->run_count; i++) {
        merger->runs[i].next = i ? sorter->run_ends[i - 1] : 0;
        merger->runs[i].end = sorter->run_ends[i];
        VTC_TRY(read_span(merger, (uint32_t)i, &merger->heap[merger->heap_count++]));
    }
    for (size_t i = merger->heap_count; i-- > 0;)
        sift_down(merger, i);
    return VTC_OK;
}

static vtc_status merge_runs(struct merger *merger, const vtc_query *query,
                             vtc_status (*take)(void *context, const struct vtci_sorted_span *),
                             void *context, struct vtc_error *err)
{
    VTC_TRY(begin_merge(merger));
    for (uint64_t given = 0; merger->heap_count > 0; given++) {
        if (given % CHECK_SPANS == 0)
            VTC_TRY(vtci_query_check(query, err));
        VTC_TRY(take(context, &merger->heap[0]));
        vtc_status status = read_span(merger, merger->heap[0].run, &merger->heap[0]);
        if (status == VTC_END)
            merger->heap[0] = merger->heap[--merger->heap_count];
        else if (status != VTC_OK)
            return status;
        sift_down(merger, 0);
    }
    return VTC_OK;
}

static vtc_status give_runs(struct vtci_span_sorter *sorter, const vtc_query *query,
                            vtc_status (*take)(void *context, const struct vtci_sorted_span *),
                            void *context, struct vtc_error *err)
{
    VTC_TRY(write_run(sorter));
    VTCI_ARRAY_FREE(sorter->memory, sorter->spans, sorter->capacity);
    sorter->spans = NULL;
    sorter->capacity = 0;
    size_t count = sorter->run_count;
    struct merger merger = {sorter, NULL, NULL, 0};
    merger.runs = vtci_allocate_zeroed(sorter->memory, count * sizeof *merger.runs);
    merger.heap = vtci_allocate_zeroed(sorter->memory, count * sizeof *merger.heap);
    vtc_status status = merger.runs && merger.heap ? merge_runs(&merger, query, take, context, err)
                                                   : VTC_ERR_NO_MEMORY;
    if (status == VTC_ERR_IO)
        status = vtci_error_errno(err, errno, VTC_NO_OFFSET, "read the temporary file");
    vtci_release(sorter->memory, merger.runs, count * sizeof *merger.runs);
    vtci_release(sorter->memory, merger.heap, count * sizeof *merger.heap);
    return status;
}

vtc_status vtci_span_sorter_give(struct vtci_span_sorter *sorter, const vtc_query *query,
                                 vtc_status (*take)(void *context, const struct vtci_sorted_span *),
                                 void *context, struct vtc_error *err)
{
    if (sorter->file)
        return give_runs(sorter, query, take, context, err);
    if (sorter->count > 0)
        qsort(sorter->spans, sorter->count, sizeof *sorter->spans, compare);
    for (size_t i = 0; i < sorter->count; i++) {
        if (i % CHECK_SPANS == 0)
            VTC_TRY(vtci_query_check(query, err));
        VTC_TRY(take(context, &sorter->spans[i]));
    }
    return VTC_OK;
}
