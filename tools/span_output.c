#define _POSIX_C_SOURCE 200809L

#include "span_output.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "descriptor.h"
#include "escape.h"
#include "json_out.h"
#include "message.h"
#include "size_text.h"
#include "table.h"
#include "text_buffer.h"

enum { START_DECIMALS = 6 };

/* "12/34"; "12" or "34" where the other is absent. */
static void add_numbers(struct text_buffer *cell, const struct thread_label *label)
{
    text_buffer_add_value(cell, label->pid);
    if (label->pid.data && label->tid.data)
        text_buffer_add(cell, "/", 1);
    text_buffer_add_value(cell, label->tid);
}

static void add_thread(struct text_buffer *cell, const struct thread_label *label)
{
    if (!label)
        return;
    text_buffer_add_string(cell, label->thread);
    if (!label->thread.data) {
        add_numbers(cell, label);
    } else if (label->is_ambiguous) {
        text_buffer_add(cell, " (", 2);
        add_numbers(cell, label);
        text_buffer_add(cell, ")", 1);
    }
}

/* Ends a cell: into the table, and empty for the next. */
static void put_cell(struct table *table, struct text_buffer *cell)
{
    table_add_cell(table, cell->len_bytes ? cell->data : "", cell->len_bytes);
    text_buffer_clear(cell);
}

static void duration_cell(struct table *table, int64_t duration_ns)
{
    char text[SIZE_TEXT_BYTES], signed_text[SIZE_TEXT_BYTES + 1];
    uint64_t magnitude = duration_ns < 0 ? 0 - (uint64_t)duration_ns : (uint64_t)duration_ns;
    int length = snprintf(signed_text, sizeof signed_text, "%s%s", duration_ns < 0 ? "-" : "",
                          duration_text_format(magnitude, text));
    table_add_cell(table, signed_text, (size_t)length);
}

/* The difference of two times may need 65 bits; such a start is shown as it is in the trace. */
static void start_cell(struct table *table, int64_t start_ns, int64_t first_ns)
{
    char text[SIZE_TEXT_BYTES];
    int64_t shown_ns = start_ns;
    if (first_ns <= start_ns && (uint64_t)start_ns - (uint64_t)first_ns <= INT64_MAX)
        shown_ns = start_ns - first_ns;
    seconds_text_format(shown_ns, START_DECIMALS, text);
    table_add_cell(table, text, strlen(text));
}

static int print_table(const struct span_answer *answer, struct text_buffer *cell)
{
    struct table *table = table_create();
    table_add_column(table, "NAME", TABLE_CUT);
    table_add_column(table, "DURATION", TABLE_RIGHT);
    table_add_column(table, "START", TABLE_RIGHT);
    table_add_column(table, "THREAD", TABLE_LEFT);
    table_add_column(table, "CATEGORY", TABLE_LEFT);
    for (size_t i = 0; i < answer->count; i++) {
        const struct vtc_span *span = &answer->spans[i];
        table_begin_row(table);
        text_buffer_add_string(cell, span->name);
        put_cell(table, cell);
        duration_cell(table, span->duration_ns);
        start_cell(table, span->start_ns, answer->first_ns);
        add_thread(cell, thread_labels_find(answer->labels, span->track));
        put_cell(table, cell);
        text_buffer_add_string(cell, span->category);
        put_cell(table, cell);
    }
    return table_print(table, stdout);
}

/* RFC 4180. On a terminal, control characters are escaped as in a table. */
static void csv_field(struct text_buffer *cell, char before, bool on_terminal)
{
    char *escaped =
        on_terminal && cell->len_bytes ? escape_copy(cell->data, cell->len_bytes) : NULL;
    const char *text = escaped ? escaped : cell->data;
    size_t len_bytes = escaped ? strlen(escaped) : cell->len_bytes;
    bool quoted = false;
    for (size_t i = 0; i < len_bytes && !quoted; i++)
        quoted = text[i] == '"' || text[i] == ',' || text[i] == '\r' || text[i] == '\n';
    if (before)
        putchar(before);
    if (quoted)
        putchar('"');
    for (size_t i = 0; i < len_bytes; i++) {
        if (text[i] == '"')
            putchar('"');
        putchar(text[i]);
    }
    if (quoted)
        putchar('"');
    text_buffer_clear(cell);
    free(escaped);
}

