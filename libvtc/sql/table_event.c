/* The virtual table of events: every one, as it was. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "sql/open_block.h"
#include "sql/table.h"

static const char columns[] =
    "CREATE TABLE event(id INTEGER, block INTEGER, row INTEGER, phase TEXT, ts INTEGER, "
    "dur INTEGER, pid, tid, name TEXT, category TEXT, event_id TEXT, args TEXT, json TEXT HIDDEN, "
    "cat TEXT HIDDEN)";

enum column {
    COLUMN_ID,
    COLUMN_BLOCK,
    COLUMN_ROW,
    COLUMN_PHASE,
    COLUMN_TS,
    COLUMN_DUR,
    COLUMN_PID,
    COLUMN_TID,
    COLUMN_NAME,
    COLUMN_CATEGORY,
    COLUMN_EVENT_ID,
    COLUMN_ARGS,
    COLUMN_JSON,
    COLUMN_CAT,
    COLUMNS
};

/* A pid or tid: a number where it is one. */
struct track_part {
    enum vtci_json_kind kind; /* NUMBER, STRING; else there is none */
    struct vtci_json_number number;
    vtci_label label;
};

struct cursor {
    sqlite3_vtab_cursor base;
    struct vtci_open_block *block; /* NULL: at the end */
    size_t event;
    uint64_t next_block;
    unsigned fields;
    bool has_texts;
    int64_t low_ns, high_ns;
    int phase;         /* -1: any */
    int64_t low, high; /* numbers */
    uint32_t track;    /* + 1, whose pid and tid these are; 0: none */
    struct track_part pid, tid;
};

static int event_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                         sqlite3_vtab **out_table, char **out_message)
{
    return vtci_table_connect(db, aux, argc, argv, columns, sizeof(struct vtci_table), out_table,
                              out_message);
}

/* Which conditions are passed on; SQLite checks all of them once more. */
static char condition_of(const struct sqlite3_index_constraint *constraint)
{
    bool is_equal = constraint->op == SQLITE_INDEX_CONSTRAINT_EQ;
    bool is_low = constraint->op == SQLITE_INDEX_CONSTRAINT_GE ||
                  constraint->op == SQLITE_INDEX_CONSTRAINT_GT;
    bool is_high = constraint->op == SQLITE_INDEX_CONSTRAINT_LE ||
                   constraint->op == SQLITE_INDEX_CONSTRAINT_LT;
    if (!constraint->usable)
        return 0;
    if (constraint->iColumn == COLUMN_PHASE && is_equal)
        return 'p';
    if (constraint->iColumn == COLUMN_ID && is_equal)
        return 'i';
    if (constraint->iColumn == COLUMN_TS && (is_low || is_high))
        return is_low ? 'l' : 'h';
    return 0;
}

static int event_best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
    const struct vtci_sql_trace *trace = ((const struct vtci_table *)base)->trace;
    double rows = (double)trace->summary.events + 1, cost = 1;
    char plan[8];
    int count = 0;
    for (int i = 0; i < info->nConstraint && count < (int)sizeof plan - 1; i++) {
        char condition = condition_of(&info->aConstraint[i]);
        if (!condition)
            continue;
        plan[count++] = condition;
        info->aConstraintUsage[i].argvIndex = count;
        rows *= condition == 'i' ? 0 : condition == 'p' ? 0.2 : 0.4;
    }
    plan[count] = '\0';
    if (info->colUsed & (UINT64_C(1) << COLUMN_ARGS | UINT64_C(1) << COLUMN_JSON))
        cost = 20;
    info->idxStr = sqlite3_mprintf("%s#%llx", plan, (unsigned long long)info->colUsed);
    info->needToFreeIdxStr = 1;
    info->estimatedCost = 50 + rows * cost;
    info->estimatedRows = (sqlite3_int64)rows + 1;
    return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

static int event_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out_cursor)
{
    struct cursor *cursor = sqlite3_malloc64(sizeof *cursor);
    if (!cursor)
        return SQLITE_NOMEM;
    memset(cursor, 0, sizeof *cursor);
    ((struct vtci_table *)base)->trace->cursors++;
    *out_cursor = &cursor->base;
    return SQLITE_OK;
}

