/* The virtual table of slices. Rows come block by block, in the order of the trace, or, where an
 * order and a limit were taken over, those that slice_top.c found. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "sql/slice_groups.h"

static const char columns[] =
    "CREATE TABLE slice(id INTEGER, ts INTEGER, dur INTEGER, track_id INTEGER, category TEXT, "
    "name TEXT, depth INTEGER, parent_id INTEGER, arg_set_id INTEGER, thread_ts INTEGER, "
    "thread_dur INTEGER, thread_instruction_count INTEGER, thread_instruction_delta INTEGER, "
    "cat TEXT HIDDEN, slice_id INTEGER HIDDEN, self_dur INTEGER HIDDEN)";

struct cursor {
    sqlite3_vtab_cursor base;
    unsigned fields, wants;
    struct vtci_slice_filter filter;
    struct vtci_slice_ref at; /* block NULL: at the end */
    uint64_t next_block;
    struct vtci_slice_top top; /* rows NULL: none */
    size_t next_top;
    struct vtci_slice_groups groups; /* trace NULL: none */
};

static int slice_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                         sqlite3_vtab **out_table, char **out_message)
{
    return vtci_table_connect(db, aux, argc, argv, columns, sizeof(struct vtci_table), out_table,
                              out_message);
}

/* Which columns are used is only told while planning, so the plan keeps it: behind a '#'. */
static int slice_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    int code = vtci_slice_best_index(table, info);
    if (code != SQLITE_OK)
        return code;
    char *text = sqlite3_mprintf("%s#%llx", info->idxStr, (unsigned long long)info->colUsed);
    sqlite3_free(info->idxStr);
    info->idxStr = text;
    return text ? SQLITE_OK : SQLITE_NOMEM;
}

static int slice_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out_cursor)
{
    struct cursor *cursor = sqlite3_malloc64(sizeof *cursor);
    if (!cursor)
        return SQLITE_NOMEM;
    memset(cursor, 0, sizeof *cursor);
    vtci_slice_filter_init(&cursor->filter);
    ((struct vtci_table *)table)->trace->cursors++;
    *out_cursor = &cursor->base;
    return SQLITE_OK;
}

static void reset(struct cursor *cursor)
{
    struct vtci_sql_trace *trace = vtci_cursor_trace(&cursor->base);
    vtci_open_block_put(trace, cursor->at.block);
    cursor->at.block = NULL;
    vtci_slice_filter_free(&cursor->filter, &trace->memory);
    vtci_release(&trace->memory, cursor->top.rows, cursor->top.wanted * sizeof *cursor->top.rows);
    memset(&cursor->top, 0, sizeof cursor->top);
    vtci_slice_groups_free(&cursor->groups);
    cursor->next_block = cursor->next_top = 0;
    cursor->fields = cursor->wants = 0;
}

static int slice_close(sqlite3_vtab_cursor *base)
{
    reset((struct cursor *)base);
    vtci_cursor_trace(base)->cursors--;
    sqlite3_free(base);
    return SQLITE_OK;
}

static vtc_status open_block(struct cursor *cursor, uint64_t index)
{
    struct vtci_sql_trace *trace = vtci_cursor_trace(&cursor->base);
    vtci_open_block_put(trace, cursor->at.block);
    cursor->at.block = NULL;
    VTC_TRY(vtci_open_block_get(trace, index, cursor->fields | vtci_slice_fields(trace, index),
                                &cursor->at.block));
    return vtci_open_block_slices(trace, cursor->at.block);
}

/* The next row that is wanted, from `at` on. */
static vtc_status find_row(struct cursor *cursor)
{
    struct vtci_sql_trace *trace = vtci_cursor_trace(&cursor->base);
    for (;;) {
        while (cursor->at.block && cursor->at.index < cursor->at.block->slice_count) {
            bool is_wanted;
            VTC_TRY(vtci_slice_filter_row(&cursor->filter, trace, &cursor->at, &is_wanted));
            if (is_wanted)
                return VTC_OK;
            cursor->at.index++;
        }
        while (cursor->next_block < trace->summary.blocks &&
               !vtci_slice_filter_block(&cursor->filter, trace, cursor->next_block))
            cursor->next_block++;
        if (cursor->next_block == trace->summary.blocks) {
            vtci_open_block_put(trace, cursor->at.block);
            cursor->at.block = NULL;
            return VTC_OK;
        }
        VTC_TRY(open_block(cursor, cursor->next_block++));
        cursor->at.index = 0;
    }
}

