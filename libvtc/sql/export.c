/* The tables of a trace as a plain database.
 *
 * The database is what SQLite has open, the trace is attached beside it: every table is one INSERT …
 * SELECT, so rows go from the blocks to pages without a stop. There is no journal: the file is new,
 * and thrown away when anything fails. Indexes come last, each as one sort.
 */
#include <string.h>

#include "base/error.h"
#include "query/answer.h"
#include "sql/connect.h"
#include "sql/open_block.h"

/* [choice] Steps of SQLite's machine between two calls of the progress function. */
#define STEPS_BETWEEN_CALLS 200000

struct exporting {
    const struct vtc_sql_export_opts *opts;
    struct vtci_sql_traces traces;
    struct vtci_sql_trace *only[1];
    sqlite3 *db;
    uint64_t rows;
    bool is_cancelled;
    struct vtc_error *err;
};

static const char *const table_names[] = {"slice",     "args",          "counter",
                                          "event",     "thread",        "process",
                                          "track",     "thread_track",  "process_track",
                                          "flow",      "counter_track", "metadata",
                                          "stats",     "loss",          "trace_bounds",
                                          "name_total"};

static const struct {
    const char *table;
    const char *columns; /* the first one must be there */
} indexes[] = {{"slice", "ts"},         {"slice", "dur"},       {"slice", "name"},
               {"slice", "track_id"},   {"slice", "parent_id"}, {"args", "arg_set_id"},
               {"counter", "track_id"}, {"flow", "slice_out"},  {"flow", "slice_in"}};

static vtc_status fail(struct exporting *exporting, int code, const char *message)
{
    const struct vtc_error *known = &exporting->only[0]->err;
    vtc_status status = VTC_ERR_INTERNAL;
    if (exporting->is_cancelled)
        return vtci_error_set(exporting->err, VTC_ERR_CANCELLED, VTC_NO_OFFSET, NULL,
                              "the export was cancelled");
    if (known->code != VTC_OK) {
        if (exporting->err)
            *exporting->err = *known;
        return known->code;
    }
    if ((code & 0xFF) == SQLITE_NOMEM)
        status = VTC_ERR_NO_MEMORY;
    else if ((code & 0xFF) == SQLITE_IOERR || (code & 0xFF) == SQLITE_FULL ||
             (code & 0xFF) == SQLITE_CANTOPEN)
        status = VTC_ERR_IO;
    return vtci_error_set(exporting->err, status, VTC_NO_OFFSET, NULL,
                          "SQLite cannot write the database: %.160s", message);
}

/* Takes `text`, which sqlite3_mprintf made. */
static vtc_status run(struct exporting *exporting, char *text)
{
    char *message = NULL;
    int code = text ? sqlite3_exec(exporting->db, text, NULL, NULL, &message) : SQLITE_NOMEM;
    vtc_status status = VTC_OK;
    if (code != SQLITE_OK)
        status = fail(exporting, code, message ? message : sqlite3_errstr(code));
    sqlite3_free(message);
    sqlite3_free(text);
    return status;
}

static int on_progress(void *context)
{
    struct exporting *exporting = context;
    const struct vtci_sql_trace *trace = exporting->only[0];
    struct vtc_zone zone;
    uint64_t read_bytes = 0;
    if (trace->cache && vtc_reader_zone(trace->reader, trace->cache->index, &zone) == VTC_OK)
        read_bytes = zone.file_offset + zone.stored_bytes;
    uint64_t rows = exporting->rows + (uint64_t)sqlite3_total_changes64(exporting->db);
    exporting->is_cancelled =
        exporting->opts->progress(exporting->opts->progress_context, read_bytes, rows) != VTC_OK;
    return exporting->is_cancelled;
}

/* --- which tables and columns ------------------------------------------------------------------- */

static bool is_word(const char *word, size_t len, const char *name)
{
    return strlen(name) == len && memcmp(word, name, len) == 0;
}

/* The columns of a table in the list, as the text between its parentheses; NULL: all. False when the
 * list does not have the table. */
static bool find_table(const char *list, const char *name, const char **out_columns,
                       size_t *out_bytes)
{
    *out_columns = NULL;
    *out_bytes = 0;
    if (!list)
        return true;
    while (*list) {
        size_t len = strcspn(list, ",(");
        bool is_this = is_word(list, len, name);
        list += len;
        const char *columns = NULL;
        size_t bytes = 0;
        if (*list == '(') {
            columns = list + 1;
            bytes = strcspn(columns, ")");
            list = columns + bytes;
            list += *list == ')';
        }
        if (is_this) {
            *out_columns = columns;
            *out_bytes = bytes;
            return true;
        }
        list += *list == ',';
    }
    return false;
}

