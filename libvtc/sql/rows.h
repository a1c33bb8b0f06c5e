/* Tables whose rows are few and lie in memory: threads, processes, tracks, flows, names, statistics. */
#ifndef VTCI_SQL_ROWS_H
#define VTCI_SQL_ROWS_H

#include "sql/table.h"

struct vtci_rows_table {
    const char *name;
    const char *columns; /* for sqlite3_declare_vtab */
    /* Makes what the rows are taken from, and counts them. */
    vtc_status (*prepare)(struct vtci_sql_trace *trace, size_t *out_count);
    void (*column)(sqlite3_context *context, const struct vtci_sql_trace *trace, size_t row,
                   int column);
    /* For columns 0 to `keys` - 1, each an integer that no two rows share: the row; SIZE_MAX. */
    int keys;
    size_t (*find)(const struct vtci_sql_trace *trace, size_t count, int column, int64_t value);
};

extern const struct vtci_rows_table vtci_rows_tables[];
extern const size_t vtci_rows_table_count;

#endif
