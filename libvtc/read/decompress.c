/* The document from its frames: TEXT as it is, BLOCK rebuilt row by row, in the order of the file;
 * then length and hash are compared. SPEC: DOC-1, DOC-2, 7.9.
 */
#include "vtc/decompress.h"

#include "base/checksum.h"
#include "base/error.h"
#include "read/text_workers.h"

struct output {
    vtc_write_fn write;
    void *write_context;
    struct vtci_hasher *hasher;
    uint64_t bytes;
};

struct work {
    const vtc_reader *reader;
    struct vtci_memory *memory;
    struct vtc_decompress_opts opts;
    struct output output;
    struct vtci_text_plan plan;
    struct vtci_frame_text maker;
    struct vtci_text_sink sink;
    struct vtci_text_workers *workers; /* NULL: all in the caller */
    unsigned threads;                  /* of the workers, or that are to be started */
    uint64_t end_offset;               /* frames from here on cannot be read */
    uint64_t rows;
    uint64_t skipped_blocks, skipped_rows;
};

static vtc_status put(void *context, const uint8_t *bytes, size_t len_bytes, struct vtc_error *err)
{
    struct output *output = context;
    vtci_hasher_update(output->hasher, bytes, len_bytes);
    VTC_TRY(output->write(output->write_context, bytes, len_bytes, err));
    output->bytes += len_bytes;
    return VTC_OK;
}

static vtc_status write_inline(struct work *work, const struct vtci_chain_frame *frame,
                               struct vtc_error *err)
{
    work->sink.len_bytes = 0;
    VTC_TRY(
        vtci_frame_text_write(&work->maker, work->reader, &work->plan, frame, &work->sink, err));
    return vtci_sink_flush(&work->sink, err);
}

/* Workers for the frames from number `first` on. Where the memory holds none, the caller does it all. */
static vtc_status start_workers(struct work *work, size_t first, struct vtc_error *err)
{
    if (work->threads < 2)
        return VTC_OK;
    vtc_status status = vtci_text_workers_create(work->reader, &work->plan, first, work->end_offset,
                                                 work->threads, &work->workers, err);
    return status == VTC_ERR_NO_MEMORY ? VTC_OK : status;
}

static void stop_workers(struct work *work)
{
    vtci_text_workers_free(work->workers);
    work->workers = NULL;
}

/* With nothing beside it. What the frames before have left in the maker may be in the way of this one,
 * which depends on the order they came in: where it is, a new maker is taken. */
static vtc_status write_by_itself(struct work *work, const struct vtci_chain_frame *frame,
                                  struct vtc_error *err)
{
    uint64_t bytes_before = work->output.bytes;
    vtc_status status = write_inline(work, frame, err);
    if (status != VTC_ERR_NO_MEMORY || work->output.bytes != bytes_before)
        return status;
    vtci_frame_text_free(&work->maker);
    if (vtci_frame_text_init(&work->maker, work->memory) != VTC_OK)
        return status;
    return write_inline(work, frame, err);
}

/* The memory did not hold the jobs in flight: frame number `index` is written with none beside it, and
 * what follows with half as many threads. So whatever one thread can do, any number can. */
static vtc_status write_alone(struct work *work, size_t index, struct vtc_error *err)
{
    stop_workers(work);
    work->threads /= 2;
    VTC_TRY(write_by_itself(work, &work->reader->chain.frames[index], err));
    return start_workers(work, index + 1, err);
}

static vtc_status write_beside_workers(struct work *work, size_t index, struct vtc_error *err)
{
    struct vtci_made_text made;
    VTC_TRY(vtci_text_workers_take(work->workers, &made, err));
    if (!made.left_to_caller)
        return put(&work->output, made.text, made.len_bytes, err);
    uint64_t bytes_before = work->output.bytes;
    vtc_status status = VTC_ERR_NO_MEMORY;
    if (!made.was_short)
        status = write_inline(work, &work->reader->chain.frames[index], err);
    /* A frame is unpacked before the first of it is handed on. */
    return status == VTC_ERR_NO_MEMORY && work->output.bytes == bytes_before
               ? write_alone(work, index, err)
               : status;
}

static vtc_status write_frame(struct work *work, size_t index, struct vtc_error *err)
{
    const struct vtci_chain_frame *frame = &work->reader->chain.frames[index];
    const struct vtci_chain *chain = &work->reader->chain;
    if (frame->type == VTCI_FRAME_BLOCK) {
        const struct vtci_chain_block *block = &chain->blocks[frame->block];
        if (block->document_offset != work->output.bytes)
            return vtci_error_set(err, VTC_ERR_CORRUPT, frame->offset, "ZON-4",
                                  "expected a block at %llu of the document, found one for %llu",
                                  (unsigned long long)work->output.bytes,
                                  (unsigned long long)block->document_offset);
        work->rows += block->rows;
    }
    return work->workers ? write_beside_workers(work, index, err)
                         : write_by_itself(work, frame, err);
}

/* What one block is, and not the file or the machine. */
static bool is_of_block(vtc_status status)
{
    return status == VTC_ERR_CORRUPT || status == VTC_ERR_TRUNCATED ||
           status == VTC_ERR_UNSUPPORTED || status == VTC_ERR_LIMIT;
}

/* The rows of a block behind those of the one before. What cannot be read is left out where that is
 * asked for: a block is checked as a whole (column/rows.h) before its first row is handed on. */
