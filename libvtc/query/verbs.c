#include "query/verbs.h"

#include "base/error.h"

struct verb_functions {
    void (*columns)(struct vtci_verbs *verbs);
    vtc_status (*run)(struct vtci_verbs *verbs, struct vtc_error *err);
};

static const struct verb_functions functions[] = {
    [VTCI_VERB_SLOWEST] = {vtci_slowest_columns, vtci_slowest_run},
};

static const struct vtc_query_column *verbs_columns(const vtc_query *query, size_t *out_count)
{
    const struct vtci_verbs *verbs = (const struct vtci_verbs *)query;
    *out_count = verbs->rows.column_count;
    return verbs->rows.columns;
}

static vtc_status verbs_next(vtc_query *query, const struct vtc_value **out_values,
                             struct vtc_error *err)
{
    struct vtci_verbs *verbs = (struct vtci_verbs *)query;
    if (!verbs->has_rows)
        VTC_TRY(functions[verbs->question.verb].run(verbs, err));
    verbs->has_rows = true;
    if (verbs->next_row == vtci_answer_rows_count(&verbs->rows))
        return VTC_END;
    *out_values = verbs->rows.values + verbs->next_row++ * verbs->rows.column_count;
    return VTC_OK;
}

static void verbs_close(vtc_query *query)
{
    vtci_answer_rows_free(&((struct vtci_verbs *)query)->rows);
}

static const struct vtci_query_operations OPERATIONS = {
    .columns = verbs_columns,
    .next = verbs_next,
    .close = verbs_close,
};

vtc_status vtc_query_open(vtc_reader *reader, const char *text, const struct vtc_query_opts *opts,
                          vtc_query **out_query, struct vtc_error *err)
{
    struct vtci_question question;
    if (!reader || !text)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "expected a reader and a question");
    VTC_TRY(vtci_question_parse(text, &question, err));
    struct vtci_verbs *verbs = (struct vtci_verbs *)vtci_query_begin(sizeof *verbs, opts);
    if (!verbs)
        return vtci_error_memory(err, sizeof *verbs);
    verbs->query.operations = &OPERATIONS;
    verbs->reader = reader;
    verbs->threads = opts ? opts->threads : 0;
    verbs->question = question;
    functions[question.verb].columns(verbs);
    *out_query = &verbs->query;
    return VTC_OK;
}
