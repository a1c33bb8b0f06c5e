/* See work.h. */
#include "compact/work.h"

#include "base/error.h"
#include "read/reader_internal.h"
#include "vtc/decompress.h"

#define DEFAULT_MEMORY_BYTES ((size_t)512 << 20)

vtc_status vtci_compact_work_init(struct vtci_compact_work *work,
                                  const struct vtc_compact_opts *opts, struct vtc_error *err)
{
    memset(work, 0, sizeof *work);
    if (opts && opts->struct_size) {
        if (opts->struct_size < sizeof *opts)
            return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                                  "expected struct_size %zu, found %zu", sizeof *opts,
                                  opts->struct_size);
        work->opts = *opts;
    }
    if (work->opts.level < 0 || work->opts.level > VTC_LEVEL_MAX)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "expected a level from %d to %d, found %d", VTC_LEVEL_MIN,
                              VTC_LEVEL_MAX, work->opts.level);
    work->has_level = work->opts.level != 0;
    if (!work->has_level)
        work->opts.level = VTC_COMPACT_LEVEL_DEFAULT;
    if (!work->opts.memory_limit_bytes)
        work->opts.memory_limit_bytes = DEFAULT_MEMORY_BYTES;
    vtci_memory_init(&work->memory, work->opts.allocator, work->opts.memory_limit_bytes);
    return VTC_OK;
}

struct vtc_reader_opts vtci_compact_reader_opts(const struct vtci_compact_work *work)
{
    struct vtc_reader_opts opts = {sizeof opts, work->opts.memory_limit_bytes / 2,
                                   work->opts.allocator};
    return opts;
}

struct vtc_live_opts vtci_compact_live_opts(const struct vtci_compact_work *work)
{
    struct vtc_live_opts opts = {.struct_size = sizeof opts,
                                 .memory_limit_bytes = work->opts.memory_limit_bytes / 2,
                                 .allocator = work->opts.allocator};
    return opts;
}

void vtci_compact_notice(const struct vtci_compact_work *work, const char *path,
                         const struct vtc_error *what)
{
    if (work->opts.notice)
        work->opts.notice(work->opts.notice_context, path, what);
}

vtc_status vtci_compact_poll(const struct vtci_compact_work *work, uint64_t input_bytes,
                             struct vtc_error *err)
{
    if (!work->opts.progress ||
        work->opts.progress(work->opts.progress_context, input_bytes, 0) == VTC_OK)
        return VTC_OK;
    return vtci_error_set(err, VTC_ERR_CANCELLED, VTC_NO_OFFSET, NULL, "cancelled");
}

/* --- writing ---------------------------------------------------------------------------------- */

static vtc_status append(void *context, const void *bytes, size_t len_bytes, struct vtc_error *err)
{
    return vtci_file_append(context, bytes, len_bytes, err);
}

/* A file that is read while somebody else owns it. */
struct lent_file {
    struct vtci_file file;
    struct vtci_file *owned_elsewhere;
};

static vtc_status lent_pread(struct vtci_file *file, uint64_t offset, void *to, size_t len_bytes,
                             size_t *out_len_bytes, struct vtc_error *err)
{
    return vtci_file_pread(((struct lent_file *)file)->owned_elsewhere, offset, to, len_bytes,
                           out_len_bytes, err);
}

static vtc_status lent_size(struct vtci_file *file, uint64_t *out_bytes, struct vtc_error *err)
{
    return vtci_file_size(((struct lent_file *)file)->owned_elsewhere, out_bytes, err);
}

static void lent_close(struct vtci_file *file)
{
    (void)file;
}

static const struct vtci_file_vtable lent_vtable = {
    .pread = lent_pread,
    .size = lent_size,
    .close = lent_close,
};

static vtc_status drop(void *context, const void *bytes, size_t len_bytes, struct vtc_error *err)
{
    const struct vtci_compact_work *work = context;
    (void)bytes;
    return vtci_compact_poll(work, len_bytes, err);
}

/* SPEC: DOC-2. Rebuilds the text, and compares its hash with that of what was compressed. */
static vtc_status read_back(const struct vtci_compact_work *work, struct vtci_file *file,
                            uint64_t document_bytes, struct vtc_error *err)
{
    struct lent_file lent = {{&lent_vtable}, file};
    struct vtc_reader_opts opts = vtci_compact_reader_opts(work);
    struct vtc_decompress_opts how = {.struct_size = sizeof how, .threads = work->opts.threads};
    struct vtc_decompress_result result;
    vtc_reader *reader;
    VTC_TRY(vtci_reader_open_file(&lent.file, &opts, &reader, err));
    vtc_status status = vtc_decompress(reader, drop, (void *)(uintptr_t)work, &how, &result, err);
    if (status == VTC_OK && result.output_bytes != document_bytes)
        status = vtci_error_set(err, VTC_ERR_INTERNAL, VTC_NO_OFFSET, "DOC-2",
                                "wrote a text of %llu bytes, read back one of %llu",
                                (unsigned long long)document_bytes,
                                (unsigned long long)result.output_bytes);
    vtc_reader_close(reader);
    return status;
}

vtc_status vtci_compact_write(const struct vtci_compact_work *work, vtc_read_fn read,
                              void *read_context, struct vtci_file *to,
                              struct vtc_compress_result *out_result, struct vtc_error *err)
{
    struct vtc_compress_opts opts = {
        .struct_size = sizeof opts,
        .level = work->opts.level,
        .threads = work->opts.threads,
        .memory_limit_bytes = work->opts.memory_limit_bytes / 2,
        .allocator = work->opts.allocator,
        .progress = work->opts.progress,
        .progress_context = work->opts.progress_context,
    };
    VTC_TRY(vtc_compress(read, read_context, append, to, &opts, out_result, err));
    VTC_TRY(vtci_file_sync(to, err));
    return read_back(work, to, out_result->input_bytes, err);
}
