/* An aligned table on a stream, by libsmartcols. Cells are escaped; numbers stand on the right. */
#ifndef VTC_TOOLS_TABLE_H
#define VTC_TOOLS_TABLE_H

#include <stddef.h>
#include <stdio.h>

struct table;

/* TABLE_CUT: on the left, and cut off where a terminal is too narrow. */
enum table_side { TABLE_LEFT, TABLE_RIGHT, TABLE_CUT };

/* NULL without memory; every call below takes NULL, and remembers a failure until table_print. */
struct table *table_create(void);
void table_add_column(struct table *table, const char *title, enum table_side side);
void table_begin_row(struct table *table);
void table_add_cell(struct table *table, const char *text, size_t len_bytes);
/* Prints and frees. Not 0 when memory ran out. */
int table_print(struct table *table, FILE *stream);

#endif
