/* The loadable extension.
 *
 *     .load vtc                                  in the sqlite3 shell; other bindings have a call
 *     SELECT vtc_open('trace.vtc', 'a');         the tables of the trace are a.slice, a.thread, …
 *     SELECT vtc_open('other.vtc', 'b');         a comparison of two traces is a join
 *     SELECT vtc_close('a');
 *
 * A trace is a schema by itself, attached in memory, so nothing is written to anybody's database.
 * Only these two functions open and close files, and no view or trigger may call them (DIRECTONLY),
 * so a database of somebody else's cannot.
 */
#include <string.h>

#include "base/error.h"
#include "sql/table.h"
#include "vtc/live.h"

SQLITE_EXTENSION_INIT1

/* Older ones do not tell a table the values that it is compared with. */
#define SQLITE_VERSION_LEAST 3038000

/* The traces of a connection, with what each was opened from. */
struct opened {
    struct vtci_sql_traces traces; /* first: what the modules get */
    vtc_reader **readers;
    char **schemas;
    size_t reader_capacity, schema_capacity;
};

static void close_trace(struct opened *opened, size_t number)
{
    vtci_sql_trace_close(opened->traces.traces[number]);
    vtc_reader_close(opened->readers[number]);
    sqlite3_free(opened->schemas[number]);
    opened->traces.traces[number] = NULL;
    opened->readers[number] = NULL;
    opened->schemas[number] = NULL;
}

static void close_all(void *context)
{
    struct opened *opened = context;
    struct vtci_memory *memory = &opened->traces.memory;
    for (size_t i = 0; i < opened->traces.count; i++)
        close_trace(opened, i);
    VTCI_ARRAY_FREE(memory, opened->traces.traces, opened->traces.capacity);
    VTCI_ARRAY_FREE(memory, opened->readers, opened->reader_capacity);
    VTCI_ARRAY_FREE(memory, opened->schemas, opened->schema_capacity);
    sqlite3_free(opened);
}

static void tell(sqlite3_context *context, const struct vtc_error *err)
{
    bool has_place = err->offset != VTC_NO_OFFSET;
    char *text = has_place ? sqlite3_mprintf("byte %llu: %s%s%s%s", (unsigned long long)err->offset,
                                             err->message, *err->rule ? " [" : "", err->rule,
                                             *err->rule ? "]" : "")
                           : sqlite3_mprintf("%s", err->message);
    sqlite3_result_error(context, text ? text : "no memory", -1);
    sqlite3_free(text);
}

/* Makes room for one more, and opens the file into it. */
static vtc_status open_trace(struct opened *opened, const char *path, const char *schema,
                             struct vtc_error *err)
{
    struct vtci_sql_traces *traces = &opened->traces;
    size_t number = traces->count;
    VTC_TRY(VTCI_ARRAY_RESERVE(&traces->memory, traces->traces, traces->capacity, number + 1));
    VTC_TRY(
        VTCI_ARRAY_RESERVE(&traces->memory, opened->readers, opened->reader_capacity, number + 1));
    VTC_TRY(
        VTCI_ARRAY_RESERVE(&traces->memory, opened->schemas, opened->schema_capacity, number + 1));
    traces->traces[number] = NULL;
    opened->readers[number] = NULL;
    opened->schemas[number] = sqlite3_mprintf("%s", schema);
    traces->count++;
    if (!opened->schemas[number])
        return vtci_error_memory(err, strlen(schema));
    VTC_TRY(vtc_live_reader_open(path, NULL, &opened->readers[number], err));
    return vtci_sql_trace_open(opened->readers[number], 0, NULL, &traces->traces[number], err);
}

static int run(sqlite3 *db, char *text, char **out_message)
{
    int code = text ? sqlite3_exec(db, text, NULL, NULL, out_message) : SQLITE_NOMEM;
    sqlite3_free(text);
    return code;
}

