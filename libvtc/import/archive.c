#include "import/archive.h"

#include <pthread.h>

#include "base/error.h"
#include "base/limits.h"
#include "column/block_encode.h"
#include "column/definitions.h"
#include "import/archive_job.h"
#include "import/name_totals.h"
#include "import/top_list.h"
#include "wire/file_header.h"
#include "wire/frame.h"
#include "wire/index.h"
#include "wire/packed.h"
#include "wire/trailer.h"

#define THREADS_MAX 64u

struct vtci_archive {
    struct vtci_memory *memory;
    const struct vtci_schema *schema;
    int level;
    vtc_write_fn write;
    void *write_context;
    struct vtci_schema_mark mark;
    uint64_t output_bytes;
    struct vtci_buffer index;
    uint64_t frame_count;
    /* A ring of jobs: [written, submitted) are in flight. */
    struct vtci_job *jobs;
    size_t job_count;
    uint64_t written, submitted; /* the submitter's alone */
    struct vtci_job_tools tools; /* the submitter's, when there are no workers */
    /* Workers. */
    pthread_mutex_t queue;
    pthread_cond_t work_ready; /* a job became READY, or quit */
    pthread_cond_t work_done;  /* a job became DONE */
    uint64_t next_job;         /* guarded by queue: the first that nobody has begun */
    uint64_t ready_end;        /* guarded by queue: behind the last READY one */
    bool quit;                 /* guarded by queue */
    pthread_t threads[THREADS_MAX];
    unsigned thread_count;
};

static void *worker_main(void *context)
{
    struct vtci_archive *archive = context;
    struct vtci_job_tools tools;
    vtci_job_tools_init(&tools, archive->memory);
    pthread_mutex_lock(&archive->queue);
    for (;;) {
        while (!archive->quit && archive->next_job == archive->ready_end)
            pthread_cond_wait(&archive->work_ready, &archive->queue);
        if (archive->quit)
            break;
        struct vtci_job *job = &archive->jobs[archive->next_job++ % archive->job_count];
        job->state = VTCI_JOB_RUNNING;
        pthread_mutex_unlock(&archive->queue);
        vtci_job_run(job, &tools, archive->level);
        pthread_mutex_lock(&archive->queue);
        job->state = VTCI_JOB_DONE;
        pthread_cond_signal(&archive->work_done);
    }
    pthread_mutex_unlock(&archive->queue);
    vtci_job_tools_free(&tools);
    return NULL;
}

/* The file header comes with the first frame, so that refused input leaves nothing behind. */
static vtc_status put_header(struct vtci_archive *archive, struct vtc_error *err)
{
    uint8_t header[VTCI_FILE_HEADER_BYTES];
    if (archive->output_bytes)
        return VTC_OK;
    vtci_file_header_encode(header);
    VTC_TRY(archive->write(archive->write_context, header, sizeof header, err));
    archive->output_bytes = sizeof header;
    return VTC_OK;
}

static vtc_status put(struct vtci_archive *archive, const void *bytes, size_t len_bytes,
                      struct vtc_error *err)
{
    VTC_TRY(put_header(archive, err));
    VTC_TRY(archive->write(archive->write_context, bytes, len_bytes, err));
    archive->output_bytes += len_bytes;
    return VTC_OK;
}

static vtc_status start_workers(struct vtci_archive *archive, unsigned threads,
                                struct vtc_error *err)
{
    for (unsigned i = 0; i < threads; i++) {
        int failure = pthread_create(&archive->threads[i], NULL, worker_main, archive);
        if (failure && i == 0)
            return vtci_error_errno(err, failure, VTC_NO_OFFSET, "cannot start a thread");
        if (failure)
            break; /* fewer will do */
        archive->thread_count++;
    }
    return VTC_OK;
}

/* How many jobs may be in flight: what a block takes until it is written, values and all, was measured
 * at each kind of level. 1: each is run where it is submitted. */
static size_t jobs_that_fit(const struct vtci_memory *memory, int level, unsigned threads)
{
    size_t job_bytes = level >= VTCI_LEVEL_STRONG ? VTCI_JOB_BYTES_STRONG
                       : vtci_level_mixes(level)  ? VTCI_JOB_BYTES_MIX
                                                  : VTCI_JOB_BYTES;
    size_t fit = memory->limit_bytes / 8 * 3 / job_bytes;
    size_t wanted = threads > 1 ? threads + 2u : 1;
    return fit >= wanted ? wanted : fit > 2 ? fit : 1;
}

