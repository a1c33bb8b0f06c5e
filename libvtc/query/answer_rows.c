#include "query/answer_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

void vtci_answer_rows_init(struct vtci_answer_rows *rows, struct vtci_memory *memory,
                           const struct vtc_query_column *columns, size_t column_count)
{
    memset(rows, 0, sizeof *rows);
    rows->memory = memory;
    rows->columns = columns;
    rows->column_count = column_count;
    vtci_text_store_init(&rows->texts, memory);
}

void vtci_answer_rows_free(struct vtci_answer_rows *rows)
{
    VTCI_ARRAY_FREE(rows->memory, rows->values, rows->value_capacity);
    vtci_text_store_free(&rows->texts);
}

void vtci_answer_rows_begin(struct vtci_answer_rows *rows)
{
    if (VTCI_ARRAY_RESERVE(rows->memory, rows->values, rows->value_capacity,
                           rows->value_count + rows->column_count) != VTC_OK) {
        rows->status = VTC_ERR_NO_MEMORY;
        return;
    }
    memset(rows->values + rows->value_count, 0, rows->column_count * sizeof *rows->values);
    rows->value_count += rows->column_count;
    rows->column = 0;
}

/* The place of the next value; NULL once something failed. */
static struct vtc_query_value *next_value(struct vtci_answer_rows *rows)
{
    if (rows->status != VTC_OK)
        return NULL;
    return &rows->values[rows->value_count - rows->column_count + rows->column++];
}

void vtci_answer_rows_none(struct vtci_answer_rows *rows)
{
    (void)next_value(rows);
}

void vtci_answer_rows_integer(struct vtci_answer_rows *rows, int64_t integer)
{
    struct vtc_query_value *value = next_value(rows);
    if (!value)
        return;
    value->type = VTC_VALUE_INTEGER;
    value->integer = integer;
}

void vtci_answer_rows_unsigned(struct vtci_answer_rows *rows, uint64_t value)
{
    vtci_answer_rows_integer(rows, value > INT64_MAX ? INT64_MAX : (int64_t)value);
}

void vtci_answer_rows_real(struct vtci_answer_rows *rows, double real)
{
    struct vtc_query_value *value = next_value(rows);
    if (!value)
        return;
    value->type = VTC_VALUE_REAL;
    value->real = real;
}

static void put_text(struct vtci_answer_rows *rows, struct vtc_text text, bool is_json)
{
    struct vtc_query_value *value = next_value(rows);
    if (!value || !text.data)
        return;
    rows->status = is_json ? vtci_text_store_decode(&rows->texts, text, &value->text)
                           : vtci_text_store_copy(&rows->texts, text, &value->text);
    if (rows->status == VTC_OK)
        value->type = VTC_VALUE_TEXT;
}

void vtci_answer_rows_string(struct vtci_answer_rows *rows, struct vtc_text text)
{
    put_text(rows, text, true);
}

void vtci_answer_rows_text(struct vtci_answer_rows *rows, struct vtc_text text)
{
    put_text(rows, text, false);
}

/* A whole number as JSON writes it, within 64 bits. */
static bool whole_number(struct vtc_text text, int64_t *out_number)
{
    size_t sign = text.len_bytes > 1 && text.data[0] == '-';
    int64_t number = 0;
    if (text.len_bytes == sign || (text.data[sign] == '0' && text.len_bytes > sign + 1))
        return false;
    for (size_t i = sign; i < text.len_bytes; i++) {
        int64_t digit = text.data[i] - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, sign ? -digit : digit, &number))
            return false;
    }
    *out_number = number;
    return true;
}

void vtci_answer_rows_json(struct vtci_answer_rows *rows, struct vtc_text text)
{
    int64_t number;
    if (text.len_bytes >= 2 && text.data[0] == '"')
        put_text(rows, (struct vtc_text){text.data + 1, text.len_bytes - 2}, true);
    else if (text.data && whole_number(text, &number))
        vtci_answer_rows_integer(rows, number);
    else
        put_text(rows, text, false);
}

