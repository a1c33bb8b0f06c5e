#include "query/workers.h"

#include "base/error.h"

void vtci_workers_end(struct vtci_verbs *verbs, const struct vtci_workers *workers, void *state)
{
    if (!state)
        return;
    workers->free(state);
    vtci_release(&verbs->query.memory, state, workers->state_bytes);
}

static vtc_status make_states(struct vtci_verbs *verbs, const struct vtci_workers *workers,
                              void **states, size_t *count, size_t wanted, struct vtc_error *err)
{
    for (; *count < wanted; (*count)++) {
        void *state = vtci_allocate_zeroed(&verbs->query.memory, workers->state_bytes);
        if (!state)
            return vtci_error_memory(err, workers->state_bytes);
        states[*count] = state;
        if (workers->init(state, verbs) != VTC_OK) {
            (*count)++; /* to be freed */
            return vtci_error_memory(err, workers->state_bytes);
        }
    }
    return VTC_OK;
}

vtc_status vtci_workers_run(struct vtci_verbs *verbs, const struct vtci_workers *workers,
                            const struct vtci_filter *filter, void **out_state,
                            struct vtc_error *err)
{
    void *states[VTCI_SCAN_THREADS_MAX];
    size_t count = 0;
    vtc_status status = make_states(verbs, workers, states, &count,
                                    workers->in_order ? 1 : vtci_scan_threads(verbs), err);
    struct vtci_scan scan = {workers->wish, workers->work, workers->in_order, states, count};
    if (status == VTC_OK)
        status = vtci_scan_run(verbs, filter, &scan, err);
    for (size_t i = 1; i < count && status == VTC_OK; i++)
        if (workers->merge(states[0], states[i]) != VTC_OK)
            status = vtci_error_memory(err, workers->state_bytes);
    while (count > 1)
        vtci_workers_end(verbs, workers, states[--count]);
    if (status == VTC_OK)
        *out_state = states[0];
    else if (count == 1)
        vtci_workers_end(verbs, workers, states[0]);
    return status;
}
