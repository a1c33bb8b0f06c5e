/* Numbers of JSON: as SQL sees them, and as times. */
#include <stdlib.h>

#include "sql/json.h"

/* The longest number that is looked at; what is longer has its first digits only. */
#define NUMBER_BYTES 400

struct vtci_json_number vtci_json_number(const char *data, size_t len_bytes)
{
    struct vtci_json_number number = {false, 0, 0};
    char text[NUMBER_BYTES];
    if (len_bytes >= sizeof text)
        len_bytes = sizeof text - 1;
    memcpy(text, data, len_bytes);
    text[len_bytes] = '\0';
    size_t i = text[0] == '-';
    bool is_negative = i == 1, fits = len_bytes > i;
    uint64_t value = 0;
    for (; i < len_bytes && text[i] >= '0' && text[i] <= '9'; i++) {
        uint64_t digit = (uint64_t)(text[i] - '0');
        fits = fits && value <= ((uint64_t)INT64_MAX - digit) / 10;
        value = value * 10 + digit;
    }
    number.is_integer = fits && i == len_bytes;
    number.integer = is_negative ? -(int64_t)(value & INT64_MAX) : (int64_t)(value & INT64_MAX);
    number.real = strtod(text, NULL);
    return number;
}

/* Decimal digits of a time, with three more behind the point. */
static bool take_digits(const char *pos, const char *end, uint64_t *out_ns, bool *out_rest)
{
    uint64_t ns = 0;
    int decimals = -1;
    bool any = false;
    for (; pos < end; pos++) {
        if (*pos == '.' && decimals < 0) {
            decimals = 0;
            continue;
        }
        if (*pos < '0' || *pos > '9')
            return false;
        any = true;
        uint64_t digit = (uint64_t)(*pos - '0');
        if (decimals >= 3) {
            *out_rest = *out_rest || digit != 0;
            continue;
        }
        if (ns > (INT64_MAX - digit) / 10)
            return false;
        ns = ns * 10 + digit;
        decimals += decimals >= 0;
    }
    for (decimals = decimals < 0 ? 0 : decimals; decimals < 3; decimals++) {
        if (ns > INT64_MAX / 10)
            return false;
        ns *= 10;
    }
    *out_ns = ns;
    return any;
}

bool vtci_json_time(struct vtci_json value, int64_t *out_ns)
{
    if ((value.kind != VTCI_JSON_NUMBER && value.kind != VTCI_JSON_STRING) || value.len_bytes == 0)
        return false;
    const char *pos = value.data, *end = value.data + value.len_bytes;
    bool is_negative = *pos == '-', has_rest = false;
    uint64_t ns;
    if (take_digits(pos + is_negative, end, &ns, &has_rest)) {
        *out_ns = is_negative ? -(int64_t)ns - has_rest : (int64_t)ns;
        return true;
    }
    double real = vtci_json_number(value.data, value.len_bytes).real * 1e3;
    if (value.kind != VTCI_JSON_NUMBER || !(real > -9e18 && real < 9e18))
        return false;
    *out_ns = (int64_t)real;
    return true;
}
