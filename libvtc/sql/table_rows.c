/* The module of tables that lie in memory. */
#include <string.h>

#include "base/error.h"
#include "sql/rows.h"

struct cursor {
    sqlite3_vtab_cursor base;
    size_t row;
    size_t end;
};

static int rows_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                        sqlite3_vtab **out_table, char **out_message)
{
    const struct vtci_rows_table *rows = NULL;
    for (size_t i = 0; argc > 4 && i < vtci_rows_table_count; i++)
        if (strcmp(vtci_rows_tables[i].name, argv[4]) == 0)
            rows = &vtci_rows_tables[i];
    if (!rows) {
        *out_message = sqlite3_mprintf("expected the number of a trace and the name of a table");
        return SQLITE_ERROR;
    }
    int code = vtci_table_connect(db, aux, argc, argv, rows->columns, sizeof(struct vtci_table),
                                  out_table, out_message);
    if (code == SQLITE_OK)
        ((struct vtci_table *)*out_table)->rows = rows;
    return code;
}

/* idxNum: 1 + the column of a key that is given; 0: all rows. */
static int rows_best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
    const struct vtci_table *table = (const struct vtci_table *)base;
    info->estimatedCost = 1000;
    info->estimatedRows = 100;
    for (int i = 0; i < info->nConstraint; i++) {
        const struct sqlite3_index_constraint *constraint = &info->aConstraint[i];
        if (!constraint->usable || constraint->op != SQLITE_INDEX_CONSTRAINT_EQ ||
            constraint->iColumn < 0 || constraint->iColumn >= table->rows->keys)
            continue;
        info->idxNum = 1 + constraint->iColumn;
        info->aConstraintUsage[i].argvIndex = 1;
        info->estimatedCost = 2;
        info->estimatedRows = 1;
        info->idxFlags = SQLITE_INDEX_SCAN_UNIQUE;
        break;
    }
    return SQLITE_OK;
}

static int rows_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out_cursor)
{
    struct cursor *cursor = sqlite3_malloc64(sizeof *cursor);
    if (!cursor)
        return SQLITE_NOMEM;
    memset(cursor, 0, sizeof *cursor);
    ((struct vtci_table *)base)->trace->cursors++;
    *out_cursor = &cursor->base;
    return SQLITE_OK;
}

static int rows_close(sqlite3_vtab_cursor *cursor)
{
    ((struct vtci_table *)cursor->pVtab)->trace->cursors--;
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static int rows_filter(sqlite3_vtab_cursor *base, int index, const char *text, int argc,
                       sqlite3_value **argv)
{
    (void)text;
    (void)argc;
    struct cursor *cursor = (struct cursor *)base;
    struct vtci_table *table = (struct vtci_table *)base->pVtab;
    size_t count = 0;
    vtci_table_begin(table->trace);
    vtc_status status = table->rows->prepare(table->trace, &count);
    if (status != VTC_OK)
        return vtci_table_fail(&table->base, table->trace, status);
    cursor->row = 0;
    cursor->end = count;
    if (index == 0)
        return SQLITE_OK;
    /* What is no integer equals none; a real that is one is compared by SQLite once more. */
    size_t found =
        sqlite3_value_type(argv[0]) == SQLITE_NULL
            ? SIZE_MAX
            : table->rows->find(table->trace, count, index - 1, sqlite3_value_int64(argv[0]));
    cursor->row = found < count ? found : count;
    cursor->end = found < count ? found + 1 : count;
    return SQLITE_OK;
}

static int rows_next(sqlite3_vtab_cursor *base)
{
    ((struct cursor *)base)->row++;
    return SQLITE_OK;
}

static int rows_eof(sqlite3_vtab_cursor *base)
{
    const struct cursor *cursor = (const struct cursor *)base;
    return cursor->row >= cursor->end;
}

static int rows_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    const struct vtci_table *table = (const struct vtci_table *)base->pVtab;
    table->rows->column(context, table->trace, ((const struct cursor *)base)->row, column);
    return SQLITE_OK;
}

static int rows_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out_rowid)
{
    *out_rowid = (sqlite3_int64)((const struct cursor *)base)->row;
    return SQLITE_OK;
}

const sqlite3_module vtci_rows_module = {
    .iVersion = 2,
    .xCreate = rows_connect,
    .xConnect = rows_connect,
    .xBestIndex = rows_best_index,
    .xDisconnect = vtci_table_disconnect,
    .xDestroy = vtci_table_refuse_drop,
    .xOpen = rows_open,
    .xClose = rows_close,
    .xFilter = rows_filter,
    .xNext = rows_next,
    .xEof = rows_eof,
    .xColumn = rows_column,
    .xRowid = rows_rowid,
};