/* A row by its number. */
static vtc_status go_to(struct cursor *cursor, uint32_t slice)
{
    struct vtci_sql_trace *trace = vtci_cursor_trace(&cursor->base);
    uint64_t index = vtci_block_of(trace, trace->slice_first, slice);
    if (!cursor->at.block || cursor->at.block->index != index)
        VTC_TRY(open_block(cursor, index));
    cursor->at.index = (uint32_t)(slice - trace->slice_first[index]);
    return VTC_OK;
}

static vtc_status next_top(struct cursor *cursor)
{
    if (cursor->next_top < cursor->top.count)
        return go_to(cursor, cursor->top.rows[cursor->next_top++].slice);
    vtci_open_block_put(vtci_cursor_trace(&cursor->base), cursor->at.block);
    cursor->at.block = NULL;
    return VTC_OK;
}

static vtc_status start_top(struct cursor *cursor, const char *order, size_t wanted)
{
    struct vtci_slice_top *top = &cursor->top;
    struct vtci_sql_trace *trace = vtci_cursor_trace(&cursor->base);
    top->trace = trace;
    top->fields = cursor->fields;
    top->wanted = wanted;
    for (; *order && *order != '#' && top->column_count < VTCI_SLICE_ORDER_MAX; order++) {
        bool is_descending = *order < 'a';
        top->is_descending[top->column_count] = is_descending;
        top->columns[top->column_count++] = (uint8_t)(*order - (is_descending ? 'A' : 'a'));
    }
    top->rows = vtci_allocate(&trace->memory, wanted * sizeof *top->rows);
    if (!top->rows)
        return vtci_sql_fail(trace, VTC_ERR_NO_MEMORY);
    VTC_TRY(vtci_slice_top_find(top, &cursor->filter));
    return next_top(cursor);
}

static vtc_status start_groups(struct cursor *cursor, char letter, uint64_t used,
                               bool has_conditions)
{
    struct vtci_slice_groups *groups = &cursor->groups;
    groups->trace = vtci_cursor_trace(&cursor->base);
    groups->is_descending = letter < 'a';
    groups->key_column = letter - (groups->is_descending ? 'A' : 'a');
    groups->used = used;
    groups->fields = cursor->fields;
    return vtci_slice_groups_make(groups, &cursor->filter, has_conditions);
}

static vtc_status prepare(struct cursor *cursor, uint64_t used)
{
    struct vtci_sql_trace *trace = vtci_cursor_trace(&cursor->base);
    vtci_slice_needs(trace, used, &cursor->fields, &cursor->wants);
    VTC_TRY(vtci_threads_make(trace));
    unsigned parts = cursor->wants & VTCI_WANT_WITHIN ? VTCI_MODEL_WITHIN : 0;
    return cursor->wants & (VTCI_WANT_MODEL | VTCI_WANT_DUR_MODEL) ? vtci_model_make(trace, parts)
                                                                   : VTC_OK;
}

