/* A statement of SQL as a vtc_query. */
#include <ctype.h>
#include <string.h>

#include "base/error.h"
#include "query/answer.h"
#include "sql/connect.h"
#include "sql/query_suggest.h"

/* [choice] Steps of SQLite's machine between two looks at the clock. */
#define STEPS_BETWEEN_CHECKS 10000

struct sql_query {
    vtc_query query; /* first */
    vtc_sql *sql;
    vtc_sql *owned; /* closed with the query; NULL: not ours */
    sqlite3_stmt *statement;
    struct vtc_query_column *columns;
    struct vtc_query_value *values;
    size_t column_count;
};

static int on_progress(void *context)
{
    struct sql_query *sql = context;
    return vtci_query_check(&sql->query, NULL) != VTC_OK;
}

/* Where SQLite says that it is. */
static void point_at(const vtc_sql *sql, const char *text, struct vtc_error *err)
{
    int offset = sqlite3_error_offset(sql->db);
    if (!err || offset < 0 || (size_t)offset > strlen(text))
        return;
    err->offset = (uint64_t)offset;
    err->column = (uint64_t)offset + 1;
}

/* What a code of SQLite comes to. A failure within the tables knows more than SQLite does. */
static vtc_status fail(struct sql_query *sql, int code, struct vtc_error *err)
{
    const struct vtc_error *known = &sql->sql->trace->err;
    VTC_TRY(vtci_query_check(&sql->query, err));
    if (known->code != VTC_OK) {
        if (err)
            *err = *known;
        return known->code;
    }
    vtc_status status = VTC_ERR_ARGUMENT;
    switch (code & 0xFF) {
    case SQLITE_NOMEM: status = VTC_ERR_NO_MEMORY; break;
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN: status = VTC_ERR_IO; break;
    case SQLITE_TOOBIG: status = VTC_ERR_LIMIT; break;
    case SQLITE_AUTH:
        return vtci_error_set(err, status, VTC_NO_OFFSET, NULL,
                              "the trace can only be read: %.160s", sqlite3_errmsg(sql->sql->db));
    default: break;
    }
    return vtci_error_set(err, status, VTC_NO_OFFSET, NULL, "SQL: %.200s",
                          sqlite3_errmsg(sql->sql->db));
}

static const struct vtc_query_column *columns_of(const vtc_query *query, size_t *out_count)
{
    const struct sql_query *sql = (const struct sql_query *)query;
    *out_count = sql->column_count;
    return sql->columns;
}

static vtc_status take_value(struct sql_query *sql, int column, struct vtc_error *err)
{
    struct vtc_query_value *value = &sql->values[column];
    memset(value, 0, sizeof *value);
    switch (sqlite3_column_type(sql->statement, column)) {
    case SQLITE_INTEGER:
        value->type = VTC_VALUE_INTEGER;
        value->integer = sqlite3_column_int64(sql->statement, column);
        return VTC_OK;
    case SQLITE_FLOAT:
        value->type = VTC_VALUE_REAL;
        value->real = sqlite3_column_double(sql->statement, column);
        return VTC_OK;
    case SQLITE_NULL: return VTC_OK;
    default: /* TEXT, and a blob as its bytes */
        value->type = VTC_VALUE_TEXT;
        value->text.data = sqlite3_column_blob(sql->statement, column);
        value->text.len_bytes = (size_t)sqlite3_column_bytes(sql->statement, column);
        if (value->text.len_bytes > 0 && !value->text.data)
            return vtci_error_memory(err, value->text.len_bytes);
        if (!value->text.data)
            value->text.data = "";
        return VTC_OK;
    }
}

static vtc_status next_row(vtc_query *query, const struct vtc_query_value **out_values,
                           struct vtc_error *err)
{
    struct sql_query *sql = (struct sql_query *)query;
    int code = sqlite3_step(sql->statement);
    if (code == SQLITE_DONE)
        return VTC_END;
    if (code != SQLITE_ROW)
        return fail(sql, code, err);
    for (size_t i = 0; i < sql->column_count; i++)
        VTC_TRY(take_value(sql, (int)i, err));
    *out_values = sql->values;
    return VTC_OK;
}

