#include "table.h"

#include <errno.h>
#include <libsmartcols/libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "escape.h"

struct table {
    struct libscols_table *columns;
    struct libscols_line *line;
    size_t cell;
    int failure; /* the first, as a negative errno */
};

static void keep_failure(struct table *table, int result)
{
    if (result < 0 && table->failure == 0)
        table->failure = result;
}

struct table *table_create(void)
{
    struct table *table = calloc(1, sizeof *table);
    if (!table)
        return NULL;
    table->columns = scols_new_table();
    if (!table->columns) {
        free(table);
        return NULL;
    }
    /* Cells are escaped already; libsmartcols would do it again, and differently by locale. */
    keep_failure(table, scols_table_enable_noencoding(table->columns, 1));
    keep_failure(table, scols_table_enable_nowrap(table->columns, 0));
    keep_failure(table, scols_table_set_column_separator(table->columns, "  "));
    return table;
}

void table_add_column(struct table *table, const char *title, enum table_side side)
{
    static const int flags[] = {[TABLE_RIGHT] = SCOLS_FL_RIGHT, [TABLE_CUT] = SCOLS_FL_TRUNC};
    if (table && !scols_table_new_column(table->columns, title, 0, flags[side]))
        keep_failure(table, -ENOMEM);
}

void table_begin_row(struct table *table)
{
    if (!table)
        return;
    table->line = scols_table_new_line(table->columns, NULL);
    table->cell = 0;
    if (!table->line)
        keep_failure(table, -ENOMEM);
}

void table_add_cell(struct table *table, const char *text, size_t len_bytes)
{
    if (!table || !table->line)
        return;
    char *copy = escape_copy(text, len_bytes);
    int result = copy ? scols_line_refer_data(table->line, table->cell, copy) : -ENOMEM;
    if (result < 0)
        free(copy);
    keep_failure(table, result);
    table->cell++;
}

/* Without the blanks that fill the last column. */
static void print_lines(const char *text, FILE *stream)
{
    while (*text) {
        size_t len_bytes = strcspn(text, "\n");
        size_t kept_bytes = len_bytes;
        while (kept_bytes > 0 && text[kept_bytes - 1] == ' ')
            kept_bytes--;
        fwrite(text, 1, kept_bytes, stream);
        fputc('\n', stream);
        text += len_bytes + (text[len_bytes] == '\n');
    }
}

int table_print(struct table *table, FILE *stream)
{
    if (!table)
        return -ENOMEM;
    char *text = NULL;
    if (table->failure == 0)
        keep_failure(table, scols_print_table_to_string(table->columns, &text));
    if (table->failure == 0 && text)
        print_lines(text, stream);
    if (stream == stdout)
        descriptor_watch_stdout();
    free(text);
    int failure = table->failure;
    scols_unref_table(table->columns);
    free(table);
    return failure;
}