static vtc_status write_rows(struct work *work, const struct vtci_chain_frame *frame,
                             struct vtc_error *err)
{
    const struct vtci_chain_block *block = &work->reader->chain.blocks[frame->block];
    bool had_row = work->sink.has_row;
    uint64_t bytes_before = work->output.bytes;
    vtc_status status = write_inline(work, frame, err);
    if (work->opts.skip_damaged && is_of_block(status) && work->output.bytes == bytes_before) {
        work->sink.has_row = had_row;
        work->skipped_blocks++;
        work->skipped_rows += block->rows;
        return VTC_OK;
    }
    VTC_TRY(status);
    work->rows += block->rows;
    return VTC_OK;
}

static vtc_status write_all_rows(struct work *work, struct vtc_error *err)
{
    const struct vtci_chain *chain = &work->reader->chain;
    work->sink.rows_only = true;
    for (size_t i = 0; i < chain->frame_count; i++) {
        const struct vtci_chain_frame *frame = &chain->frames[i];
        if (frame->type != VTCI_FRAME_BLOCK)
            continue;
        if (frame->offset < work->end_offset) {
            VTC_TRY(write_rows(work, frame, err));
        } else {
            work->skipped_blocks++;
            work->skipped_rows += chain->blocks[frame->block].rows;
        }
        if (work->opts.progress)
            VTC_TRY(work->opts.progress(work->opts.progress_context, frame->offset + frame->bytes,
                                        work->output.bytes));
    }
    return VTC_OK;
}

static vtc_status write_frames(struct work *work, struct vtc_error *err)
{
    const struct vtci_chain *chain = &work->reader->chain;
    for (size_t i = 0; i < chain->frame_count; i++) {
        const struct vtci_chain_frame *frame = &chain->frames[i];
        if (frame->offset >= work->end_offset)
            break;
        if (frame->type != VTCI_FRAME_TEXT && frame->type != VTCI_FRAME_BLOCK)
            continue;
        VTC_TRY(write_frame(work, i, err));
        if (work->opts.progress)
            VTC_TRY(work->opts.progress(work->opts.progress_context, frame->offset + frame->bytes,
                                        work->output.bytes));
    }
    return VTC_OK;
}

/* SPEC: DOC-1, DOC-2. */
static vtc_status check_document(const struct work *work, struct vtc_error *err)
{
    const vtc_reader *reader = work->reader;
    if (reader->chain.damage_status != VTC_OK) {
        if (err)
            *err = reader->chain.damage;
        return reader->chain.damage_status;
    }
    struct vtci_hash128 hash = vtci_hasher_value(work->output.hasher);
    const struct vtci_document *document = &reader->document;
    if (work->output.bytes != document->bytes)
        return vtci_error_set(err, VTC_ERR_CORRUPT, reader->document_offset, "DOC-2",
                              "expected a document of %llu bytes, rebuilt %llu",
                              (unsigned long long)document->bytes,
                              (unsigned long long)work->output.bytes);
    if (hash.low != document->hash.low || hash.high != document->hash.high)
        return vtci_error_set(err, VTC_ERR_CORRUPT, reader->document_offset, "DOC-2",
                              "expected the document's hash %016llx%016llx, rebuilt one with "
                              "%016llx%016llx",
                              (unsigned long long)document->hash.high,
                              (unsigned long long)document->hash.low, (unsigned long long)hash.high,
                              (unsigned long long)hash.low);
    return VTC_OK;
}

static vtc_status work_begin(struct work *work, struct vtc_error *err)
{
    work->output.hasher = vtci_hasher_create(work->memory);
    work->sink.data = vtci_allocate(work->memory, VTCI_SINK_BYTES);
    if (!work->output.hasher || !work->sink.data ||
        vtci_frame_text_init(&work->maker, work->memory) != VTC_OK ||
        vtci_text_plan_update(&work->plan, &work->reader->definitions.schema) != VTC_OK)
        return vtci_error_memory(err, VTCI_SINK_BYTES);
    work->sink.capacity_bytes = VTCI_SINK_BYTES;
    work->sink.flush = put;
    work->sink.context = &work->output;
    work->end_offset = work->reader->chain.blind_from_offset;
    work->threads = work->opts.rows_only ? 0 : work->opts.threads;
    return start_workers(work, 0, err);
}

static void work_end(struct work *work)
{
    stop_workers(work);
    vtci_frame_text_free(&work->maker);
    vtci_text_plan_free(&work->plan);
    vtci_release(work->memory, work->sink.data, VTCI_SINK_BYTES);
    vtci_hasher_free(work->output.hasher);
}

vtc_status vtc_decompress(const vtc_reader *reader, vtc_write_fn write, void *write_context,
                          const struct vtc_decompress_opts *opts,
                          struct vtc_decompress_result *out_result, struct vtc_error *err)
{
    if (!reader || !write)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL, "no reader or output");
    struct work work;
    memset(&work, 0, sizeof work);
    work.reader = reader;
    /* The counters of memory are atomic, so a reader that does not change still counts. */
    work.memory = (struct vtci_memory *)(uintptr_t)&reader->memory;
    if (opts)
        memcpy(&work.opts, opts,
               opts->struct_size < sizeof work.opts ? opts->struct_size : sizeof work.opts);
    work.output.write = write;
    work.output.write_context = write_context;
    vtci_text_plan_init(&work.plan, work.memory);
    vtc_status status = work_begin(&work, err);
    if (status == VTC_OK)
        status = work.opts.rows_only ? write_all_rows(&work, err) : write_frames(&work, err);
    if (status == VTC_OK) {
        struct vtci_hash128 hash = vtci_hasher_value(work.output.hasher);
        if (out_result)
            *out_result = (struct vtc_decompress_result){work.output.bytes,
                                                         work.rows,
                                                         {hash.low, hash.high},
                                                         work.skipped_blocks,
                                                         work.skipped_rows};
        if (!work.opts.rows_only)
            status = check_document(&work, err);
    }
    work_end(&work);
    return status;
}