static int compare_numbers(const struct vtc_query_value *a, const struct vtc_query_value *b)
{
    if (a->type == VTC_VALUE_INTEGER && b->type == VTC_VALUE_INTEGER)
        return a->integer < b->integer ? -1 : a->integer > b->integer;
    double left = a->type == VTC_VALUE_INTEGER ? (double)a->integer : a->real;
    double right = b->type == VTC_VALUE_INTEGER ? (double)b->integer : b->real;
    return left < right ? -1 : left > right;
}

static int compare_texts(const struct vtc_query_value *a, const struct vtc_query_value *b)
{
    size_t common = a->text.len_bytes < b->text.len_bytes ? a->text.len_bytes : b->text.len_bytes;
    int order = common ? memcmp(a->text.data, b->text.data, common) : 0;
    if (order != 0)
        return order;
    return a->text.len_bytes < b->text.len_bytes ? -1 : a->text.len_bytes > b->text.len_bytes;
}

static int compare_values(const struct vtc_query_value *a, const struct vtc_query_value *b,
                          bool descending)
{
    bool a_absent = a->type == VTC_VALUE_NONE, b_absent = b->type == VTC_VALUE_NONE;
    if (a_absent || b_absent)
        return a_absent - b_absent;
    bool a_text = a->type == VTC_VALUE_TEXT, b_text = b->type == VTC_VALUE_TEXT;
    int order = a_text != b_text ? a_text - b_text
                : a_text         ? compare_texts(a, b)
                                 : compare_numbers(a, b);
    return descending ? -order : order;
}

/* Merges the sorted halves of `order[0 … count)`. */
static void merge(const struct vtci_answer_rows *rows, size_t column, bool descending,
                  const uint32_t *from, size_t middle, size_t count, uint32_t *to)
{
    size_t left = 0, right = middle;
    for (size_t i = 0; i < count; i++) {
        bool takes_right = left == middle;
        if (!takes_right && right < count)
            takes_right = compare_values(&rows->values[from[right] * rows->column_count + column],
                                         &rows->values[from[left] * rows->column_count + column],
                                         descending) < 0;
        to[i] = takes_right ? from[right++] : from[left++];
    }
}

/* Sorts row numbers bottom-up, runs of 1, 2, 4 …; returns whichever of the two arrays holds them. */
static uint32_t *sort_order(const struct vtci_answer_rows *rows, size_t column, bool descending,
                            uint32_t *order, uint32_t *spare, size_t count)
{
    for (size_t run = 1; run < count; run *= 2) {
        for (size_t at = 0; at < count; at += 2 * run) {
            size_t left = count - at < run ? count - at : run;
            size_t both = count - at < 2 * run ? count - at : 2 * run;
            merge(rows, column, descending, order + at, left, both, spare + at);
        }
        uint32_t *sorted = spare;
        spare = order;
        order = sorted;
    }
    return order;
}

vtc_status vtci_answer_rows_sort(struct vtci_answer_rows *rows, size_t column, bool descending)
{
    size_t count = vtci_answer_rows_count(rows), width = rows->column_count;
    if (count < 2)
        return VTC_OK;
    if (count > UINT32_MAX / 2)
        return VTC_ERR_NO_MEMORY;
    uint32_t *orders = vtci_allocate(rows->memory, 2 * count * sizeof *orders);
    struct vtc_query_value *values =
        vtci_allocate(rows->memory, rows->value_capacity * sizeof *rows->values);
    if (!orders || !values) {
        vtci_release(rows->memory, orders, 2 * count * sizeof *orders);
        vtci_release(rows->memory, values, rows->value_capacity * sizeof *rows->values);
        return VTC_ERR_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++)
        orders[i] = (uint32_t)i;
    const uint32_t *order = sort_order(rows, column, descending, orders, orders + count, count);
    for (size_t i = 0; i < count; i++)
        memcpy(values + i * width, rows->values + order[i] * width, width * sizeof *values);
    VTCI_ARRAY_FREE(rows->memory, rows->values, rows->value_capacity);
    rows->values = values;
    vtci_release(rows->memory, orders, 2 * count * sizeof *orders);
    return VTC_OK;
}
