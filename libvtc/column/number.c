#include "column/number.h"

#include <string.h>

#include "base/power10.h"
#include "column/block_data.h"

#define SCALES (VTCI_NUMBER_SCALE_MAX + 1)
#define MANTISSA_LIMIT 1000000000000000000 /* 18 digits */

/* How many numbers each scale has, and how many of them end in a zero that a rule would drop. */
struct scale_census {
    size_t numbers;
    size_t at[SCALES];
    size_t zero_at[SCALES];
};

static void take_census(const int64_t *values, const uint8_t *scales, size_t count,
                        struct scale_census *out)
{
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < count; i++) {
        if (scales[i] > VTCI_NUMBER_SCALE_MAX)
            continue;
        out->numbers++;
        out->at[scales[i]]++;
        if (scales[i] > 0 && values[i] % 10 == 0)
            out->zero_at[scales[i]]++;
    }
}

static bool all_equal(const uint8_t *scales, size_t count)
{
    return count < 2 || memcmp(scales, scales + 1, count - 1) == 0;
}

/* Rule 0 serves numbers that all have S decimals. Rules 1 and 2 serve those that may have fewer:
 * S is then the smallest that 98 of 100 fit, so that a few long ones do not make all mantissas
 * long; a column that is mostly whole numbers stays at 0, for the same reason. */
struct vtci_number_style vtci_number_choose(const int64_t *values, const uint8_t *scales,
                                            size_t count, bool *out_is_plain)
{
    struct vtci_number_style style = {0, 0};
    *out_is_plain = false;
    if (count && scales[0] <= VTCI_NUMBER_SCALE_MAX && all_equal(scales, count)) {
        style.scale = scales[0];
        *out_is_plain = true;
        return style;
    }
    struct scale_census census;
    take_census(values, scales, count, &census);
    if (census.at[0] * 2 >= census.numbers)
        return style;
    size_t fits = 0, zeros = 0;
    unsigned scale = 0, most = 0;
    for (unsigned s = 0; s < SCALES; s++) {
        if (census.at[s] > census.at[most])
            most = s;
        if (fits * 50 >= census.numbers * 49)
            continue;
        fits += census.at[s];
        zeros += census.zero_at[s];
        scale = s;
    }
    size_t by_rule_1 = fits - zeros;
    size_t by_rule_2 = by_rule_1 - census.at[0] + census.zero_at[1];
    size_t by_rule_0 = census.at[most];
    style.scale = (uint8_t)scale;
    style.rule = by_rule_2 > by_rule_1 && scale > 0 ? 2 : 1;
    if (by_rule_0 >= (style.rule == 2 ? by_rule_2 : by_rule_1)) {
        style.rule = 0;
        style.scale = (uint8_t)most;
    }
    return style;
}

/* Whether the rule gives back this scale. */
static inline bool rule_gives(struct vtci_number_style style, int64_t value, unsigned scale)
{
    if (style.rule == 0)
        return scale == style.scale;
    unsigned least = style.rule == 2 ? 1 : 0;
    return scale == least || (scale > least && scale <= style.scale && value % 10 != 0);
}

bool vtci_number_encode(struct vtci_number_style style, const int64_t *values,
                        const uint8_t *scales, size_t count, int64_t *codes, int64_t *mantissas)
{
    uint64_t any = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t value = values[i], code = 0;
        unsigned scale = scales[i];
        if (scale > VTCI_NUMBER_SCALE_MAX) {
            code = VTCI_NUMBER_CODE_TOKEN;
        } else if (!rule_gives(style, value, scale)) {
            code = (int64_t)scale + 1;
        } else if (scale != style.scale) {
            int64_t power = vtci_power10_signed((unsigned)(style.scale - scale));
            int64_t limit = MANTISSA_LIMIT / power;
            if (value < limit && value > -limit)
                value *= power;
            else
                code = (int64_t)scale + 1;
        }
        any |= (uint64_t)code;
        codes[i] = code;
        mantissas[i] = value;
    }
    return any == 0;
}

static inline void drop_zeros(int64_t *value, unsigned *scale, unsigned least)
{
    while (*scale > least && *value % 10 == 0) {
        *value /= 10;
        (*scale)--;
    }
}

size_t vtci_number_decode(struct vtci_number_style style, const int64_t *codes,
                          const int64_t *mantissas, size_t count, int64_t *values, uint8_t *scales)
{
    unsigned least = style.rule == 2 ? 1 : 0;
    if (style.rule == 0 && !codes) {
        if (values != mantissas)
            memcpy(values, mantissas, count * sizeof *values);
        memset(scales, style.scale, count);
        return count;
    }
    for (size_t i = 0; i < count; i++) {
        int64_t value = mantissas[i];
        uint64_t code = codes ? (uint64_t)codes[i] : 0;
        unsigned scale = style.scale;
        if (code == 0) {
            if (style.rule)
                drop_zeros(&value, &scale, least);
        } else if (code <= VTCI_NUMBER_SCALE_MAX + 1) {
            scale = (unsigned)code - 1;
        } else if (code == VTCI_NUMBER_CODE_TOKEN) {
            scale = VTCI_SCALE_TOKEN;
        } else {
            return i;
        }
        values[i] = value;
        scales[i] = (uint8_t)scale;
    }
    return count;
}
