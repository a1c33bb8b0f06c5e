#include "answer_output.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answer_table.h"
#include "descriptor.h"
#include "escape.h"
#include "json_out.h"
#include "message.h"
#include "real_text.h"

struct printer {
    vtc_query *query;
    const struct answer_format *format;
    const struct vtc_query_column *columns;
    size_t column_count;
    struct answer_facts *facts;
    bool has_failed; /* memory ran out */
};

/* The next row that the limit leaves. */
static vtc_status next_row(struct printer *printer, const struct vtc_query_value **out_values,
                           struct vtc_error *err)
{
    vtc_status status = vtc_query_next(printer->query, out_values, err);
    if (status != VTC_OK)
        return status;
    if (printer->format->limit_rows && printer->facts->rows == printer->format->limit_rows) {
        printer->facts->is_cut = true;
        return VTC_END;
    }
    printer->facts->rows++;
    return VTC_OK;
}

static bool is_for_programs(const struct vtc_query_column *column)
{
    return column->audience != VTC_FOR_PEOPLE;
}

/* RFC 4180. On a terminal, control characters are escaped as in a table. */
static void csv_text(struct printer *printer, const char *text, size_t len_bytes)
{
    char *escaped = isatty(STDOUT_FILENO) ? escape_copy(text, len_bytes) : NULL;
    if (isatty(STDOUT_FILENO)) {
        printer->has_failed |= !escaped;
        text = escaped ? escaped : "";
        len_bytes = strlen(text);
    }
    bool quoted = false;
    for (size_t i = 0; i < len_bytes && !quoted; i++)
        quoted = text[i] == '"' || text[i] == ',' || text[i] == '\r' || text[i] == '\n';
    if (quoted)
        putchar('"');
    for (size_t i = 0; i < len_bytes; i++) {
        if (text[i] == '"')
            putchar('"');
        putchar(text[i]);
    }
    if (quoted)
        putchar('"');
    free(escaped);
}

static void csv_value(struct printer *printer, const struct vtc_query_value *value)
{
    char text[REAL_TEXT_BYTES];
    switch (value->type) {
    case VTC_VALUE_NONE: break;
    case VTC_VALUE_INTEGER: printf("%" PRId64, value->integer); break;
    case VTC_VALUE_REAL: fputs(real_text_format(value->real, text), stdout); break;
    case VTC_VALUE_TEXT: csv_text(printer, value->text.data, value->text.len_bytes); break;
    }
}

static vtc_status print_csv(struct printer *printer, struct vtc_error *err)
{
    const struct vtc_query_value *values;
    vtc_status status;
    char before = 0;
    for (size_t i = 0; i < printer->column_count; i++) {
        if (!is_for_programs(&printer->columns[i]))
            continue;
        if (before)
            putchar(before);
        before = ',';
        csv_text(printer, printer->columns[i].name, strlen(printer->columns[i].name));
    }
    putchar('\n');
    while ((status = next_row(printer, &values, err)) == VTC_OK) {
        before = 0;
        for (size_t i = 0; i < printer->column_count; i++) {
            if (!is_for_programs(&printer->columns[i]))
                continue;
            if (before)
                putchar(before);
            before = ',';
            csv_value(printer, &values[i]);
        }
        putchar('\n');
        descriptor_watch_stdout();
    }
    return status;
}

static void json_value(struct json_out *out, const struct vtc_query_value *value)
{
    char text[REAL_TEXT_BYTES];
    switch (value->type) {
    case VTC_VALUE_NONE: json_null(out); break;
    case VTC_VALUE_INTEGER: json_signed(out, value->integer); break;
    case VTC_VALUE_REAL:
        if (value->real - value->real == 0) {
            real_text_format(value->real, text);
            json_raw(out, text, strlen(text));
        } else { /* JSON has no infinity and no NaN */
            json_null(out);
        }
        break;
    case VTC_VALUE_TEXT: json_string(out, value->text.data, value->text.len_bytes); break;
    }
}

static void json_row(struct json_out *out, const struct printer *printer,
                     const struct vtc_query_value *values)
{
    json_begin(out, '{');
    for (size_t i = 0; i < printer->column_count; i++) {
        if (!is_for_programs(&printer->columns[i]))
            continue;
        json_key(out, printer->columns[i].name);
        json_value(out, &values[i]);
    }
    json_end(out, '}');
}

static vtc_status print_json(struct printer *printer, struct vtc_error *err)
{
    const struct vtc_query_value *values;
    struct json_out out = {.stream = stdout};
    vtc_status status;
    json_begin(&out, '[');
    while ((status = next_row(printer, &values, err)) == VTC_OK) {
        json_row(&out, printer, values);
        descriptor_watch_stdout();
    }
    json_end(&out, ']');
    json_finish(&out);
    return status;
}

static vtc_status print_ndjson(struct printer *printer, struct vtc_error *err)
{
    const struct vtc_query_value *values;
    vtc_status status;
    while ((status = next_row(printer, &values, err)) == VTC_OK) {
        struct json_out out = {.stream = stdout, .is_compact = true};
        json_row(&out, printer, values);
        json_finish(&out);
        descriptor_watch_stdout();
    }
    return status;
}

static vtc_status print_table(struct printer *printer, struct vtc_error *err)
{
    const struct vtc_query_value *values;
    struct answer_table *table = NULL;
    vtc_status status;
    while ((status = next_row(printer, &values, err)) == VTC_OK) {
        if (!table)
            table = answer_table_create(printer->columns, printer->column_count, printer->format,
                                        values);
        if (!table) {
            printer->has_failed = true;
            return VTC_END;
        }
        answer_table_add(table, values);
    }
    /* Of no rows not even the headings. */
    if (table)
        printer->has_failed |= !answer_table_print(table);
    return status;
}

vtc_status answer_output_print(vtc_query *query, const struct answer_format *format,
                               struct answer_facts *out_facts, struct vtc_error *err)
{
    struct printer printer = {.query = query, .format = format, .facts = out_facts};
    vtc_status status = VTC_OK;
    memset(out_facts, 0, sizeof *out_facts);
    printer.columns = vtc_query_columns(query, &printer.column_count);
    switch (format->format) {
    case FORMAT_TABLE: status = print_table(&printer, err); break;
    case FORMAT_CSV: status = print_csv(&printer, err); break;
    case FORMAT_JSON: status = print_json(&printer, err); break;
    case FORMAT_NDJSON: status = print_ndjson(&printer, err); break;
    }
    if (status == VTC_END && printer.has_failed)
        return failure_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, "no memory to print the answer");
    return status == VTC_END ? VTC_OK : status;
}
