/* An answer as an aligned table: times in readable units, shares with bars. */
#ifndef VTC_TOOLS_ANSWER_TABLE_H
#define VTC_TOOLS_ANSWER_TABLE_H

#include "answer_output.h"

struct answer_table;

/* `first` (a row; not added by this) shows which columns are numbers. NULL without memory. */
struct answer_table *answer_table_create(const struct vtc_query_column *columns,
                                         size_t column_count, const struct answer_format *format,
                                         const struct vtc_query_value *first);
void answer_table_add(struct answer_table *table, const struct vtc_query_value *values);
/* To standard output; frees. False when memory ran out. */
bool answer_table_print(struct answer_table *table);

#endif
