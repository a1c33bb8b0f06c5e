/* The tables of threads, processes, tracks and flows. */
#include "sql/rows_internal.h"

#include "base/error.h"
#include "sql/counters.h"
#include "sql/model.h"

static void give_pid(sqlite3_context *context, const struct vtci_sql_pid *pid)
{
    if (pid->has_number)
        sqlite3_result_int64(context, pid->number);
}

/* --- thread, process --------------------------------------------------------------------------- */

vtc_status vtci_thread_rows(struct vtci_sql_trace *trace, size_t *out_count)
{
    VTC_TRY(vtci_threads_name(trace));
    *out_count = trace->threads->thread_count;
    return VTC_OK;
}

void vtci_thread_column(sqlite3_context *context, const struct vtci_sql_trace *trace, size_t row,
                        int column)
{
    const struct vtci_thread *thread = &trace->threads->threads[row];
    switch (column) {
    case 0: /* id */
    case 1: /* utid */ sqlite3_result_int64(context, (sqlite3_int64)row); break;
    case 2: give_pid(context, &thread->tid); break;
    case 3: vtci_result_label(context, trace, thread->name); break;
    case 6: sqlite3_result_int64(context, thread->upid); break;
    case 7: sqlite3_result_int(context, thread->is_main); break;
    default: /* start_ts, end_ts, arg_set_id */ break;
    }
}

vtc_status vtci_process_rows(struct vtci_sql_trace *trace, size_t *out_count)
{
    VTC_TRY(vtci_threads_name(trace));
    *out_count = trace->threads->process_count;
    return VTC_OK;
}

void vtci_process_column(sqlite3_context *context, const struct vtci_sql_trace *trace, size_t row,
                         int column)
{
    const struct vtci_process *process = &trace->threads->processes[row];
    if (column <= 1) /* id, upid */
        sqlite3_result_int64(context, (sqlite3_int64)row);
    else if (column == 2)
        give_pid(context, &process->pid);
    else if (column == 3)
        vtci_result_label(context, trace, process->name);
}

size_t vtci_row_by_number(const struct vtci_sql_trace *trace, size_t count, int column,
                          int64_t value)
{
    (void)trace;
    (void)column;
    return value >= 0 && (uint64_t)value < count ? (size_t)value : SIZE_MAX;
}

/* --- tracks ------------------------------------------------------------------------------------ */

