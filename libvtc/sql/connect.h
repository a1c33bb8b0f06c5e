/* A connection to SQLite that has the tables of one trace, and can only read. */
#ifndef VTCI_SQL_CONNECT_H
#define VTCI_SQL_CONNECT_H

#include "sql/table.h"
#include "vtc/sql.h"

struct vtc_sql {
    struct vtci_memory memory; /* for this */
    struct vtci_sql_trace *trace;
    struct vtci_sql_traces traces;
    struct vtci_sql_trace *only[1]; /* what `traces` lists */
    sqlite3 *db;
};

/* An open statement as an answer; takes `owned` over, where it is not NULL. query.c */
VTC_NODISCARD vtc_status vtci_sql_query_open(vtc_sql *sql, vtc_sql *owned, const char *text,
                                             const struct vtc_query_opts *opts,
                                             vtc_query **out_query, struct vtc_error *err);

#endif
