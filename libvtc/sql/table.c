#include "sql/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "sql/rows.h"

int vtci_sqlite_code(vtc_status status)
{
    switch (status) {
    case VTC_OK: return SQLITE_OK;
    case VTC_ERR_NO_MEMORY: return SQLITE_NOMEM;
    case VTC_ERR_CORRUPT:
    case VTC_ERR_TRUNCATED: return SQLITE_CORRUPT_VTAB;
    case VTC_ERR_IO: return SQLITE_IOERR;
    default: return SQLITE_ERROR;
    }
}

int vtci_table_fail(sqlite3_vtab *table, struct vtci_sql_trace *trace, vtc_status status)
{
    const struct vtc_error *err = &trace->err;
    if (status == VTC_OK)
        return SQLITE_OK;
    sqlite3_free(table->zErrMsg);
    if (err->offset != VTC_NO_OFFSET)
        table->zErrMsg =
            sqlite3_mprintf("%s%s%s (at offset %llu)", err->message, err->rule[0] ? ", rule " : "",
                            err->rule, (unsigned long long)err->offset);
    else
        table->zErrMsg = sqlite3_mprintf("%s", err->message);
    /* SQLite has a wording of its own for NOMEM, which does not say whose limit it was. */
    return status == VTC_ERR_NO_MEMORY ? SQLITE_ERROR : vtci_sqlite_code(status);
}

static struct vtci_sql_trace *find_trace(const struct vtci_sql_traces *traces, const char *number)
{
    char *end;
    unsigned long long found = strtoull(number, &end, 10);
    return end != number && *end == '\0' && found < traces->count ? traces->traces[found] : NULL;
}

int vtci_table_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                       const char *columns, size_t table_bytes, sqlite3_vtab **out_table,
                       char **out_message)
{
    struct vtci_sql_trace *trace = argc > 3 ? find_trace(aux, argv[3]) : NULL;
    if (!trace) {
        *out_message = sqlite3_mprintf("expected the number of an opened trace");
        return SQLITE_ERROR;
    }
    int code = sqlite3_declare_vtab(db, columns);
    if (code != SQLITE_OK)
        return code;
    /* Nothing here has an effect, or can be used to find out what is not in the trace. */
    sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
    struct vtci_table *table = sqlite3_malloc64(table_bytes);
    if (!table)
        return SQLITE_NOMEM;
    memset(table, 0, table_bytes);
    table->trace = trace;
    table->db = db;
    *out_table = &table->base;
    return SQLITE_OK;
}

int vtci_table_disconnect(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

/* DROP TABLE; closing a connection or a schema disconnects. */
int vtci_table_refuse_drop(sqlite3_vtab *table)
{
    (void)table;
    return SQLITE_READONLY;
}

int vtci_tables_register(sqlite3 *db, struct vtci_sql_traces *traces)
{
    static const struct {
        const char *name;
        const sqlite3_module *module;
    } modules[] = {{"vtc_slice", &vtci_slice_module},
                   {"vtc_rows", &vtci_rows_module},
                   {"vtc_args", &vtci_args_module},
                   {"vtc_counter", &vtci_counter_module},
                   {"vtc_event", &vtci_event_module}};
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
        int code = sqlite3_create_module_v2(db, modules[i].name, modules[i].module, traces, NULL);
        if (code != SQLITE_OK)
            return code;
    }
    return SQLITE_OK;
}

#define SLICE_COLUMNS "s.id, s.ts, s.dur, s.category, s.name, s.track_id, t.name AS track_name"
#define SLICE_COLUMNS_BEHIND "s.depth, s.parent_id, s.arg_set_id, s.thread_ts, s.thread_dur"

/* %w: the schema. Names of tables within a view are those of its own schema. */
static const char *const views[] = {
    "CREATE VIEW \"%w\".thread_slice AS SELECT " SLICE_COLUMNS
    ", h.name AS thread_name, h.utid, h.tid, h.is_main_thread, p.name AS process_name, p.upid, "
    "p.pid, " SLICE_COLUMNS_BEHIND
    " FROM slice s JOIN thread_track t ON s.track_id = t.id JOIN thread h USING (utid)"
    " LEFT JOIN process p USING (upid)",
    "CREATE VIEW \"%w\".process_slice AS SELECT " SLICE_COLUMNS
    ", p.name AS process_name, p.upid, p.pid, " SLICE_COLUMNS_BEHIND
    " FROM slice s JOIN process_track t ON s.track_id = t.id JOIN process p USING (upid)",
    ("CREATE VIEW \"%w\".instant AS SELECT id, ts, track_id, name, category, arg_set_id FROM slice"
     " WHERE dur = 0")};

static int run(sqlite3 *db, char *text, char **out_message)
{
    int code = text ? sqlite3_exec(db, text, NULL, NULL, out_message) : SQLITE_NOMEM;
    sqlite3_free(text);
    return code;
}

int vtci_views_create(sqlite3 *db, const char *schema, char **out_message)
{
    int code = SQLITE_OK;
    for (size_t i = 0; code == SQLITE_OK && i < sizeof views / sizeof *views; i++)
        code = run(db, sqlite3_mprintf(views[i], schema), out_message);
    return code;
}

int vtci_tables_create(sqlite3 *db, const char *schema, size_t trace_number, char **out_message)
{
    static const char *const modules[] = {"slice", "args", "counter", "event"};
    unsigned long long number = trace_number;
    int code = SQLITE_OK;
    for (size_t i = 0; code == SQLITE_OK && i < sizeof modules / sizeof *modules; i++)
        code = run(db,
                   sqlite3_mprintf("CREATE VIRTUAL TABLE \"%w\".%s USING vtc_%s(%llu)", schema,
                                   modules[i], modules[i], number),
                   out_message);
    for (size_t i = 0; code == SQLITE_OK && i < vtci_rows_table_count; i++)
        code =
            run(db,
                sqlite3_mprintf("CREATE VIRTUAL TABLE \"%w\".%s USING vtc_rows(%llu, %s)", schema,
                                vtci_rows_tables[i].name, number, vtci_rows_tables[i].name),
                out_message);
    return code == SQLITE_OK ? vtci_views_create(db, schema, out_message) : code;
}