static void interrupt(vtc_query *query)
{
    sqlite3_interrupt(((struct sql_query *)query)->sql->db);
}

static void close_query(vtc_query *query)
{
    struct sql_query *sql = (struct sql_query *)query;
    sqlite3_finalize(sql->statement);
    sqlite3_progress_handler(sql->sql->db, 0, NULL, NULL);
    sql->sql->trace->query = NULL;
    vtci_release(&query->memory, sql->columns, (sql->column_count + 1) * sizeof *sql->columns);
    vtci_release(&query->memory, sql->values, (sql->column_count + 1) * sizeof *sql->values);
    vtc_sql_close(sql->owned);
}

static const struct vtci_query_operations OPERATIONS = {
    .columns = columns_of,
    .next = next_row,
    .interrupt = interrupt,
    .close = close_query,
};

/* Behind a statement there may only be nothing. */
static vtc_status check_tail(const char *text, const char *tail, struct vtc_error *err)
{
    while (*tail && (isspace((unsigned char)*tail) || *tail == ';'))
        tail++;
    if (!*tail || (tail[0] == '-' && tail[1] == '-' && !strchr(tail, '\n')))
        return VTC_OK;
    vtci_error_set(err, VTC_ERR_ARGUMENT, (uint64_t)(tail - text), NULL,
                   "expected one statement, found more");
    if (err)
        err->column = (uint64_t)(tail - text) + 1;
    return VTC_ERR_ARGUMENT;
}

static vtc_status prepare(struct sql_query *sql, const char *text, struct vtc_error *err)
{
    const char *tail = NULL;
    memset(&sql->sql->trace->err, 0, sizeof sql->sql->trace->err);
    int code = sqlite3_prepare_v2(sql->sql->db, text, -1, &sql->statement, &tail);
    if (code != SQLITE_OK) {
        vtc_status status = fail(sql, code, err);
        if (status == VTC_ERR_ARGUMENT) {
            point_at(sql->sql, text, err);
            vtci_sql_suggest(sql->sql->db, text, err);
        }
        return status;
    }
    if (!sql->statement)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL, "expected a statement");
    if (!sqlite3_stmt_readonly(sql->statement) || sqlite3_column_count(sql->statement) == 0)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "the trace can only be read");
    return check_tail(text, tail, err);
}

static vtc_status name_columns(struct sql_query *sql, struct vtc_error *err)
{
    size_t count = (size_t)sqlite3_column_count(sql->statement);
    struct vtci_memory *memory = &sql->query.memory;
    sql->column_count = count;
    sql->columns = vtci_allocate_zeroed(memory, (count + 1) * sizeof *sql->columns);
    sql->values = vtci_allocate_zeroed(memory, (count + 1) * sizeof *sql->values);
    if (!sql->columns || !sql->values)
        return vtci_error_memory(err, count * sizeof *sql->values);
    for (size_t i = 0; i < count; i++) {
        sql->columns[i].name = sqlite3_column_name(sql->statement, (int)i);
        if (!sql->columns[i].name)
            return vtci_error_memory(err, 1);
    }
    return VTC_OK;
}

vtc_status vtci_sql_query_open(vtc_sql *connection, vtc_sql *owned, const char *text,
                               const struct vtc_query_opts *opts, vtc_query **out_query,
                               struct vtc_error *err)
{
    if (!text)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL, "expected a statement");
    struct sql_query *sql = (struct sql_query *)vtci_query_begin(sizeof *sql, opts);
    if (!sql)
        return vtci_error_memory(err, sizeof *sql);
    sql->query.operations = &OPERATIONS;
    sql->sql = connection;
    connection->trace->query = &sql->query;
    sqlite3_progress_handler(connection->db, STEPS_BETWEEN_CHECKS, on_progress, sql);
    vtc_status status = prepare(sql, text, err);
    if (status == VTC_OK)
        status = name_columns(sql, err);
    if (status != VTC_OK) {
        vtc_query_close(&sql->query);
        return status;
    }
    sql->owned = owned;
    *out_query = &sql->query;
    return VTC_OK;
}
