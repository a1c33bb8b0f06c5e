/* `calls of GLOB`: who calls the spans of some names, what these call, and what they take themselves.
 *
 * Conditions say which spans of these names are meant; their callers and callees may be any. A span
 * that calls itself is its own caller and its own callee.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "query/span_walk.h"
#include "query/totals.h"

enum { MEANT = 1, UNKNOWN = 0, NO = 1, YES = 2 };
enum role { CALLER, ITSELF, CALLEE, ROLES };

struct calls {
    struct vtci_memory *memory;
    const struct vtci_pattern *pattern;
    struct vtci_name_table names;
    struct vtci_totals totals[ROLES]; /* by name */
    uint8_t *verdicts;                /* by name: whether it is asked for */
    size_t verdict_capacity;
};

static const struct vtc_query_column COLUMNS[] = {
    {"role", VTC_UNIT_NONE, VTC_FOR_ALL},        {"name", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"count", VTC_UNIT_NONE, VTC_FOR_ALL},       {"total_ns", VTC_UNIT_DURATION, VTC_FOR_ALL},
    {"self_ns", VTC_UNIT_DURATION, VTC_FOR_ALL}, {"mean_ns", VTC_UNIT_DURATION, VTC_FOR_ALL},
    {"share", VTC_UNIT_SHARE, VTC_FOR_ALL},
};

void vtci_calls_columns(struct vtci_verbs *verbs)
{
    VTCI_VERB_COLUMNS(verbs, COLUMNS);
}

static void free_all(struct calls *own)
{
    vtci_name_table_free(&own->names);
    for (size_t i = 0; i < ROLES; i++)
        vtci_totals_free(&own->totals[i]);
    VTCI_ARRAY_FREE(own->memory, own->verdicts, own->verdict_capacity);
    own->verdicts = NULL;
    own->verdict_capacity = 0;
}

static vtc_status begin(void *context)
{
    struct calls *own = context;
    free_all(own);
    for (size_t i = 0; i < ROLES; i++)
        vtci_totals_init(&own->totals[i], own->memory);
    return vtci_name_table_init(&own->names, own->memory);
}

static vtc_status is_asked_for(struct calls *own, uint32_t group, bool *out_is)
{
    size_t before = own->verdict_capacity;
    VTC_TRY(
        VTCI_ARRAY_RESERVE(own->memory, own->verdicts, own->verdict_capacity, (size_t)group + 1));
    memset(own->verdicts + before, UNKNOWN, own->verdict_capacity - before);
    if (own->verdicts[group] == UNKNOWN) {
        bool matches = false;
        VTC_TRY(vtci_pattern_match(own->pattern, own->names.names[group], &matches));
        own->verdicts[group] = matches ? YES : NO;
    }
    *out_is = own->verdicts[group] == YES;
    return VTC_OK;
}

static vtc_status total_of(struct calls *own, enum role role, uint64_t tag,
                           struct vtci_total **out_total)
{
    size_t group = (size_t)(tag >> 1);
    if (group >= own->totals[role].count)
        VTC_TRY(vtci_totals_reach(&own->totals[role], group));
    *out_total = &own->totals[role].groups[group];
    return VTC_OK;
}

static vtc_status meet(void *context, const struct vtci_batch *batch, size_t at, bool selected,
                       uint64_t *out_tag)
{
    struct calls *own = context;
    struct vtci_total *total;
    uint32_t group;
    bool is_meant;
    VTC_TRY(vtci_name_table_group(&own->names, batch->block, batch->name[at], &group));
    VTC_TRY(is_asked_for(own, group, &is_meant));
    is_meant = is_meant && selected;
    *out_tag = (uint64_t)group << 1 | (is_meant ? MEANT : 0);
    if (!is_meant)
        return VTC_OK;
    VTC_TRY(total_of(own, ITSELF, *out_tag, &total));
    vtci_total_add(total, batch->duration_ns[at]);
    total->self_ns += batch->duration_ns[at];
    return VTC_OK;
}

