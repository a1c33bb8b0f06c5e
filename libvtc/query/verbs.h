/* A question in the language of verbs, while it is answered.
 *
 * A verb is two functions: one that tells the columns of the answer when the query is opened, one
 * that makes all rows when the first is asked for.
 */
#ifndef VTCI_QUERY_VERBS_H
#define VTCI_QUERY_VERBS_H

#include "query/answer.h"
#include "query/answer_rows.h"
#include "query/question.h"

struct vtci_verbs {
    struct vtc_query query; /* first */
    vtc_reader *reader;
    unsigned threads;
    struct vtci_question question;
    struct vtci_answer_rows rows;
    bool has_rows;
    size_t next_row;
};

#define VTCI_VERB_COLUMNS(verbs, columns)                                  \
    vtci_answer_rows_init(&(verbs)->rows, &(verbs)->query.memory, columns, \
                          sizeof(columns) / sizeof *(columns))

void vtci_slowest_columns(struct vtci_verbs *verbs);
VTC_NODISCARD vtc_status vtci_slowest_run(struct vtci_verbs *verbs, struct vtc_error *err);

#endif
