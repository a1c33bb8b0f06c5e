/* What was meant by a table or column that there is not. */
#ifndef VTCI_SQL_QUERY_SUGGEST_H
#define VTCI_SQL_QUERY_SUGGEST_H

#include "sql/sqlite.h"
#include "vtc/status.h"

/* Where SQLite's message says that there is no such table or column: adds the nearest name to it, and
 * where the word stands in `text`, if that is not known. */
void vtci_sql_suggest(sqlite3 *db, const char *text, struct vtc_error *err);

#endif
