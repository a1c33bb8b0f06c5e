/* Spans of tracks whose order nesting cannot use, sorted: by track, start, the longer first, then as in
 * the trace. Where they do not fit into half of what the memory limit leaves, sorted runs go to a
 * temporary file without a name, and are merged from there.
 */
#ifndef VTCI_QUERY_SPAN_SORTER_H
#define VTCI_QUERY_SPAN_SORTER_H

#include <stdio.h>

#include "query/answer.h"

struct vtci_sorted_span {
    uint32_t track;
    uint32_t run; /* of the sorter */
    int64_t start_ns;
    int64_t duration_ns;
    uint64_t tag;
    uint64_t order; /* in the trace */
};

struct vtci_span_sorter {
    struct vtci_memory *memory;
    struct vtci_sorted_span *spans;
    size_t count, capacity;
    uint64_t added;
    FILE *file;         /* NULL: nothing was written */
    uint64_t *run_ends; /* in spans of the file */
    size_t run_count, run_capacity;
};

void vtci_span_sorter_init(struct vtci_span_sorter *sorter, struct vtci_memory *memory);
void vtci_span_sorter_free(struct vtci_span_sorter *sorter);
/* NO_MEMORY, also when the temporary file cannot be written. */
VTC_NODISCARD vtc_status vtci_span_sorter_add(struct vtci_span_sorter *sorter, uint32_t track,
                                              int64_t start_ns, int64_t duration_ns, uint64_t tag);
/* Gives all in order. What `take` returned, IO, NO_MEMORY, or as vtci_query_check. */
VTC_NODISCARD vtc_status vtci_span_sorter_give(struct vtci_span_sorter *sorter,
                                               const vtc_query *query,
                                               vtc_status (*take)(void *context,
                                                                  const struct vtci_sorted_span *),
                                               void *context, struct vtc_error *err);

#endif
