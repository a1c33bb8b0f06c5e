/* The columns of `vtc info`: all of them, or of very many those that take most, in their order. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "size_text.h"
#include "table.h"
#include "trace_info.h"

enum { COLUMNS_SHOWN = 60 };

static void add_text(struct table *table, const char *text)
{
    table_add_cell(table, text, strlen(text));
}

static void add_row(struct table *table, const struct vtc_column *column)
{
    char text[SIZE_TEXT_BYTES], encoding[200];
    table_begin_row(table);
    add_text(table, column->path[0] ? column->path : "(row)");
    add_text(table, column->type);
    add_text(table, count_text_format(column->values, text));
    add_text(table, count_text_format(column->stored_bytes, text));
    if (column->stored_bytes > 0)
        snprintf(text, sizeof text, "%.2f",
                 (double)column->raw_bytes / (double)column->stored_bytes);
    else
        snprintf(text, sizeof text, "-");
    add_text(table, text);
    add_text(table, column->strings ? count_text_format(column->strings, text) : "");
    if (column->encodings > 1)
        snprintf(encoding, sizeof encoding, "%s +%u", column->encoding, column->encodings - 1);
    else
        snprintf(encoding, sizeof encoding, "%s", column->encoding);
    add_text(table, encoding);
}

static int by_place(const void *a, const void *b)
{
    const struct vtc_column *left = *(const struct vtc_column *const *)a;
    const struct vtc_column *right = *(const struct vtc_column *const *)b;
    return left < right ? -1 : left > right;
}

static int by_bytes(const void *a, const void *b)
{
    const struct vtc_column *left = *(const struct vtc_column *const *)a;
    const struct vtc_column *right = *(const struct vtc_column *const *)b;
    if (left->stored_bytes != right->stored_bytes)
        return left->stored_bytes > right->stored_bytes ? -1 : 1;
    return by_place(a, b);
}

static void print_table(const struct trace_info *info, const struct vtc_column *const *columns,
                        size_t count)
{
    struct table *table = table_create();
    putchar('\n');
    table_add_column(table, "COLUMN", TABLE_CUT);
    table_add_column(table, "TYPE", TABLE_LEFT);
    table_add_column(table, "VALUES", TABLE_RIGHT);
    table_add_column(table, "BYTES", TABLE_RIGHT);
    table_add_column(table, "RATIO", TABLE_RIGHT);
    table_add_column(table, "STRINGS", TABLE_RIGHT);
    table_add_column(table, "ENCODING", TABLE_LEFT);
    for (size_t i = 0; i < count; i++)
        add_row(table, columns[i]);
    if (table_print(table, stdout) != 0)
        message_print(info->file->name, "no memory for the table of columns");
}

void trace_info_print_columns(const struct trace_info *info, bool print_all)
{
    const struct vtc_column **columns = malloc((info->column_count + 1) * sizeof *columns);
    char count[SIZE_TEXT_BYTES], bytes[SIZE_TEXT_BYTES];
    size_t used = 0, shown;
    uint64_t rest_bytes = 0;
    if (!columns) {
        message_print(info->file->name, "no memory for the table of columns");
        return;
    }
    for (size_t i = 0; i < info->column_count; i++)
        if (info->columns[i].values > 0)
            columns[used++] = &info->columns[i];
    shown = print_all || used <= COLUMNS_SHOWN ? used : COLUMNS_SHOWN;
    if (shown < used) {
        qsort(columns, used, sizeof *columns, by_bytes);
        for (size_t i = shown; i < used; i++)
            rest_bytes += columns[i]->stored_bytes;
        qsort(columns, shown, sizeof *columns, by_place);
    }
    print_table(info, columns, shown);
    if (shown < used)
        printf("and %s smaller columns, %s bytes; -v shows all\n",
               count_text_format(used - shown, count), count_text_format(rest_bytes, bytes));
    free(columns);
}