static vtc_status placed(void *context, struct vtci_nested *span, struct vtci_nested *parent,
                         uint32_t track)
{
    struct calls *own = context;
    struct vtci_total *total;
    int64_t length_ns;
    (void)track;
    if (__builtin_sub_overflow(span->end_ns, span->start_ns, &length_ns))
        length_ns = INT64_MAX;
    if (span->tag & MEANT) {
        VTC_TRY(total_of(own, CALLER, parent ? parent->tag : 0, &total));
        vtci_total_add(total, length_ns);
    }
    if (parent && parent->tag & MEANT) {
        VTC_TRY(total_of(own, CALLEE, span->tag, &total));
        vtci_total_add(total, length_ns);
    }
    return VTC_OK;
}

static vtc_status completed(void *context, struct vtci_nested *span, uint32_t track)
{
    struct calls *own = context;
    (void)track;
    if (span->tag & MEANT)
        own->totals[ITSELF].groups[span->tag >> 1].self_ns -= span->children_ns;
    return VTC_OK;
}

struct calls_row {
    struct vtc_text name;
    int64_t total_ns;
    const struct vtci_total *total;
};

static int compare_rows(const void *a, const void *b)
{
    const struct calls_row *left = a, *right = b;
    if (left->total_ns != right->total_ns)
        return left->total_ns > right->total_ns ? -1 : 1;
    if (left->total->count != right->total->count)
        return left->total->count > right->total->count ? -1 : 1;
    return vtci_text_compare(left->name, right->name);
}

/* Shares are of the time of the spans that are asked for. */
static vtc_status put_role(struct vtci_answer_rows *answer, const struct calls *own, enum role role,
                           double whole_ns)
{
    static const char *const NAMES[ROLES] = {"caller", "itself", "callee"};
    const struct vtci_totals *totals = &own->totals[role];
    size_t room = totals->count + 1, count = 0;
    struct calls_row *rows = vtci_allocate(own->memory, room * sizeof *rows);
    if (!rows)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < totals->count; i++)
        if (totals->groups[i].count > 0)
            rows[count++] =
                (struct calls_row){own->names.names[i], vtci_clamp(totals->groups[i].total_ns),
                                   &totals->groups[i]};
    qsort(rows, count, sizeof *rows, compare_rows);
    for (size_t i = 0; i < count; i++) {
        const struct vtci_total *total = rows[i].total;
        vtci_answer_rows_begin(answer);
        vtci_answer_rows_text(answer, (struct vtc_text){NAMES[role], strlen(NAMES[role])});
        vtci_answer_rows_text(answer, rows[i].name);
        vtci_answer_rows_unsigned(answer, total->count);
        vtci_answer_rows_integer(answer, rows[i].total_ns);
        if (role == ITSELF)
            vtci_answer_rows_integer(answer, vtci_clamp(total->self_ns));
        else
            vtci_answer_rows_none(answer);
        vtci_answer_rows_integer(answer, rows[i].total_ns / (int64_t)total->count);
        vtci_answer_rows_real(answer, whole_ns > 0 ? (double)rows[i].total_ns / whole_ns : 0);
    }
    vtci_release(own->memory, rows, room * sizeof *rows);
    return VTC_OK;
}

static vtc_status put_rows(struct vtci_verbs *verbs, const struct calls *own)
{
    vtci_wide whole_ns = 0;
    for (size_t i = 0; i < own->totals[ITSELF].count; i++)
        whole_ns += own->totals[ITSELF].groups[i].total_ns;
    for (size_t role = 0; role < ROLES; role++)
        VTC_TRY(put_role(&verbs->rows, own, (enum role)role, (double)whole_ns));
    return VTC_OK;
}

vtc_status vtci_calls_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                          struct vtc_error *err)
{
    struct calls own = {.memory = &verbs->query.memory, .pattern = verbs->question.calls_of};
    struct vtci_span_walk walk = {
        .context = &own,
        .begin = begin,
        .meet = meet,
        .placed = placed,
        .completed = completed,
        .fields = VTC_FIELD_NAME,
    };
    vtc_status status = vtci_span_walk_run(verbs, filter, &walk, err);
    if (status == VTC_OK)
        status = put_rows(verbs, &own);
    free_all(&own);
    return status;
}