static void leave_block(struct cursor *cursor)
{
    vtci_open_block_put(vtci_cursor_trace(&cursor->base), cursor->block);
    cursor->block = NULL;
}

static int event_close(sqlite3_vtab_cursor *base)
{
    leave_block((struct cursor *)base);
    vtci_cursor_trace(base)->cursors--;
    sqlite3_free(base);
    return SQLITE_OK;
}

static bool block_matters(const struct cursor *cursor, const struct vtci_sql_trace *trace,
                          uint64_t block)
{
    struct vtc_zone zone;
    int64_t first = (int64_t)trace->event_first[block];
    int64_t end = (int64_t)trace->event_first[block + 1];
    if (first == end || cursor->high < first || cursor->low >= end)
        return false;
    if (cursor->phase >= 0 &&
        vtc_reader_zone_phase(trace->reader, block, (uint8_t)cursor->phase) == 0)
        return false;
    if (cursor->low_ns == INT64_MIN && cursor->high_ns == INT64_MAX)
        return true;
    return vtc_reader_zone(trace->reader, block, &zone) == VTC_OK && zone.has_times &&
           zone.last_ns >= cursor->low_ns && zone.first_ns <= cursor->high_ns;
}

static bool event_matters(const struct cursor *cursor)
{
    const struct vtc_events *events = cursor->block->events;
    int64_t number =
        vtci_event_number(vtci_cursor_trace(&cursor->base), cursor->block->index, cursor->event);
    if (number < cursor->low || number > cursor->high ||
        (cursor->phase >= 0 && events->phase[cursor->event] != cursor->phase))
        return false;
    return (cursor->low_ns == INT64_MIN && cursor->high_ns == INT64_MAX) ||
           (events->time_ns[cursor->event] >= cursor->low_ns &&
            events->time_ns[cursor->event] <= cursor->high_ns);
}

static vtc_status find_event(struct cursor *cursor)
{
    struct vtci_sql_trace *trace = vtci_cursor_trace(&cursor->base);
    for (;;) {
        for (; cursor->block && cursor->event < cursor->block->events->count; cursor->event++)
            if (event_matters(cursor))
                return VTC_OK;
        leave_block(cursor);
        while (cursor->next_block < trace->summary.blocks &&
               !block_matters(cursor, trace, cursor->next_block))
            cursor->next_block++;
        if (cursor->next_block == trace->summary.blocks)
            return VTC_OK;
        VTC_TRY(vtci_open_block_get(trace, cursor->next_block++, cursor->fields, &cursor->block));
        if (cursor->has_texts)
            VTC_TRY(vtci_open_block_texts(trace, cursor->block));
        cursor->event = 0;
    }
}

static void add_condition(struct cursor *cursor, char condition, sqlite3_value *value)
{
    bool is_integer = sqlite3_value_type(value) == SQLITE_INTEGER;
    if (condition == 'p' && sqlite3_value_type(value) == SQLITE_TEXT) {
        const unsigned char *text = sqlite3_value_text(value);
        /* One that no event has, where it is no single character: 256 is none. */
        cursor->phase = text && text[0] && !text[1] ? text[0] : 256;
    } else if (condition == 'i' && is_integer) {
        cursor->low = cursor->high = sqlite3_value_int64(value);
    } else if (condition == 'l' && is_integer) {
        cursor->low_ns = sqlite3_value_int64(value);
    } else if (condition == 'h' && is_integer) {
        cursor->high_ns = sqlite3_value_int64(value);
    }
}

