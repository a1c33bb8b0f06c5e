/* The virtual table of counters' values, block by block. */
#include <string.h>

#include "base/error.h"
#include "sql/counters.h"
#include "sql/table.h"

static const char columns[] = "CREATE TABLE counter(id INTEGER, ts INTEGER, track_id INTEGER, "
                              "value REAL, arg_set_id INTEGER)";

enum column { COLUMN_ID, COLUMN_TS, COLUMN_TRACK_ID, COLUMN_VALUE };

struct cursor {
    sqlite3_vtab_cursor base;
    uint64_t next_block;
    struct vtci_counter_values values;
    size_t at; /* at the end: as many as there are values */
    int64_t low_ns, high_ns;
};

static int counter_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                           sqlite3_vtab **out_table, char **out_message)
{
    return vtci_table_connect(db, aux, argc, argv, columns, sizeof(struct vtci_table), out_table,
                              out_message);
}

/* idxNum: 1: from a time, 2: up to a time; SQLite compares once more. */
static int counter_best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
    const struct vtci_sql_trace *trace = ((const struct vtci_table *)base)->trace;
    double rows = 4 * (double)trace->summary.phases['C'];
    int low = -1, high = -1;
    for (int i = 0; i < info->nConstraint; i++) {
        const struct sqlite3_index_constraint *constraint = &info->aConstraint[i];
        if (!constraint->usable || constraint->iColumn != COLUMN_TS)
            continue;
        if (constraint->op == SQLITE_INDEX_CONSTRAINT_GE ||
            constraint->op == SQLITE_INDEX_CONSTRAINT_GT)
            low = i;
        if (constraint->op == SQLITE_INDEX_CONSTRAINT_LE ||
            constraint->op == SQLITE_INDEX_CONSTRAINT_LT)
            high = i;
    }
    int next = 1;
    if (low >= 0)
        info->aConstraintUsage[low].argvIndex = next++;
    if (high >= 0)
        info->aConstraintUsage[high].argvIndex = next++;
    info->idxNum = (low >= 0 ? 1 : 0) | (high >= 0 ? 2 : 0);
    for (; next > 1; next--)
        rows *= 0.4;
    info->estimatedCost = 1000 + 20 * rows;
    info->estimatedRows = (sqlite3_int64)rows + 1;
    return SQLITE_OK;
}

static int counter_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out_cursor)
{
    struct cursor *cursor = sqlite3_malloc64(sizeof *cursor);
    if (!cursor)
        return SQLITE_NOMEM;
    memset(cursor, 0, sizeof *cursor);
    ((struct vtci_table *)base)->trace->cursors++;
    *out_cursor = &cursor->base;
    return SQLITE_OK;
}

static int counter_close(sqlite3_vtab_cursor *base)
{
    struct cursor *cursor = (struct cursor *)base;
    VTCI_ARRAY_FREE(&vtci_cursor_trace(base)->memory, cursor->values.values,
                    cursor->values.capacity);
    vtci_cursor_trace(base)->cursors--;
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static bool may_matter(const struct cursor *cursor, const struct vtci_sql_trace *trace,
                       uint64_t block)
{
    struct vtc_zone zone;
    return vtc_reader_zone_phase(trace->reader, block, 'C') &&
           vtc_reader_zone(trace->reader, block, &zone) == VTC_OK && zone.has_times &&
           zone.last_ns >= cursor->low_ns && zone.first_ns <= cursor->high_ns;
}

/* Blocks until one has a value; each is read into `values`. */
static vtc_status find_value(struct cursor *cursor)
{
    struct vtci_sql_trace *trace = vtci_cursor_trace(&cursor->base);
    while (cursor->at == cursor->values.count && cursor->next_block < trace->summary.blocks) {
        uint64_t block = cursor->next_block++;
        cursor->at = cursor->values.count = 0;
        if (may_matter(cursor, trace, block))
            VTC_TRY(vtci_counters_read(trace, block, &cursor->values));
    }
    return VTC_OK;
}

static int64_t bound(sqlite3_value *value, int64_t otherwise)
{
    return sqlite3_value_type(value) == SQLITE_INTEGER ? sqlite3_value_int64(value) : otherwise;
}

static int counter_filter(sqlite3_vtab_cursor *base, int bounds, const char *text, int argc,
                          sqlite3_value **argv)
{
    (void)text;
    struct cursor *cursor = (struct cursor *)base;
    cursor->next_block = cursor->at = cursor->values.count = 0;
    cursor->low_ns = bounds & 1 ? bound(argv[0], INT64_MIN) : INT64_MIN;
    cursor->high_ns = bounds & 2 ? bound(argv[argc - 1], INT64_MAX) : INT64_MAX;
    vtci_table_begin(vtci_cursor_trace(base));
    vtc_status status = vtci_counters_make(vtci_cursor_trace(base));
    if (status == VTC_OK)
        status = find_value(cursor);
    return vtci_table_fail(base->pVtab, vtci_cursor_trace(base), status);
}

static int counter_next(sqlite3_vtab_cursor *base)
{
    struct cursor *cursor = (struct cursor *)base;
    cursor->at++;
    return vtci_table_fail(base->pVtab, vtci_cursor_trace(base), find_value(cursor));
}

static int counter_eof(sqlite3_vtab_cursor *base)
{
    const struct cursor *cursor = (const struct cursor *)base;
    return cursor->at == cursor->values.count;
}

/* The block and the place in it: blocks have fewer values than 2^32. */
static int64_t number_of(const struct cursor *cursor)
{
    return (int64_t)((cursor->next_block - 1) << 32 | cursor->at);
}

static int counter_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    const struct cursor *cursor = (const struct cursor *)base;
    const struct vtci_counter_value *value = &cursor->values.values[cursor->at];
    switch (column) {
    case COLUMN_ID: sqlite3_result_int64(context, number_of(cursor)); break;
    case COLUMN_TS: sqlite3_result_int64(context, value->time_ns); break;
    case COLUMN_TRACK_ID:
        sqlite3_result_int64(context, (sqlite3_int64)VTCI_COUNTER_TRACK_FIRST + value->track);
        break;
    case COLUMN_VALUE: sqlite3_result_double(context, value->value); break;
    default: /* arg_set_id */ break;
    }
    return SQLITE_OK;
}

static int counter_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out_rowid)
{
    *out_rowid = number_of((const struct cursor *)base);
    return SQLITE_OK;
}

const sqlite3_module vtci_counter_module = {
    .iVersion = 2,
    .xCreate = counter_connect,
    .xConnect = counter_connect,
    .xBestIndex = counter_best_index,
    .xDisconnect = vtci_table_disconnect,
    .xDestroy = vtci_table_refuse_drop,
    .xOpen = counter_open,
    .xClose = counter_close,
    .xFilter = counter_filter,
    .xNext = counter_next,
    .xEof = counter_eof,
    .xColumn = counter_column,
    .xRowid = counter_rowid,
};
