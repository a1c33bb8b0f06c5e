/* The N longest spans of a file, from as few blocks as can be.
 *
 *     longest   3.5 s   2.9 s   2.9 s | 1.1 s   0.4 s ...      N spans found, worst 1.3 s: done
 *     visited     1       2       3   |
 *
 * Blocks are ranked by their zone maps (query/block_ranks.h) and visited from the best on, by the
 * caller and its workers; what they find goes into one heap (query/span_heap.h), and once the next
 * block cannot change that, all is found. The order of the answer has no ties, so it is a function
 * of the trace, not of who visited what when.
 *
 * Where the file lists its longest spans and the list is long enough, it is the answer, and no block is
 * read at all.
 *
 * One lock guards the heap and the fields of `struct visit` that change; blocks are opened and
 * paired outside of it.
 */
#include <pthread.h>
#include <string.h>

#include "base/error.h"
#include "query/batch.h"
#include "query/block_ranks.h"
#include "query/slowest.h"
#include "query/thread_list.h"

#define VTCI_SLOWEST_THREADS_MAX 64

struct visit {
    struct vtci_verbs *verbs;
    vtc_reader *reader;
    const struct vtci_filter *filter;
    bool is_filtered; /* not all spans of a block are meant */
    struct vtci_block_ranks ranks;
    pthread_mutex_t lock;
    size_t next;        /* rank to be visited next */
    size_t failed_rank; /* the best rank that failed; SIZE_MAX: none */
    vtc_status status;
    struct vtc_error err;
    struct vtci_span_heap *heap;
};

/* SPEC: ZON-4. What was not read was left out on the word of such zone maps. */
static vtc_status check_zone(const struct visit *visit, const struct vtci_block_rank *rank,
                             const struct vtci_batch *batch, struct vtc_error *err)
{
    int64_t longest_ns = 0;
    for (size_t i = 0; i < batch->selected_count; i++)
        if (batch->duration_ns[batch->selected[i]] > longest_ns)
            longest_ns = batch->duration_ns[batch->selected[i]];
    if (visit->is_filtered || (uint64_t)longest_ns == rank->longest_ns)
        return VTC_OK;
    struct vtc_zone zone;
    VTC_TRY(vtc_reader_zone(visit->reader, rank->block, &zone));
    return vtci_error_set(err, VTC_ERR_CORRUPT, zone.file_offset, "ZON-4",
                          "expected a longest span of %llu ns by the zone map, found %lld ns",
                          (unsigned long long)rank->longest_ns, (long long)longest_ns);
}

/* Whether any span of the batch may get into the heap: only then the rest of it is unpacked. */
static bool is_worth_it(struct visit *visit, const struct vtci_batch *batch)
{
    pthread_mutex_lock(&visit->lock);
    const struct vtci_span_heap *heap = visit->heap;
    int64_t least_ns = vtci_span_heap_is_full(heap) ? heap->spans[0].duration_ns : INT64_MIN;
    pthread_mutex_unlock(&visit->lock);
    for (size_t i = 0; i < batch->selected_count; i++)
        if (batch->duration_ns[batch->selected[i]] >= least_ns)
            return true;
    return false;
}

static vtc_status take_spans(struct visit *visit, const struct vtci_batch *batch,
                             struct vtc_error *err)
{
    struct vtci_span_heap *heap = visit->heap;
    pthread_mutex_lock(&visit->lock);
    vtc_status status = vtci_span_heap_add(heap, batch);
    if (status == VTC_OK)
        status = vtci_span_heap_settle(heap, visit->reader, batch->block, batch->index);
    pthread_mutex_unlock(&visit->lock);
    if (status != VTC_OK)
        vtci_error_set(err, status, VTC_NO_OFFSET, NULL,
                       "%llu spans do not fit into the memory limit",
                       (unsigned long long)heap->wanted);
    return status;
}

static vtc_status visit_block(struct visit *visit, struct vtci_batch_reader *batches,
                              const struct vtci_block_rank *rank, struct vtc_error *err)
{
    if (vtci_filter_excludes(visit->filter, rank->block, true))
        return VTC_OK;
    vtc_status status = vtci_batch_read(batches, rank->block, err);
    if (status == VTC_OK || (status == VTC_END && !visit->is_filtered))
        status = check_zone(visit, rank, &batches->batch, err);
    if (status != VTC_OK)
        return status == VTC_END ? VTC_OK : status;
    if (!is_worth_it(visit, &batches->batch))
        return VTC_OK;
    VTC_TRY(vtci_batch_add_fields(batches, VTC_FIELD_SPANS, err));
    return take_spans(visit, &batches->batch, err);
}

