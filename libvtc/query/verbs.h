/* A question in the language of verbs, while it is answered.
 *
 * A verb is two functions: one that tells the columns of the answer when the query is opened, one
 * that makes all rows when the first is asked for. `order by` and `limit` come after it.
 */
#ifndef VTCI_QUERY_VERBS_H
#define VTCI_QUERY_VERBS_H

#include "query/answer.h"
#include "query/answer_rows.h"
#include "query/question.h"

struct vtci_filter;

struct vtci_verbs {
    struct vtc_query query; /* first */
    vtc_reader *reader;
    unsigned threads;
    bool has_question; /* to be freed */
    struct vtci_question question;
    struct vtci_answer_rows rows;
    size_t order_column;
    bool has_rows;
    size_t next_row, end_row;
};

#define VTCI_VERB_COLUMNS(verbs, columns)                                  \
    vtci_answer_rows_init(&(verbs)->rows, &(verbs)->query.memory, columns, \
                          sizeof(columns) / sizeof *(columns))

void vtci_slowest_columns(struct vtci_verbs *verbs);
void vtci_top_columns(struct vtci_verbs *verbs);
void vtci_count_columns(struct vtci_verbs *verbs);
void vtci_histogram_columns(struct vtci_verbs *verbs);
void vtci_calls_columns(struct vtci_verbs *verbs);
void vtci_tree_columns(struct vtci_verbs *verbs);
void vtci_timeline_columns(struct vtci_verbs *verbs);
void vtci_gaps_columns(struct vtci_verbs *verbs);
void vtci_counters_columns(struct vtci_verbs *verbs);
void vtci_async_columns(struct vtci_verbs *verbs);
void vtci_flows_columns(struct vtci_verbs *verbs);
void vtci_threads_columns(struct vtci_verbs *verbs);
void vtci_stats_columns(struct vtci_verbs *verbs);

VTC_NODISCARD vtc_status vtci_slowest_run(struct vtci_verbs *verbs,
                                          const struct vtci_filter *filter, struct vtc_error *err);
VTC_NODISCARD vtc_status vtci_top_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                                      struct vtc_error *err);
VTC_NODISCARD vtc_status vtci_count_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                                        struct vtc_error *err);
VTC_NODISCARD vtc_status vtci_histogram_run(struct vtci_verbs *verbs,
                                            const struct vtci_filter *filter,
                                            struct vtc_error *err);
VTC_NODISCARD vtc_status vtci_calls_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                                        struct vtc_error *err);
VTC_NODISCARD vtc_status vtci_tree_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                                       struct vtc_error *err);
VTC_NODISCARD vtc_status vtci_timeline_run(struct vtci_verbs *verbs,
                                           const struct vtci_filter *filter, struct vtc_error *err);
VTC_NODISCARD vtc_status vtci_gaps_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                                       struct vtc_error *err);
VTC_NODISCARD vtc_status vtci_counters_run(struct vtci_verbs *verbs,
                                           const struct vtci_filter *filter, struct vtc_error *err);
VTC_NODISCARD vtc_status vtci_async_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                                        struct vtc_error *err);
VTC_NODISCARD vtc_status vtci_flows_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                                        struct vtc_error *err);
VTC_NODISCARD vtc_status vtci_threads_run(struct vtci_verbs *verbs,
                                          const struct vtci_filter *filter, struct vtc_error *err);
VTC_NODISCARD vtc_status vtci_stats_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                                        struct vtc_error *err);

#endif
