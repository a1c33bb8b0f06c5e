/* `slowest N`: see slowest.c. */
#ifndef VTCI_QUERY_SLOWEST_H
#define VTCI_QUERY_SLOWEST_H

#include "query/filter.h"
#include "query/span_heap.h"
#include "query/verbs.h"

/* The spans of the answer, the longest first, into a heap that wants as many as the question. */
VTC_NODISCARD vtc_status vtci_slowest_find(struct vtci_verbs *verbs,
                                           const struct vtci_filter *filter,
                                           struct vtci_span_heap *heap, struct vtc_error *err);

#endif
