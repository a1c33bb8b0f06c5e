/* All blocks of a file that a question needs, read by the caller and its workers.
 *
 *     worker:  take the next block -> batch -> work, with a state of its own
 *              [in order: wait until all blocks before are done -> consume]
 *
 * Sums and counts need no order: each worker has its own, and they are added up in the end. What goes
 * by the order of the trace (nesting, pairing) is consumed in it, one block after the other. Either
 * way the answer does not depend on how many threads there are.
 */
#ifndef VTCI_QUERY_SCAN_H
#define VTCI_QUERY_SCAN_H

#include "query/batch.h"
#include "query/verbs.h"

#define VTCI_SCAN_THREADS_MAX 64

struct vtci_scan {
    struct vtci_batch_wish wish;
    /* Takes a batch; `state` is the worker's. Runs at the same time as others, unless `in_order`. */
    vtc_status (*work)(void *state, const struct vtci_batch *batch, struct vtc_error *err);
    bool in_order;
    /* One state for each thread; with `in_order` states[0] is everybody's. */
    void **states;
    size_t state_count;
};

/* How many threads a scan uses, and so how many states it wants. */
unsigned vtci_scan_threads(const struct vtci_verbs *verbs);

/* Of several failures, that of the first block is told. */
VTC_NODISCARD vtc_status vtci_scan_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                                       const struct vtci_scan *scan, struct vtc_error *err);

#endif
