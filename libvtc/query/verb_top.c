/* `top N by MEASURE`: names by their spans' self time, total, number, mean or longest.
 *
 * The share of a row is of all that is meant: of self time or of the count where that is asked for,
 * else of the total.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "query/self_time.h"
#include "query/totals.h"
#include "query/workers.h"

struct state {
    struct vtci_name_table names;
    struct vtci_totals totals;
};

static const struct vtc_query_column COLUMNS[] = {
    {"name", VTC_UNIT_NONE, VTC_FOR_ALL},       {"total_ns", VTC_UNIT_DURATION, VTC_FOR_ALL},
    {"count", VTC_UNIT_NONE, VTC_FOR_ALL},      {"mean_ns", VTC_UNIT_DURATION, VTC_FOR_ALL},
    {"min_ns", VTC_UNIT_DURATION, VTC_FOR_ALL}, {"max_ns", VTC_UNIT_DURATION, VTC_FOR_ALL},
    {"share", VTC_UNIT_SHARE, VTC_FOR_ALL},
};
static const struct vtc_query_column SELF_COLUMNS[] = {
    {"name", VTC_UNIT_NONE, VTC_FOR_ALL},         {"self_ns", VTC_UNIT_DURATION, VTC_FOR_ALL},
    {"total_ns", VTC_UNIT_DURATION, VTC_FOR_ALL}, {"count", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"mean_ns", VTC_UNIT_DURATION, VTC_FOR_ALL},  {"min_ns", VTC_UNIT_DURATION, VTC_FOR_ALL},
    {"max_ns", VTC_UNIT_DURATION, VTC_FOR_ALL},   {"share", VTC_UNIT_SHARE, VTC_FOR_ALL},
};

void vtci_top_columns(struct vtci_verbs *verbs)
{
    if (verbs->question.measure == VTCI_BY_SELF)
        VTCI_VERB_COLUMNS(verbs, SELF_COLUMNS);
    else
        VTCI_VERB_COLUMNS(verbs, COLUMNS);
}

static vtc_status top_init(void *state, struct vtci_verbs *verbs)
{
    struct state *own = state;
    vtci_totals_init(&own->totals, &verbs->query.memory);
    return vtci_name_table_init(&own->names, &verbs->query.memory);
}

static void top_free(void *state)
{
    struct state *own = state;
    vtci_name_table_free(&own->names);
    vtci_totals_free(&own->totals);
}

static vtc_status top_work(void *state, const struct vtci_batch *batch, struct vtc_error *err)
{
    struct state *own = state;
    (void)err;
    for (size_t i = 0; i < batch->selected_count; i++) {
        uint32_t at = batch->selected[i], group;
        VTC_TRY(vtci_name_table_group(&own->names, batch->block, batch->name[at], &group));
        if (group >= own->totals.count)
            VTC_TRY(vtci_totals_reach(&own->totals, group));
        vtci_total_add(&own->totals.groups[group], batch->duration_ns[at]);
    }
    return VTC_OK;
}

static vtc_status top_merge(void *state, void *other)
{
    struct state *own = state, *from = other;
    return vtci_totals_merge_names(&own->totals, &own->names, &from->totals, &from->names);
}

struct top_row {
    struct vtc_text name;
    int64_t total_ns, self_ns;
    const struct vtci_total *total;
    enum vtci_measure measure;
};

static int compare_wide(vtci_wide a, vtci_wide b)
{
    return a > b ? -1 : a < b; /* the greatest first */
}

static int compare_rows(const void *a, const void *b)
{
    const struct top_row *left = a, *right = b;
    const struct vtci_total *l = left->total, *r = right->total;
    int order = 0;
    switch (left->measure) {
    case VTCI_BY_SELF: order = compare_wide(left->self_ns, right->self_ns); break;
    case VTCI_BY_TOTAL: order = compare_wide(left->total_ns, right->total_ns); break;
    case VTCI_BY_COUNT: order = compare_wide(l->count, r->count); break;
    case VTCI_BY_MEAN:
        order = compare_wide((vtci_wide)left->total_ns * r->count,
                             (vtci_wide)right->total_ns * l->count);
        break;
    case VTCI_BY_MAX: order = compare_wide(l->most_ns, r->most_ns); break;
    case VTCI_MEASURES: break;
    }
    return order != 0 ? order : vtci_text_compare(left->name, right->name);
}

