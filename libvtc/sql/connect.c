#include "sql/connect.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "query/answer.h"

/* [choice] What a statement may be. */
#define SQL_BYTES_MAX (1 << 20)
#define VALUE_BYTES_MAX (256 << 20)
#define EXPRESSION_DEPTH_MAX 500
#define COMPOUND_SELECT_MAX 100
#define VDBE_OPS_MAX 1000000
#define FUNCTION_ARGS_MAX 100

/* Behind blanks and comments, which statements that come from a file often begin with. */
static const char *skip_comments(const char *text)
{
    for (;;) {
        while (isspace((unsigned char)*text))
            text++;
        const char *end = NULL;
        if (strncmp(text, "--", 2) == 0)
            end = strchr(text, '\n');
        else if (strncmp(text, "/*", 2) == 0 && (end = strstr(text + 2, "*/")) != NULL)
            end += 2;
        if (!end)
            return text;
        text = end;
    }
}

int vtc_query_is_sql(const char *text)
{
    static const char *const words[] = {"SELECT", "WITH", "EXPLAIN", "VALUES"};
    if (text)
        text = skip_comments(text);
    for (size_t i = 0; text && i < sizeof words / sizeof *words; i++) {
        size_t len = strlen(words[i]);
        if (strncasecmp(text, words[i], len) == 0 && !isalnum((unsigned char)text[len]) &&
            text[len] != '_')
            return 1;
    }
    return 0;
}

/* What a statement may do: read, call functions, and ask what tables there are. */
static int authorize(void *context, int action, const char *first, const char *second,
                     const char *schema, const char *trigger)
{
    static const char *const pragmas[] = {"table_info", "table_xinfo", "table_list",
                                          "function_list"};
    /* The second gives and takes addresses. */
    static const char *const functions[] = {"load_extension", "fts3_tokenizer", "sqlite_log"};
    (void)context;
    (void)schema;
    (void)trigger;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE: return SQLITE_OK;
    case SQLITE_FUNCTION:
        for (size_t i = 0; second && i < sizeof functions / sizeof *functions; i++)
            if (sqlite3_stricmp(second, functions[i]) == 0)
                return SQLITE_DENY;
        return SQLITE_OK;
    case SQLITE_UPDATE:
        /* What SQLite says of its own declaring of pragma_table_info. A statement of somebody else's
         * is refused for not being one that only reads, and by SQLITE_DBCONFIG_DEFENSIVE. */
        return first && strcmp(first, "sqlite_master") == 0 ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_PRAGMA:
        for (size_t i = 0; first && i < sizeof pragmas / sizeof *pragmas; i++)
            if (sqlite3_stricmp(first, pragmas[i]) == 0)
                return SQLITE_OK;
        return SQLITE_DENY;
    default: return SQLITE_DENY;
    }
}

static void restrict_statements(sqlite3 *db)
{
    static const struct {
        int limit;
        int value;
    } limits[] = {{SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX},
                  {SQLITE_LIMIT_SQL_LENGTH, SQL_BYTES_MAX},
                  {SQLITE_LIMIT_EXPR_DEPTH, EXPRESSION_DEPTH_MAX},
                  {SQLITE_LIMIT_COMPOUND_SELECT, COMPOUND_SELECT_MAX},
                  {SQLITE_LIMIT_VDBE_OP, VDBE_OPS_MAX},
                  {SQLITE_LIMIT_FUNCTION_ARG, FUNCTION_ARGS_MAX},
                  {SQLITE_LIMIT_ATTACHED, 0},
                  {SQLITE_LIMIT_WORKER_THREADS, 0}};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        sqlite3_limit(db, limits[i].limit, limits[i].value);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_set_authorizer(db, authorize, NULL);
}

/* Pages that SQLite keeps of what it sorts or sets aside; what is more goes to a temporary file. */
static const char settings[] = "PRAGMA cache_size = -16384; PRAGMA temp.cache_size = -16384;"
                               " PRAGMA temp_store = FILE;";

static vtc_status open_database(vtc_sql *sql, struct vtc_error *err)
{
    char *message = NULL;
    int code = sqlite3_open_v2(":memory:", &sql->db,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY |
                                   SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE,
                               NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(sql->db, settings, NULL, NULL, &message);
    if (code == SQLITE_OK)
        code = vtci_tables_register(sql->db, &sql->traces);
    if (code == SQLITE_OK)
        code = vtci_tables_create(sql->db, "main", 0, &message);
    if (code == SQLITE_OK)
        restrict_statements(sql->db);
    else
        vtci_error_set(err, code == SQLITE_NOMEM ? VTC_ERR_NO_MEMORY : VTC_ERR_INTERNAL,
                       VTC_NO_OFFSET, NULL, "SQLite refuses the tables: %.160s",
                       message ? message : sqlite3_errstr(code));
    sqlite3_free(message);
    if (code == SQLITE_OK)
        return VTC_OK;
    return code == SQLITE_NOMEM ? VTC_ERR_NO_MEMORY : VTC_ERR_INTERNAL;
}

vtc_status vtc_sql_connect(vtc_reader *reader, const struct vtc_query_opts *opts, vtc_sql **out_sql,
                           struct vtc_error *err)
{
    struct vtci_memory memory;
    if (!reader)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL, "expected a reader");
    vtci_memory_init(&memory, opts ? opts->allocator : NULL, 0);
    vtc_sql *sql = memory.allocator.allocate(memory.allocator.context, sizeof *sql);
    if (!sql)
        return vtci_error_memory(err, sizeof *sql);
    memset(sql, 0, sizeof *sql);
    vtci_memory_init(&sql->memory, &memory.allocator, 0);
    vtc_status status = vtci_sql_trace_open(reader, opts ? opts->memory_limit_bytes : 0,
                                            &sql->memory.allocator, &sql->trace, err);
    sql->only[0] = sql->trace;
    sql->traces.traces = sql->only;
    sql->traces.count = 1;
    if (status == VTC_OK)
        status = open_database(sql, err);
    if (status != VTC_OK) {
        vtc_sql_close(sql);
        return status;
    }
    *out_sql = sql;
    return VTC_OK;
}

void vtc_sql_close(vtc_sql *sql)
{
    if (!sql)
        return;
    sqlite3_close_v2(sql->db);
    vtci_sql_trace_close(sql->trace);
    struct vtc_allocator allocator = sql->memory.allocator;
    allocator.release(allocator.context, sql, sizeof *sql);
}

vtc_status vtc_sql_query(vtc_sql *sql, const char *text, const struct vtc_query_opts *opts,
                         vtc_query **out_query, struct vtc_error *err)
{
    return vtci_sql_query_open(sql, NULL, text, opts, out_query, err);
}

vtc_status vtc_sql_open(vtc_reader *reader, const char *text, const struct vtc_query_opts *opts,
                        vtc_query **out_query, struct vtc_error *err)
{
    vtc_sql *sql = NULL;
    VTC_TRY(vtc_sql_connect(reader, opts, &sql, err));
    vtc_status status = vtci_sql_query_open(sql, sql, text, opts, out_query, err);
    if (status != VTC_OK)
        vtc_sql_close(sql);
    return status;
}
