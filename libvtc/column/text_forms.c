#include "column/text_forms.h"

#include <string.h>

#define DECIMAL_DIGITS_MAX 18

static bool parse_decimal(const uint8_t *text, size_t len_bytes, int64_t *out)
{
    if (len_bytes < 1 || len_bytes > DECIMAL_DIGITS_MAX || (text[0] == '0' && len_bytes > 1))
        return false;
    uint64_t number = 0;
    for (size_t i = 0; i < len_bytes; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        number = number * 10 + (uint64_t)(text[i] - '0');
    }
    *out = (int64_t)number;
    return true;
}

static bool parse_hex(const uint8_t *text, size_t len_bytes, int64_t *out)
{
    if (len_bytes < 1 || len_bytes > 16)
        return false;
    uint64_t number = 0;
    for (size_t i = 0; i < len_bytes; i++) {
        unsigned digit = text[i] >= '0' && text[i] <= '9'   ? (unsigned)(text[i] - '0')
                         : text[i] >= 'a' && text[i] <= 'f' ? (unsigned)(text[i] - 'a' + 10)
                                                            : 16;
        if (digit == 16)
            return false;
        number = number << 4 | digit;
    }
    *out = (int64_t)number;
    return true;
}

static bool parse_all_decimal(const struct vtci_values *values, int64_t *numbers)
{
    uint64_t start = 0;
    for (size_t i = 0; i < values->plain_count; i++) {
        if (!parse_decimal(values->plain + start, (size_t)(values->plain_ends[i] - start),
                           &numbers[i]))
            return false;
        start = values->plain_ends[i];
    }
    return true;
}

/* The prefix ends with the last x of the first string, if it has one: 0x, or id_0x. */
static size_t prefix_of(const uint8_t *text, size_t len_bytes)
{
    for (size_t i = len_bytes; i-- > 0;)
        if (text[i] == 'x')
            return i + 1;
    return 0;
}

static bool digits_fit(int64_t number, size_t digits, unsigned width)
{
    return digits == width || (digits > width && (uint64_t)number >> (4 * (digits - 1)));
}

static bool parse_all_hex(const struct vtci_values *values, struct vtci_column_code *code,
                          int64_t *numbers)
{
    size_t prefix_bytes = prefix_of(values->plain, (size_t)values->plain_ends[0]);
    uint64_t start = 0;
    size_t width = 16;
    for (size_t i = 0; i < values->plain_count; i++) {
        const uint8_t *text = values->plain + start;
        size_t len_bytes = (size_t)(values->plain_ends[i] - start);
        if (len_bytes <= prefix_bytes ||
            (prefix_bytes && memcmp(text, values->plain, prefix_bytes) != 0) ||
            !parse_hex(text + prefix_bytes, len_bytes - prefix_bytes, &numbers[i]))
            return false;
        width = len_bytes - prefix_bytes < width ? len_bytes - prefix_bytes : width;
        start = values->plain_ends[i];
    }
    start = 0;
    for (size_t i = 0; i < values->plain_count; i++) {
        size_t digits = (size_t)(values->plain_ends[i] - start) - prefix_bytes;
        if (!digits_fit(numbers[i], digits, (unsigned)width))
            return false;
        start = values->plain_ends[i];
    }
    code->prefix = values->plain;
    code->prefix_bytes = prefix_bytes;
    code->width = (uint8_t)width;
    return true;
}

bool vtci_text_forms_parse(const struct vtci_values *values, struct vtci_column_code *code,
                           int64_t *numbers)
{
    if (values->plain_bytes == 0)
        return false;
    if (parse_all_decimal(values, numbers)) {
        code->form = VTCI_FORM_DECIMAL;
        return true;
    }
    if (parse_all_hex(values, code, numbers)) {
        code->form = VTCI_FORM_HEX;
        return true;
    }
    return false;
}
