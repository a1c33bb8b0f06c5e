#include "size_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool size_text_parse(const char *text, uint64_t *out_bytes)
{
    uint64_t bytes = 0;
    const char *digits = text;
    for (; *text >= '0' && *text <= '9'; text++) {
        if (bytes > (UINT64_MAX - 9) / 10)
            return false;
        bytes = bytes * 10 + (uint64_t)(*text - '0');
    }
    if (text == digits)
        return false;
    static const char units[] = "KMGT";
    const char *unit = *text ? strchr(units, *text & ~0x20) : NULL;
    unsigned shift = 0;
    if (unit) {
        shift = 10 * (unsigned)(unit - units + 1);
        text++;
        if (strcmp(text, "iB") == 0 || strcmp(text, "B") == 0)
            text += strlen(text);
    }
    if (*text || bytes > UINT64_MAX >> shift)
        return false;
    *out_bytes = bytes << shift;
    return true;
}

bool duration_text_parse(const char *text, uint64_t *out_ns)
{
    static const struct {
        const char *unit;
        uint64_t ns;
    } units[] = {
        {"ms", 1000000},
        {"s", 1000000000},
        {"m", 60 * UINT64_C(1000000000)},
        {"h", 3600 * UINT64_C(1000000000)},
        {"d", 86400 * UINT64_C(1000000000)},
        {"w", 604800 * UINT64_C(1000000000)},
    };
    uint64_t number = 0;
    if (*text < '0' || *text > '9')
        return false;
    for (; *text >= '0' && *text <= '9'; text++) {
        if (number > UINT64_MAX / 100)
            return false;
        number = number * 10 + (uint64_t)(*text - '0');
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(text, units[i].unit) == 0 && number <= INT64_MAX / units[i].ns) {
            *out_ns = number * units[i].ns;
            return true;
        }
    }
    return false;
}

const char *size_text_format(uint64_t bytes, char out[SIZE_TEXT_BYTES])
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double value = (double)bytes;
    int unit = 0;
    while (value >= 1023.5 && unit < 6) {
        value /= 1024;
        unit++;
    }
    int decimals = unit == 0 ? 0 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    snprintf(out, SIZE_TEXT_BYTES, "%.*f %s", decimals, value, units[unit]);
    return out;
}

const char *duration_text_format(uint64_t duration_ns, char out[SIZE_TEXT_BYTES])
{
    if (duration_ns < 1000) {
        snprintf(out, SIZE_TEXT_BYTES, "%" PRIu64 " ns", duration_ns);
        return out;
    }
    /* In thousandths of the unit, so that rounding up to 1000 moves to the next one. */
    static const char *const units[] = {"us", "ms", "s"};
    uint64_t divisor = 1;
    int unit = 0;
    while (unit < 2 && (duration_ns + divisor / 2) / divisor >= 1000000) {
        divisor *= 1000;
        unit++;
    }
    uint64_t thousandths =
        duration_ns / divisor + (duration_ns % divisor >= divisor - divisor / 2 && divisor > 1);
    snprintf(out, SIZE_TEXT_BYTES, "%" PRIu64 ".%03u %s", thousandths / 1000,
             (unsigned)(thousandths % 1000), units[unit]);
    return out;
}

const char *seconds_text_format(int64_t time_ns, int decimals, char out[SIZE_TEXT_BYTES])
{
    uint64_t magnitude = time_ns < 0 ? 0 - (uint64_t)time_ns : (uint64_t)time_ns;
    char fraction[10];
    snprintf(fraction, sizeof fraction, "%09u", (unsigned)(magnitude % 1000000000));
    fraction[decimals] = '\0';
    snprintf(out, SIZE_TEXT_BYTES, "%s%" PRIu64 "%s%s s", time_ns < 0 ? "-" : "",
             magnitude / 1000000000, decimals ? "." : "", fraction);
    return out;
}

const char *count_text_format(uint64_t count, char out[SIZE_TEXT_BYTES])
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, count);
    char *end = out;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            *end++ = ',';
        *end++ = digits[i];
    }
    *end = '\0';
    return out;
}
