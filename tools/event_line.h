/* Rows of a live file's text (format/SPEC.md, B.8) as lines for people. */
#ifndef VTC_TOOLS_EVENT_LINE_H
#define VTC_TOOLS_EVENT_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "vtc/reader.h"

struct event_thread {
    uint64_t tid;
    char *name; /* escaped */
};

struct event_lines {
    int64_t first_ns; /* what times are counted from … */
    int has_first;    /* … as soon as this is set */
    struct event_thread *threads;
    size_t thread_count;
};

/* The value of a member of a row, as it stands there; absent if there is none. */
struct vtc_text event_line_member(const char *row, size_t row_bytes, const char *key);
/* Notes what a row says of all that follow (a thread's name, the first time). Not 0: there is a line
 * to print for it. */
int event_lines_note(struct event_lines *lines, const char *row, size_t row_bytes);
/* Prints a row's line on standard output. */
void event_lines_print(const struct event_lines *lines, const char *row, size_t row_bytes);
void event_lines_free(struct event_lines *lines);

#endif
