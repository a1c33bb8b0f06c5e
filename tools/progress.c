#define _POSIX_C_SOURCE 200809L

#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "escape.h"
#include "size_text.h"

static const double FIRST_AFTER_SECONDS = 1.0, NEXT_AFTER_SECONDS = 0.1;
enum { NAME_SHOWN_BYTES = 40 };

void progress_begin(struct progress *progress, const char *name, bool is_quiet)
{
    const char *terminal = getenv("TERM");
    memset(progress, 0, sizeof *progress);
    progress->name = name;
    progress->is_wanted =
        !is_quiet && isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb") != 0;
    clock_gettime(CLOCK_MONOTONIC, &progress->last);
}

static bool is_due(struct progress *progress)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double elapsed = (double)(now.tv_sec - progress->last.tv_sec) +
                     1e-9 * (double)(now.tv_nsec - progress->last.tv_nsec);
    if (elapsed < (progress->is_shown ? NEXT_AFTER_SECONDS : FIRST_AFTER_SECONDS))
        return false;
    progress->last = now;
    return true;
}

void progress_show(struct progress *progress, uint64_t done_bytes, uint64_t total_bytes,
                   uint64_t output_bytes)
{
    if (!progress->is_wanted || !is_due(progress))
        return;
    char done[SIZE_TEXT_BYTES], output[SIZE_TEXT_BYTES];
    size_t name_bytes = strlen(progress->name);
    size_t skipped = name_bytes > NAME_SHOWN_BYTES ? name_bytes - NAME_SHOWN_BYTES : 0;
    fputc('\r', stderr);
    escape_print(stderr, progress->name + skipped, name_bytes - skipped);
    if (total_bytes)
        fprintf(stderr, " : %3u %%", (unsigned)(100.0 * (double)done_bytes / (double)total_bytes));
    fprintf(stderr, "  %s => %s\033[K", size_text_format(done_bytes, done),
            size_text_format(output_bytes, output));
    fflush(stderr);
    progress->is_shown = true;
}

void progress_end(struct progress *progress)
{
    if (progress->is_shown)
        fputs("\r\033[K", stderr);
    progress->is_shown = false;
}
