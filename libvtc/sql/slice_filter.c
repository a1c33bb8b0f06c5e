/* Which slices are wanted: by their numbers, and by their names. */
#include <math.h>

#include "base/error.h"
#include "sql/slice.h"

void vtci_slice_filter_init(struct vtci_slice_filter *filter)
{
    static const struct vtci_bounds all = {INT64_MIN, INT64_MAX};
    memset(filter, 0, sizeof *filter);
    filter->ts = filter->dur = filter->id = filter->track = filter->depth = all;
}

void vtci_slice_filter_free(struct vtci_slice_filter *filter, struct vtci_memory *memory)
{
    for (size_t i = 0; i < filter->match_count; i++)
        vtci_release(memory, (void *)(uintptr_t)filter->matches[i].text.data,
                     filter->matches[i].text.len_bytes + 1);
    VTCI_ARRAY_FREE(memory, filter->match_memo, filter->match_memo_capacity);
    VTCI_ARRAY_FREE(memory, filter->names, filter->name_capacity);
    vtci_slice_filter_init(filter);
}

static void at_least(struct vtci_bounds *bounds, int64_t value)
{
    if (value > bounds->low)
        bounds->low = value;
}

static void at_most(struct vtci_bounds *bounds, int64_t value)
{
    if (value < bounds->high)
        bounds->high = value;
}

static int64_t clamp(double value)
{
    return value >= 9.2e18 ? INT64_MAX : value <= -9.2e18 ? INT64_MIN : (int64_t)value;
}

/* A real bounds from the side on which nothing is lost. */
static void bound_real(struct vtci_bounds *bounds, int op, double value)
{
    if (op == SQLITE_INDEX_CONSTRAINT_EQ || op == SQLITE_INDEX_CONSTRAINT_GE ||
        op == SQLITE_INDEX_CONSTRAINT_GT)
        at_least(bounds, clamp(floor(value)));
    if (op == SQLITE_INDEX_CONSTRAINT_EQ || op == SQLITE_INDEX_CONSTRAINT_LE ||
        op == SQLITE_INDEX_CONSTRAINT_LT)
        at_most(bounds, clamp(ceil(value)));
}

static void bound_integer(struct vtci_bounds *bounds, int op, int64_t value, bool *out_empty)
{
    if (op == SQLITE_INDEX_CONSTRAINT_EQ || op == SQLITE_INDEX_CONSTRAINT_GE)
        at_least(bounds, value);
    if (op == SQLITE_INDEX_CONSTRAINT_EQ || op == SQLITE_INDEX_CONSTRAINT_LE)
        at_most(bounds, value);
    if (op == SQLITE_INDEX_CONSTRAINT_GT) {
        if (value == INT64_MAX)
            *out_empty = true;
        else
            at_least(bounds, value + 1);
    }
    if (op == SQLITE_INDEX_CONSTRAINT_LT) {
        if (value == INT64_MIN)
            *out_empty = true;
        else
            at_most(bounds, value - 1);
    }
}

static vtc_status add_match(struct vtci_slice_filter *filter, struct vtci_memory *memory, int op,
                            sqlite3_value *value)
{
    if (filter->match_count == VTCI_MATCHES_MAX || sqlite3_value_type(value) != SQLITE_TEXT)
        return VTC_OK;
    size_t len_bytes = (size_t)sqlite3_value_bytes(value);
    const unsigned char *text = sqlite3_value_text(value);
    char *copy = text ? vtci_allocate(memory, len_bytes + 1) : NULL;
    if (!copy)
        return VTC_ERR_NO_MEMORY;
    memcpy(copy, text, len_bytes);
    copy[len_bytes] = '\0';
    filter->matches[filter->match_count++] =
        (struct vtci_match){op == SQLITE_INDEX_CONSTRAINT_GLOB   ? VTCI_MATCH_GLOB
                            : op == SQLITE_INDEX_CONSTRAINT_LIKE ? VTCI_MATCH_LIKE
                                                                 : VTCI_MATCH_EQUAL,
                            {copy, len_bytes}};
    return VTC_OK;
}

