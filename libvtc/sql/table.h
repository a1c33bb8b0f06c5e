/* What the virtual tables have in common.
 *
 *     CREATE VIRTUAL TABLE slice USING vtc_slice(3)            3: a trace of the connection's list
 *     CREATE VIRTUAL TABLE thread USING vtc_rows(3, thread)
 *
 * A trace is named by its number in the list of those that the connection has opened, so a database
 * that comes from somewhere else cannot make it open a file.
 */
#ifndef VTCI_SQL_TABLE_H
#define VTCI_SQL_TABLE_H

#include <string.h>

#include "sql/sqlite.h"
#include "sql/trace.h"

/* The traces that a connection has opened. */
struct vtci_sql_traces {
    struct vtci_sql_trace **traces; /* NULL: closed */
    size_t count, capacity;
    struct vtci_memory memory;
};

struct vtci_rows_table;

struct vtci_table {
    sqlite3_vtab base;
    struct vtci_sql_trace *trace;
    sqlite3 *db;
    const struct vtci_rows_table *rows; /* of vtc_rows */
};

static inline struct vtci_sql_trace *vtci_cursor_trace(const sqlite3_vtab_cursor *cursor)
{
    return ((const struct vtci_table *)cursor->pVtab)->trace;
}

/* xConnect of all: finds the trace and declares the columns. `out_table` is zeroed, and is
 * `table_bytes` long. */
int vtci_table_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                       const char *columns, size_t table_bytes, sqlite3_vtab **out_table,
                       char **out_message);
int vtci_table_disconnect(sqlite3_vtab *table);
int vtci_table_refuse_drop(sqlite3_vtab *table);

/* Registers all modules with a connection; the list is borrowed, and outlives it. */
int vtci_tables_register(sqlite3 *db, struct vtci_sql_traces *traces);
/* Makes the tables and views of a trace in a schema ("main", "temp", or an attached one). */
int vtci_tables_create(sqlite3 *db, const char *schema, size_t trace_number, char **out_message);

/* The same views, over tables of any kind. */
int vtci_views_create(sqlite3 *db, const char *schema, char **out_message);

/* A scan begins: what failed before is no matter of its. */
static inline void vtci_table_begin(struct vtci_sql_trace *trace)
{
    memset(&trace->err, 0, sizeof trace->err);
}

/* Tells SQLite of a failure that trace->err describes. */
int vtci_table_fail(sqlite3_vtab *table, struct vtci_sql_trace *trace, vtc_status status);
int vtci_sqlite_code(vtc_status status);

/* Gives a text: one that lasts as long as the trace is not copied. Absent text is NULL. */
static inline void vtci_result_lasting(sqlite3_context *context, struct vtc_text text)
{
    if (text.data)
        sqlite3_result_text64(context, text.data, text.len_bytes, SQLITE_STATIC, SQLITE_UTF8);
}

static inline void vtci_result_label(sqlite3_context *context, const struct vtci_sql_trace *trace,
                                     vtci_label label)
{
    vtci_result_lasting(context, vtci_label_text(&trace->labels, label));
}

/* The number of an event, as column `id` of `event`; also what args of other events hang on. */
static inline int64_t vtci_event_number(const struct vtci_sql_trace *trace, uint64_t block,
                                        size_t event)
{
    return (int64_t)(trace->event_first[block] + event);
}

extern const sqlite3_module vtci_slice_module;
extern const sqlite3_module vtci_rows_module;
extern const sqlite3_module vtci_args_module;
extern const sqlite3_module vtci_counter_module;
extern const sqlite3_module vtci_event_module;

#endif
