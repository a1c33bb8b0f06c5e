/* The functions of the tables in rows.c. */
#ifndef VTCI_SQL_ROWS_INTERNAL_H
#define VTCI_SQL_ROWS_INTERNAL_H

#include "sql/rows.h"

#define VTCI_ROWS_OF(name)                                                                  \
    vtc_status vtci_##name##_rows(struct vtci_sql_trace *trace, size_t *out_count);         \
    void vtci_##name##_column(sqlite3_context *context, const struct vtci_sql_trace *trace, \
                              size_t row, int column);
#define VTCI_FIND_OF(name)                                                                  \
    size_t vtci_##name##_find(const struct vtci_sql_trace *trace, size_t count, int column, \
                              int64_t value);

/* rows_tracks.c */
VTCI_ROWS_OF(thread)
VTCI_ROWS_OF(process)
VTCI_ROWS_OF(track)
VTCI_FIND_OF(track)
VTCI_ROWS_OF(thread_track)
VTCI_FIND_OF(thread_track)
VTCI_ROWS_OF(process_track)
VTCI_FIND_OF(process_track)
VTCI_ROWS_OF(counter_track)
VTCI_FIND_OF(counter_track)
VTCI_ROWS_OF(flow)
size_t vtci_row_by_number(const struct vtci_sql_trace *trace, size_t count, int column,
                          int64_t value);

/* rows_facts.c */
VTCI_ROWS_OF(trace_bounds)
VTCI_ROWS_OF(metadata)
VTCI_ROWS_OF(stats)

/* rows_loss.c */
VTCI_ROWS_OF(loss)

/* rows_names.c */
VTCI_ROWS_OF(name_total)

#endif