static double share_of(const struct top_row *row, vtci_wide total_ns, vtci_wide self_ns,
                       vtci_wide count)
{
    vtci_wide part = row->measure == VTCI_BY_SELF    ? (vtci_wide)row->self_ns
                     : row->measure == VTCI_BY_COUNT ? (vtci_wide)row->total->count
                                                     : row->total_ns;
    vtci_wide whole = row->measure == VTCI_BY_SELF    ? self_ns
                      : row->measure == VTCI_BY_COUNT ? count
                                                      : total_ns;
    return whole != 0 ? (double)part / (double)whole : 0;
}

static void put_row(struct vtci_answer_rows *answer, const struct top_row *row, double share)
{
    vtci_answer_rows_begin(answer);
    vtci_answer_rows_text(answer, row->name);
    if (row->measure == VTCI_BY_SELF)
        vtci_answer_rows_integer(answer, row->self_ns);
    vtci_answer_rows_integer(answer, row->total_ns);
    vtci_answer_rows_unsigned(answer, row->total->count);
    vtci_answer_rows_integer(answer, row->total_ns / (int64_t)row->total->count);
    vtci_answer_rows_integer(answer, row->total->least_ns);
    vtci_answer_rows_integer(answer, row->total->most_ns);
    vtci_answer_rows_real(answer, share);
}

vtc_status vtci_top_put(struct vtci_verbs *verbs, const struct vtci_name_table *names,
                        const struct vtci_totals *totals, struct vtc_error *err)
{
    size_t room = totals->count + 1, count = 0;
    vtci_wide total_ns = 0, self_ns = 0, spans = 0;
    struct top_row *rows = vtci_allocate(totals->memory, room * sizeof *rows);
    if (!rows)
        return vtci_error_memory(err, room * sizeof *rows);
    for (size_t i = 0; i < totals->count; i++) {
        const struct vtci_total *total = &totals->groups[i];
        if (total->count == 0)
            continue;
        rows[count++] =
            (struct top_row){names->names[i], vtci_clamp(total->total_ns),
                             vtci_clamp(total->self_ns), total, verbs->question.measure};
        total_ns += total->total_ns;
        self_ns += total->self_ns;
        spans += total->count;
    }
    qsort(rows, count, sizeof *rows, compare_rows);
    for (size_t i = 0; i < count && i < verbs->question.count; i++)
        put_row(&verbs->rows, &rows[i], share_of(&rows[i], total_ns, self_ns, spans));
    vtci_release(totals->memory, rows, room * sizeof *rows);
    return VTC_OK;
}

/* The answer from the file's own totals; VTC_END. */
static vtc_status put_listed(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                             struct vtc_error *err)
{
    struct state state;
    if (top_init(&state, verbs) != VTC_OK)
        return vtci_error_memory(err, sizeof state);
    vtc_status status = vtci_totals_take_listed(&state.totals, &state.names, filter, true, err);
    if (status == VTC_OK)
        status = vtci_top_put(verbs, &state.names, &state.totals, err);
    top_free(&state);
    return status;
}

vtc_status vtci_top_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                        struct vtc_error *err)
{
    static const struct vtci_workers workers = {
        .state_bytes = sizeof(struct state),
        .init = top_init,
        .work = top_work,
        .merge = top_merge,
        .free = top_free,
        .wish = {.spans = true, .fields = VTC_FIELD_NAME | VTC_FIELD_TIME | VTC_FIELD_DURATION},
    };
    void *state;
    if (verbs->question.measure == VTCI_BY_SELF)
        return vtci_self_time_run(verbs, filter, err);
    vtc_status listed = put_listed(verbs, filter, err);
    if (listed != VTC_END)
        return listed;
    VTC_TRY(vtci_workers_run(verbs, &workers, filter, &state, err));
    struct state *own = state;
    vtc_status status = vtci_top_put(verbs, &own->names, &own->totals, err);
    vtci_workers_end(verbs, &workers, state);
    return status;
}
