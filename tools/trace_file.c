#define _POSIX_C_SOURCE 200809L

#include "trace_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "input_file.h"
#include "message.h"

struct vtc_reader_opts trace_file_reader_opts(size_t memory_bytes)
{
    struct vtc_reader_opts opts = {.struct_size = sizeof opts, .memory_limit_bytes = memory_bytes};
    return opts;
}

/* What a trace is before it is compressed; NULL for anything else. */
static const char *kind_of_source(int fd)
{
    unsigned char head[64];
    ssize_t count = pread(fd, head, sizeof head, 0);
    size_t bytes = count < 0 ? 0 : (size_t)count, pos = 0;
    if (bytes >= 2 && memcmp(head, "\x1F\x8B", 2) == 0)
        return "gzip data";
    if (bytes >= 4 && memcmp(head, "\x28\xB5\x2F\xFD", 4) == 0)
        return "zstd data";
    if (bytes >= 3 && memcmp(head, "\xEF\xBB\xBF", 3) == 0)
        pos = 3;
    while (pos < bytes && strchr(" \t\r\n", head[pos]) && head[pos])
        pos++;
    return pos < bytes && (head[pos] == '{' || head[pos] == '[') ? "JSON" : NULL;
}

/* The most common way to be wrong: a trace that was not compressed yet. */
static void suggest_compress(int fd, struct vtc_error *err)
{
    const char *kind = kind_of_source(fd);
    if (kind)
        snprintf(err->message, sizeof err->message,
                 "expected a vtc file, found %s; 'vtc compress' makes one of a trace", kind);
}

vtc_status trace_file_open_raw(struct trace_file *file, const char *path, size_t memory_bytes,
                               struct vtc_error *err)
{
    memset(file, 0, sizeof *file);
    file->name = message_input_name(path);
    vtc_status result = input_file_open_seekable(path, &file->fd, &file->status, err);
    if (result != VTC_OK)
        return result;
    struct vtc_reader_opts opts = trace_file_reader_opts(memory_bytes);
    struct vtc_live_opts live_opts = {.struct_size = sizeof live_opts,
                                      .memory_limit_bytes = memory_bytes};
    if (vtc_live_is(file->fd))
        result = vtc_live_open_fd(file->fd, &live_opts, &file->live, err);
    else
        result = vtc_reader_open_fd(file->fd, &opts, &file->reader, err);
    if (result == VTC_ERR_NOT_VTC)
        suggest_compress(file->fd, err);
    if (result != VTC_OK)
        close(file->fd);
    return result;
}

vtc_status trace_file_open(struct trace_file *file, const char *path, size_t memory_bytes,
                           struct vtc_error *err)
{
    vtc_status result = trace_file_open_raw(file, path, memory_bytes, err);
    if (result != VTC_OK || !file->live)
        return result;
    struct vtc_reader_opts opts = trace_file_reader_opts(memory_bytes);
    result = vtc_live_reader_make(file->live, &opts, &file->reader, err);
    if (result != VTC_OK)
        trace_file_close(file);
    return result;
}

void trace_file_close(struct trace_file *file)
{
    vtc_reader_close(file->reader);
    vtc_live_close(file->live);
    close(file->fd);
}
