#define _POSIX_C_SOURCE 200809L

#include "proof.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"
#include "trace_file.h"
#include "vtc/decompress.h"
#include "vtc/verify.h"

vtc_status proof_of_compressed(int fd, uint64_t document_bytes, const struct options *options,
                               struct vtc_error *err)
{
    vtc_reader *reader = NULL;
    struct vtc_reader_opts opts = trace_file_reader_opts(options->memory_bytes);
    vtc_status result = vtc_reader_open_fd(fd, &opts, &reader, err);
    if (result != VTC_OK)
        return result;
    struct vtc_summary summary;
    vtc_reader_summary(reader, &summary);
    result = vtc_verify(reader, NULL, NULL, err);
    if (result == VTC_OK && (!summary.has_document || summary.document_bytes != document_bytes))
        result = failure_set(err, VTC_ERR_INTERNAL, VTC_NO_OFFSET,
                             "what was written does not give the source back");
    vtc_reader_close(reader);
    return result;
}

struct comparison {
    int fd;
    uint64_t offset;
};

/* A vtc_write_fn that compares instead. */
static vtc_status compare_piece(void *context, const void *bytes, size_t len_bytes,
                                struct vtc_error *err)
{
    struct comparison *comparison = context;
    const char *expected = bytes;
    struct vtc_error unwanted;
    if (!err)
        err = &unwanted;
    while (len_bytes > 0) {
        char found[64 << 10];
        size_t wanted = len_bytes < sizeof found ? len_bytes : sizeof found;
        ssize_t got = pread(comparison->fd, found, wanted, (off_t)comparison->offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failure_errno(err, errno, "read back");
        if (got == 0 || memcmp(found, expected, (size_t)got) != 0)
            return failure_set(err, VTC_ERR_IO, comparison->offset,
                               "what was read back is not what was written");
        expected += got;
        len_bytes -= (size_t)got;
        comparison->offset += (uint64_t)got;
    }
    return VTC_OK;
}

vtc_status proof_of_decompressed(int fd, const vtc_reader *reader, const struct options *options,
                                 struct vtc_error *err)
{
    struct comparison comparison = {fd, 0};
    struct vtc_decompress_opts opts = {.struct_size = sizeof opts, .threads = options->threads};
    vtc_status result = vtc_decompress(reader, compare_piece, &comparison, &opts, NULL, err);
    struct stat status;
    if (result != VTC_OK)
        return result;
    if (fstat(fd, &status) != 0)
        return failure_errno(err, errno, "read back");
    if ((uint64_t)status.st_size != comparison.offset)
        return failure_set(err, VTC_ERR_IO, comparison.offset,
                           "expected the end of what was written");
    return VTC_OK;
}
