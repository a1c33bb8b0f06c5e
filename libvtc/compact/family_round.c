/* vtc_compact_family: what is closed becomes small, what is too old or too much goes.
 *
 * A file's age is counted from its last change, which compacting in place keeps. Removing looks into
 * the file first: only what was recorded goes, whatever its name is.
 */
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "compact/family.h"
#include "compact/input.h"

static vtc_status compact_all(struct vtci_compact_work *work, struct vtci_family *family,
                              struct vtc_compact_round *round, struct vtc_error *err)
{
    for (size_t i = 0; i < family->count; i++) {
        struct vtci_family_file *file = &family->files[i];
        struct vtc_compact_result result;
        struct vtc_error failure = {.offset = VTC_NO_OFFSET};
        round->cleared += vtci_file_clear_temporaries(file->path);
        if (file->kind != VTCI_FAMILY_CLOSED)
            continue;
        VTC_TRY(vtci_compact_poll(work, 0, err));
        vtc_status status = vtc_compact(file->path, NULL, &work->opts, &result, &failure);
        if (status == VTC_ERR_CANCELLED) {
            if (err)
                *err = failure;
            return status;
        }
        if (status != VTC_OK) {
            round->failed++;
            vtci_compact_notice(work, file->path, &failure);
            continue;
        }
        if (result.left_alone) /* another compactor was faster */
            continue;
        round->compacted++;
        round->input_bytes += result.input_bytes;
        round->output_bytes += result.output_bytes;
        file->file_bytes = result.output_bytes;
        file->kind = VTCI_FAMILY_BLOCKS;
    }
    return VTC_OK;
}

/* Whether a file may be removed: it was recorded, and nobody records to it now. */
static bool is_history(const struct vtci_compact_work *work, const char *path)
{
    struct vtci_compact_input input;
    if (vtci_compact_input_open(work, path, &input, NULL) != VTC_OK)
        return false;
    bool is_history = input.is_recorded && !input.is_recording;
    vtci_compact_input_close(&input);
    return is_history;
}

static bool remove_file(const struct vtci_compact_work *work, struct vtci_family_file *file,
                        const char *why)
{
    struct vtc_error what = {.offset = VTC_NO_OFFSET};
    if (!is_history(work, file->path))
        return false;
    if (unlink(file->path) != 0 && errno != ENOENT) {
        vtci_error_errno(&what, errno, VTC_NO_OFFSET, "cannot remove");
        vtci_compact_notice(work, file->path, &what);
        return false;
    }
    vtci_error_set(&what, VTC_OK, VTC_NO_OFFSET, NULL, "removed: %s", why);
    vtci_compact_notice(work, file->path, &what);
    file->is_gone = true;
    return true;
}

static void retain(const struct vtci_compact_work *work, struct vtci_family *family,
                   const struct vtc_retention *keep, struct vtc_compact_round *round)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t now_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    for (size_t i = 0; i < family->count; i++)
        if (family->files[i].kind == VTCI_FAMILY_CLOSED ||
            family->files[i].kind == VTCI_FAMILY_BLOCKS)
            round->kept_bytes += family->files[i].file_bytes;
    for (size_t i = 0; keep && i < family->count; i++) {
        struct vtci_family_file *file = &family->files[i];
        if (file->kind != VTCI_FAMILY_CLOSED && file->kind != VTCI_FAMILY_BLOCKS)
            continue;
        bool is_old = keep->keep_ns && now_ns > file->changed_ns &&
                      (uint64_t)(now_ns - file->changed_ns) > keep->keep_ns;
        bool is_much = keep->keep_bytes && round->kept_bytes > keep->keep_bytes;
        if ((!is_old && !is_much) ||
            !remove_file(work, file,
                         is_old ? "older than is to be kept" : "more than is to be kept"))
            continue;
        round->removed++;
        round->removed_bytes += file->file_bytes;
        round->kept_bytes -= file->file_bytes;
    }
}

vtc_status vtc_compact_family(const char *path, const struct vtc_compact_opts *opts,
                              const struct vtc_retention *keep, struct vtc_compact_round *out_round,
                              struct vtc_error *err)
{
    struct vtci_compact_work work;
    struct vtci_family family;
    struct vtc_compact_round round;
    if (!path)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL, "no path");
    memset(&round, 0, sizeof round);
    VTC_TRY(vtci_compact_work_init(&work, opts, err));
    work.opts.struct_size = sizeof work.opts;
    VTC_TRY(vtci_family_list(&work.memory, path, &family, err));
    round.files = family.count;
    for (size_t i = 0; i < family.count; i++)
        round.recording += family.files[i].kind == VTCI_FAMILY_RECORDING;
    vtc_status status = compact_all(&work, &family, &round, err);
    if (status == VTC_OK)
        retain(&work, &family, keep, &round);
    vtci_family_free(&family);
    if (status == VTC_OK && out_round)
        *out_round = round;
    return status;
}