static size_t find_track(const struct vtci_track *tracks, size_t count, int64_t id)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((int64_t)tracks[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && (int64_t)tracks[low].id == id ? low : SIZE_MAX;
}

/* As Perfetto calls them. */
static const char *type_of(enum vtci_track_kind kind)
{
    switch (kind) {
    case VTCI_TRACK_THREAD: return "thread_execution";
    case VTCI_TRACK_PROCESS_INSTANTS: return "chrome_process_instant";
    case VTCI_TRACK_INSTANTS: return "legacy_chrome_global_instants";
    case VTCI_TRACK_SPILL: return "thread_overlap";
    case VTCI_TRACK_ASYNC_GLOBAL: return "legacy_async_global_slice";
    default: return "legacy_async_process_slice";
    }
}

/* id, name, type, parent_id, source_arg_set_id, and what it is of. */
static void give_track(sqlite3_context *context, const struct vtci_sql_trace *trace,
                       const struct vtci_track *track, int column)
{
    switch (column) {
    case 0: sqlite3_result_int64(context, track->id); break;
    case 1: vtci_result_label(context, trace, track->name); break;
    case 2: sqlite3_result_text(context, type_of(track->kind), -1, SQLITE_STATIC); break;
    case 3:
        if (track->kind == VTCI_TRACK_SPILL)
            sqlite3_result_int64(context, track->of);
        break;
    case 5: sqlite3_result_int64(context, track->of); break;
    default: break;
    }
}

vtc_status vtci_thread_track_rows(struct vtci_sql_trace *trace, size_t *out_count)
{
    VTC_TRY(vtci_model_make(trace, 0));
    *out_count = trace->model->thread_track_count;
    return VTC_OK;
}

void vtci_thread_track_column(sqlite3_context *context, const struct vtci_sql_trace *trace,
                              size_t row, int column)
{
    give_track(context, trace, &trace->model->thread_tracks[row], column);
}

size_t vtci_thread_track_find(const struct vtci_sql_trace *trace, size_t count, int column,
                              int64_t value)
{
    (void)column;
    return find_track(trace->model->thread_tracks, count, value);
}

vtc_status vtci_process_track_rows(struct vtci_sql_trace *trace, size_t *out_count)
{
    VTC_TRY(vtci_model_make(trace, 0));
    *out_count = trace->model->process_track_count;
    return VTC_OK;
}

void vtci_process_track_column(sqlite3_context *context, const struct vtci_sql_trace *trace,
                               size_t row, int column)
{
    give_track(context, trace, &trace->model->process_tracks[row], column);
}

size_t vtci_process_track_find(const struct vtci_sql_trace *trace, size_t count, int column,
                               int64_t value)
{
    (void)column;
    return find_track(trace->model->process_tracks, count, value);
}

vtc_status vtci_counter_track_rows(struct vtci_sql_trace *trace, size_t *out_count)
{
    VTC_TRY(vtci_counters_make(trace));
    *out_count = trace->counters->track_count;
    return VTC_OK;
}

void vtci_counter_track_column(sqlite3_context *context, const struct vtci_sql_trace *trace,
                               size_t row, int column)
{
    const struct vtci_counter_track *track = &trace->counters->tracks[row];
    switch (column) {
    case 0:
        sqlite3_result_int64(context, (sqlite3_int64)VTCI_COUNTER_TRACK_FIRST + (int64_t)row);
        break;
    case 1: vtci_result_label(context, trace, track->name); break;
    case 2: sqlite3_result_text(context, "process_counter", -1, SQLITE_STATIC); break;
    case 5: sqlite3_result_int64(context, track->upid); break;
    default: /* parent_id, source_arg_set_id, unit, description */ break;
    }
}

size_t vtci_counter_track_find(const struct vtci_sql_trace *trace, size_t count, int column,
                               int64_t value)
{
    (void)trace;
    (void)column;
    int64_t row = value >= VTCI_COUNTER_TRACK_FIRST ? value - VTCI_COUNTER_TRACK_FIRST : -1;
    return row >= 0 && (uint64_t)row < count ? (size_t)row : SIZE_MAX;
}

/* All of them: those of slices, then those of counters. */
vtc_status vtci_track_rows(struct vtci_sql_trace *trace, size_t *out_count)
{
    VTC_TRY(vtci_model_make(trace, 0));
    VTC_TRY(vtci_counters_make(trace));
    *out_count = trace->model->track_count + trace->counters->track_count;
    return VTC_OK;
}

void vtci_track_column(sqlite3_context *context, const struct vtci_sql_trace *trace, size_t row,
                       int column)
{
    size_t slices = trace->model->track_count;
    if (row < slices)
        give_track(context, trace, &trace->model->tracks[row], column);
    else
        vtci_counter_track_column(context, trace, row - slices, column);
}

size_t vtci_track_find(const struct vtci_sql_trace *trace, size_t count, int column, int64_t value)
{
    size_t slices = trace->model->track_count;
    size_t found = find_track(trace->model->tracks, slices, value);
    if (found != SIZE_MAX)
        return found;
    found = vtci_counter_track_find(trace, count - slices, column, value);
    return found == SIZE_MAX ? SIZE_MAX : found + slices;
}

/* --- flow -------------------------------------------------------------------------------------- */

vtc_status vtci_flow_rows(struct vtci_sql_trace *trace, size_t *out_count)
{
    VTC_TRY(vtci_model_make(trace, VTCI_MODEL_FLOWS));
    *out_count = trace->model->flow_count;
    return VTC_OK;
}

void vtci_flow_column(sqlite3_context *context, const struct vtci_sql_trace *trace, size_t row,
                      int column)
{
    const struct vtci_flow *flow = &trace->model->flows[row];
    switch (column) {
    case 0: sqlite3_result_int64(context, (sqlite3_int64)row); break;
    case 1: sqlite3_result_int64(context, flow->slice_out); break;
    case 2: sqlite3_result_int64(context, flow->slice_in); break;
    case 3: sqlite3_result_int64(context, (sqlite3_int64)flow->id); break;
    default: /* arg_set_id */ break;
    }
}