static unsigned fields_of(uint64_t used)
{
    static const unsigned fields[COLUMNS] = {
        [COLUMN_TS] = VTC_FIELD_TIME,      [COLUMN_DUR] = VTC_FIELD_DURATION,
        [COLUMN_PID] = VTC_FIELD_TRACK,    [COLUMN_TID] = VTC_FIELD_TRACK,
        [COLUMN_NAME] = VTC_FIELD_NAME,    [COLUMN_CATEGORY] = VTC_FIELD_CATEGORY,
        [COLUMN_CAT] = VTC_FIELD_CATEGORY, [COLUMN_EVENT_ID] = VTC_FIELD_ID};
    unsigned found = 0;
    for (int i = 0; i < COLUMNS; i++)
        if (used >> i & 1)
            found |= fields[i];
    return found;
}

static int event_filter(sqlite3_vtab_cursor *base, int index, const char *plan, int argc,
                        sqlite3_value **argv)
{
    (void)index;
    struct cursor *cursor = (struct cursor *)base;
    leave_block(cursor);
    vtci_table_begin(vtci_cursor_trace(base));
    cursor->next_block = 0;
    cursor->low_ns = cursor->low = INT64_MIN;
    cursor->high_ns = cursor->high = INT64_MAX;
    cursor->phase = -1;
    for (int i = 0; i < argc; i++)
        add_condition(cursor, plan[i], argv[i]);
    uint64_t used = strtoull(plan + argc + 1, NULL, 16);
    cursor->fields = fields_of(used);
    if (cursor->low_ns != INT64_MIN || cursor->high_ns != INT64_MAX)
        cursor->fields |= VTC_FIELD_TIME;
    cursor->has_texts = (used & (UINT64_C(1) << COLUMN_ARGS | UINT64_C(1) << COLUMN_JSON)) != 0;
    return vtci_table_fail(base->pVtab, vtci_cursor_trace(base),
                           cursor->phase > 255 ? VTC_OK : find_event(cursor));
}

static int event_next(sqlite3_vtab_cursor *base)
{
    struct cursor *cursor = (struct cursor *)base;
    cursor->event++;
    return vtci_table_fail(base->pVtab, vtci_cursor_trace(base), find_event(cursor));
}

static int event_eof(sqlite3_vtab_cursor *base)
{
    return ((const struct cursor *)base)->block == NULL;
}