static vtc_status filter(struct cursor *cursor, size_t wanted, const char *plan,
                         sqlite3_value **argv)
{
    struct vtci_sql_trace *trace = vtci_cursor_trace(&cursor->base);
    const char *used_text = strchr(plan, '#');
    uint64_t used = used_text ? strtoull(used_text + 1, NULL, 16) : UINT64_MAX;
    size_t arguments = 0;
    for (const char *at = plan; *at >= 'a'; at += 2, arguments++) {
        int column = at[0] - 'a';
        used |= UINT64_C(1) << column;
        VTC_TRY(vtci_slice_filter_add(&cursor->filter, trace, column, (unsigned char)at[1],
                                      argv[arguments]));
    }
    const char *order = plan + 2 * arguments;
    uint64_t used_by_query = used_text ? strtoull(used_text + 1, NULL, 16) : UINT64_MAX;
    for (const char *at = order + 1; (*order == '/' || *order == '%') && *at && *at != '#'; at++)
        used |= UINT64_C(1) << (*at < 'a' ? *at - 'A' : *at - 'a');
    VTC_TRY(prepare(cursor, used));
    VTC_TRY(vtci_slice_filter_end(&cursor->filter, trace));
    if (*order == '/')
        return start_top(cursor, order + 1, wanted);
    if (*order == '%')
        return start_groups(cursor, order[1], used_by_query, arguments > 0);
    const struct vtci_bounds *id = &cursor->filter.id;
    uint64_t all = trace->slice_first[trace->summary.blocks];
    if (id->low == id->high && id->low >= 0 && (uint64_t)id->low < all) {
        cursor->next_block = vtci_block_of(trace, trace->slice_first, (uint64_t)id->low);
        if (!vtci_slice_filter_block(&cursor->filter, trace, cursor->next_block)) {
            cursor->next_block = trace->summary.blocks;
            return VTC_OK;
        }
        VTC_TRY(go_to(cursor, (uint32_t)id->low));
        cursor->next_block = trace->summary.blocks; /* no other block has it */
    }
    return find_row(cursor);
}

static int slice_filter(sqlite3_vtab_cursor *base, int wanted, const char *plan, int argc,
                        sqlite3_value **argv)
{
    (void)argc;
    struct cursor *cursor = (struct cursor *)base;
    reset(cursor);
    vtci_table_begin(vtci_cursor_trace(base));
    vtc_status status = filter(cursor, (size_t)wanted, plan, argv);
    return vtci_table_fail(base->pVtab, vtci_cursor_trace(base), status);
}

static int slice_next(sqlite3_vtab_cursor *base)
{
    struct cursor *cursor = (struct cursor *)base;
    vtc_status status;
    if (cursor->groups.trace) {
        vtci_slice_groups_next(&cursor->groups);
        return SQLITE_OK;
    }
    if (cursor->top.rows) {
        status = next_top(cursor);
    } else {
        const struct vtci_bounds *id = &cursor->filter.id;
        cursor->at.index =
            id->low == id->high ? cursor->at.block->slice_count : cursor->at.index + 1;
        status = find_row(cursor);
    }
    return vtci_table_fail(base->pVtab, vtci_cursor_trace(base), status);
}

static int slice_eof(sqlite3_vtab_cursor *base)
{
    const struct cursor *cursor = (const struct cursor *)base;
    return cursor->at.block == NULL && !cursor->groups.has_row;
}

static int slice_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    struct cursor *cursor = (struct cursor *)base;
    if (cursor->groups.trace) {
        vtci_slice_groups_column(context, &cursor->groups, column);
        return SQLITE_OK;
    }
    vtc_status status = vtci_slice_column(context, vtci_cursor_trace(base), &cursor->at, column);
    return vtci_table_fail(base->pVtab, vtci_cursor_trace(base), status);
}

static int slice_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out_rowid)
{
    const struct cursor *cursor = (const struct cursor *)base;
    *out_rowid = cursor->groups.trace ? cursor->groups.at
                                      : vtci_slice_number(vtci_cursor_trace(base), &cursor->at);
    return SQLITE_OK;
}

const sqlite3_module vtci_slice_module = {
    .iVersion = 2,
    .xCreate = slice_connect,
    .xConnect = slice_connect,
    .xBestIndex = slice_best_index,
    .xDisconnect = vtci_table_disconnect,
    .xDestroy = vtci_table_refuse_drop,
    .xOpen = slice_open,
    .xClose = slice_close,
    .xFilter = slice_filter,
    .xNext = slice_next,
    .xEof = slice_eof,
    .xColumn = slice_column,
    .xRowid = slice_rowid,
};
