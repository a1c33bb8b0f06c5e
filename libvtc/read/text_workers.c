#include "read/text_workers.h"

#include <pthread.h>

#include "base/error.h"

#define THREADS_MAX 64u
/* Larger texts are streamed by the caller. */
#define JOB_TEXT_BYTES_MAX ((uint64_t)64 << 20)
/* Behind the text: what the walk may write past its end before it looks. */
#define JOB_SLACK_BYTES 256u

enum job_state { JOB_FREE, JOB_READY, JOB_RUNNING, JOB_DONE };

struct job {
    enum job_state state; /* guarded by lock */
    const struct vtci_chain_frame *frame;
    uint8_t *text;
    size_t capacity_bytes;
    size_t len_bytes;
    bool is_too_large; /* for a job: nothing was tried */
    vtc_status status;
    struct vtc_error error;
};

struct vtci_text_workers {
    struct vtci_memory *memory;
    const vtc_reader *reader;
    const struct vtci_text_plan *plan;
    uint64_t end_offset;
    size_t next_frame;  /* the caller's: the next to submit */
    uint64_t submitted; /* written by the caller under lock */
    uint64_t taken;     /* the caller's */
    struct job *jobs;
    size_t job_count;
    pthread_mutex_t lock;
    pthread_cond_t work_ready;
    pthread_cond_t work_done;
    uint64_t next;   /* guarded by lock: the first that no worker has begun */
    bool quit;       /* guarded by lock */
    bool holds_last; /* the caller's: job `taken` - 1 is borrowed */
    pthread_t threads[THREADS_MAX];
    unsigned thread_count;
};

static vtc_status too_much(void *context, const uint8_t *bytes, size_t len_bytes,
                           struct vtc_error *err)
{
    (void)context;
    (void)bytes;
    (void)len_bytes;
    return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "ZON-4",
                          "expected no more text than the zone map says");
}

static vtc_status run_job(struct vtci_text_workers *workers, struct vtci_frame_text *maker,
                          struct job *job)
{
    uint64_t text_bytes = vtci_frame_text_bytes(&workers->reader->chain, job->frame);
    struct vtci_memory *memory = workers->memory;
    job->len_bytes = 0;
    job->is_too_large = text_bytes > JOB_TEXT_BYTES_MAX;
    if (job->is_too_large)
        return VTC_OK;
    size_t wanted_bytes = (size_t)text_bytes + JOB_SLACK_BYTES;
    if (wanted_bytes > job->capacity_bytes) {
        vtci_release(memory, job->text, job->capacity_bytes);
        job->capacity_bytes = 0;
        job->text = vtci_allocate(memory, wanted_bytes);
        if (!job->text)
            return VTC_ERR_NO_MEMORY;
        job->capacity_bytes = wanted_bytes;
    }
    struct vtci_text_sink sink = {.data = job->text,
                                  .capacity_bytes = wanted_bytes,
                                  .left_bytes = text_bytes,
                                  .flush = too_much};
    VTC_TRY(vtci_frame_text_write(maker, workers->reader, workers->plan, job->frame, &sink,
                                  &job->error));
    job->len_bytes = sink.len_bytes;
    return VTC_OK;
}

static void *worker_main(void *context)
{
    struct vtci_text_workers *workers = context;
    struct vtci_frame_text maker;
    vtc_status ready = vtci_frame_text_init(&maker, workers->memory);
    pthread_mutex_lock(&workers->lock);
    for (;;) {
        while (!workers->quit && workers->next == workers->submitted)
            pthread_cond_wait(&workers->work_ready, &workers->lock);
        if (workers->quit)
            break;
        struct job *job = &workers->jobs[workers->next++ % workers->job_count];
        job->state = JOB_RUNNING;
        pthread_mutex_unlock(&workers->lock);
        job->status = ready == VTC_OK ? run_job(workers, &maker, job) : ready;
        pthread_mutex_lock(&workers->lock);
        job->state = JOB_DONE;
        pthread_cond_signal(&workers->work_done);
    }
    pthread_mutex_unlock(&workers->lock);
    if (ready == VTC_OK)
        vtci_frame_text_free(&maker);
    return NULL;
}

