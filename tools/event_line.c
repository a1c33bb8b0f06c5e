#include "event_line.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "size_text.h"

/* Behind the value that begins at `at`: a string, an object, or anything up to a comma or bracket. */
static const char *skip_value(const char *at, const char *end)
{
    unsigned depth = 0;
    bool in_string = false;
    for (; at < end; at++) {
        if (in_string) {
            if (*at == '\\')
                at++;
            else if (*at == '"')
                in_string = false;
        } else if (*at == '"') {
            in_string = true;
        } else if (*at == '{' || *at == '[') {
            depth++;
        } else if ((*at == ',' || *at == '}' || *at == ']') && depth == 0) {
            return at;
        } else if (*at == '}' || *at == ']') {
            depth--;
        }
    }
    return end;
}

struct vtc_text event_line_member(const char *row, size_t row_bytes, const char *key)
{
    struct vtc_text none = {NULL, 0};
    const char *end = row + row_bytes;
    const char *at = row_bytes && *row == '{' ? row + 1 : end;
    size_t key_bytes = strlen(key);
    while (at < end && *at == '"') {
        const char *name = at + 1;
        const char *colon = memchr(name, ':', (size_t)(end - name)); /* keys here have none */
        if (!colon)
            break;
        const char *value = colon + 1;
        const char *behind = skip_value(value, end);
        if ((size_t)(colon - name) == key_bytes + 1 && memcmp(name, key, key_bytes) == 0) {
            struct vtc_text found = {value, (size_t)(behind - value)};
            return found;
        }
        at = behind < end ? behind + 1 : end;
    }
    return none;
}

/* What stands between the quotes. */
static struct vtc_text unquote(struct vtc_text text)
{
    if (text.len_bytes >= 2 && text.data[0] == '"') {
        text.data++;
        text.len_bytes -= 2;
    }
    return text;
}

static bool is(struct vtc_text text, const char *what)
{
    return text.data && text.len_bytes == strlen(what) &&
           memcmp(text.data, what, text.len_bytes) == 0;
}

/* "123.456" µs; what is no such number is 0. */
static int64_t time_of(struct vtc_text text)
{
    uint64_t ns = 0;
    bool is_negative = text.len_bytes && text.data[0] == '-';
    for (size_t i = is_negative; i < text.len_bytes; i++)
        if (text.data[i] >= '0' && text.data[i] <= '9')
            ns = ns * 10 + (uint64_t)(text.data[i] - '0');
    return is_negative ? -(int64_t)ns : (int64_t)ns;
}

static uint64_t number_of(struct vtc_text text)
{
    uint64_t number = 0;
    for (size_t i = 0; i < text.len_bytes && text.data[i] >= '0' && text.data[i] <= '9'; i++)
        number = number * 10 + (uint64_t)(text.data[i] - '0');
    return number;
}

/* Text of a string, readable and safe for a terminal; the caller frees. */
static char *readable(struct vtc_text quoted)
{
    struct vtc_text text = unquote(quoted);
    char *decoded = malloc(text.len_bytes + 1);
    if (!decoded)
        return NULL;
    char *out = escape_copy(decoded, text.data ? vtc_text_decode(text, decoded) : 0);
    free(decoded);
    return out;
}

static void note_thread(struct event_lines *lines, uint64_t tid, struct vtc_text args)
{
    struct event_thread *threads =
        realloc(lines->threads, (lines->thread_count + 1) * sizeof *threads);
    if (!threads)
        return;
    lines->threads = threads;
    char *name = readable(event_line_member(args.data, args.len_bytes, "name"));
    if (!name)
        return;
    threads[lines->thread_count].tid = tid;
    threads[lines->thread_count++].name = name;
}

int event_lines_note(struct event_lines *lines, const char *row, size_t row_bytes)
{
    struct vtc_text name = unquote(event_line_member(row, row_bytes, "name"));
    if (is(unquote(event_line_member(row, row_bytes, "ph")), "M") &&
        (is(name, "thread_name") || is(name, "process_name") || is(name, "vtc_session"))) {
        if (is(name, "thread_name"))
            note_thread(lines, number_of(event_line_member(row, row_bytes, "tid")),
                        event_line_member(row, row_bytes, "args"));
        return 0;
    }
    if (!lines->has_first) {
        lines->first_ns = time_of(event_line_member(row, row_bytes, "ts"));
        lines->has_first = 1;
    }
    return 1;
}

static void print_thread(const struct event_lines *lines, struct vtc_text tid)
{
    uint64_t number = number_of(tid);
    for (size_t i = lines->thread_count; i-- > 0;)
        if (lines->threads[i].tid == number) {
            printf("  %-16s", lines->threads[i].name);
            return;
        }
    printf("  %-16" PRIu64, number);
}

void event_lines_print(const struct event_lines *lines, const char *row, size_t row_bytes)
{
    char text[SIZE_TEXT_BYTES];
    struct vtc_text duration = event_line_member(row, row_bytes, "dur");
    struct vtc_text phase = unquote(event_line_member(row, row_bytes, "ph"));
    struct vtc_text args = event_line_member(row, row_bytes, "args");
    char *name = readable(event_line_member(row, row_bytes, "name"));
    int64_t ns = time_of(event_line_member(row, row_bytes, "ts"));
    printf("%16s", seconds_text_format(ns - lines->first_ns, 6, text));
    print_thread(lines, event_line_member(row, row_bytes, "tid"));
    int64_t duration_ns = time_of(duration);
    if (duration.data && duration_ns >= 0)
        printf("  %12s", duration_text_format((uint64_t)duration_ns, text));
    else if (duration.data)
        printf("  %12s", seconds_text_format(duration_ns, 9, text));
    else {
        char *shown = escape_copy(phase.data ? phase.data : "", phase.len_bytes);
        printf("  %12s", shown ? shown : "");
        free(shown);
    }
    printf("  %s", name ? name : "");
    if (args.data && args.len_bytes) {
        fputs("  ", stdout);
        escape_print_json(stdout, args.data, args.len_bytes);
    }
    putchar('\n');
    free(name);
}

void event_lines_free(struct event_lines *lines)
{
    for (size_t i = 0; i < lines->thread_count; i++)
        free(lines->threads[i].name);
    free(lines->threads);
    memset(lines, 0, sizeof *lines);
}