static bool has_column(const char *columns, size_t bytes, const char *name)
{
    if (!columns)
        return true;
    for (size_t at = 0; at < bytes;) {
        size_t len = 0;
        while (at + len < bytes && columns[at + len] != ',')
            len++;
        if (is_word(columns + at, len, name))
            return true;
        at += len + 1;
    }
    return false;
}

/* A list of words that are separated by commas, of which each must be known. */
static vtc_status check_list(struct exporting *exporting, const char *list)
{
    while (list && *list) {
        size_t len = strcspn(list, ",("), i = 0;
        while (i < sizeof table_names / sizeof *table_names && !is_word(list, len, table_names[i]))
            i++;
        if (i == sizeof table_names / sizeof *table_names)
            return vtci_error_set(exporting->err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                                  "there is no table \"%.*s\"", (int)(len < 60 ? len : 60), list);
        list += len;
        if (*list == '(')
            list += strcspn(list, ")");
        list += *list == ')';
        list += *list == ',';
    }
    return VTC_OK;
}

/* --- a table ------------------------------------------------------------------------------------ */

/* What a table is made of: "name TYPE, …" and "name, …". */
struct layout {
    char *declared;
    char *names;
    size_t count;
};

static void free_layout(struct layout *layout)
{
    sqlite3_free(layout->declared);
    sqlite3_free(layout->names);
}

static bool add_column(struct layout *layout, const char *name, const char *type)
{
    bool is_key = layout->count == 0 && strcmp(name, "id") == 0;
    char *declared = sqlite3_mprintf("%z%s%w %s%s", layout->declared, layout->count ? ", " : "",
                                     name, type, is_key ? " PRIMARY KEY" : "");
    char *names = sqlite3_mprintf("%z%s%w", layout->names, layout->count ? ", " : "", name);
    layout->declared = declared;
    layout->names = names;
    layout->count++;
    return declared && names;
}

static vtc_status lay_out(struct exporting *exporting, const char *table, const char *columns,
                          size_t bytes, struct layout *layout)
{
    sqlite3_stmt *statement = NULL;
    char *text = sqlite3_mprintf("SELECT name, type FROM pragma_table_info(%Q, 'vtc')", table);
    int code = text ? sqlite3_prepare_v2(exporting->db, text, -1, &statement, NULL) : SQLITE_NOMEM;
    sqlite3_free(text);
    while (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(statement, 0);
        const char *type = (const char *)sqlite3_column_text(statement, 1);
        code = SQLITE_OK;
        if (name && has_column(columns, bytes, name) && !add_column(layout, name, type ? type : ""))
            code = SQLITE_NOMEM;
    }
    sqlite3_finalize(statement);
    if (code != SQLITE_DONE)
        return fail(exporting, code, sqlite3_errstr(code));
    if (layout->count == 0)
        return vtci_error_set(exporting->err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "table \"%s\" has none of the columns \"%.*s\"", table,
                              (int)(bytes < 60 ? bytes : 60), columns ? columns : "");
    return VTC_OK;
}

/* The condition that the time range comes to, for a table that knows times. */
static char *condition(const struct exporting *exporting, const char *table)
{
    const struct vtc_sql_export_opts *opts = exporting->opts;
    if (!opts->has_range)
        return sqlite3_mprintf("");
    if (strcmp(table, "slice") == 0)
        return sqlite3_mprintf(" WHERE ts <= %lld AND ts + max(dur, 0) >= %lld", opts->to_ns,
                               opts->from_ns);
    if (strcmp(table, "event") == 0)
        return sqlite3_mprintf(" WHERE ts <= %lld AND ts + ifnull(dur, 0) >= %lld", opts->to_ns,
                               opts->from_ns);
    if (strcmp(table, "counter") == 0)
        return sqlite3_mprintf(" WHERE ts BETWEEN %lld AND %lld", opts->from_ns, opts->to_ns);
    if (strcmp(table, "args") == 0)
        return sqlite3_mprintf(" WHERE arg_set_id IN (SELECT id + 1 FROM vtc.slice WHERE ts <= %lld"
                               " AND ts + max(dur, 0) >= %lld)",
                               opts->to_ns, opts->from_ns);
    return sqlite3_mprintf("");
}

