/* vtc_compact: one file into its small form.
 *
 *     live file ---- vtc_live_read ----+
 *                                      +--> vtc_compress --> temporary file: sync, read back
 *     file of blocks -- text_relay ----+                            |
 *                                                       rename over the old file, sync directory
 *
 * The text is the interchange: whatever reads a document reads a compacted one, and two compactors
 * give the same file. Until the rename the old file is untouched; the temporary file has no name, or
 * one that a later run knows for garbage (io/temp_clear.c).
 */
#include "vtc/compact.h"

#include <errno.h>

#include "base/error.h"
#include "compact/input.h"
#include "compact/text_relay.h"

static vtc_status write_from(struct vtci_compact_work *work, struct vtci_compact_input *input,
                             struct vtci_file *to, struct vtc_compress_result *out_result,
                             struct vtc_error *err)
{
    if (input->live)
        return vtci_compact_write(work, vtc_live_read, input->live, to, out_result, err);
    struct vtci_text_relay *relay;
    VTC_TRY(vtci_text_relay_create(&work->memory, input->reader, work->opts.threads, &relay, err));
    vtc_status status = vtci_compact_write(work, vtci_text_relay_read, relay, to, out_result, err);
    vtci_text_relay_free(relay);
    return status;
}

/* A file that was removed or replaced while it was read must not come back. */
static vtc_status check_still_there(const char *path, const struct stat *before,
                                    struct vtc_error *err)
{
    struct stat now;
    if (lstat(path, &now) != 0)
        return vtci_error_errno(err, errno, VTC_NO_OFFSET, "cannot replace");
    if (now.st_dev == before->st_dev && now.st_ino == before->st_ino)
        return VTC_OK;
    return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                          "another file stands in its place, or a link to it");
}

static vtc_status compact_opened(struct vtci_compact_work *work, struct vtci_compact_input *input,
                                 const char *path, const char *out_path,
                                 struct vtc_compact_result *result, struct vtc_error *err)
{
    struct vtci_file_create_opts how = {.overwrite = !out_path || work->opts.overwrite,
                                        .model = out_path ? NULL : &input->stat};
    struct vtc_compress_result written;
    struct vtci_file *to;
    if (!out_path)
        VTC_TRY(check_still_there(path, &input->stat, err));
    VTC_TRY(vtci_file_create(&work->memory, out_path ? out_path : path, &how, &to, err));
    vtc_status status = write_from(work, input, to, &written, err);
    if (status == VTC_OK && !out_path)
        status = check_still_there(path, &input->stat, err);
    if (status == VTC_OK)
        status = vtci_file_publish(to, err);
    vtci_file_close(to);
    VTC_TRY(status);
    result->output_bytes = written.output_bytes;
    result->document_bytes = written.input_bytes;
    result->events = written.rows;
    return VTC_OK;
}

static vtc_status compact_or_refuse(struct vtci_compact_work *work,
                                    struct vtci_compact_input *input, const char *path,
                                    const char *out_path, struct vtc_compact_result *result,
                                    struct vtc_error *err)
{
    result->is_live = input->live != NULL;
    result->facts = input->facts;
    result->input_bytes = (uint64_t)input->stat.st_size;
    result->cleared = vtci_file_clear_temporaries(out_path ? out_path : path);
    if (!out_path && input->reader && !work->has_level) {
        result->left_alone = 1;
        result->output_bytes = result->input_bytes;
        return VTC_OK;
    }
    if (!out_path && input->is_recording) {
        vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                       "the process %u still records to it: it can be compacted to another file, "
                       "not in place",
                       (unsigned)input->pid);
        if (err)
            err->sys_errno = EBUSY;
        return VTC_ERR_ARGUMENT;
    }
    return compact_opened(work, input, path, out_path, result, err);
}

vtc_status vtc_compact(const char *path, const char *out_path, const struct vtc_compact_opts *opts,
                       struct vtc_compact_result *out_result, struct vtc_error *err)
{
    struct vtci_compact_work work;
    struct vtci_compact_input input;
    struct vtc_compact_result result;
    if (!path)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL, "no path");
    memset(&result, 0, sizeof result);
    VTC_TRY(vtci_compact_work_init(&work, opts, err));
    VTC_TRY(vtci_compact_input_open(&work, path, &input, err));
    vtc_status status = compact_or_refuse(&work, &input, path, out_path, &result, err);
    vtci_compact_input_close(&input);
    if (status == VTC_OK && out_result)
        *out_result = result;
    return status;
}
