#include "column/factors.h"

#include <stdbool.h>

#include "base/power10.h"
#include "column/block_data.h"

/* The residual of a number that is `ticks` of its factor, looked for around the rounded value. A
 * tick may be shorter than the last decimal: then several are tried. */
static bool find_residual(struct vtci_float_factor factor, int64_t rounded, uint8_t scale,
                          int64_t value, uint8_t value_scale, int64_t *out_residual)
{
    int64_t base = vtci_float_ticks(factor, rounded, scale);
    for (int64_t step = 0; step <= 16; step++) {
        int64_t residual = step & 1 ? -(step + 1) / 2 : step / 2;
        int64_t mantissa;
        uint8_t decimals;
        if (vtci_float_shortest(vtci_float_value(factor, base + residual), &mantissa, &decimals) &&
            mantissa == value && decimals == value_scale) {
            *out_residual = residual;
            return true;
        }
    }
    return false;
}

/* Code c, 1 to 19: the number with c - 1 decimals is r brought to them, plus e. */
static bool bring_to(int64_t rounded, uint8_t from, unsigned to, int64_t *out_value)
{
    if (to >= from)
        return !__builtin_mul_overflow(rounded, vtci_power10_signed((unsigned)(to - from)),
                                       out_value);
    *out_value = rounded / vtci_power10_signed((unsigned)(from - to));
    return true;
}

size_t vtci_factors_encode(const struct vtci_factor_arrays *arrays, const int64_t *values,
                           const uint8_t *scales, size_t count)
{
    size_t strangers = 0;
    for (size_t i = 0; i < count; i++) {
        size_t index = (size_t)arrays->indices[i];
        int64_t residual = 0, rounded = values[i], code = VTCI_SCALE_TOKEN, brought;
        bool known = false;
        if (scales[i] <= 18 &&
            (scales[i] >= arrays->scale ||
             values[i] / vtci_power10_signed(18u - (arrays->scale - scales[i])) == 0)) {
            rounded = vtci_decimal_round(values[i], scales[i], arrays->scale);
            known = index < arrays->factor_count &&
                    find_residual(arrays->factors[index], rounded, arrays->scale, values[i],
                                  scales[i], &residual);
            code = known ? 0 : (int64_t)scales[i] + 1;
            if (!known && bring_to(rounded, arrays->scale, scales[i], &brought))
                residual = values[i] - brought;
        }
        strangers += !known;
        arrays->indices[i] = known ? (int64_t)index : 0;
        arrays->residuals[i] = residual;
        arrays->codes[i] = code;
        arrays->rounded[i] = rounded;
    }
    return strangers;
}

static bool decode_one(const struct vtci_factor_arrays *arrays, size_t i, int64_t *out_value,
                       uint8_t *out_scale)
{
    uint64_t code = (uint64_t)arrays->codes[i], index = (uint64_t)arrays->indices[i];
    int64_t rounded = arrays->rounded[i], residual = arrays->residuals[i], ticks;
    if (code == VTCI_SCALE_TOKEN) {
        *out_value = rounded;
        *out_scale = VTCI_SCALE_TOKEN;
        return true;
    }
    if (code > 19)
        return false;
    if (code > 0) {
        *out_scale = (uint8_t)(code - 1);
        return bring_to(rounded, arrays->scale, *out_scale, &ticks) &&
               !__builtin_add_overflow(ticks, residual, out_value);
    }
    if (index >= arrays->factor_count)
        return false;
    struct vtci_float_factor factor = arrays->factors[index];
    return !__builtin_add_overflow(vtci_float_ticks(factor, rounded, arrays->scale), residual,
                                   &ticks) &&
           vtci_float_shortest(vtci_float_value(factor, ticks), out_value, out_scale);
}

size_t vtci_factors_decode(const struct vtci_factor_arrays *arrays, size_t count,
                           int64_t *out_values, uint8_t *out_scales)
{
    for (size_t i = 0; i < count; i++)
        if (!decode_one(arrays, i, &out_values[i], &out_scales[i]))
            return i;
    return count;
}
