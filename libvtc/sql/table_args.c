/* The virtual table of arguments: slice by slice, all leaves of each. */
#include <string.h>

#include "base/error.h"
#include "sql/arg_set.h"

static const char columns[] =
    "CREATE TABLE args(id INTEGER, arg_set_id INTEGER, flat_key TEXT, key TEXT, "
    "int_value INTEGER, string_value TEXT, real_value REAL, value_type TEXT, "
    "display_value TEXT HIDDEN)";

enum column {
    COLUMN_ID,
    COLUMN_ARG_SET_ID,
    COLUMN_FLAT_KEY,
    COLUMN_KEY,
    COLUMN_INT_VALUE,
    COLUMN_STRING_VALUE,
    COLUMN_REAL_VALUE,
    COLUMN_VALUE_TYPE,
    COLUMN_DISPLAY_VALUE
};

struct cursor {
    sqlite3_vtab_cursor base;
    struct vtci_slice_ref at; /* block NULL: at the end */
    uint64_t next_block;
    bool is_one; /* the set of one slice */
    struct vtci_arg_set set;
    size_t arg;
    int64_t row;
};

static int args_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                        sqlite3_vtab **out_table, char **out_message)
{
    return vtci_table_connect(db, aux, argc, argv, columns, sizeof(struct vtci_table), out_table,
                              out_message);
}

/* idxNum 1: the set with a number. */
static int args_best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
    const struct vtci_sql_trace *trace = ((const struct vtci_table *)base)->trace;
    double slices = (double)trace->slice_first[trace->summary.blocks];
    info->estimatedCost = 1000 + 60 * slices;
    info->estimatedRows = (sqlite3_int64)(4 * slices) + 1;
    for (int i = 0; i < info->nConstraint; i++) {
        const struct sqlite3_index_constraint *constraint = &info->aConstraint[i];
        if (!constraint->usable || constraint->op != SQLITE_INDEX_CONSTRAINT_EQ ||
            constraint->iColumn != COLUMN_ARG_SET_ID)
            continue;
        info->idxNum = 1;
        info->aConstraintUsage[i].argvIndex = 1;
        /* Exact, and so not compared again: the other side may be dear to compute. */
        info->aConstraintUsage[i].omit = 1;
        info->estimatedCost = 60;
        info->estimatedRows = 5;
        break;
    }
    return SQLITE_OK;
}

static int args_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out_cursor)
{
    struct cursor *cursor = sqlite3_malloc64(sizeof *cursor);
    if (!cursor)
        return SQLITE_NOMEM;
    memset(cursor, 0, sizeof *cursor);
    vtci_arg_set_init(&cursor->set, &((struct vtci_table *)base)->trace->memory);
    ((struct vtci_table *)base)->trace->cursors++;
    *out_cursor = &cursor->base;
    return SQLITE_OK;
}

