/* The rows of an answer, made before the first is given: those of verbs, which are few.
 *
 * Values lie row by row. Texts are copied, with their JSON escapes decoded unless said otherwise.
 * A value that does not come stays absent. The first failure is kept, so that a row may be put
 * together without asking at each value.
 */
#ifndef VTCI_QUERY_ANSWER_ROWS_H
#define VTCI_QUERY_ANSWER_ROWS_H

#include <stdbool.h>

#include "query/text_store.h"
#include "vtc/query.h"

struct vtci_answer_rows {
    struct vtci_memory *memory;
    const struct vtc_query_column *columns;
    size_t column_count;
    struct vtc_query_value *values;
    size_t value_count;
    size_t value_capacity;
    size_t column; /* where the next value of the open row goes */
    struct vtci_text_store texts;
    vtc_status status; /* NO_MEMORY once memory was short */
};

void vtci_answer_rows_init(struct vtci_answer_rows *rows, struct vtci_memory *memory,
                           const struct vtc_query_column *columns, size_t column_count);
void vtci_answer_rows_free(struct vtci_answer_rows *rows);

static inline size_t vtci_answer_rows_count(const struct vtci_answer_rows *rows)
{
    return rows->column_count ? rows->value_count / rows->column_count : 0;
}

/* Opens a row whose values are all absent; those below fill it from the left. */
void vtci_answer_rows_begin(struct vtci_answer_rows *rows);
void vtci_answer_rows_none(struct vtci_answer_rows *rows);
void vtci_answer_rows_integer(struct vtci_answer_rows *rows, int64_t value);
/* Clamped to 63 bits. */
void vtci_answer_rows_unsigned(struct vtci_answer_rows *rows, uint64_t value);
void vtci_answer_rows_real(struct vtci_answer_rows *rows, double value);
/* What stands between the quotes of a JSON string. Absent text gives an absent value. */
void vtci_answer_rows_string(struct vtci_answer_rows *rows, struct vtc_text text);
/* Text that is no JSON any more: as it is. */
void vtci_answer_rows_text(struct vtci_answer_rows *rows, struct vtc_text text);
/* A JSON value: a whole number of 64 bits is an INTEGER, a string what it says, all else its text. */
void vtci_answer_rows_json(struct vtci_answer_rows *rows, struct vtc_text text);

/* Sorts by a column, stable: absent values last, numbers before texts, texts by their bytes.
 * NO_MEMORY. */
VTC_NODISCARD vtc_status vtci_answer_rows_sort(struct vtci_answer_rows *rows, size_t column,
                                               bool descending);

#endif
