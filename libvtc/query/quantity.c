#include "query/quantity.h"

#include <string.h>

enum { SCALE_MAX = 18, SCALE_EXACT_MAX = 19 };

static const struct unit {
    const char *text;
    int64_t factor;
    enum vtci_quantity_kind kind;
} UNITS[] = {
    {"ns", 1, VTCI_QUANTITY_TIME},
    {"us", 1000, VTCI_QUANTITY_TIME},
    {"\302\265s", 1000, VTCI_QUANTITY_TIME}, /* the micro sign … */
    {"\316\274s", 1000, VTCI_QUANTITY_TIME}, /* … and the letter mu */
    {"ms", 1000000, VTCI_QUANTITY_TIME},
    {"s", 1000000000, VTCI_QUANTITY_TIME},
    {"m", 60 * INT64_C(1000000000), VTCI_QUANTITY_TIME},
    {"min", 60 * INT64_C(1000000000), VTCI_QUANTITY_TIME},
    {"h", 3600 * INT64_C(1000000000), VTCI_QUANTITY_TIME},
    {"B", 1, VTCI_QUANTITY_BYTES},
    {"KB", 1000, VTCI_QUANTITY_BYTES},
    {"MB", 1000000, VTCI_QUANTITY_BYTES},
    {"GB", 1000000000, VTCI_QUANTITY_BYTES},
    {"TB", INT64_C(1000000000000), VTCI_QUANTITY_BYTES},
    {"KiB", INT64_C(1) << 10, VTCI_QUANTITY_BYTES},
    {"MiB", INT64_C(1) << 20, VTCI_QUANTITY_BYTES},
    {"GiB", INT64_C(1) << 30, VTCI_QUANTITY_BYTES},
    {"TiB", INT64_C(1) << 40, VTCI_QUANTITY_BYTES},
};

static const struct unit *find_unit(const char *text, size_t len_bytes)
{
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++)
        if (strlen(UNITS[i].text) == len_bytes && memcmp(UNITS[i].text, text, len_bytes) == 0)
            return &UNITS[i];
    return NULL;
}

bool vtci_quantity_is_unit(const char *text, size_t len_bytes)
{
    return find_unit(text, len_bytes) != NULL;
}

bool vtci_quantity_parse(const char *text, size_t len_bytes, struct vtci_quantity *out_quantity)
{
    struct vtci_quantity quantity = {0, 0, VTCI_QUANTITY_PLAIN};
    bool is_negative = len_bytes > 0 && text[0] == '-', has_point = false, has_digit = false;
    size_t pos = is_negative;
    for (; pos < len_bytes; pos++) {
        if (text[pos] == '.' && !has_point) {
            has_point = true;
            continue;
        }
        if (text[pos] < '0' || text[pos] > '9')
            break;
        int digit = text[pos] - '0';
        if (__builtin_mul_overflow(quantity.number, 10, &quantity.number) ||
            __builtin_add_overflow(quantity.number, is_negative ? -digit : digit,
                                   &quantity.number) ||
            (has_point && ++quantity.scale > SCALE_MAX))
            return false;
        has_digit = true;
    }
    if (!has_digit)
        return false;
    if (pos < len_bytes) {
        const struct unit *unit = find_unit(text + pos, len_bytes - pos);
        if (!unit)
            return false;
        quantity.kind = unit->kind;
        int64_t factor = unit->factor;
        for (; quantity.scale > 0 && factor % 10 == 0; quantity.scale--)
            factor /= 10;
        if (__builtin_mul_overflow(quantity.number, factor, &quantity.number))
            return false;
    }
    *out_quantity = quantity;
    return true;
}

bool vtci_quantity_whole(const struct vtci_quantity *quantity, int64_t *out_number)
{
    int64_t number = quantity->number;
    for (unsigned i = 0; i < quantity->scale; i++) {
        if (number % 10 != 0)
            return false;
        number /= 10;
    }
    *out_number = number;
    return true;
}

static int compare_reals(double a, double b)
{
    return a < b ? -1 : a > b;
}

static double power_of_ten(unsigned exponent)
{
    double power = 1;
    for (; exponent > 0; exponent--)
        power *= 10;
    return power;
}

int vtci_quantity_compare(int64_t number, unsigned scale, const struct vtci_quantity *quantity)
{
    if (scale > SCALE_EXACT_MAX)
        return compare_reals((double)number / power_of_ten(scale),
                             (double)quantity->number / power_of_ten(quantity->scale));
    /* 63 bits times 10^19 fit into 127. */
    __extension__ typedef __int128 wide;
    wide left = number, right = quantity->number;
    for (unsigned i = scale; i < quantity->scale; i++)
        left *= 10;
    for (unsigned i = quantity->scale; i < scale; i++)
        right *= 10;
    return left < right ? -1 : left > right;
}
