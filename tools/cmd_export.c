/* vtc export: a trace as other tools read it. */
#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "export_sqlite.h"
#include "gzip_output.h"
#include "message.h"
#include "output_file.h"
#include "rows_text.h"
#include "session_list.h"
#include "summary.h"
#include "target_name.h"
#include "trace_file.h"
#include "utf8_output.h"

enum { PIECE_BYTES = 1 << 20 };

struct export
{
    const struct options *options;
    const char *path;
    char *derived;
    const char *target;
    struct trace_file file;
    struct output_file output;
    uint64_t replaced; /* bytes that are no UTF-8 */
};

static vtc_status write_live(vtc_live *live, vtc_write_fn write, void *write_context,
                             struct vtc_error *err)
{
    char *buffer = malloc(PIECE_BYTES);
    size_t bytes = 0;
    if (!buffer)
        return failure_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, "no memory for a buffer");
    vtc_status status;
    do {
        status = vtc_live_read(live, buffer, PIECE_BYTES, &bytes, err);
        if (status == VTC_OK && bytes)
            status = write(write_context, buffer, bytes, err);
    } while (status == VTC_OK && bytes);
    free(buffer);
    return status;
}

static vtc_status write_document(struct export *work, vtc_write_fn write, void *write_context,
                                 struct vtc_error *err)
{
    struct vtc_decompress_opts opts = {.struct_size = sizeof opts,
                                       .threads = work->options->threads};
    if (work->file.live)
        return write_live(work->file.live, write, write_context, err);
    if (rows_text_is_whole(work->file.reader))
        return vtc_decompress(work->file.reader, write, write_context, &opts, NULL, err);
    if (work->options->verbosity >= 0)
        message_print(work->file.name,
                      "warning: the document is not JSON as a whole; only its events are written");
    return rows_text_write(work->file.reader, write, write_context, false, NULL, err);
}

/* What a vtc file gives back to the byte may be no UTF-8, which JSON has to be. */
static vtc_status write_json(struct export *work, vtc_write_fn write, void *write_context,
                             struct vtc_error *err)
{
    struct utf8_output json;
    vtc_status status = utf8_output_open(&json, write, write_context, err);
    if (status != VTC_OK)
        return status;
    status = write_document(work, utf8_output_write, &json, err);
    if (status == VTC_OK)
        status = utf8_output_finish(&json, err);
    work->replaced = json.replaced;
    utf8_output_close(&json);
    return status;
}

static bool ends_in_gz(const char *name)
{
    size_t bytes = strlen(name);
    return bytes > 3 && strcmp(name + bytes - 3, ".gz") == 0;
}

static vtc_status write_output(struct export *work, struct vtc_error *err)
{
    struct gzip_output packed;
    if (!ends_in_gz(work->target))
        return write_json(work, output_file_write, &work->output, err);
    vtc_status status = gzip_output_open(&packed, output_file_write, &work->output, err);
    if (status != VTC_OK)
        return status;
    status = write_json(work, gzip_output_write, &packed, err);
    if (status == VTC_OK)
        status = gzip_output_finish(&packed, err);
    gzip_output_close(&packed);
    return status;
}

/* A file would look whole; what goes to standard output is a part in any case. */
static vtc_status refuse_damage(const struct export *work, struct vtc_error *err)
{
    vtc_status status = VTC_OK;
    if (!work->file.live && strcmp(work->target, "-") != 0)
        status = vtc_reader_damage(work->file.reader, err);
    if (status != VTC_OK && work->options->verbosity >= 0)
        message_print(work->file.name, "is damaged, and not exported to a file; -c gives what can "
                                       "be read, 'vtc recover' makes a good file of it");
    return status;
}

static vtc_status export_opened(struct export *work, const char **out_subject,
                                struct vtc_error *err)
{
    vtc_status refused = refuse_damage(work, err);
    if (refused != VTC_OK)
        return refused;
    *out_subject = message_output_name(work->target);
    vtc_status status = output_file_open(&work->output, work->target, &work->file.status,
                                         work->options->force, false, err);
    if (status != VTC_OK)
        return status;
    status = write_output(work, err);
    if (status == VTC_OK)
        return output_file_publish(&work->output, NULL, err);
    if (!work->output.has_failed)
        *out_subject = work->file.name;
    output_file_discard(&work->output);
    return status;
}

/* A file of which only a part could be exported is told by the code, too. */
static enum exit_code tell(const struct export *work)
{
    struct vtc_error damage;
    int verbosity = work->options->verbosity;
    bool to_stdout = strcmp(work->target, "-") == 0;
    if (verbosity > 0 || (verbosity == 0 && !to_stdout))
        summary_print(work->file.name, work->target, (uint64_t)work->file.status.st_size,
                      work->output.bytes);
    if (work->replaced && verbosity >= 0)
        message_print(work->file.name,
                      "warning: %" PRIu64 " bytes are no UTF-8; U+FFFD stands for each",
                      work->replaced);
    if (verbosity >= 0)
        session_warn_of_losses(&work->file);
    vtc_status status = VTC_OK;
    if (!work->file.live)
        status = vtc_reader_damage(work->file.reader, &damage);
    return status == VTC_OK ? CODE_OK : message_failure(work->file.name, status, &damage);
}

static enum exit_code export_file(const struct options *options, const char *path)
{
    struct export work;
    struct vtc_error err;
    memset(&work, 0, sizeof work);
    failure_init(&err);
    work.options = options;
    work.path = path;
    const char *subject = message_input_name(path);
    vtc_status status = trace_file_open_raw(&work.file, path, options->memory_bytes, &err);
    enum exit_code code = CODE_OK;
    bool is_open = status == VTC_OK;
    if (is_open)
        status = target_name_choose(options, path, target_name_decompressed, &work.target,
                                    &work.derived, &err);
    if (status == VTC_OK)
        status = export_opened(&work, &subject, &err);
    if (status != VTC_OK)
        code = message_failure(subject, status, &err);
    else
        code = tell(&work);
    if (is_open)
        trace_file_close(&work.file);
    free(work.derived);
    return code;
}

enum exit_code cmd_export(int argc, char **argv)
{
    struct options options;
    enum exit_code code = options_parse(argc, argv, COMMAND_EXPORT, &options);
    if (code != CODE_OK)
        return code;
    if (options.help)
        return help_print("export");
    bool is_database = options.to && strcmp(options.to, "sqlite") == 0;
    if (!is_database && (!options.to || strcmp(options.to, "chrome") != 0)) {
        message_print("export", "expected --to chrome or --to sqlite; see 'vtc export --help'");
        return CODE_USAGE;
    }
    if (!is_database && (options.tables || options.has_since || options.has_until)) {
        message_print("export", "--tables, --since and --until are for --to sqlite");
        return CODE_USAGE;
    }
    if (options.operand_count == 0) {
        message_print("export", "name a file; see 'vtc export --help'");
        return CODE_USAGE;
    }
    return for_each_file(&options, is_database ? export_sqlite : export_file);
}
