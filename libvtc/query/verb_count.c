/* `count by KEY`: how many events of each name, thread, process, category or phase.
 *
 * An end is the second half of what its begin began, and metadata describe the trace: neither is
 * counted, but by phase, which tells what is in the file.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "query/totals.h"
#include "query/workers.h"

struct state {
    struct vtci_memory *memory;
    enum vtci_key key;
    struct vtci_name_table names;
    struct vtci_totals totals; /* by name, track (+ 1) or phase */
};

static const struct vtc_query_column NAME_COLUMNS[] = {
    {"name", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"count", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"share", VTC_UNIT_SHARE, VTC_FOR_ALL},
};
static const struct vtc_query_column CATEGORY_COLUMNS[] = {
    {"category", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"count", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"share", VTC_UNIT_SHARE, VTC_FOR_ALL},
};
static const struct vtc_query_column PHASE_COLUMNS[] = {
    {"phase", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"count", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"share", VTC_UNIT_SHARE, VTC_FOR_ALL},
};
static const struct vtc_query_column THREAD_COLUMNS[] = {
    VTCI_THREAD_COLUMNS_LABEL,
    {"count", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"share", VTC_UNIT_SHARE, VTC_FOR_ALL},
    VTCI_THREAD_COLUMNS_NUMBERS,
};
static const struct vtc_query_column PROCESS_COLUMNS[] = {
    {"process", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"pid", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"count", VTC_UNIT_NONE, VTC_FOR_ALL},
    {"share", VTC_UNIT_SHARE, VTC_FOR_ALL},
};

void vtci_count_columns(struct vtci_verbs *verbs)
{
    switch (verbs->question.key) {
    case VTCI_KEY_NAME: VTCI_VERB_COLUMNS(verbs, NAME_COLUMNS); break;
    case VTCI_KEY_CATEGORY: VTCI_VERB_COLUMNS(verbs, CATEGORY_COLUMNS); break;
    case VTCI_KEY_PHASE: VTCI_VERB_COLUMNS(verbs, PHASE_COLUMNS); break;
    case VTCI_KEY_THREAD: VTCI_VERB_COLUMNS(verbs, THREAD_COLUMNS); break;
    case VTCI_KEY_PROCESS: VTCI_VERB_COLUMNS(verbs, PROCESS_COLUMNS); break;
    case VTCI_KEYS: break;
    }
}

static vtc_status count_init(void *state, struct vtci_verbs *verbs)
{
    struct state *own = state;
    own->memory = &verbs->query.memory;
    own->key = verbs->question.key;
    vtci_totals_init(&own->totals, own->memory);
    return vtci_name_table_init(&own->names, own->memory);
}

static void count_free(void *state)
{
    struct state *own = state;
    vtci_name_table_free(&own->names);
    vtci_totals_free(&own->totals);
}

static vtc_status count_strings(struct state *own, const struct vtci_batch *batch,
                                const vtc_string *strings)
{
    for (size_t i = 0; i < batch->selected_count; i++) {
        uint32_t group;
        VTC_TRY(
            vtci_name_table_group(&own->names, batch->block, strings[batch->selected[i]], &group));
        if (group >= own->totals.count)
            VTC_TRY(vtci_totals_reach(&own->totals, group));
        own->totals.groups[group].count++;
    }
    return VTC_OK;
}

static vtc_status count_work(void *state, const struct vtci_batch *batch, struct vtc_error *err)
{
    struct state *own = state;
    (void)err;
    if (own->key == VTCI_KEY_NAME)
        return count_strings(own, batch, batch->name);
    if (own->key == VTCI_KEY_CATEGORY)
        return count_strings(own, batch, batch->category);
    for (size_t i = 0; i < batch->selected_count; i++) {
        uint32_t at = batch->selected[i];
        /* VTC_NO_TRACK comes round to 0. */
        uint32_t group = own->key == VTCI_KEY_PHASE ? batch->phase[at] : batch->track[at] + 1;
        if (group >= own->totals.count)
            VTC_TRY(vtci_totals_reach(&own->totals, group));
        own->totals.groups[group].count++;
    }
    return VTC_OK;
}

static vtc_status count_merge(void *state, void *other)
{
    struct state *own = state, *from = other;
    if (own->key == VTCI_KEY_NAME || own->key == VTCI_KEY_CATEGORY)
        return vtci_totals_merge_names(&own->totals, &own->names, &from->totals, &from->names);
    for (size_t i = 0; i < from->totals.count; i++)
        if (from->totals.groups[i].count > 0)
            VTC_TRY(vtci_totals_merge(&own->totals, i, &from->totals.groups[i]));
    return VTC_OK;
}

static void make_workers(const struct vtci_verbs *verbs, struct vtci_workers *out_workers)
{
    static const unsigned FIELDS[VTCI_KEYS] = {
        [VTCI_KEY_NAME] = VTC_FIELD_NAME,
        [VTCI_KEY_CATEGORY] = VTC_FIELD_CATEGORY,
        [VTCI_KEY_THREAD] = VTC_FIELD_TRACK,
        [VTCI_KEY_PROCESS] = VTC_FIELD_TRACK,
        [VTCI_KEY_PHASE] = 0,
    };
    *out_workers = (struct vtci_workers){sizeof(struct state), count_init, count_work, count_merge,
                                         count_free,           {0},        false};
    out_workers->wish.fields = FIELDS[verbs->question.key];
    out_workers->wish.without = verbs->question.key == VTCI_KEY_PHASE ? NULL : "EM";
}

struct count_row {
    struct vtc_text text;
    uint32_t group;
    uint64_t count;
    const struct vtci_thread *thread;
};

static int compare_rows(const void *a, const void *b)
{
    const struct count_row *left = a, *right = b;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    int order = vtci_text_compare(left->text, right->text);
    return order != 0 ? order : left->group < right->group ? -1 : left->group > right->group;
}

