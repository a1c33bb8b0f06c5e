/* Choosing how slices are gone through: which conditions are taken over, what that costs, and
 * whether the order and the limit can be. */
#include <stdlib.h>
#include <string.h>

#include "sql/slice_groups.h"

/* [choice] A limit above this is left to SQLite. */
#define TOP_ROWS_MAX (UINT32_C(1) << 16)

struct plan {
    struct vtci_table *table;
    sqlite3_index_info *info;
    double rows;       /* that are estimated to be left */
    double cost;       /* of a row that is looked at, in units of stepping over one */
    double share;      /* of the blocks that have to be read */
    bool is_one;       /* a slice by its number */
    bool takes_all;    /* all that is asked for is promised */
    int limit, offset; /* constraints; -1: none */
    char text[64];
    size_t text_len;
};

static bool is_range(int op)
{
    return op == SQLITE_INDEX_CONSTRAINT_EQ || op == SQLITE_INDEX_CONSTRAINT_GT ||
           op == SQLITE_INDEX_CONSTRAINT_GE || op == SQLITE_INDEX_CONSTRAINT_LT ||
           op == SQLITE_INDEX_CONSTRAINT_LE;
}

static bool takes(const struct plan *plan, int i)
{
    const struct sqlite3_index_constraint *constraint = &plan->info->aConstraint[i];
    switch (constraint->iColumn) {
    case VTCI_SLICE_NAME:
        return (constraint->op == SQLITE_INDEX_CONSTRAINT_EQ &&
                strcmp(sqlite3_vtab_collation(plan->info, i), "BINARY") == 0) ||
               constraint->op == SQLITE_INDEX_CONSTRAINT_GLOB ||
               constraint->op == SQLITE_INDEX_CONSTRAINT_LIKE;
    case VTCI_SLICE_ID:
    case VTCI_SLICE_SLICE_ID:
    case VTCI_SLICE_TS:
    case VTCI_SLICE_DUR:
    case VTCI_SLICE_TRACK_ID:
    case VTCI_SLICE_DEPTH: return is_range(constraint->op);
    case VTCI_SLICE_ARG_SET_ID: return constraint->op == SQLITE_INDEX_CONSTRAINT_EQ;
    default: return false;
    }
}

/* The value of a condition, where it is known while planning. */
static sqlite3_value *constant(const struct plan *plan, int i)
{
    sqlite3_value *value = NULL;
    return sqlite3_vtab_rhs_value(plan->info, i, &value) == SQLITE_OK ? value : NULL;
}

/* Whether what is left out by a condition is all that it would leave out. */
static bool is_exact(const struct plan *plan, int i)
{
    const struct sqlite3_index_constraint *constraint = &plan->info->aConstraint[i];
    sqlite3_value *value = constant(plan, i);
    if (!value || constraint->iColumn == VTCI_SLICE_ARG_SET_ID ||
        constraint->op == SQLITE_INDEX_CONSTRAINT_LIKE)
        return false;
    return sqlite3_value_type(value) ==
           (constraint->iColumn == VTCI_SLICE_NAME ? SQLITE_TEXT : SQLITE_INTEGER);
}

/* The share of the trace's time that a bound leaves. */
static double time_share(const struct plan *plan, int i)
{
    const struct vtc_summary *summary = &plan->table->trace->summary;
    sqlite3_value *value = constant(plan, i);
    double length = (double)summary->last_ns - (double)summary->first_ns;
    if (!value || !summary->has_times || length <= 0)
        return 0.4;
    double behind = ((double)summary->last_ns - sqlite3_value_double(value)) / length;
    int op = plan->info->aConstraint[i].op;
    if (op == SQLITE_INDEX_CONSTRAINT_LT || op == SQLITE_INDEX_CONSTRAINT_LE)
        behind = 1 - behind;
    return behind < 0 ? 0 : behind > 1 ? 1 : behind;
}

