/* The table of slices: planning, choosing rows, and what is in a row. */
#ifndef VTCI_SQL_SLICE_H
#define VTCI_SQL_SLICE_H

#include "base/error.h"
#include "sql/model.h"
#include "sql/open_block.h"
#include "sql/table.h"

enum vtci_slice_column {
    VTCI_SLICE_ID,
    VTCI_SLICE_TS,
    VTCI_SLICE_DUR,
    VTCI_SLICE_TRACK_ID,
    VTCI_SLICE_CATEGORY,
    VTCI_SLICE_NAME,
    VTCI_SLICE_DEPTH,
    VTCI_SLICE_PARENT_ID,
    VTCI_SLICE_ARG_SET_ID,
    VTCI_SLICE_THREAD_TS,
    VTCI_SLICE_THREAD_DUR,
    VTCI_SLICE_INSTRUCTION_COUNT,
    VTCI_SLICE_INSTRUCTION_DELTA,
    VTCI_SLICE_CAT,
    VTCI_SLICE_SLICE_ID,
    VTCI_SLICE_SELF_DUR,
    VTCI_SLICE_COLUMNS
};

/* What of a slice is to be had; what is not asked for is not made. */
enum vtci_slice_want {
    VTCI_WANT_MODEL = 1,
    VTCI_WANT_DUR_MODEL = 2, /* durations and ends of begins are from the model */
    VTCI_WANT_WITHIN = 4     /* what children took, of the model */
};

/* Bounds of a number, both inclusive. */
struct vtci_bounds {
    int64_t low;
    int64_t high;
};

enum vtci_match_kind { VTCI_MATCH_EQUAL, VTCI_MATCH_GLOB, VTCI_MATCH_LIKE };

/* A condition on a name. */
struct vtci_match {
    enum vtci_match_kind kind;
    struct vtc_text text; /* owned, with a NUL behind it */
};

#define VTCI_MATCHES_MAX 4

/* Which rows are wanted. Every row that is left out is not wanted; SQLite checks the rest where the
 * plan did not promise more. */
struct vtci_slice_filter {
    struct vtci_bounds ts, dur, id, track, depth;
    bool has_dur, has_track, has_depth, is_empty;
    struct vtci_match matches[VTCI_MATCHES_MAX];
    size_t match_count;
    uint8_t *match_memo; /* by label: 0 not asked yet, 1 no, 2 yes */
    size_t match_memo_capacity;
    vtc_string *names; /* that a name that is equal has in the dictionary */
    size_t name_count, name_capacity;
    bool has_names;
};

struct vtci_slice_ref {
    struct vtci_open_block *block;
    uint32_t index; /* in the block */
};

static inline uint32_t vtci_slice_number(const struct vtci_sql_trace *trace,
                                         const struct vtci_slice_ref *at)
{
    return (uint32_t)trace->slice_first[at->block->index] + at->index;
}

/* Adds what columns need to be had to fields and wants. */
void vtci_slice_needs(const struct vtci_sql_trace *trace, uint64_t columns, unsigned *fields,
                      unsigned *wants);

int64_t vtci_slice_dur(const struct vtci_sql_trace *trace, const struct vtci_slice_ref *at);
/* Its duration less its children's; false: it never ended. */
bool vtci_slice_self_dur(const struct vtci_sql_trace *trace, const struct vtci_slice_ref *at,
                         int64_t *out_ns);
uint32_t vtci_slice_track(const struct vtci_sql_trace *trace, const struct vtci_slice_ref *at);
VTC_NODISCARD vtc_status vtci_slice_name(struct vtci_sql_trace *trace,
                                         const struct vtci_slice_ref *at, vtci_label *out_label);
/* The event that ends a begin, in whatever block it is, which is pinned. VTC_END: there is none. */
VTC_NODISCARD vtc_status vtci_slice_end_event(struct vtci_sql_trace *trace,
                                              const struct vtci_slice_ref *at,
                                              struct vtci_open_block **out_block,
                                              size_t *out_event);
VTC_NODISCARD vtc_status vtci_slice_column(sqlite3_context *context, struct vtci_sql_trace *trace,
                                           const struct vtci_slice_ref *at, int column);

/* slice_filter.c */
void vtci_slice_filter_init(struct vtci_slice_filter *filter);
void vtci_slice_filter_free(struct vtci_slice_filter *filter, struct vtci_memory *memory);
/* Adds one condition, as the plan names it. */
VTC_NODISCARD vtc_status vtci_slice_filter_add(struct vtci_slice_filter *filter,
                                               struct vtci_sql_trace *trace, int column, int op,
                                               sqlite3_value *value);
/* All conditions are there: finds the names in the dictionary. */
VTC_NODISCARD vtc_status vtci_slice_filter_end(struct vtci_slice_filter *filter,
                                               struct vtci_sql_trace *trace);
/* Whether a block may have a slice that is wanted, going by its zone map. */
bool vtci_slice_filter_block(const struct vtci_slice_filter *filter,
                             const struct vtci_sql_trace *trace, uint64_t block);
VTC_NODISCARD vtc_status vtci_slice_filter_row(struct vtci_slice_filter *filter,
                                               struct vtci_sql_trace *trace,
                                               const struct vtci_slice_ref *at, bool *out_wanted);

/* Hands the slices of a block that are wanted to `take`. Inline, so that `take` is too. */
static inline vtc_status vtci_slice_visit_block(
    struct vtci_sql_trace *trace, struct vtci_slice_filter *filter, uint64_t index, unsigned fields,
    vtc_status (*take)(void *context, const struct vtci_slice_ref *at), void *context)
{
    struct vtci_slice_ref at = {NULL, 0};
    VTC_TRY(vtci_open_block_get(trace, index, fields | vtci_slice_fields(trace, index), &at.block));
    vtc_status status = vtci_open_block_slices(trace, at.block);
    for (; status == VTC_OK && at.index < at.block->slice_count; at.index++) {
        bool is_wanted;
        status = vtci_slice_filter_row(filter, trace, &at, &is_wanted);
        if (status == VTC_OK && is_wanted)
            status = take(context, &at);
    }
    vtci_open_block_put(trace, at.block);
    return status;
}

/* slice_plan.c: xBestIndex. idxStr has, for each argument, a column's and an operation's letter, and
 * behind a '/' the order of the first rows, as column letters, capital for descending; or behind a '%'
 * the column that rows are grouped by. */
int vtci_slice_best_index(sqlite3_vtab *table, sqlite3_index_info *info);

#define VTCI_SLICE_ORDER_MAX 6

/* The first rows in an order; see slice_top.c. */
struct vtci_slice_top_row {
    int64_t keys[VTCI_SLICE_ORDER_MAX];
    uint32_t slice;
};

struct vtci_slice_top {
    struct vtci_sql_trace *trace;
    unsigned fields;
    uint8_t columns[VTCI_SLICE_ORDER_MAX];
    bool is_descending[VTCI_SLICE_ORDER_MAX];
    size_t column_count;
    size_t wanted;
    struct vtci_slice_top_row *rows; /* a heap, the last in order on top; sorted at the end */
    size_t count;
};

VTC_NODISCARD vtc_status vtci_slice_top_find(struct vtci_slice_top *top,
                                             struct vtci_slice_filter *filter);

#endif
