/* All spans of a trace with their nesting, in one run over the blocks; two where a track is in neither
 * exit nor start order: its spans are sorted then (span_sorter.h).
 */
#ifndef VTCI_QUERY_SPAN_WALK_H
#define VTCI_QUERY_SPAN_WALK_H

#include "query/nesting.h"
#include "query/scan.h"

struct vtci_span_walk {
    void *context;
    /* Forgets all spans: the walk begins. It may begin twice. NO_MEMORY. */
    vtc_status (*begin)(void *context);
    /* A span, in the order of the trace; `selected`: the conditions of the question hold for it.
     * Gives the tag that it gets. */
    vtc_status (*meet)(void *context, const struct vtci_batch *batch, size_t at, bool selected,
                       uint64_t *out_tag);
    /* As in nesting.h. A span on no track is on that behind the last. */
    vtc_status (*placed)(void *context, struct vtci_nested *span, struct vtci_nested *parent,
                         uint32_t track);
    vtc_status (*completed)(void *context, struct vtci_nested *span, uint32_t track);
    bool only_selected; /* the others are not there at all */
    unsigned fields;    /* that `meet` wants, beside times, duration and track */
};

VTC_NODISCARD vtc_status vtci_span_walk_run(struct vtci_verbs *verbs,
                                            const struct vtci_filter *filter,
                                            const struct vtci_span_walk *walk,
                                            struct vtc_error *err);

#endif
