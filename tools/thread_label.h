/* How a thread is called: by the names that the trace's metadata gives, else by its numbers. */
#ifndef VTC_TOOLS_THREAD_LABEL_H
#define VTC_TOOLS_THREAD_LABEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vtc/reader.h"

struct thread_label {
    uint32_t track;
    struct vtc_text pid; /* JSON text, as in the trace; absent: none */
    struct vtc_text tid;
    struct vtc_text process; /* text between quotes; absent: not named */
    struct vtc_text thread;
    bool is_ambiguous; /* another thread of the answer has the same name */
};

struct thread_labels {
    struct thread_label *labels; /* ascending by track */
    size_t count;
    size_t capacity;
};

/* Looks the labels of `tracks` up; they may repeat. */
vtc_status thread_labels_load(struct thread_labels *labels, vtc_reader *reader,
                              const uint32_t *tracks, size_t track_count, struct vtc_error *err);
void thread_labels_free(struct thread_labels *labels);
/* NULL for VTC_NO_TRACK. */
const struct thread_label *thread_labels_find(const struct thread_labels *labels, uint32_t track);

#endif