static void estimate(struct plan *plan, int i)
{
    const struct sqlite3_index_constraint *constraint = &plan->info->aConstraint[i];
    bool is_equal = constraint->op == SQLITE_INDEX_CONSTRAINT_EQ;
    switch (constraint->iColumn) {
    case VTCI_SLICE_ID:
    case VTCI_SLICE_SLICE_ID:
    case VTCI_SLICE_ARG_SET_ID:
        plan->is_one = plan->is_one || is_equal;
        plan->rows *= 0.4;
        plan->share *= 0.4;
        break;
    case VTCI_SLICE_TS: {
        double share = is_equal ? 1e-4 : time_share(plan, i);
        plan->rows *= share;
        plan->share *= share;
        break;
    }
    case VTCI_SLICE_NAME: plan->rows *= is_equal ? 0.02 : 0.1; break;
    case VTCI_SLICE_TRACK_ID: plan->rows *= is_equal ? 0.1 : 0.5; break;
    default: plan->rows *= is_equal ? 0.05 : 0.3; break;
    }
}

static char column_letter(int column)
{
    return (char)('a' + column);
}

static void take(struct plan *plan, int i)
{
    struct sqlite3_index_constraint_usage *usage = &plan->info->aConstraintUsage[i];
    if (plan->text_len + 2 >= sizeof plan->text / 2) {
        plan->takes_all = false;
        return;
    }
    usage->argvIndex = (int)(plan->text_len / 2) + 1;
    usage->omit = is_exact(plan, i);
    plan->takes_all = plan->takes_all && usage->omit;
    plan->text[plan->text_len++] = column_letter(plan->info->aConstraint[i].iColumn);
    plan->text[plan->text_len++] = (char)plan->info->aConstraint[i].op;
    estimate(plan, i);
}

static void take_all(struct plan *plan)
{
    const sqlite3_index_info *info = plan->info;
    for (int i = 0; i < info->nConstraint; i++) {
        int op = info->aConstraint[i].op;
        if (op == SQLITE_INDEX_CONSTRAINT_LIMIT || op == SQLITE_INDEX_CONSTRAINT_OFFSET) {
            if (!info->aConstraint[i].usable)
                plan->takes_all = false;
            else if (op == SQLITE_INDEX_CONSTRAINT_LIMIT)
                plan->limit = i;
            else
                plan->offset = i;
        } else if (info->aConstraint[i].usable && takes(plan, i)) {
            take(plan, i);
        } else {
            plan->takes_all = false;
        }
    }
}

/* How many rows a limit and an offset want together; 0: not known, or too many. */
static uint32_t rows_wanted(const struct plan *plan)
{
    sqlite3_value *limit = plan->limit >= 0 ? constant(plan, plan->limit) : NULL;
    sqlite3_value *offset = plan->offset >= 0 ? constant(plan, plan->offset) : NULL;
    if (!limit || (plan->offset >= 0 && !offset))
        return 0;
    sqlite3_int64 rows = sqlite3_value_int64(limit);
    sqlite3_int64 skipped = offset ? sqlite3_value_int64(offset) : 0;
    if (rows < 1 || rows > TOP_ROWS_MAX || skipped > TOP_ROWS_MAX)
        return 0;
    return (uint32_t)(rows + (skipped > 0 ? skipped : 0));
}

static bool can_order(int column)
{
    return column == VTCI_SLICE_TS || column == VTCI_SLICE_DUR || column == VTCI_SLICE_ID ||
           column == VTCI_SLICE_DEPTH || column == VTCI_SLICE_NAME ||
           column == VTCI_SLICE_SLICE_ID || column == VTCI_SLICE_TRACK_ID;
}

/* The first rows in the order of their times or durations, and further columns: taken over when
 * nothing else is left to SQLite, as it could leave out rows that were counted. */