/* The next block that is worth it; NULL when there is none. */
static const struct vtci_block_rank *next_rank(struct visit *visit)
{
    const struct vtci_block_rank *rank = NULL;
    pthread_mutex_lock(&visit->lock);
    if (visit->next < visit->ranks.count && visit->failed_rank == SIZE_MAX &&
        !vtci_block_rank_is_beaten(&visit->ranks.ranks[visit->next], visit->heap))
        rank = &visit->ranks.ranks[visit->next++];
    pthread_mutex_unlock(&visit->lock);
    return rank;
}

/* Of several failures, that of the best rank is told. */
static void note_failure(struct visit *visit, size_t rank, vtc_status status,
                         const struct vtc_error *err)
{
    pthread_mutex_lock(&visit->lock);
    if (rank < visit->failed_rank) {
        visit->failed_rank = rank;
        visit->status = status;
        visit->err = *err;
    }
    pthread_mutex_unlock(&visit->lock);
}

static void *worker_main(void *context)
{
    static const struct vtci_batch_wish wish = {.spans = true,
                                                .fields = VTC_FIELD_TIME | VTC_FIELD_DURATION};
    struct visit *visit = context;
    const struct vtci_block_rank *rank;
    struct vtci_batch_reader batches;
    vtci_batch_reader_init(&batches, &visit->verbs->query, visit->reader, visit->filter, &wish);
    while ((rank = next_rank(visit)) != NULL) {
        struct vtc_error err;
        memset(&err, 0, sizeof err);
        vtc_status status = visit_block(visit, &batches, rank, &err);
        if (status != VTC_OK)
            note_failure(visit, (size_t)(rank - visit->ranks.ranks), status, &err);
    }
    vtci_batch_reader_free(&batches);
    return NULL;
}

/* The caller works too; a thread that cannot be had is one less. */
static void visit_all(struct visit *visit, unsigned threads)
{
    pthread_t workers[VTCI_SLOWEST_THREADS_MAX];
    unsigned started = 0;
    if (threads > visit->ranks.count)
        threads = (unsigned)visit->ranks.count;
    if (threads > VTCI_SLOWEST_THREADS_MAX)
        threads = VTCI_SLOWEST_THREADS_MAX;
    while (started + 1 < threads &&
           pthread_create(&workers[started], NULL, worker_main, visit) == 0)
        started++;
    worker_main(visit);
    while (started > 0)
        pthread_join(workers[--started], NULL);
}

/* The answer from the file's own list, whose texts last as long as the reader; VTC_END. */
static vtc_status take_list(struct vtci_span_heap *heap, const vtc_reader *reader,
                            struct vtc_error *err)
{
    struct vtc_summary summary;
    vtc_reader_summary(reader, &summary);
    uint64_t most = heap->wanted < summary.spans ? heap->wanted : summary.spans;
    if (most > VTC_LONGEST_SPANS_MAX)
        return VTC_END;
    struct vtc_span *spans = vtci_allocate(heap->memory, ((size_t)most + 1) * sizeof *spans);
    if (!spans)
        return vtci_error_memory(err, (size_t)most * sizeof *spans);
    size_t count = 0;
    vtc_status status = vtc_reader_longest_spans(reader, most, spans, &count, err);
    for (size_t i = 0; status == VTC_OK && i < count; i++)
        if (vtci_span_heap_add_told(heap, &spans[i]) != VTC_OK)
            status = vtci_error_memory(err, sizeof *spans);
    vtci_release(heap->memory, spans, ((size_t)most + 1) * sizeof *spans);
    return status;
}

