/* A vtc file, opened for one of the commands that read it. */
#ifndef VTC_TOOLS_TRACE_FILE_H
#define VTC_TOOLS_TRACE_FILE_H

#include <stddef.h>
#include <sys/stat.h>

#include "vtc/live.h"
#include "vtc/reader.h"

struct trace_file {
    const char *name; /* for messages */
    int fd;
    struct stat status;
    vtc_reader *reader; /* of a live file: of its text, compressed on the side */
    vtc_live *live;     /* NULL: a file of blocks */
};

/* `path` "-" is standard input. A `memory_bytes` of 0 is the default. */
vtc_status trace_file_open(struct trace_file *file, const char *path, size_t memory_bytes,
                           struct vtc_error *err);
/* The same, but of a live file there is no reader. */
vtc_status trace_file_open_raw(struct trace_file *file, const char *path, size_t memory_bytes,
                               struct vtc_error *err);
void trace_file_close(struct trace_file *file);

/* The reader's options. */
struct vtc_reader_opts trace_file_reader_opts(size_t memory_bytes);

#endif
