/* `top N by self`: see self_time.c. */
#ifndef VTCI_QUERY_SELF_TIME_H
#define VTCI_QUERY_SELF_TIME_H

#include "query/filter.h"
#include "query/totals.h"
#include "query/verbs.h"

VTC_NODISCARD vtc_status vtci_self_time_run(struct vtci_verbs *verbs,
                                            const struct vtci_filter *filter,
                                            struct vtc_error *err);
/* The rows of `top`, from totals by name (verb_top.c). */
VTC_NODISCARD vtc_status vtci_top_put(struct vtci_verbs *verbs, const struct vtci_name_table *names,
                                      const struct vtci_totals *totals, struct vtc_error *err);

#endif
