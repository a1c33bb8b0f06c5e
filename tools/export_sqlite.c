#define _POSIX_C_SOURCE 200809L

#include "export_sqlite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "message.h"
#include "output_file.h"
#include "progress.h"
#include "session_list.h"
#include "summary.h"
#include "target_name.h"
#include "trace_file.h"
#include "vtc/sql.h"

struct work {
    const struct options *options;
    const char *target;
    struct trace_file file;
    struct output_file output;
    struct progress progress;
    uint64_t rows;
};

static uint64_t output_bytes(const struct work *work)
{
    struct stat status;
    return fstat(work->output.fd, &status) == 0 ? (uint64_t)status.st_size : 0;
}

static vtc_status on_progress(void *context, uint64_t input_bytes, uint64_t rows)
{
    struct work *work = context;
    (void)rows;
    progress_show(&work->progress, input_bytes, (uint64_t)work->file.status.st_size,
                  output_bytes(work));
    return VTC_OK;
}

/* SQLite opens the temporary file by a name: that of the descriptor, which leads to the very file
 * even if the directory was renamed meanwhile. */
static vtc_status write_database(struct work *work, struct vtc_error *err)
{
    const struct options *options = work->options;
    struct vtc_sql_export_opts opts = {.struct_size = sizeof opts,
                                       .memory_limit_bytes = options->memory_bytes,
                                       .tables = options->tables,
                                       .has_range = options->has_since || options->has_until,
                                       .from_ns = INT64_MIN,
                                       .to_ns = INT64_MAX,
                                       .progress = on_progress,
                                       .progress_context = work};
    char path[64];
    if (options->has_since)
        opts.from_ns = options->since_ns;
    if (options->has_until)
        opts.to_ns = options->until_ns;
    snprintf(path, sizeof path, "/proc/self/fd/%d", work->output.fd);
    progress_begin(&work->progress, work->file.name, options->verbosity < 0);
    vtc_status status = vtc_sql_export(work->file.reader, path, &opts, &work->rows, err);
    progress_end(&work->progress);
    work->output.bytes = output_bytes(work);
    return status;
}

static vtc_status export_opened(struct work *work, const char **out_subject, struct vtc_error *err)
{
    *out_subject = message_output_name(work->target);
    vtc_status status = output_file_open(&work->output, work->target, &work->file.status,
                                         work->options->force, true, err);
    if (status != VTC_OK)
        return status;
    if (work->output.is_direct) {
        output_file_discard(&work->output);
        return failure_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET,
                           "a database is written to a file, not to a device or a pipe");
    }
    status = write_database(work, err);
    if (status == VTC_OK)
        return output_file_publish(&work->output, NULL, err);
    if (status != VTC_ERR_IO)
        *out_subject = work->file.name;
    output_file_discard(&work->output);
    return status;
}

static enum exit_code tell(const struct work *work)
{
    struct vtc_error damage;
    failure_init(&damage);
    if (work->options->verbosity >= 0) {
        summary_print(work->file.name, work->target, (uint64_t)work->file.status.st_size,
                      work->output.bytes);
        if (work->options->verbosity > 0)
            message_print(work->file.name, "%" PRIu64 " rows", work->rows);
        session_warn_of_losses(&work->file);
    }
    vtc_status status = vtc_reader_damage(work->file.reader, &damage);
    return status == VTC_OK ? CODE_OK : message_failure(work->file.name, status, &damage);
}

enum exit_code export_sqlite(const struct options *options, const char *path)
{
    struct work work;
    struct vtc_error err;
    char *derived = NULL;
    memset(&work, 0, sizeof work);
    failure_init(&err);
    work.options = options;
    const char *subject = message_input_name(path);
    vtc_status status =
        target_name_choose(options, path, target_name_database, &work.target, &derived, &err);
    if (status == VTC_OK)
        status = trace_file_open(&work.file, path, options->memory_bytes, &err);
    bool is_open = status == VTC_OK;
    if (is_open)
        status = export_opened(&work, &subject, &err);
    enum exit_code code = status == VTC_OK ? tell(&work) : message_failure(subject, status, &err);
    if (is_open)
        trace_file_close(&work.file);
    free(derived);
    return code;
}
