/* Any text as SQL, to a small trace. What is no reading is refused, whatever it looks like: the connection
 * is asked again behind it and answers as before. */
#include <string.h>

#include "small_trace.h"
#include "vtc/sql.h"

#define LIMIT_BYTES ((size_t)64 << 20)
#define TIMEOUT_NS UINT64_C(200000000)
#define ROWS_MAX 200
#define SMALL_TRACE_EVENTS 14

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct vtc_query_opts OPTS = {.struct_size = sizeof OPTS,
                                           .memory_limit_bytes = LIMIT_BYTES,
                                           .timeout_ns = TIMEOUT_NS};

static void ask(vtc_sql *sql, const char *text)
{
    struct vtc_error err = {0};
    vtc_query *query;
    const struct vtc_query_value *values;
    size_t column_count;
    vtc_status status = vtc_sql_query(sql, text, &OPTS, &query, &err);
    if (status == VTC_ERR_ARGUMENT && err.offset != VTC_NO_OFFSET && err.offset > strlen(text))
        abort();
    if (status != VTC_OK)
        return;
    (void)vtc_query_columns(query, &column_count);
    for (int i = 0; i < ROWS_MAX && vtc_query_next(query, &values, NULL) == VTC_OK; i++)
        check_row(values, column_count);
    vtc_query_close(query);
}

static void check_unchanged(vtc_sql *sql)
{
    static const char text[] = "SELECT count(*) FROM event";
    vtc_query *query;
    const struct vtc_query_value *values;
    if (vtc_sql_query(sql, text, NULL, &query, NULL) != VTC_OK)
        abort();
    if (vtc_query_next(query, &values, NULL) != VTC_OK || values[0].integer != SMALL_TRACE_EVENTS)
        abort();
    vtc_query_close(query);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    vtc_sql *sql;
    char *text = question_text(data, size);
    if (!text)
        return 0;
    if (vtc_sql_connect(small_trace_reader(), &OPTS, &sql, NULL) != VTC_OK)
        abort();
    ask(sql, text);
    check_unchanged(sql);
    vtc_sql_close(sql);
    free(text);
    return 0;
}