static bool take_order(struct plan *plan)
{
    sqlite3_index_info *info = plan->info;
    uint32_t wanted = rows_wanted(plan);
    if (wanted == 0 || !plan->takes_all || info->nOrderBy < 1 ||
        info->nOrderBy > VTCI_SLICE_ORDER_MAX)
        return false;
    if (info->aOrderBy[0].iColumn != VTCI_SLICE_TS && info->aOrderBy[0].iColumn != VTCI_SLICE_DUR)
        return false;
    for (int i = 0; i < info->nOrderBy; i++)
        if (!can_order(info->aOrderBy[i].iColumn))
            return false;
    /* The limit is taken over, so that SQLite leaves nothing out before it; it counts too. */
    info->aConstraintUsage[plan->limit].argvIndex = (int)(plan->text_len / 2) + 1;
    plan->text[plan->text_len++] = '/';
    for (int i = 0; i < info->nOrderBy; i++) {
        char letter = column_letter(info->aOrderBy[i].iColumn);
        if (info->aOrderBy[i].desc)
            letter = (char)(letter - 'a' + 'A');
        plan->text[plan->text_len++] = letter;
    }
    info->orderByConsumed = 1;
    info->idxNum = (int)wanted;
    if (plan->rows > wanted)
        plan->rows = wanted;
    return true;
}

/* Rows in the order of a column with few values, for GROUP BY above all. */
static bool take_groups(struct plan *plan)
{
    sqlite3_index_info *info = plan->info;
    if (info->nOrderBy != 1 || plan->is_one ||
        !vtci_slice_groups_can(plan->table->trace, info->aOrderBy[0].iColumn, info->colUsed))
        return false;
    char letter = column_letter(info->aOrderBy[0].iColumn);
    plan->text[plan->text_len++] = '%';
    plan->text[plan->text_len++] = info->aOrderBy[0].desc ? (char)(letter - 'a' + 'A') : letter;
    info->orderByConsumed = 1;
    return true;
}

/* What rows cost to be had, by the columns that are used. */
static double row_cost(const struct plan *plan)
{
    uint64_t used = plan->info->colUsed;
    double cost = 1;
    if (used >> VTCI_SLICE_NAME & 1)
        cost += 0.3;
    if (used & (UINT64_C(1) << VTCI_SLICE_TRACK_ID | UINT64_C(1) << VTCI_SLICE_DEPTH |
                UINT64_C(1) << VTCI_SLICE_PARENT_ID | UINT64_C(1) << VTCI_SLICE_SELF_DUR))
        cost += 0.3; /* the model itself is made once, whatever the plan */
    if (used & (UINT64_C(1) << VTCI_SLICE_ARG_SET_ID | UINT64_C(1) << VTCI_SLICE_THREAD_TS |
                UINT64_C(1) << VTCI_SLICE_THREAD_DUR))
        cost += 20;
    return cost;
}

int vtci_slice_best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
    struct vtci_table *table = (struct vtci_table *)base;
    const struct vtci_sql_trace *trace = table->trace;
    double all = (double)trace->slice_first[trace->summary.blocks];
    struct plan plan = {.table = table,
                        .info = info,
                        .rows = all,
                        .share = 1,
                        .takes_all = true,
                        .limit = -1,
                        .offset = -1};
    take_all(&plan);
    bool has_top = take_order(&plan);
    /* Rows in the order of their numbers, as nothing else is asked for. */
    if (!has_top && !take_groups(&plan) && info->nOrderBy == 1 && !info->aOrderBy[0].desc &&
        (info->aOrderBy[0].iColumn == VTCI_SLICE_ID ||
         info->aOrderBy[0].iColumn == VTCI_SLICE_SLICE_ID))
        info->orderByConsumed = 1;
    plan.text[plan.text_len] = '\0';
    info->idxStr = sqlite3_mprintf("%s", plan.text);
    if (!info->idxStr)
        return SQLITE_NOMEM;
    info->needToFreeIdxStr = 1;
    if (plan.is_one) {
        /* The block is likely to be an opened one. */
        info->estimatedCost = 40 * row_cost(&plan);
        info->estimatedRows = 1;
        info->idxFlags = SQLITE_INDEX_SCAN_UNIQUE;
        return SQLITE_OK;
    }
    info->estimatedCost = 1000 + all * plan.share * row_cost(&plan);
    info->estimatedRows = plan.rows < 1 ? 1 : (sqlite3_int64)plan.rows;
    return SQLITE_OK;
}
