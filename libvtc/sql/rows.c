#include "sql/rows.h"

#include "sql/rows_internal.h"

#define TRACK "id INTEGER, name TEXT, type TEXT, parent_id INTEGER, source_arg_set_id INTEGER"

const struct vtci_rows_table vtci_rows_tables[] = {
    {"thread",
     "CREATE TABLE thread(id INTEGER, utid INTEGER, tid INTEGER, name TEXT, start_ts INTEGER, "
     "end_ts INTEGER, upid INTEGER, is_main_thread INTEGER, arg_set_id INTEGER)",
     vtci_thread_rows, vtci_thread_column, 2, vtci_row_by_number},
    {"process",
     "CREATE TABLE process(id INTEGER, upid INTEGER, pid INTEGER, name TEXT, start_ts INTEGER, "
     "end_ts INTEGER, parent_upid INTEGER, uid INTEGER, cmdline TEXT, arg_set_id INTEGER)",
     vtci_process_rows, vtci_process_column, 2, vtci_row_by_number},
    {"track", "CREATE TABLE track(" TRACK ")", vtci_track_rows, vtci_track_column, 1,
     vtci_track_find},
    {"thread_track", "CREATE TABLE thread_track(" TRACK ", utid INTEGER)", vtci_thread_track_rows,
     vtci_thread_track_column, 1, vtci_thread_track_find},
    {"process_track", "CREATE TABLE process_track(" TRACK ", upid INTEGER)",
     vtci_process_track_rows, vtci_process_track_column, 1, vtci_process_track_find},
    {"counter_track",
     "CREATE TABLE counter_track(" TRACK ", upid INTEGER, unit TEXT, description TEXT)",
     vtci_counter_track_rows, vtci_counter_track_column, 1, vtci_counter_track_find},
    {"flow",
     "CREATE TABLE flow(id INTEGER, slice_out INTEGER, slice_in INTEGER, trace_id INTEGER, "
     "arg_set_id INTEGER)",
     vtci_flow_rows, vtci_flow_column, 1, vtci_row_by_number},
    {"trace_bounds", "CREATE TABLE trace_bounds(start_ts INTEGER, end_ts INTEGER)",
     vtci_trace_bounds_rows, vtci_trace_bounds_column, 0, NULL},
    {"metadata",
     "CREATE TABLE metadata(id INTEGER, name TEXT, key_type TEXT, int_value INTEGER, "
     "str_value TEXT)",
     vtci_metadata_rows, vtci_metadata_column, 1, vtci_row_by_number},
    {"stats",
     "CREATE TABLE stats(name TEXT, key INTEGER, idx INTEGER, severity TEXT, source TEXT, "
     "value INTEGER, description TEXT)",
     vtci_stats_rows, vtci_stats_column, 0, NULL},
    {"loss",
     "CREATE TABLE loss(session INTEGER, family TEXT, pid INTEGER, segment INTEGER, cause TEXT, "
     "events INTEGER)",
     vtci_loss_rows, vtci_loss_column, 0, NULL},
    {"name_total",
     "CREATE TABLE name_total(name TEXT, events INTEGER, spans INTEGER, total_dur INTEGER, "
     "min_dur INTEGER, max_dur INTEGER)",
     vtci_name_total_rows, vtci_name_total_column, 0, NULL},
};
const size_t vtci_rows_table_count = sizeof vtci_rows_tables / sizeof *vtci_rows_tables;
