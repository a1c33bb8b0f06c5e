/* What is behind a vtc_query, whoever answers it: verbs (verbs.c) or SQL (sql/).
 *
 * An implementation puts a `struct vtc_query` first in its own, has it begun by vtci_query_begin, and
 * sets `operations`. Whatever takes long asks vtci_query_check now and then: at each block, and within
 * loops that are longer than one.
 */
#ifndef VTCI_QUERY_ANSWER_H
#define VTCI_QUERY_ANSWER_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/memory.h"
#include "vtc/query.h"

struct vtci_query_operations {
    const struct vtc_query_column *(*columns)(const vtc_query *query, size_t *out_count);
    vtc_status (*next)(vtc_query *query, const struct vtc_query_value **out_values,
                       struct vtc_error *err);
    /* May be NULL. From a signal handler, after `interrupted` was set. */
    void (*interrupt)(vtc_query *query);
    /* Frees all but the query itself, which vtc_query_close does. */
    void (*close)(vtc_query *query);
};

struct vtc_query {
    const struct vtci_query_operations *operations;
    struct vtci_memory memory; /* for the answer */
    size_t own_bytes;          /* of the whole object */
    uint64_t deadline_ns;      /* of the monotonic clock; 0: none */
    atomic_int interrupted;    /* relaxed: it orders nothing */
    atomic_ullong blocks_read; /* relaxed: a statistic, added to by workers */
    bool is_cut;               /* a limit cut rows off */
    bool has_ended;            /* by its end or a failure: nothing further */
};

/* A zeroed object of `own_bytes` that begins with a struct vtc_query; NULL when memory is short. */
vtc_query *vtci_query_begin(size_t own_bytes, const struct vtc_query_opts *opts);
/* CANCELLED or LIMIT once it is time to stop. */
VTC_NODISCARD vtc_status vtci_query_check(const vtc_query *query, struct vtc_error *err);

#endif
