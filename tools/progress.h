/* How far the work is, on one line of stderr that overwrites itself: only on a terminal, and only
 * for what takes longer than a second.
 */
#ifndef VTC_TOOLS_PROGRESS_H
#define VTC_TOOLS_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct progress {
    const char *name;
    bool is_wanted;
    bool is_shown;
    struct timespec last; /* of the last line, or of the start */
};

void progress_begin(struct progress *progress, const char *name, bool is_quiet);
/* `total_bytes` 0: not known. */
void progress_show(struct progress *progress, uint64_t done_bytes, uint64_t total_bytes,
                   uint64_t output_bytes);
/* Clears the line. */
void progress_end(struct progress *progress);

#endif