vtc_status vtci_archive_create(struct vtci_memory *memory, const struct vtci_schema *schema,
                               int level, unsigned threads, vtc_write_fn write, void *write_context,
                               struct vtci_archive **out_archive, struct vtc_error *err)
{
    struct vtci_archive *archive = vtci_allocate_zeroed(memory, sizeof *archive);
    if (!archive)
        return vtci_error_memory(err, sizeof *archive);
    threads = threads > THREADS_MAX ? THREADS_MAX : threads;
    archive->memory = memory;
    archive->schema = schema;
    archive->level = level;
    archive->write = write;
    archive->write_context = write_context;
    vtci_schema_mark_init(&archive->mark, memory);
    vtci_buffer_init(&archive->index, memory);
    vtci_job_tools_init(&archive->tools, memory);
    pthread_mutex_init(&archive->queue, NULL);
    pthread_cond_init(&archive->work_ready, NULL);
    pthread_cond_init(&archive->work_done, NULL);
    archive->job_count = jobs_that_fit(memory, level, threads);
    if (threads >= archive->job_count) /* one is being filled */
        threads = (unsigned)archive->job_count - 1;
    archive->jobs = vtci_allocate_zeroed(memory, archive->job_count * sizeof *archive->jobs);
    vtc_status status = archive->jobs ? VTC_OK : vtci_error_memory(err, archive->job_count);
    for (size_t i = 0; archive->jobs && i < archive->job_count; i++)
        vtci_job_init(&archive->jobs[i], memory);
    if (status == VTC_OK && threads > 1)
        status = start_workers(archive, threads, err);
    if (status != VTC_OK) {
        vtci_archive_free(archive);
        return status;
    }
    *out_archive = archive;
    return VTC_OK;
}

void vtci_archive_free(struct vtci_archive *archive)
{
    if (!archive)
        return;
    pthread_mutex_lock(&archive->queue);
    archive->quit = true;
    pthread_cond_broadcast(&archive->work_ready);
    pthread_mutex_unlock(&archive->queue);
    for (unsigned i = 0; i < archive->thread_count; i++)
        pthread_join(archive->threads[i], NULL);
    pthread_cond_destroy(&archive->work_ready);
    pthread_cond_destroy(&archive->work_done);
    pthread_mutex_destroy(&archive->queue);
    for (size_t i = 0; archive->jobs && i < archive->job_count; i++)
        vtci_job_free(&archive->jobs[i]);
    struct vtci_memory *memory = archive->memory;
    vtci_release(memory, archive->jobs, archive->job_count * sizeof *archive->jobs);
    vtci_schema_mark_free(&archive->mark);
    vtci_buffer_free(&archive->index);
    vtci_job_tools_free(&archive->tools);
    vtci_release(memory, archive, sizeof *archive);
}

uint64_t vtci_archive_output_bytes(const struct vtci_archive *archive)
{
    return archive->output_bytes;
}

/* Waits for the oldest job and writes what came of it. */
static vtc_status write_oldest(struct vtci_archive *archive, struct vtc_error *err)
{
    struct vtci_job *job = &archive->jobs[archive->written % archive->job_count];
    if (archive->thread_count) {
        pthread_mutex_lock(&archive->queue);
        while (job->state != VTCI_JOB_DONE)
            pthread_cond_wait(&archive->work_done, &archive->queue);
        pthread_mutex_unlock(&archive->queue);
    }
    job->state = VTCI_JOB_FREE;
    archive->written++;
    if (job->status != VTC_OK) {
        if (err)
            *err = job->error;
        return job->status;
    }
    VTC_TRY(vtci_buffer_append(&archive->index, job->index.data, job->index.len_bytes));
    archive->frame_count += job->frame_count;
    return put(archive, job->frames.data, job->frames.len_bytes, err);
}

/* A free job, after writing old ones as needed. */
static vtc_status take_job(struct vtci_archive *archive, struct vtci_job **out_job,
                           struct vtc_error *err)
{
    while (archive->submitted - archive->written >= archive->job_count)
        VTC_TRY(write_oldest(archive, err));
    *out_job = &archive->jobs[archive->submitted % archive->job_count];
    return VTC_OK;
}

static void submit(struct vtci_archive *archive, struct vtci_job *job)
{
    archive->submitted++;
    if (archive->thread_count == 0) {
        vtci_job_run(job, &archive->tools, archive->level);
        job->state = VTCI_JOB_DONE;
        return;
    }
    pthread_mutex_lock(&archive->queue);
    job->state = VTCI_JOB_READY;
    archive->ready_end = archive->submitted;
    pthread_cond_signal(&archive->work_ready);
    pthread_mutex_unlock(&archive->queue);
}

