#include "answer_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "real_text.h"
#include "size_text.h"
#include "table.h"
#include "text_buffer.h"

enum { START_DECIMALS = 6, BAR_WIDTH = 20, STEP_WIDTH = 2, DEPTH_SHOWN_MAX = 60 };

struct answer_table {
    const struct vtc_query_column *columns;
    size_t column_count;
    const struct answer_format *format;
    struct table *table;
    struct text_buffer cell;
};

static bool is_for_people(const struct vtc_query_column *column)
{
    return column->audience != VTC_FOR_PROGRAMS && column->unit != VTC_UNIT_DEPTH;
}

/* `duration_ns` is DURATION where the unit stands in the cells. */
static void add_column(struct answer_table *table, const struct vtc_query_column *column,
                       enum table_side side)
{
    char title[64];
    size_t len_bytes = strlen(column->name);
    bool has_unit = column->unit != VTC_UNIT_NONE && !table->format->is_raw;
    if (has_unit && len_bytes > 3 && strcmp(column->name + len_bytes - 3, "_ns") == 0)
        len_bytes -= 3;
    if (len_bytes >= sizeof title)
        len_bytes = sizeof title - 1;
    for (size_t i = 0; i < len_bytes; i++) {
        char letter = column->name[i];
        bool is_lower = letter >= 'a' && letter <= 'z';
        bool is_plain = letter > ' ' && letter < 0x7F;
        title[i] = is_lower ? (char)(letter - 'a' + 'A') : is_plain ? letter : '?';
    }
    title[len_bytes] = '\0';
    table_add_column(table->table, title, side);
}

struct answer_table *answer_table_create(const struct vtc_query_column *columns,
                                         size_t column_count, const struct answer_format *format,
                                         const struct vtc_query_value *first)
{
    struct answer_table *table = calloc(1, sizeof *table);
    if (!table)
        return NULL;
    *table = (struct answer_table){columns, column_count, format, table_create(), {0}};
    bool has_cut = false; /* one column gives way where the terminal is too narrow */
    for (size_t i = 0; i < column_count; i++) {
        if (!is_for_people(&columns[i]))
            continue;
        bool is_number = columns[i].unit != VTC_UNIT_NONE || first[i].type == VTC_VALUE_INTEGER ||
                         first[i].type == VTC_VALUE_REAL;
        if (columns[i].unit == VTC_UNIT_SHARE)
            is_number = false;
        enum table_side side = is_number ? TABLE_RIGHT : has_cut ? TABLE_LEFT : TABLE_CUT;
        has_cut |= side == TABLE_CUT;
        add_column(table, &columns[i], side);
    }
    return table;
}

static void add_text(struct answer_table *table, const char *text)
{
    text_buffer_add(&table->cell, text, strlen(text));
}

static void add_duration(struct answer_table *table, int64_t duration_ns)
{
    char text[SIZE_TEXT_BYTES];
    uint64_t magnitude = duration_ns < 0 ? 0 - (uint64_t)duration_ns : (uint64_t)duration_ns;
    if (duration_ns < 0)
        add_text(table, "-");
    add_text(table, duration_text_format(magnitude, text));
}

/* The difference of two times may need 65 bits; such a time is shown as it is in the trace. */
static void add_time(struct answer_table *table, int64_t time_ns)
{
    char text[SIZE_TEXT_BYTES];
    int64_t first_ns = table->format->first_ns, shown_ns = time_ns;
    if (first_ns <= time_ns && (uint64_t)time_ns - (uint64_t)first_ns <= INT64_MAX)
        shown_ns = time_ns - first_ns;
    add_text(table, seconds_text_format(shown_ns, START_DECIMALS, text));
}

static void add_bytes(struct answer_table *table, int64_t bytes)
{
    char text[SIZE_TEXT_BYTES];
    if (bytes < 0)
        add_text(table, "-");
    add_text(table, size_text_format(bytes < 0 ? 0 - (uint64_t)bytes : (uint64_t)bytes, text));
}

static void add_share(struct answer_table *table, double share)
{
    char text[32];
    snprintf(text, sizeof text, "%6.2f %%  ", 100 * share);
    add_text(table, text);
    int length = share > 0 ? (int)(BAR_WIDTH * (share < 1 ? share : 1) + 0.5) : 0;
    while (length-- > 0)
        add_text(table, "#");
}

static void add_integer(struct answer_table *table, enum vtc_unit unit, int64_t value)
{
    char text[24];
    if (table->format->is_raw)
        unit = VTC_UNIT_NONE;
    switch (unit) {
    case VTC_UNIT_TIME: add_time(table, value); return;
    case VTC_UNIT_DURATION: add_duration(table, value); return;
    case VTC_UNIT_BYTES: add_bytes(table, value); return;
    case VTC_UNIT_SHARE: add_share(table, (double)value); return;
    case VTC_UNIT_NONE:
    case VTC_UNIT_DEPTH: break;
    }
    snprintf(text, sizeof text, "%" PRId64, value);
    add_text(table, text);
}

static void add_value(struct answer_table *table, enum vtc_unit unit,
                      const struct vtc_query_value *value)
{
    char text[REAL_TEXT_BYTES];
    switch (value->type) {
    case VTC_VALUE_NONE: break;
    case VTC_VALUE_INTEGER: add_integer(table, unit, value->integer); break;
    case VTC_VALUE_REAL:
        if (unit == VTC_UNIT_SHARE && !table->format->is_raw)
            add_share(table, value->real);
        else
            add_text(table, real_text_format(value->real, text));
        break;
    case VTC_VALUE_TEXT:
        text_buffer_add(&table->cell, value->text.data, value->text.len_bytes);
        break;
    }
}

void answer_table_add(struct answer_table *table, const struct vtc_query_value *values)
{
    int64_t depth = 0;
    table_begin_row(table->table);
    for (size_t i = 0; i < table->column_count; i++) {
        const struct vtc_query_column *column = &table->columns[i];
        if (column->unit == VTC_UNIT_DEPTH)
            depth = values[i].integer < DEPTH_SHOWN_MAX ? values[i].integer : DEPTH_SHOWN_MAX;
        if (!is_for_people(column))
            continue;
        for (; depth > 0; depth--)
            text_buffer_add(&table->cell, "                ", STEP_WIDTH);
        add_value(table, column->unit, &values[i]);
        table_add_cell(table->table, table->cell.len_bytes ? table->cell.data : "",
                       table->cell.len_bytes);
        text_buffer_clear(&table->cell);
    }
}

bool answer_table_print(struct answer_table *table)
{
    bool is_whole = table_print(table->table, stdout) == 0 && !table->cell.has_failed;
    text_buffer_free(&table->cell);
    free(table);
    return is_whole;
}