static vtc_status visit_ranked(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                               struct vtci_span_heap *heap, struct vtc_error *err)
{
    bool is_filtered = filter->conjunct_count > 0 || filter->has_range;
    struct visit visit = {.verbs = verbs,
                          .reader = verbs->reader,
                          .filter = filter,
                          .is_filtered = is_filtered,
                          .failed_rank = SIZE_MAX,
                          .heap = heap};
    VTC_TRY(vtci_block_ranks_make(&visit.ranks, &verbs->query.memory, verbs->reader,
                                  is_filtered ? UINT64_MAX : heap->wanted, err));
    int failure = pthread_mutex_init(&visit.lock, NULL);
    if (failure == 0) {
        visit_all(&visit, verbs->threads);
        pthread_mutex_destroy(&visit.lock);
    } else {
        visit.status = vtci_error_errno(&visit.err, failure, VTC_NO_OFFSET, "create a lock");
    }
    vtci_block_ranks_free(&visit.ranks, &verbs->query.memory);
    if (visit.status != VTC_OK && err)
        *err = visit.err;
    return visit.status;
}

vtc_status vtci_slowest_find(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                             struct vtci_span_heap *heap, struct vtc_error *err)
{
    vtc_status status = VTC_END;
    if (filter->conjunct_count == 0 && !filter->has_range)
        status = take_list(heap, verbs->reader, err);
    if (status == VTC_END)
        status = visit_ranked(verbs, filter, heap, err);
    if (status == VTC_OK)
        vtci_span_heap_order(heap);
    return status;
}

static const struct vtc_query_column COLUMNS[] = {
    {"name", VTC_UNIT_NONE, VTC_FOR_ALL},     {"duration_ns", VTC_UNIT_DURATION, VTC_FOR_ALL},
    {"start_ns", VTC_UNIT_TIME, VTC_FOR_ALL}, VTCI_THREAD_COLUMNS_LABEL,
    {"category", VTC_UNIT_NONE, VTC_FOR_ALL}, VTCI_THREAD_COLUMNS_NUMBERS,
};

void vtci_slowest_columns(struct vtci_verbs *verbs)
{
    VTCI_VERB_COLUMNS(verbs, COLUMNS);
}

static vtc_status put_rows(struct vtci_verbs *verbs, const struct vtci_span_heap *heap,
                           const struct vtci_thread_list *threads, struct vtc_error *err)
{
    struct vtci_answer_rows *rows = &verbs->rows;
    for (size_t i = 0; i < heap->count; i++) {
        const struct vtc_span *span = &heap->spans[i];
        const struct vtci_thread *thread = vtci_thread_list_find(threads, span->track);
        vtci_answer_rows_begin(rows);
        vtci_answer_rows_string(rows, span->name);
        vtci_answer_rows_integer(rows, span->duration_ns);
        vtci_answer_rows_integer(rows, span->start_ns);
        vtci_thread_put_label(rows, thread);
        vtci_answer_rows_string(rows, span->category);
        vtci_thread_put_numbers(rows, thread);
    }
    return rows->status == VTC_OK ? VTC_OK : vtci_error_memory(err, heap->count);
}

static vtc_status load_threads(struct vtci_verbs *verbs, const struct vtci_span_heap *heap,
                               struct vtci_thread_list *threads, struct vtc_error *err)
{
    struct vtci_memory *memory = &verbs->query.memory;
    uint32_t *tracks = vtci_allocate(memory, (heap->count + 1) * sizeof *tracks);
    if (!tracks)
        return vtci_error_memory(err, heap->count * sizeof *tracks);
    for (size_t i = 0; i < heap->count; i++)
        tracks[i] = heap->spans[i].track;
    vtc_status status = vtci_thread_list_load(threads, verbs->reader, tracks, heap->count, err);
    vtci_release(memory, tracks, (heap->count + 1) * sizeof *tracks);
    return status;
}

vtc_status vtci_slowest_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                            struct vtc_error *err)
{
    struct vtci_span_heap heap;
    struct vtci_thread_list threads;
    vtci_span_heap_init(&heap, &verbs->query.memory, verbs->question.count);
    vtci_thread_list_init(&threads, &verbs->query.memory);
    vtc_status status = vtci_slowest_find(verbs, filter, &heap, err);
    if (status == VTC_OK)
        status = load_threads(verbs, &heap, &threads, err);
    if (status == VTC_OK)
        status = put_rows(verbs, &heap, &threads, err);
    vtci_thread_list_free(&threads);
    vtci_span_heap_free(&heap);
    return status;
}