vtc_status vtci_archive_text(struct vtci_archive *archive, struct vtci_bytes text,
                             struct vtc_error *err)
{
    struct vtci_job *job;
    VTC_TRY(take_job(archive, &job, err));
    job->is_block = false;
    job->text.len_bytes = 0;
    if (vtci_buffer_append(&job->text, text.data, text.len_bytes) != VTC_OK)
        return vtci_error_memory(err, text.len_bytes);
    submit(archive, job);
    return VTC_OK;
}

vtc_status vtci_archive_block(struct vtci_archive *archive, struct vtci_block_builder *builder,
                              struct vtc_error *err)
{
    struct vtci_job *job;
    VTC_TRY(take_job(archive, &job, err));
    job->is_block = true;
    job->definitions.len_bytes = 0;
    vtc_status status = VTC_OK;
    if (vtci_definitions_pending(archive->schema, &archive->mark))
        status = vtci_definitions_encode(archive->schema, &archive->mark, &job->definitions);
    if (status == VTC_OK)
        status = vtci_schema_snapshot(archive->schema, &job->snapshot);
    if (status != VTC_OK)
        return vtci_error_set(err, status, VTC_NO_OFFSET, NULL,
                              "the memory limit is reached: allow more");
    vtci_block_builder_take(builder, &job->block);
    submit(archive, job);
    if (archive->thread_count == 0)
        vtci_block_builder_reuse(builder, &job->block);
    return VTC_OK;
}

/* Into `out`, which is empty. */
static vtc_status make_index(struct vtci_archive *archive, struct vtci_block_builder *builder,
                             uint64_t index_offset, struct vtci_buffer *out)
{
    struct vtci_buffer top, totals;
    vtci_buffer_init(&top, archive->memory);
    vtci_buffer_init(&totals, archive->memory);
    vtc_status status = vtci_top_list_make(builder, archive->level, index_offset, &top);
    if (status == VTC_OK)
        status = vtci_name_totals_make(builder, archive->level, index_offset, &totals);
    if (status == VTC_OK)
        status = vtci_index_encode(out, archive->frame_count + 1, &archive->index, &top, &totals);
    vtci_buffer_free(&top);
    vtci_buffer_free(&totals);
    return status;
}

/* DOCUMENT, INDEX and trailer go out by way of a plain buffer. */
static vtc_status put_end(struct vtci_archive *archive, struct vtci_block_builder *builder,
                          const struct vtci_document *document, struct vtci_job_tools *tools,
                          struct vtci_buffer *frames, struct vtc_error *err)
{
    uint8_t method, trailer[VTCI_TRAILER_BYTES];
    struct vtci_buffer *head = &tools->head, *payload = &tools->payload;
    head->len_bytes = payload->len_bytes = 0;
    VTC_TRY(vtci_document_encode(head, document));
    VTC_TRY(
        vtci_frame_append(frames, VTCI_FRAME_DOCUMENT, 0, head->data, head->len_bytes, NULL, 0));
    VTC_TRY(vtci_index_entry_encode(&archive->index, VTCI_FRAME_DOCUMENT, frames->len_bytes, NULL));
    uint64_t index_offset = archive->output_bytes + frames->len_bytes;
    head->len_bytes = 0;
    VTC_TRY(make_index(archive, builder, index_offset, head));
    VTC_TRY(vtci_pack_text(tools->packer, archive->level, head->data, head->len_bytes, payload,
                           &method));
    size_t index_bytes = head->len_bytes;
    head->len_bytes = 0;
    VTC_TRY(vtci_packed_head_encode(head, index_bytes, method));
    VTC_TRY(vtci_frame_append(frames, VTCI_FRAME_INDEX, 0, head->data, head->len_bytes,
                              payload->data, payload->len_bytes));
    vtci_trailer_encode(index_offset, trailer);
    VTC_TRY(vtci_buffer_append(frames, trailer, sizeof trailer));
    return put(archive, frames->data, frames->len_bytes, err);
}

vtc_status vtci_archive_finish(struct vtci_archive *archive, struct vtci_block_builder *builder,
                               const struct vtci_document *document, struct vtc_error *err)
{
    while (archive->written < archive->submitted)
        VTC_TRY(write_oldest(archive, err));
    VTC_TRY(put_header(archive, err));
    if (!archive->tools.packer)
        archive->tools.packer = vtci_packer_create(archive->memory);
    if (!archive->tools.packer)
        return vtci_error_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, NULL,
                              "the memory limit is reached: allow more");
    struct vtci_buffer frames;
    vtci_buffer_init(&frames, archive->memory);
    vtc_status status = put_end(archive, builder, document, &archive->tools, &frames, err);
    vtci_buffer_free(&frames);
    return status;
}