static void give_plain(sqlite3_context *context, struct vtci_json value)
{
    if (value.kind == VTCI_JSON_NONE)
        return;
    sqlite3_result_text64(context, value.data, value.len_bytes, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static vtc_status read_part(struct vtci_sql_trace *trace, struct vtc_text text,
                            struct track_part *out_part)
{
    struct vtci_json value = vtci_json_value(text.data, text.len_bytes);
    out_part->kind = value.kind;
    if (value.kind == VTCI_JSON_NUMBER)
        out_part->number = vtci_json_number(value.data, value.len_bytes);
    if (value.kind == VTCI_JSON_STRING)
        return vtci_labels_add(&trace->labels, value.data, value.len_bytes, true, true,
                               &out_part->label);
    return VTC_OK;
}

/* Events of one track come in runs. */
static vtc_status give_track(sqlite3_context *context, struct vtci_sql_trace *trace,
                             struct cursor *cursor, uint32_t number, bool is_tid)
{
    struct vtc_track track;
    if (number >= trace->summary.tracks)
        return VTC_OK;
    if (cursor->track != number + 1) {
        cursor->track = 0;
        VTC_TRY(vtc_reader_track(trace->reader, number, &track));
        VTC_TRY(read_part(trace, track.pid, &cursor->pid));
        VTC_TRY(read_part(trace, track.tid, &cursor->tid));
        cursor->track = number + 1;
    }
    const struct track_part *part = is_tid ? &cursor->tid : &cursor->pid;
    if (part->kind == VTCI_JSON_STRING)
        vtci_result_label(context, trace, part->label);
    else if (part->kind == VTCI_JSON_NUMBER && part->number.is_integer)
        sqlite3_result_int64(context, part->number.integer);
    else if (part->kind == VTCI_JSON_NUMBER)
        sqlite3_result_double(context, part->number.real);
    return VTC_OK;
}

/* The text is walked where the key stands in it, perhaps within another value. */
static struct vtci_json args_of(const struct vtci_open_block *block, size_t event)
{
    struct vtci_json object = vtci_open_block_event(block, event);
    if (object.kind == VTCI_JSON_OBJECT && !memmem(object.data, object.len_bytes, "args", 4) &&
        !memchr(object.data, '\\', object.len_bytes))
        return (struct vtci_json){VTCI_JSON_NONE, NULL, 0};
    return vtci_json_member(object, "args");
}

static vtc_status give_string(sqlite3_context *context, struct vtci_sql_trace *trace,
                              const struct cursor *cursor, vtc_string string)
{
    vtci_label label;
    struct vtc_text text = vtc_block_string(cursor->block->block, string);
    if (string >= VTC_STRING_LOCAL && !memchr(text.data, '\\', text.len_bytes)) {
        sqlite3_result_text64(context, text.data, text.len_bytes, SQLITE_TRANSIENT, SQLITE_UTF8);
        return VTC_OK;
    }
    VTC_TRY(vtci_labels_of_string(&trace->labels, cursor->block->block, string, &label));
    vtci_result_label(context, trace, label);
    return VTC_OK;
}

static void give_time(sqlite3_context *context, int64_t time_ns)
{
    if (time_ns != VTC_NO_TIME)
        sqlite3_result_int64(context, time_ns);
}

static vtc_status give_column(sqlite3_context *context, struct vtci_sql_trace *trace,
                              struct cursor *cursor, int column)
{
    const struct vtc_events *events = cursor->block->events;
    size_t event = cursor->event;
    switch ((enum column)column) {
    case COLUMN_ID:
        sqlite3_result_int64(context, vtci_event_number(trace, cursor->block->index, event));
        return VTC_OK;
    case COLUMN_BLOCK:
        sqlite3_result_int64(context, (sqlite3_int64)cursor->block->index);
        return VTC_OK;
    case COLUMN_ROW: sqlite3_result_int64(context, events->row[event]); return VTC_OK;
    case COLUMN_PHASE:
        if (events->phase[event])
            sqlite3_result_text(context, (const char *)&events->phase[event], 1, SQLITE_TRANSIENT);
        return VTC_OK;
    case COLUMN_TS: give_time(context, events->time_ns[event]); return VTC_OK;
    case COLUMN_DUR: give_time(context, events->duration_ns[event]); return VTC_OK;
    case COLUMN_PID:
    case COLUMN_TID:
        return give_track(context, trace, cursor, events->track[event], column == COLUMN_TID);
    case COLUMN_NAME: return give_string(context, trace, cursor, events->name[event]);
    case COLUMN_CATEGORY:
    case COLUMN_CAT: return give_string(context, trace, cursor, events->category[event]);
    case COLUMN_EVENT_ID: return give_string(context, trace, cursor, events->id[event]);
    case COLUMN_ARGS: give_plain(context, args_of(cursor->block, event)); return VTC_OK;
    case COLUMN_JSON:
        give_plain(context, vtci_open_block_event(cursor->block, event));
        return VTC_OK;
    default: return VTC_OK;
    }
}

static int event_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    struct vtci_sql_trace *trace = vtci_cursor_trace(base);
    vtc_status status = give_column(context, trace, (struct cursor *)base, column);
    return vtci_table_fail(base->pVtab, trace, vtci_sql_fail(trace, status));
}

static int event_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out_rowid)
{
    const struct cursor *cursor = (const struct cursor *)base;
    *out_rowid = vtci_event_number(vtci_cursor_trace(base), cursor->block->index, cursor->event);
    return SQLITE_OK;
}

const sqlite3_module vtci_event_module = {
    .iVersion = 2,
    .xCreate = event_connect,
    .xConnect = event_connect,
    .xBestIndex = event_best_index,
    .xDisconnect = vtci_table_disconnect,
    .xDestroy = vtci_table_refuse_drop,
    .xOpen = event_open,
    .xClose = event_close,
    .xFilter = event_filter,
    .xNext = event_next,
    .xEof = event_eof,
    .xColumn = event_column,
    .xRowid = event_rowid,
};
