/* Any vtc file as a vtc_reader: of a live one the text is compressed on the side, as fast as can be,
 * into a file without a name that the reader then owns. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "base/unnamed_file.h"
#include "io/file.h"
#include "read/reader_internal.h"
#include "vtc/compress.h"
#include "vtc/live.h"

/* [choice] A live file of up to this length is compressed in memory: to a few MiB. */
static const uint64_t IN_MEMORY_BYTES = (uint64_t)64 << 20;

/* A file that nobody else sees. */
static vtc_status open_temporary(uint64_t live_bytes, int *out_fd, struct vtc_error *err)
{
    int fd = -1;
    if (live_bytes <= IN_MEMORY_BYTES)
        fd = memfd_create("vtc", MFD_CLOEXEC);
    if (fd < 0)
        fd = vtci_unnamed_file_open();
    if (fd < 0)
        return vtci_error_errno(err, errno, VTC_NO_OFFSET, "a temporary file");
    *out_fd = fd;
    return VTC_OK;
}

static vtc_status append(void *context, const void *bytes, size_t len_bytes, struct vtc_error *err)
{
    return vtci_file_append(context, bytes, len_bytes, err);
}

static vtc_status compress_to(vtc_live *live, int fd, const struct vtc_reader_opts *opts,
                              struct vtc_error *err)
{
    struct vtc_compress_opts compress_opts = {.struct_size = sizeof compress_opts,
                                              .level = VTC_LEVEL_MIN};
    struct vtci_memory memory;
    struct vtci_file *file = NULL;
    if (opts) {
        compress_opts.memory_limit_bytes = opts->memory_limit_bytes;
        compress_opts.allocator = opts->allocator;
    }
    vtci_memory_init(&memory, compress_opts.allocator, 0);
    VTC_TRY(vtci_file_from_fd(&memory, fd, false, &file, err));
    vtc_status status = vtc_compress(vtc_live_read, live, append, file, &compress_opts, NULL, err);
    vtci_file_close(file);
    return status;
}

vtc_status vtc_live_reader_make(vtc_live *live, const struct vtc_reader_opts *opts,
                                vtc_reader **out_reader, struct vtc_error *err)
{
    struct vtc_live_facts facts;
    int fd = -1;
    if (!live || !out_reader)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL, "no live file");
    VTC_TRY(vtc_live_refresh(live, err));
    vtc_live_info(live, &facts);
    VTC_TRY(open_temporary(facts.file_bytes, &fd, err));
    vtc_status status = compress_to(live, fd, opts, err);
    if (status != VTC_OK) {
        close(fd);
        return status;
    }
    return vtci_reader_open_take(fd, opts, out_reader, err);
}

/* What the two kinds of options share. */
static struct vtc_live_opts live_opts(const struct vtc_reader_opts *opts)
{
    struct vtc_live_opts out = {.struct_size = sizeof out};
    if (opts) {
        out.memory_limit_bytes = opts->memory_limit_bytes;
        out.allocator = opts->allocator;
    }
    return out;
}

vtc_status vtc_live_reader_open_fd(int fd, const struct vtc_reader_opts *opts,
                                   vtc_reader **out_reader, struct vtc_error *err)
{
    vtc_live *live = NULL;
    if (!vtc_live_is(fd))
        return vtc_reader_open_fd(fd, opts, out_reader, err);
    struct vtc_live_opts chosen = live_opts(opts);
    VTC_TRY(vtc_live_open_fd(fd, &chosen, &live, err));
    vtc_status status = vtc_live_reader_make(live, opts, out_reader, err);
    vtc_live_close(live);
    return status;
}

vtc_status vtc_live_reader_open(const char *path, const struct vtc_reader_opts *opts,
                                vtc_reader **out_reader, struct vtc_error *err)
{
    vtc_live *live = NULL;
    if (!path || !out_reader)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL, "no path");
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool is_live = fd >= 0 && vtc_live_is(fd);
    if (fd >= 0)
        close(fd);
    if (!is_live)
        return vtc_reader_open(path, opts, out_reader, err);
    struct vtc_live_opts chosen = live_opts(opts);
    VTC_TRY(vtc_live_open(path, &chosen, &live, err));
    vtc_status status = vtc_live_reader_make(live, opts, out_reader, err);
    vtc_live_close(live);
    return status;
}