vtc_status vtci_slice_filter_add(struct vtci_slice_filter *filter, struct vtci_sql_trace *trace,
                                 int column, int op, sqlite3_value *value)
{
    struct vtci_bounds *bounds = NULL;
    if (sqlite3_value_type(value) == SQLITE_NULL) {
        filter->is_empty = true; /* it compares with nothing */
        return VTC_OK;
    }
    switch (column) {
    case VTCI_SLICE_NAME: return vtci_sql_fail(trace, add_match(filter, &trace->memory, op, value));
    case VTCI_SLICE_TS: bounds = &filter->ts; break;
    case VTCI_SLICE_DUR:
        bounds = &filter->dur;
        filter->has_dur = true;
        break;
    case VTCI_SLICE_TRACK_ID:
        bounds = &filter->track;
        filter->has_track = true;
        break;
    case VTCI_SLICE_DEPTH:
        bounds = &filter->depth;
        filter->has_depth = true;
        break;
    default: bounds = &filter->id; break;
    }
    struct vtci_bounds own = {INT64_MIN, INT64_MAX};
    if (sqlite3_value_type(value) == SQLITE_INTEGER)
        bound_integer(&own, op, sqlite3_value_int64(value), &filter->is_empty);
    else if (sqlite3_value_type(value) == SQLITE_FLOAT)
        bound_real(&own, op, sqlite3_value_double(value));
    /* A set of arguments has the number of its slice, and 1. */
    if (column == VTCI_SLICE_ARG_SET_ID) {
        own.low -= own.low != INT64_MIN;
        own.high -= own.high != INT64_MAX;
    }
    at_least(bounds, own.low);
    at_most(bounds, own.high);
    return VTC_OK;
}

static bool matches(const struct vtci_slice_filter *filter, struct vtc_text text)
{
    for (size_t i = 0; i < filter->match_count; i++) {
        const struct vtci_match *match = &filter->matches[i];
        if (match->kind == VTCI_MATCH_EQUAL) {
            if (text.len_bytes != match->text.len_bytes ||
                memcmp(text.data, match->text.data, text.len_bytes) != 0)
                return false;
            continue;
        }
        /* SQLite wants a NUL behind. */
        char *copy = sqlite3_mprintf("%.*s", (int)text.len_bytes, text.data);
        bool found = copy && (match->kind == VTCI_MATCH_GLOB
                                  ? sqlite3_strglob(match->text.data, copy) == 0
                                  : sqlite3_strlike(match->text.data, copy, 0) == 0);
        sqlite3_free(copy);
        if (!found)
            return false;
    }
    return true;
}

/* Once a name: `match_memo` remembers. */
static vtc_status matches_label(struct vtci_slice_filter *filter, struct vtci_sql_trace *trace,
                                vtci_label label, bool *out_matches)
{
    size_t before = filter->match_memo_capacity;
    VTC_TRY(VTCI_ARRAY_RESERVE(&trace->memory, filter->match_memo, filter->match_memo_capacity,
                               (size_t)label + 1));
    if (before < filter->match_memo_capacity)
        memset(filter->match_memo + before, 0, filter->match_memo_capacity - before);
    uint8_t *memo = &filter->match_memo[label];
    if (*memo == 0)
        *memo = label && matches(filter, vtci_label_text(&trace->labels, label)) ? 2 : 1;
    *out_matches = *memo == 2;
    return VTC_OK;
}

static bool has_equal(const struct vtci_slice_filter *filter)
{
    for (size_t i = 0; i < filter->match_count; i++)
        if (filter->matches[i].kind == VTCI_MATCH_EQUAL)
            return true;
    return false;
}

/* The strings of the names' dictionary that match, for the zone maps. One that equals needs the whole
 * dictionary looked through: it may be spelt with escapes. */
static vtc_status find_names(struct vtci_slice_filter *filter, struct vtci_sql_trace *trace)
{
    uint32_t column;
    vtc_status status = vtc_reader_find_column(trace->reader, "name", "STRING", &column);
    if (status != VTC_OK)
        return status == VTC_END ? VTC_OK : status;
    bool is_match;
    if (matches(filter, vtci_label_text(&trace->labels, trace->no_name)))
        return VTC_OK; /* what has no name may be anywhere */
    for (vtc_string string = ((vtc_string)column + 1) << 32 | 1;; string++) {
        vtci_label label;
        struct vtc_text text = vtc_reader_string(trace->reader, string);
        if (!text.data)
            break;
        VTC_TRY(vtci_labels_of_text(&trace->labels, string, text, &label));
        VTC_TRY(matches_label(filter, trace, label, &is_match));
        if (!is_match)
            continue;
        VTC_TRY(VTCI_ARRAY_RESERVE(&trace->memory, filter->names, filter->name_capacity,
                                   filter->name_count + 1));
        filter->names[filter->name_count++] = string;
    }
    filter->has_names = true;
    return VTC_OK;
}

