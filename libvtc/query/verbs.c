#include "query/verbs.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "query/filter.h"

enum { COLUMNS_MAX = 32, COLUMN_BYTES = 32 };

static const struct verb_functions {
    const char *name;
    void (*columns)(struct vtci_verbs *verbs);
    vtc_status (*run)(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                      struct vtc_error *err);
} FUNCTIONS[VTCI_VERBS] = {
    [VTCI_VERB_SLOWEST] = {"slowest", vtci_slowest_columns, vtci_slowest_run},
    [VTCI_VERB_TOP] = {"top", vtci_top_columns, vtci_top_run},
    [VTCI_VERB_COUNT] = {"count", vtci_count_columns, vtci_count_run},
    [VTCI_VERB_HISTOGRAM] = {"histogram", vtci_histogram_columns, vtci_histogram_run},
    [VTCI_VERB_CALLS] = {"calls", vtci_calls_columns, vtci_calls_run},
    [VTCI_VERB_TREE] = {"tree", vtci_tree_columns, vtci_tree_run},
    [VTCI_VERB_TIMELINE] = {"timeline", vtci_timeline_columns, vtci_timeline_run},
    [VTCI_VERB_GAPS] = {"gaps", vtci_gaps_columns, vtci_gaps_run},
    [VTCI_VERB_COUNTERS] = {"counters", vtci_counters_columns, vtci_counters_run},
    [VTCI_VERB_ASYNC] = {"async", vtci_async_columns, vtci_async_run},
    [VTCI_VERB_FLOWS] = {"flows", vtci_flows_columns, vtci_flows_run},
    [VTCI_VERB_THREADS] = {"threads", vtci_threads_columns, vtci_threads_run},
    [VTCI_VERB_STATS] = {"stats", vtci_stats_columns, vtci_stats_run},
};

static const struct vtc_query_column *verbs_columns(const vtc_query *query, size_t *out_count)
{
    const struct vtci_verbs *verbs = (const struct vtci_verbs *)query;
    *out_count = verbs->rows.column_count;
    return verbs->rows.columns;
}

/* A limit of memory that was met is told with its verb and its size. */
static vtc_status tell_memory(const struct vtci_verbs *verbs, struct vtc_error *err)
{
    char cause[160] = "";
    if (err && err->message[0])
        snprintf(cause, sizeof cause, ": %.150s", err->message);
    return vtci_error_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, NULL,
                          "'%s' needs more than its limit of %zu bytes of memory%s",
                          FUNCTIONS[verbs->question.verb].name, verbs->query.memory.limit_bytes,
                          cause);
}

static vtc_status make_rows(struct vtci_verbs *verbs, struct vtc_error *err)
{
    struct vtci_filter filter;
    const struct vtci_question *question = &verbs->question;
    VTC_TRY(vtci_filter_init(&filter, &verbs->query.memory, question, verbs->reader, err));
    vtc_status status = vtci_filter_load_carried(&filter, &verbs->query, verbs->reader, err);
    if (status == VTC_OK)
        status = FUNCTIONS[question->verb].run(verbs, &filter, err);
    vtci_filter_free(&filter);
    if (status == VTC_OK)
        status = verbs->rows.status;
    if (status == VTC_OK && question->order.len_bytes > 0)
        status =
            vtci_answer_rows_sort(&verbs->rows, verbs->order_column, question->order_descending);
    VTC_TRY(status);
    verbs->end_row = vtci_answer_rows_count(&verbs->rows);
    if (question->limit > 0 && question->limit < verbs->end_row) {
        verbs->end_row = (size_t)question->limit;
        verbs->query.is_cut = true;
    }
    return VTC_OK;
}

static vtc_status verbs_next(vtc_query *query, const struct vtc_query_value **out_values,
                             struct vtc_error *err)
{
    struct vtci_verbs *verbs = (struct vtci_verbs *)query;
    if (!verbs->has_rows) {
        if (err)
            err->message[0] = '\0';
        vtc_status status = make_rows(verbs, err);
        if (status != VTC_OK)
            return status == VTC_ERR_NO_MEMORY ? tell_memory(verbs, err) : status;
    }
    verbs->has_rows = true;
    if (verbs->next_row == verbs->end_row)
        return VTC_END;
    *out_values = verbs->rows.values + verbs->next_row++ * verbs->rows.column_count;
    return VTC_OK;
}

static void verbs_close(vtc_query *query)
{
    struct vtci_verbs *verbs = (struct vtci_verbs *)query;
    if (verbs->rows.memory)
        vtci_answer_rows_free(&verbs->rows);
    if (verbs->has_question)
        vtci_question_free(&verbs->question);
}

static const struct vtci_query_operations OPERATIONS = {
    .columns = verbs_columns,
    .next = verbs_next,
    .close = verbs_close,
};

/* `duration` stands for `duration_ns`. */
static bool is_column(const struct vtci_word *word, const char *name)
{
    size_t len_bytes = strlen(name), short_bytes = len_bytes;
    if (len_bytes > 3 && strcmp(name + len_bytes - 3, "_ns") == 0)
        short_bytes -= 3;
    return (word->len_bytes == len_bytes || word->len_bytes == short_bytes) &&
           memcmp(word->text, name, word->len_bytes) == 0;
}

static vtc_status find_order(struct vtci_verbs *verbs, const char *text, struct vtc_error *err)
{
    const struct vtci_word *word = &verbs->question.order;
    char short_names[COLUMNS_MAX][COLUMN_BYTES];
    const char *known[COLUMNS_MAX];
    struct vtci_words words = {text, 0, err};
    size_t count = verbs->rows.column_count;
    for (size_t i = 0; i < count; i++) {
        const char *name = verbs->rows.columns[i].name;
        size_t len_bytes = strlen(name);
        if (len_bytes > 3 && strcmp(name + len_bytes - 3, "_ns") == 0)
            len_bytes -= 3;
        snprintf(short_names[i], COLUMN_BYTES, "%.*s", (int)len_bytes, name);
        known[i] = short_names[i];
        /* Of a thread that has two columns, the exact one comes second. */
        if (is_column(word, name) && verbs->rows.columns[i].audience != VTC_FOR_PEOPLE) {
            verbs->order_column = i;
            return VTC_OK;
        }
    }
    return vtci_words_refuse(&words, word, "a column of the answer", known, count);
}

vtc_status vtc_query_open(vtc_reader *reader, const char *text, const struct vtc_query_opts *opts,
                          vtc_query **out_query, struct vtc_error *err)
{
    if (!reader || !text)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "expected a reader and a question");
    struct vtci_verbs *verbs = (struct vtci_verbs *)vtci_query_begin(sizeof *verbs, opts);
    if (!verbs)
        return vtci_error_memory(err, sizeof *verbs);
    verbs->query.operations = &OPERATIONS;
    verbs->reader = reader;
    verbs->threads = opts ? opts->threads : 0;
    vtc_status status = vtci_question_parse(&verbs->query.memory, text, &verbs->question, err);
    verbs->has_question = status == VTC_OK;
    if (status == VTC_OK) {
        FUNCTIONS[verbs->question.verb].columns(verbs);
        if (verbs->question.order.len_bytes > 0)
            status = find_order(verbs, text, err);
    }
    if (status != VTC_OK) {
        vtc_query_close(&verbs->query);
        return status;
    }
    *out_query = &verbs->query;
    return VTC_OK;
}