static void print_csv(const struct span_answer *answer, struct text_buffer *cell)
{
    bool on_terminal = isatty(STDOUT_FILENO); /* once: it sets errno, which a write may have set */
    puts("name,duration_ns,start_ns,thread,category,pid,tid,process");
    for (size_t i = 0; i < answer->count; i++) {
        static const struct thread_label nowhere;
        const struct vtc_span *span = &answer->spans[i];
        const struct thread_label *label = thread_labels_find(answer->labels, span->track);
        if (!label)
            label = &nowhere;
        text_buffer_add_string(cell, span->name);
        csv_field(cell, 0, on_terminal);
        printf(",%" PRId64 ",%" PRId64, span->duration_ns, span->start_ns);
        text_buffer_add_string(cell, label->thread);
        csv_field(cell, ',', on_terminal);
        text_buffer_add_string(cell, span->category);
        csv_field(cell, ',', on_terminal);
        text_buffer_add_value(cell, label->pid);
        csv_field(cell, ',', on_terminal);
        text_buffer_add_value(cell, label->tid);
        csv_field(cell, ',', on_terminal);
        text_buffer_add_string(cell, label->process);
        csv_field(cell, ',', on_terminal);
        putchar('\n');
        descriptor_watch_stdout();
    }
}

static void json_member(struct json_out *out, const char *key, struct vtc_text text,
                        struct text_buffer *cell)
{
    json_key(out, key);
    if (!text.data) {
        json_null(out);
        return;
    }
    text_buffer_add_string(cell, text);
    json_string(out, cell->len_bytes ? cell->data : "", cell->len_bytes);
    text_buffer_clear(cell);
}

/* A pid or tid: a whole number stays one, all else becomes a string. */
static void json_number_member(struct json_out *out, const char *key, struct vtc_text text,
                               struct text_buffer *cell)
{
    size_t sign = text.len_bytes > 1 && text.data[0] == '-';
    bool is_number = text.len_bytes > sign && text.len_bytes < 40 &&
                     (text.data[sign] != '0' || text.len_bytes == sign + 1);
    for (size_t i = sign; i < text.len_bytes && is_number; i++)
        is_number = text.data[i] >= '0' && text.data[i] <= '9';
    json_key(out, key);
    if (!text.data) {
        json_null(out);
    } else if (is_number) {
        json_raw(out, text.data, text.len_bytes);
    } else {
        text_buffer_add_value(cell, text);
        json_string(out, cell->len_bytes ? cell->data : "", cell->len_bytes);
        text_buffer_clear(cell);
    }
}

static void print_json(const struct span_answer *answer, struct text_buffer *cell)
{
    struct json_out out = {.stream = stdout};
    json_begin(&out, '[');
    for (size_t i = 0; i < answer->count; i++) {
        static const struct thread_label nowhere;
        const struct vtc_span *span = &answer->spans[i];
        const struct thread_label *label = thread_labels_find(answer->labels, span->track);
        if (!label)
            label = &nowhere;
        json_begin(&out, '{');
        json_member(&out, "name", span->name, cell);
        json_key(&out, "duration_ns");
        json_signed(&out, span->duration_ns);
        json_key(&out, "start_ns");
        json_signed(&out, span->start_ns);
        json_member(&out, "thread", label->thread, cell);
        json_member(&out, "category", span->category, cell);
        json_number_member(&out, "pid", label->pid, cell);
        json_number_member(&out, "tid", label->tid, cell);
        json_member(&out, "process", label->process, cell);
        json_end(&out, '}');
        descriptor_watch_stdout();
    }
    json_end(&out, ']');
    json_finish(&out);
}

vtc_status span_output_print(const struct span_answer *answer, enum output_format format,
                             struct vtc_error *err)
{
    struct text_buffer cell = {0};
    int failure = 0;
    switch (format) {
    case FORMAT_TABLE: failure = print_table(answer, &cell); break;
    case FORMAT_CSV: print_csv(answer, &cell); break;
    case FORMAT_JSON: print_json(answer, &cell); break;
    }
    bool has_failed = failure != 0 || cell.has_failed;
    text_buffer_free(&cell);
    return has_failed ? failure_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET,
                                    "no memory to print %zu spans", answer->count)
                      : VTC_OK;
}