static vtc_status start_threads(struct vtci_text_workers *workers, unsigned threads,
                                struct vtc_error *err)
{
    for (unsigned i = 0; i < threads; i++) {
        int failure = pthread_create(&workers->threads[i], NULL, worker_main, workers);
        if (failure && i == 0)
            return vtci_error_errno(err, failure, VTC_NO_OFFSET, "cannot start a thread");
        if (failure)
            break; /* fewer will do */
        workers->thread_count++;
    }
    return VTC_OK;
}

/* Submits frames as long as there are free jobs. */
static void submit(struct vtci_text_workers *workers)
{
    const struct vtci_chain *chain = &workers->reader->chain;
    uint64_t submitted = workers->submitted;
    uint64_t end = workers->taken + workers->job_count - workers->holds_last;
    pthread_mutex_lock(&workers->lock);
    while (submitted < end && workers->next_frame < chain->frame_count) {
        const struct vtci_chain_frame *frame = &chain->frames[workers->next_frame];
        if (frame->offset >= workers->end_offset)
            break;
        workers->next_frame++;
        if (frame->type != VTCI_FRAME_TEXT && frame->type != VTCI_FRAME_BLOCK)
            continue;
        struct job *job = &workers->jobs[submitted++ % workers->job_count];
        job->frame = frame;
        job->state = JOB_READY;
    }
    workers->submitted = submitted;
    pthread_cond_broadcast(&workers->work_ready);
    pthread_mutex_unlock(&workers->lock);
}

vtc_status vtci_text_workers_create(const vtc_reader *reader, const struct vtci_text_plan *plan,
                                    size_t first_frame, uint64_t end_offset, unsigned threads,
                                    struct vtci_text_workers **out_workers, struct vtc_error *err)
{
    struct vtci_memory *memory = plan->memory;
    struct vtci_text_workers *workers = vtci_allocate_zeroed(memory, sizeof *workers);
    if (!workers)
        return vtci_error_memory(err, sizeof *workers);
    threads = threads > THREADS_MAX ? THREADS_MAX : threads;
    workers->memory = memory;
    workers->reader = reader;
    workers->plan = plan;
    workers->next_frame = first_frame;
    workers->end_offset = end_offset;
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->work_ready, NULL);
    pthread_cond_init(&workers->work_done, NULL);
    workers->job_count = threads + 2;
    workers->jobs = vtci_allocate_zeroed(memory, workers->job_count * sizeof *workers->jobs);
    vtc_status status = workers->jobs ? VTC_OK : vtci_error_memory(err, workers->job_count);
    if (status == VTC_OK)
        status = start_threads(workers, threads, err);
    if (status != VTC_OK) {
        vtci_text_workers_free(workers);
        return status;
    }
    *out_workers = workers;
    return VTC_OK;
}

void vtci_text_workers_free(struct vtci_text_workers *workers)
{
    if (!workers)
        return;
    pthread_mutex_lock(&workers->lock);
    workers->quit = true;
    pthread_cond_broadcast(&workers->work_ready);
    pthread_mutex_unlock(&workers->lock);
    for (unsigned i = 0; i < workers->thread_count; i++)
        pthread_join(workers->threads[i], NULL);
    pthread_cond_destroy(&workers->work_done);
    pthread_cond_destroy(&workers->work_ready);
    pthread_mutex_destroy(&workers->lock);
    for (size_t i = 0; workers->jobs && i < workers->job_count; i++)
        vtci_release(workers->memory, workers->jobs[i].text, workers->jobs[i].capacity_bytes);
    vtci_release(workers->memory, workers->jobs, workers->job_count * sizeof *workers->jobs);
    vtci_release(workers->memory, workers, sizeof *workers);
}

vtc_status vtci_text_workers_take(struct vtci_text_workers *workers,
                                  struct vtci_made_text *out_text, struct vtc_error *err)
{
    workers->holds_last = false;
    submit(workers);
    struct job *job = &workers->jobs[workers->taken % workers->job_count];
    pthread_mutex_lock(&workers->lock);
    while (job->state != JOB_DONE)
        pthread_cond_wait(&workers->work_done, &workers->lock);
    job->state = JOB_FREE;
    pthread_mutex_unlock(&workers->lock);
    workers->taken++;
    workers->holds_last = true;
    bool was_short = job->status == VTC_ERR_NO_MEMORY;
    if (job->status != VTC_OK && !was_short) {
        if (err)
            *err = job->error;
        return job->status;
    }
    *out_text = (struct vtci_made_text){job->text, job->len_bytes, was_short || job->is_too_large,
                                        was_short};
    return VTC_OK;
}