/* vtc_open(path, schema): the number of events. */
static void vtc_open(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    struct opened *opened = sqlite3_user_data(context);
    sqlite3 *db = sqlite3_context_db_handle(context);
    const char *path = (const char *)sqlite3_value_text(argv[0]);
    const char *schema = (const char *)sqlite3_value_text(argv[1]);
    struct vtc_error err;
    char *message = NULL;
    memset(&err, 0, sizeof err);
    err.offset = VTC_NO_OFFSET;
    if (!path || !schema || !*schema) {
        sqlite3_result_error(context, "expected vtc_open(path, name of a new schema)", -1);
        return;
    }
    size_t number = opened->traces.count;
    if (open_trace(opened, path, schema, &err) != VTC_OK) {
        tell(context, &err);
        if (opened->traces.count > number)
            close_trace(opened, number);
        return;
    }
    int code = run(db, sqlite3_mprintf("ATTACH ':memory:' AS \"%w\"", schema), &message);
    bool is_attached = code == SQLITE_OK;
    if (code == SQLITE_OK)
        code = vtci_tables_create(db, schema, number, &message);
    if (code == SQLITE_OK) {
        sqlite3_result_int64(context, (sqlite3_int64)opened->traces.traces[number]->summary.events);
        return;
    }
    sqlite3_result_error(context, message ? message : sqlite3_errstr(code), -1);
    sqlite3_free(message);
    if (is_attached)
        run(db, sqlite3_mprintf("DETACH \"%w\"", schema), NULL);
    close_trace(opened, number);
}

/* vtc_close(schema) */
static void vtc_close(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    struct opened *opened = sqlite3_user_data(context);
    const char *schema = (const char *)sqlite3_value_text(argv[0]);
    size_t number = 0;
    char *message = NULL;
    while (number < opened->traces.count &&
           !(schema && opened->schemas[number] &&
             sqlite3_stricmp(opened->schemas[number], schema) == 0))
        number++;
    if (number == opened->traces.count) {
        sqlite3_result_error(context, "no trace was opened under this name", -1);
        return;
    }
    if (opened->traces.traces[number]->cursors > 0) {
        sqlite3_result_error(context, "a statement that reads this trace has not ended", -1);
        return;
    }
    int code =
        run(sqlite3_context_db_handle(context), sqlite3_mprintf("DETACH \"%w\"", schema), &message);
    if (code == SQLITE_OK)
        close_trace(opened, number);
    else
        sqlite3_result_error(context, message ? message : sqlite3_errstr(code), -1);
    sqlite3_free(message);
}

__attribute__((visibility("default"))) int sqlite3_vtc_init(sqlite3 *db, char **out_message,
                                                            const sqlite3_api_routines *api);

int sqlite3_vtc_init(sqlite3 *db, char **out_message, const sqlite3_api_routines *api)
{
    SQLITE_EXTENSION_INIT2(api);
    if (sqlite3_libversion_number() < SQLITE_VERSION_LEAST) {
        *out_message =
            sqlite3_mprintf("vtc needs SQLite 3.38 or later, found %s", sqlite3_libversion());
        return SQLITE_ERROR;
    }
    struct opened *opened = sqlite3_malloc64(sizeof *opened);
    if (!opened)
        return SQLITE_NOMEM;
    memset(opened, 0, sizeof *opened);
    vtci_memory_init(&opened->traces.memory, NULL, 0);
    int code = vtci_tables_register(db, &opened->traces);
    int flags = SQLITE_UTF8 | SQLITE_DIRECTONLY;
    if (code == SQLITE_OK)
        code = sqlite3_create_function_v2(db, "vtc_close", 1, flags, opened, vtc_close, NULL, NULL,
                                          NULL);
    if (code != SQLITE_OK) {
        close_all(opened);
        return code;
    }
    /* The tables are gone when the connection gives up its functions. On failure it does so, too. */
    return sqlite3_create_function_v2(db, "vtc_open", 2, flags, opened, vtc_open, NULL, NULL,
                                      close_all);
}
