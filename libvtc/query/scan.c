/* One lock guards `next`, `done` and the first failure; blocks are read and worked on outside of it,
 * but for work in order, which its turn protects. */
#include "query/scan.h"

#include <pthread.h>
#include <string.h>

#include "base/error.h"

struct scan_run {
    struct vtci_verbs *verbs;
    const struct vtci_filter *filter;
    const struct vtci_scan *scan;
    uint64_t block_count;
    pthread_mutex_t lock;
    pthread_cond_t turn;
    uint64_t next;         /* block to be taken next */
    uint64_t done;         /* in order: all blocks below were worked on */
    uint64_t failed_block; /* UINT64_MAX: none */
    vtc_status status;
    struct vtc_error err;
    size_t workers; /* that took their state */
};

unsigned vtci_scan_threads(const struct vtci_verbs *verbs)
{
    struct vtc_summary summary;
    uint64_t threads = verbs->threads ? verbs->threads : 1;
    vtc_reader_summary(verbs->reader, &summary);
    threads = threads < VTCI_SCAN_THREADS_MAX ? threads : VTCI_SCAN_THREADS_MAX;
    return (unsigned)(threads < summary.blocks || threads == 1 ? threads
                      : summary.blocks                         ? summary.blocks
                                                               : 1);
}

static bool take_block(struct scan_run *run, uint64_t *out_block)
{
    pthread_mutex_lock(&run->lock);
    bool has_block = run->next < run->block_count && run->failed_block == UINT64_MAX;
    if (has_block)
        *out_block = run->next++;
    pthread_mutex_unlock(&run->lock);
    return has_block;
}

static void note_failure(struct scan_run *run, uint64_t block, vtc_status status,
                         const struct vtc_error *err)
{
    pthread_mutex_lock(&run->lock);
    if (block < run->failed_block) {
        run->failed_block = block;
        run->status = status;
        run->err = *err;
    }
    pthread_mutex_unlock(&run->lock);
}

/* False when a block before has failed: then there is nothing further to do. */
static bool wait_for_turn(struct scan_run *run, uint64_t block)
{
    pthread_mutex_lock(&run->lock);
    while (run->done < block)
        pthread_cond_wait(&run->turn, &run->lock);
    bool is_needed = run->failed_block > block;
    pthread_mutex_unlock(&run->lock);
    return is_needed;
}

static void pass_turn(struct scan_run *run, uint64_t block)
{
    pthread_mutex_lock(&run->lock);
    run->done = block + 1;
    pthread_cond_broadcast(&run->turn);
    pthread_mutex_unlock(&run->lock);
}

/* Whether a block has what the verb is about, whatever the conditions are. */
static bool has_any(const vtc_reader *reader, const struct vtci_batch_wish *wish, uint64_t block)
{
    struct vtc_zone zone;
    if (vtc_reader_zone(reader, block, &zone) != VTC_OK)
        return false;
    if (wish->spans)
        return zone.spans > 0;
    for (const char *phase = wish->only; phase && *phase; phase++)
        if (vtc_reader_zone_phase(reader, block, (uint8_t)*phase) > 0)
            return true;
    return !wish->only && zone.events > 0;
}

static vtc_status read_block(struct scan_run *run, struct vtci_batch_reader *batches,
                             uint64_t block, struct vtc_error *err)
{
    const struct vtci_batch_wish *wish = &run->scan->wish;
    if (!has_any(run->verbs->reader, wish, block) ||
        (!wish->everything && vtci_filter_excludes(run->filter, block, wish->spans)))
        return VTC_END;
    return vtci_batch_read(batches, block, err);
}

static void work_on(struct scan_run *run, struct vtci_batch_reader *batches, void *state,
                    uint64_t block)
{
    struct vtc_error err;
    memset(&err, 0, sizeof err);
    vtc_status status = read_block(run, batches, block, &err);
    bool is_needed = !run->scan->in_order || wait_for_turn(run, block);
    if (status == VTC_OK && is_needed)
        status = run->scan->work(state, &batches->batch, &err);
    if (status < 0) {
        if (status == VTC_ERR_NO_MEMORY && !err.message[0])
            vtci_error_set(&err, status, VTC_NO_OFFSET, NULL,
                           "the answer does not fit into the memory limit");
        note_failure(run, block, status, &err);
    }
    if (run->scan->in_order)
        pass_turn(run, block);
}

static void *worker_main(void *context)
{
    struct scan_run *run = context;
    struct vtci_batch_reader batches;
    uint64_t block;
    pthread_mutex_lock(&run->lock);
    size_t worker = run->workers++;
    pthread_mutex_unlock(&run->lock);
    void *state = run->scan->states[run->scan->in_order ? 0 : worker];
    vtci_batch_reader_init(&batches, &run->verbs->query, run->verbs->reader, run->filter,
                           &run->scan->wish);
    while (take_block(run, &block))
        work_on(run, &batches, state, block);
    vtci_batch_reader_free(&batches);
    return NULL;
}

/* The caller works too; a thread that cannot be had is one less. */
static void run_workers(struct scan_run *run)
{
    pthread_t workers[VTCI_SCAN_THREADS_MAX];
    unsigned threads = vtci_scan_threads(run->verbs), started = 0;
    while (started + 1 < threads && pthread_create(&workers[started], NULL, worker_main, run) == 0)
        started++;
    worker_main(run);
    while (started > 0)
        pthread_join(workers[--started], NULL);
}

vtc_status vtci_scan_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                         const struct vtci_scan *scan, struct vtc_error *err)
{
    struct vtc_summary summary;
    struct scan_run run = {.verbs = verbs,
                           .filter = filter,
                           .scan = scan,
                           .failed_block = UINT64_MAX};
    vtc_reader_summary(verbs->reader, &summary);
    run.block_count = summary.blocks;
    int failure = pthread_mutex_init(&run.lock, NULL);
    if (failure != 0)
        return vtci_error_errno(err, failure, VTC_NO_OFFSET, "create a lock");
    failure = pthread_cond_init(&run.turn, NULL);
    if (failure == 0) {
        run_workers(&run);
        pthread_cond_destroy(&run.turn);
    } else {
        run.status = vtci_error_errno(&run.err, failure, VTC_NO_OFFSET, "create a condition");
    }
    pthread_mutex_destroy(&run.lock);
    if (run.status != VTC_OK && err)
        *err = run.err;
    return run.status;
}