vtc_status vtci_slice_filter_end(struct vtci_slice_filter *filter, struct vtci_sql_trace *trace)
{
    if (filter->is_empty || !has_equal(filter))
        return VTC_OK;
    return vtci_sql_fail(trace, find_names(filter, trace));
}

static bool may_have_name(const struct vtci_slice_filter *filter,
                          const struct vtci_sql_trace *trace, uint64_t block)
{
    if (!filter->has_names || vtc_reader_zone_may_have_name(trace->reader, block, VTC_NO_STRING))
        return true;
    for (size_t i = 0; i < filter->name_count; i++)
        if (vtc_reader_zone_may_have_name(trace->reader, block, filter->names[i]))
            return true;
    return false;
}

bool vtci_slice_filter_block(const struct vtci_slice_filter *filter,
                             const struct vtci_sql_trace *trace, uint64_t block)
{
    struct vtc_zone zone;
    uint64_t first = trace->slice_first[block], end = trace->slice_first[block + 1];
    if (first == end || filter->is_empty || filter->id.low > filter->id.high ||
        (filter->id.high >= 0 ? (uint64_t)filter->id.high < first : true) ||
        (filter->id.low >= 0 && (uint64_t)filter->id.low >= end))
        return false;
    if (vtc_reader_zone(trace->reader, block, &zone) != VTC_OK || !zone.has_times)
        return false; /* what has no time is no slice */
    if (zone.last_ns < filter->ts.low || zone.first_ns > filter->ts.high)
        return false;
    bool has_begins = vtc_reader_zone_phase(trace->reader, block, 'B') ||
                      vtc_reader_zone_phase(trace->reader, block, 'b');
    if (!has_begins && filter->dur.low > 0 && zone.longest_ns < (uint64_t)filter->dur.low)
        return false;
    return may_have_name(filter, trace, block);
}

static bool is_within(int64_t value, const struct vtci_bounds *bounds)
{
    return value >= bounds->low && value <= bounds->high;
}

static vtc_status filter_name(struct vtci_slice_filter *filter, struct vtci_sql_trace *trace,
                              const struct vtci_slice_ref *at, bool *out_wanted)
{
    vtc_string string = at->block->events->name[at->block->slice_event[at->index]];
    vtci_label label;
    if (string >= VTC_STRING_LOCAL) {
        /* Not kept as a label: every one may be different. */
        struct vtc_text text = vtc_block_string(at->block->block, string);
        if (text.data && text.len_bytes && !memchr(text.data, '\\', text.len_bytes)) {
            *out_wanted = matches(filter, text);
            return VTC_OK;
        }
    }
    VTC_TRY(vtci_slice_name(trace, at, &label));
    return matches_label(filter, trace, label, out_wanted);
}

vtc_status vtci_slice_filter_row(struct vtci_slice_filter *filter, struct vtci_sql_trace *trace,
                                 const struct vtci_slice_ref *at, bool *out_wanted)
{
    const struct vtci_open_block *block = at->block;
    *out_wanted = false;
    if (!(block->slice_flags[at->index] & VTCI_SLICE_IS) ||
        !is_within(block->events->time_ns[block->slice_event[at->index]], &filter->ts) ||
        !is_within(vtci_slice_number(trace, at), &filter->id) ||
        (filter->has_dur && !is_within(vtci_slice_dur(trace, at), &filter->dur)) ||
        (filter->has_depth &&
         !is_within(trace->model->depth[vtci_slice_number(trace, at)], &filter->depth)) ||
        (filter->has_track && !is_within(vtci_slice_track(trace, at), &filter->track)))
        return VTC_OK;
    *out_wanted = true;
    return filter->match_count ? vtci_sql_fail(trace, filter_name(filter, trace, at, out_wanted))
                               : VTC_OK;
}