static int compare_pids(const void *a, const void *b)
{
    const struct count_row *left = a, *right = b;
    int order = vtci_text_compare(left->thread->pid, right->thread->pid);
    return order != 0 ? order : left->group < right->group ? -1 : left->group > right->group;
}

/* Threads of one pid become one row. */
static size_t join_processes(struct count_row *rows, size_t count)
{
    size_t kept = 0;
    if (count > 0)
        qsort(rows, count, sizeof *rows, compare_pids);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && vtci_text_compare(rows[kept - 1].thread->pid, rows[i].thread->pid) == 0) {
            rows[kept - 1].count += rows[i].count;
            if (!rows[kept - 1].thread->process.data)
                rows[kept - 1].thread = rows[i].thread;
        } else {
            rows[kept++] = rows[i];
        }
    }
    return kept;
}

static size_t list_groups(const struct state *own, const struct vtci_thread_list *threads,
                          struct count_row *rows)
{
    size_t count = 0;
    for (size_t i = 0; i < own->totals.count; i++) {
        if (own->totals.groups[i].count == 0)
            continue;
        struct count_row *row = &rows[count++];
        *row = (struct count_row){{NULL, 0}, (uint32_t)i, own->totals.groups[i].count, NULL};
        if (own->key == VTCI_KEY_NAME || own->key == VTCI_KEY_CATEGORY)
            row->text = own->names.names[i];
        else if (own->key != VTCI_KEY_PHASE)
            row->thread = vtci_thread_list_find(threads, (uint32_t)i - 1);
    }
    return own->key == VTCI_KEY_PROCESS ? join_processes(rows, count) : count;
}

static void put_row(struct vtci_answer_rows *answer, enum vtci_key key, const struct count_row *row,
                    double share)
{
    char phase = (char)row->group;
    vtci_answer_rows_begin(answer);
    switch (key) {
    case VTCI_KEY_NAME:
    case VTCI_KEY_CATEGORY: vtci_answer_rows_text(answer, row->text); break;
    case VTCI_KEY_PHASE:
        vtci_answer_rows_text(answer, (struct vtc_text){phase ? &phase : NULL, 1});
        break;
    case VTCI_KEY_THREAD: vtci_thread_put_label(answer, row->thread); break;
    case VTCI_KEY_PROCESS:
        vtci_answer_rows_text(answer, row->thread->process);
        vtci_answer_rows_json(answer, row->thread->pid);
        break;
    case VTCI_KEYS: break;
    }
    vtci_answer_rows_unsigned(answer, row->count);
    vtci_answer_rows_real(answer, share);
    if (key == VTCI_KEY_THREAD)
        vtci_thread_put_numbers(answer, row->thread);
}

static vtc_status load_threads(struct vtci_verbs *verbs, const struct state *own,
                               struct vtci_thread_list *threads, struct vtc_error *err)
{
    size_t count = 0, room = own->totals.count + 1;
    if (own->key != VTCI_KEY_THREAD && own->key != VTCI_KEY_PROCESS)
        return VTC_OK;
    uint32_t *tracks = vtci_allocate(own->memory, room * sizeof *tracks);
    if (!tracks)
        return vtci_error_memory(err, room * sizeof *tracks);
    for (size_t i = 1; i < own->totals.count; i++)
        if (own->totals.groups[i].count > 0)
            tracks[count++] = (uint32_t)i - 1;
    vtc_status status = vtci_thread_list_load(threads, verbs->reader, tracks, count, err);
    vtci_release(own->memory, tracks, room * sizeof *tracks);
    return status;
}

static vtc_status put_rows(struct vtci_verbs *verbs, const struct state *own, struct vtc_error *err)
{
    struct vtci_thread_list threads;
    size_t room = own->totals.count + 1;
    vtci_thread_list_init(&threads, own->memory);
    struct count_row *rows = vtci_allocate(own->memory, room * sizeof *rows);
    vtc_status status = rows ? load_threads(verbs, own, &threads, err)
                             : vtci_error_memory(err, room * sizeof *rows);
    if (status == VTC_OK) {
        size_t count = list_groups(own, &threads, rows);
        uint64_t sum = 0;
        for (size_t i = 0; i < count; i++)
            sum += rows[i].count;
        qsort(rows, count, sizeof *rows, compare_rows);
        for (size_t i = 0; i < count; i++)
            put_row(&verbs->rows, own->key, &rows[i], (double)rows[i].count / (double)sum);
    }
    vtci_release(own->memory, rows, room * sizeof *rows);
    vtci_thread_list_free(&threads);
    return status;
}

/* The answer from the file's own totals; VTC_END. */
static vtc_status put_listed(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                             struct vtc_error *err)
{
    struct state state;
    if (verbs->question.key != VTCI_KEY_NAME)
        return VTC_END;
    if (count_init(&state, verbs) != VTC_OK)
        return vtci_error_memory(err, sizeof state);
    vtc_status status = vtci_totals_take_listed(&state.totals, &state.names, filter, false, err);
    if (status == VTC_OK)
        status = put_rows(verbs, &state, err);
    count_free(&state);
    return status;
}

vtc_status vtci_count_run(struct vtci_verbs *verbs, const struct vtci_filter *filter,
                          struct vtc_error *err)
{
    struct vtci_workers workers;
    void *state;
    vtc_status listed = put_listed(verbs, filter, err);
    if (listed != VTC_END)
        return listed;
    make_workers(verbs, &workers);
    VTC_TRY(vtci_workers_run(verbs, &workers, filter, &state, err));
    vtc_status status = put_rows(verbs, state, err);
    vtci_workers_end(verbs, &workers, state);
    return status;
}
