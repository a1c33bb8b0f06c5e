/* When a thread is busy: the outermost spans of each track, one after the other by their starts, cut
 * where they overlap with those before. What is between them is idle.
 */
#ifndef VTCI_QUERY_BUSY_H
#define VTCI_QUERY_BUSY_H

#include "query/name_table.h"
#include "query/span_walk.h"

struct vtci_busy {
    uint32_t track;
    int64_t from_ns; /* where the last stretch ended, or where this one begins if it is the first */
    int64_t start_ns; /* of this stretch, not before the end of all before */
    int64_t end_ns;
    uint32_t before; /* name of the span that ended the stretch before; 0 for the first */
    uint32_t name;
    bool is_first;
};

struct vtci_busy_walk {
    void *context;
    vtc_status (*begin)(void *context);
    vtc_status (*take)(void *context, const struct vtci_busy *busy);
};

/* `names` is the caller's, made anew when the walk begins. */
VTC_NODISCARD vtc_status vtci_busy_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                                       const struct vtci_busy_walk *walk,
                                       struct vtci_name_table *names, struct vtc_error *err);

#endif