static vtc_status write_table(struct exporting *exporting, const char *table)
{
    struct layout layout = {NULL, NULL, 0};
    const char *columns;
    size_t bytes;
    if (!find_table(exporting->opts->tables, table, &columns, &bytes))
        return VTC_OK;
    vtc_status status = lay_out(exporting, table, columns, bytes, &layout);
    if (status == VTC_OK)
        status =
            run(exporting, sqlite3_mprintf("CREATE TABLE main.%s(%s)", table, layout.declared));
    char *where = condition(exporting, table);
    if (status == VTC_OK && !where)
        status = fail(exporting, SQLITE_NOMEM, "no memory");
    if (status == VTC_OK)
        status = run(exporting, sqlite3_mprintf("INSERT INTO main.%s SELECT %s FROM vtc.%s%s",
                                                table, layout.names, table, where));
    sqlite3_free(where);
    free_layout(&layout);
    return status;
}

static vtc_status write_indexes(struct exporting *exporting)
{
    for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++) {
        const char *columns;
        size_t bytes;
        if (!find_table(exporting->opts->tables, indexes[i].table, &columns, &bytes) ||
            !has_column(columns, bytes, indexes[i].columns))
            continue;
        VTC_TRY(run(exporting,
                    sqlite3_mprintf("CREATE INDEX main.%s_%s ON %s(%s)", indexes[i].table,
                                    indexes[i].columns, indexes[i].table, indexes[i].columns)));
    }
    return VTC_OK;
}

static vtc_status write_all(struct exporting *exporting)
{
    const struct vtc_sql_export_opts *opts = exporting->opts;
    char *message = NULL;
    VTC_TRY(check_list(exporting, opts->tables));
    VTC_TRY(
        run(exporting, sqlite3_mprintf("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                                       "PRAGMA cache_size = -16384; ATTACH ':memory:' AS vtc")));
    int code = vtci_tables_register(exporting->db, &exporting->traces);
    if (code == SQLITE_OK)
        code = vtci_tables_create(exporting->db, "vtc", 0, &message);
    vtc_status status = code == SQLITE_OK
                            ? VTC_OK
                            : fail(exporting, code, message ? message : sqlite3_errstr(code));
    sqlite3_free(message);
    if (status == VTC_OK)
        status = run(exporting, sqlite3_mprintf("BEGIN"));
    for (size_t i = 0; status == VTC_OK && i < sizeof table_names / sizeof *table_names; i++)
        status = write_table(exporting, table_names[i]);
    if (status == VTC_OK)
        status = write_indexes(exporting);
    /* Views stand on tables that are all there only where all were wanted. */
    if (status == VTC_OK && !opts->tables) {
        code = vtci_views_create(exporting->db, "main", &message);
        if (code != SQLITE_OK)
            status = fail(exporting, code, message ? message : sqlite3_errstr(code));
        sqlite3_free(message);
    }
    if (status == VTC_OK)
        status = run(exporting, sqlite3_mprintf("COMMIT"));
    exporting->rows = (uint64_t)sqlite3_total_changes64(exporting->db);
    return status;
}

vtc_status vtc_sql_export(vtc_reader *reader, const char *path,
                          const struct vtc_sql_export_opts *opts, uint64_t *out_rows,
                          struct vtc_error *err)
{
    static const struct vtc_sql_export_opts none = {.struct_size = sizeof none};
    struct exporting exporting = {.opts = opts ? opts : &none, .err = err};
    if (!reader || !path)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "expected a reader and a path");
    VTC_TRY(vtci_sql_trace_open(reader, exporting.opts->memory_limit_bytes,
                                exporting.opts->allocator, &exporting.only[0], err));
    exporting.traces.traces = exporting.only;
    exporting.traces.count = 1;
    int code =
        sqlite3_open_v2(path, &exporting.db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    vtc_status status = code == SQLITE_OK ? VTC_OK : fail(&exporting, code, sqlite3_errstr(code));
    if (status == VTC_OK && exporting.opts->progress)
        sqlite3_progress_handler(exporting.db, STEPS_BETWEEN_CALLS, on_progress, &exporting);
    if (status == VTC_OK)
        status = write_all(&exporting);
    sqlite3_close(exporting.db);
    vtci_sql_trace_close(exporting.only[0]);
    if (status == VTC_OK && out_rows)
        *out_rows = exporting.rows;
    return status;
}