static int args_close(sqlite3_vtab_cursor *base)
{
    struct cursor *cursor = (struct cursor *)base;
    vtci_open_block_put(vtci_cursor_trace(base), cursor->at.block);
    vtci_arg_set_free(&cursor->set);
    vtci_cursor_trace(base)->cursors--;
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static void leave_block(struct cursor *cursor)
{
    vtci_open_block_put(vtci_cursor_trace(&cursor->base), cursor->at.block);
    cursor->at.block = NULL;
}

static vtc_status enter_block(struct cursor *cursor, uint64_t index)
{
    struct vtci_sql_trace *trace = vtci_cursor_trace(&cursor->base);
    leave_block(cursor);
    VTC_TRY(vtci_open_block_get(trace, index, vtci_slice_fields(trace, index), &cursor->at.block));
    VTC_TRY(vtci_open_block_slices(trace, cursor->at.block));
    cursor->at.index = 0;
    return VTC_OK;
}

/* The first argument of the next set that has one, from `at` on. */
static vtc_status find_set(struct cursor *cursor)
{
    struct vtci_sql_trace *trace = vtci_cursor_trace(&cursor->base);
    for (;;) {
        const struct vtci_open_block *block = cursor->at.block;
        for (; block && cursor->at.index < block->slice_count; cursor->at.index++) {
            if (!(block->slice_flags[cursor->at.index] & VTCI_SLICE_IS))
                continue;
            VTC_TRY(vtci_arg_set_load(&cursor->set, trace, &cursor->at));
            cursor->arg = 0;
            if (cursor->set.count > 0)
                return VTC_OK;
            if (cursor->is_one)
                break;
        }
        while (cursor->next_block < trace->summary.blocks &&
               trace->slice_first[cursor->next_block] == trace->slice_first[cursor->next_block + 1])
            cursor->next_block++;
        if (cursor->is_one || cursor->next_block == trace->summary.blocks) {
            leave_block(cursor);
            return VTC_OK;
        }
        VTC_TRY(enter_block(cursor, cursor->next_block++));
    }
}

/* The integer that a value equals when it is compared with a column of integers; -1: none, or one
 * that is no number of a set. */
static int64_t integer_of(sqlite3_value *value)
{
    int type = sqlite3_value_numeric_type(value);
    if (type == SQLITE_INTEGER)
        return sqlite3_value_int64(value);
    double real = type == SQLITE_FLOAT ? sqlite3_value_double(value) : -1;
    return real >= 0 && real <= (double)UINT32_MAX && real == (double)(int64_t)real ? (int64_t)real
                                                                                    : -1;
}

static vtc_status find_one(struct cursor *cursor, sqlite3_value *value)
{
    struct vtci_sql_trace *trace = vtci_cursor_trace(&cursor->base);
    int64_t slice = integer_of(value);
    if (slice < 1 || (uint64_t)slice > trace->slice_first[trace->summary.blocks])
        return VTC_OK;
    slice--;
    uint64_t index = vtci_block_of(trace, trace->slice_first, (uint64_t)slice);
    if (!cursor->at.block || cursor->at.block->index != index)
        VTC_TRY(enter_block(cursor, index));
    cursor->at.index = (uint32_t)((uint64_t)slice - trace->slice_first[index]);
    if (!(cursor->at.block->slice_flags[cursor->at.index] & VTCI_SLICE_IS)) {
        leave_block(cursor);
        return VTC_OK;
    }
    return find_set(cursor);
}

static int args_filter(sqlite3_vtab_cursor *base, int index, const char *text, int argc,
                       sqlite3_value **argv)
{
    (void)text;
    (void)argc;
    struct cursor *cursor = (struct cursor *)base;
    struct vtci_sql_trace *trace = vtci_cursor_trace(base);
    bool has_begins = trace->summary.phases['B'] || trace->summary.phases['b'];
    vtci_table_begin(trace);
    vtc_status status = has_begins ? vtci_model_make(trace, 0) : VTC_OK;
    cursor->next_block = 0;
    cursor->row = 0;
    cursor->is_one = index == 1;
    if (!cursor->is_one)
        leave_block(cursor);
    if (status == VTC_OK)
        status = cursor->is_one ? find_one(cursor, argv[0]) : find_set(cursor);
    return vtci_table_fail(base->pVtab, trace, status);
}

static int args_next(sqlite3_vtab_cursor *base)
{
    struct cursor *cursor = (struct cursor *)base;
    cursor->row++;
    if (++cursor->arg < cursor->set.count)
        return SQLITE_OK;
    if (cursor->is_one) {
        leave_block(cursor);
        return SQLITE_OK;
    }
    cursor->at.index++;
    return vtci_table_fail(base->pVtab, vtci_cursor_trace(base), find_set(cursor));
}

static int args_eof(sqlite3_vtab_cursor *base)
{
    return ((const struct cursor *)base)->at.block == NULL;
}

static void give_text(sqlite3_context *context, const struct vtci_arg_set *set, size_t pos,
                      size_t len_bytes)
{
    const char *text = len_bytes ? (const char *)set->text.data + pos : "";
    sqlite3_result_text64(context, text, len_bytes, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static const char *type_of(const struct vtci_arg *arg)
{
    switch (arg->kind) {
    case VTCI_JSON_STRING: return "string";
    case VTCI_JSON_BOOL: return "bool";
    default: return arg->is_integer ? "int" : "real";
    }
}

static void give_value(sqlite3_context *context, const struct vtci_arg_set *set,
                       const struct vtci_arg *arg, int column)
{
    bool is_string = arg->kind == VTCI_JSON_STRING;
    bool is_integer = arg->kind == VTCI_JSON_BOOL || arg->is_integer;
    bool is_any = column == COLUMN_DISPLAY_VALUE;
    if (is_string) {
        if (is_any || column == COLUMN_STRING_VALUE)
            give_text(context, set, arg->text_pos, arg->text_bytes);
    } else if (is_any && arg->kind == VTCI_JSON_BOOL) {
        sqlite3_result_text(context, arg->integer ? "true" : "false", -1, SQLITE_STATIC);
    } else if (is_integer) {
        if (is_any || column == COLUMN_INT_VALUE)
            sqlite3_result_int64(context, arg->integer);
    } else if (is_any || column == COLUMN_REAL_VALUE) {
        sqlite3_result_double(context, arg->real);
    }
}

static int args_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    struct cursor *cursor = (struct cursor *)base;
    const struct vtci_arg_set *set = &cursor->set;
    const struct vtci_arg *arg = &set->args[cursor->arg];
    int64_t number = (int64_t)vtci_slice_number(vtci_cursor_trace(base), &cursor->at) + 1;
    switch ((enum column)column) {
    case COLUMN_ID: /* so many leaves no event has: a text of 1 GiB would be needed */
        sqlite3_result_int64(context, number << 30 | (int64_t)cursor->arg);
        break;
    case COLUMN_ARG_SET_ID: sqlite3_result_int64(context, number); break;
    case COLUMN_FLAT_KEY: give_text(context, set, arg->flat_key_pos, arg->flat_key_bytes); break;
    case COLUMN_KEY: give_text(context, set, arg->key_pos, arg->key_bytes); break;
    case COLUMN_VALUE_TYPE: sqlite3_result_text(context, type_of(arg), -1, SQLITE_STATIC); break;
    default: give_value(context, set, arg, column); break;
    }
    return SQLITE_OK;
}

static int args_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out_rowid)
{
    *out_rowid = ((const struct cursor *)base)->row;
    return SQLITE_OK;
}

const sqlite3_module vtci_args_module = {
    .iVersion = 2,
    .xCreate = args_connect,
    .xConnect = args_connect,
    .xBestIndex = args_best_index,
    .xDisconnect = vtci_table_disconnect,
    .xDestroy = vtci_table_refuse_drop,
    .xOpen = args_open,
    .xClose = args_close,
    .xFilter = args_filter,
    .xNext = args_next,
    .xEof = args_eof,
    .xColumn = args_column,
    .xRowid = args_rowid,
};
