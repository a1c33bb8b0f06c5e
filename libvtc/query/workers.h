/* A scan with a state for each thread, which are added up in the end. */
#ifndef VTCI_QUERY_WORKERS_H
#define VTCI_QUERY_WORKERS_H

#include "query/scan.h"

struct vtci_workers {
    size_t state_bytes;
    vtc_status (*init)(void *state, struct vtci_verbs *verbs);
    vtc_status (*work)(void *state, const struct vtci_batch *batch, struct vtc_error *err);
    /* Adds `other` to `state`, the first one. */
    vtc_status (*merge)(void *state, void *other);
    void (*free)(void *state);
    struct vtci_batch_wish wish;
    bool in_order; /* one state for all */
};

/* Runs the scan; the first state has all in the end and is to be freed by vtci_workers_end. */
VTC_NODISCARD vtc_status vtci_workers_run(struct vtci_verbs *verbs,
                                          const struct vtci_workers *workers,
                                          const struct vtci_filter *filter, void **out_state,
                                          struct vtc_error *err);
void vtci_workers_end(struct vtci_verbs *verbs, const struct vtci_workers *workers, void *state);

#endif
