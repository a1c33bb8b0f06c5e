#include "column/float_factor.h"

#include <stdlib.h>
#include <string.h>

#include "base/power10.h"

typedef unsigned __int128 vtci_u128;

/* Without libm, which a traced process need not link. */
static inline double round_down(double x)
{
    if (!(x > -4503599627370496.0 && x < 4503599627370496.0))
        return x; /* whole already, or not a number */
    double whole = (double)(int64_t)x;
    return whole > x ? whole - 1.0 : whole;
}

/* Does the decimal with `scale` decimals nearest to m × 2^-shift read back as it? */
static bool reads_back(uint64_t m, unsigned shift, unsigned scale, uint64_t *out_mantissa)
{
    vtci_u128 exact = (vtci_u128)m * vtci_power10[scale];
    vtci_u128 whole = exact >> shift;
    vtci_u128 rest = exact - (whole << shift);
    vtci_u128 half = (vtci_u128)1 << (shift - 1);
    if (rest > half || (rest == half && (whole & 1)))
        whole++;
    if (whole >= vtci_power10[18])
        return false;
    vtci_u128 nearest = whole << shift;
    vtci_u128 difference = nearest > exact ? nearest - exact : exact - nearest;
    *out_mantissa = (uint64_t)whole;
    /* Half the distance to the neighbouring double, in the same unit, is 10^scale / 2. */
    return 2 * difference < vtci_power10[scale] ||
           (2 * difference == vtci_power10[scale] && (m & 1) == 0);
}

bool vtci_float_shortest(double value, int64_t *out_mantissa, uint8_t *out_scale)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    int exponent = (int)(bits >> 52 & 0x7ff) - 1075;
    uint64_t m = (bits & 0xFFFFFFFFFFFFFu) | 0x10000000000000u;
    bool power_of_two = (bits & 0xFFFFFFFFFFFFFu) == 0; /* unequal neighbours: left alone */
    if (exponent > -1 || exponent < -66 || power_of_two)
        return false;
    unsigned shift = (unsigned)-exponent;
    uint64_t mantissa = 0, shorter;
    /* About 16 digits in all: the guess of the decimals is mended by one or two steps. */
    int scale = 16 - (int)((53 - (int)shift) * 30103 / 100000);
    scale = scale < 1 ? 1 : scale > 18 ? 18 : scale;
    while (!reads_back(m, shift, (unsigned)scale, &mantissa))
        if (++scale > 18)
            return false;
    while (scale > 1 && reads_back(m, shift, (unsigned)scale - 1, &shorter)) {
        mantissa = shorter;
        scale--;
    }
    *out_mantissa = bits >> 63 ? -(int64_t)mantissa : (int64_t)mantissa;
    *out_scale = (uint8_t)scale;
    return true;
}

int64_t vtci_float_ticks(struct vtci_float_factor factor, int64_t rounded, uint8_t scale)
{
    double per_unit = factor.c / factor.a;
    per_unit = per_unit / (double)factor.stride;
    per_unit = per_unit / (double)vtci_power10[scale];
    double strides = (double)rounded * per_unit;
    double ticks = round_down(strides + 0.5) * (double)factor.stride;
    return ticks > -9.0e15 && ticks < 9.0e15 ? (int64_t)ticks : 0;
}

int64_t vtci_decimal_round(int64_t mantissa, uint8_t scale, uint8_t to)
{
    if (scale <= to)
        return mantissa * vtci_power10_signed((unsigned)(to - scale));
    int64_t unit = vtci_power10_signed((unsigned)(scale - to));
    int64_t whole = mantissa / unit, rest = mantissa % unit;
    int64_t twice = 2 * (rest < 0 ? -rest : rest);
    if (twice > unit || (twice == unit && (whole & 1)))
        whole += mantissa < 0 ? -1 : 1;
    return whole;
}

/* --- finding a factor ------------------------------------------------------------------------- */

#define SAMPLE 512u

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* The greatest real of which both are nearly whole multiples. */
static double real_gcd(double a, double b)
{
    double tolerance = (a > b ? a : b) * 1e-10;
    while (b > tolerance) {
        double rest = a - round_down(a / b) * b;
        if (b - rest < tolerance)
            rest = 0;
        a = b;
        b = rest;
    }
    return a;
}

static double distance(double a, double b)
{
    return a > b ? a - b : b - a;
}

/* A first guess of the tick from the smaller values, then sharper with every larger one. 0: none. */
static double guess_tick(const double *sorted, size_t count)
{
    double tick = sorted[0];
    size_t few = count < 64 ? count : 64;
    for (size_t i = 1; i < few; i++) {
        tick = real_gcd(sorted[i], tick);
        if (tick < sorted[0] * 1e-6)
            return 0;
    }
    for (size_t i = 0; i < count; i++) {
        double ticks = round_down(sorted[i] / tick + 0.5);
        if (ticks < 1 || distance(sorted[i] / tick, ticks) > 0.05)
            continue;
        tick = sorted[i] / ticks;
    }
    return tick;
}

static size_t count_fitting(struct vtci_float_factor factor, const double *values, size_t count)
{
    size_t fitting = 0;
    for (size_t i = 0; i < count; i++) {
        double ticks = round_down(values[i] * (factor.c / factor.a) + 0.5);
        fitting += vtci_float_value(factor, (int64_t)ticks) == values[i];
    }
    return fitting;
}

/* Tries the doubles around a guess. Wrong guesses are told by a few values. */
static size_t search_around(double a, double c, const double *values, size_t count,
                            struct vtci_float_factor *out_factor)
{
    size_t best = 0;
    uint64_t bits;
    memcpy(&bits, &a, sizeof bits);
    for (int step = -16; step <= 16; step++) {
        uint64_t moved = bits + (uint64_t)(int64_t)step;
        struct vtci_float_factor factor = {0, c, 1};
        memcpy(&factor.a, &moved, sizeof moved);
        size_t probe = count < 16 ? count : 16;
        if (count_fitting(factor, values + count - probe, probe) * 4 < probe * 3)
            continue;
        size_t fitting = count_fitting(factor, values, count);
        if (fitting > best) {
            best = fitting;
            *out_factor = factor;
        }
    }
    return best;
}

/* Takes the part of a tick for the unit, where the clock advances by several units at once. */
static bool find_with_stride(double tick, const double *values, size_t count, uint32_t stride,
                             struct vtci_float_factor *out_factor)
{
    static const double divisors[] = {1000.0, 1.0, 1000000.0};
    for (size_t i = 0; i < sizeof divisors / sizeof *divisors; i++) {
        struct vtci_float_factor factor;
        size_t fitting =
            search_around(tick * divisors[i] / stride, divisors[i], values, count, &factor);
        if (fitting * 64 < count * 63)
            continue;
        factor.stride = stride;
        *out_factor = factor;
        return true;
    }
    return false;
}

#define STRIDE_MAX 64u

bool vtci_float_find(const int64_t *mantissas, const uint8_t *scales, size_t count,
                     struct vtci_float_factor *out_factor)
{
    double sample[SAMPLE];
    size_t taken = 0, step = count > SAMPLE ? count / SAMPLE : 1;
    for (size_t i = 0; i < count && taken < SAMPLE; i += step) {
        if (scales[i] < 6 || scales[i] > 18 || mantissas[i] <= 0)
            continue;
        /* Both are exact in extended precision; a double division would round twice. */
        sample[taken++] =
            (double)((long double)mantissas[i] / (long double)vtci_power10[scales[i]]);
    }
    if (taken < 16)
        return false;
    qsort(sample, taken, sizeof *sample, compare_doubles);
    double tick = guess_tick(sample, taken);
    if (tick <= 0)
        return false;
    for (uint32_t stride = 1; stride <= STRIDE_MAX; stride++)
        if (find_with_stride(tick, sample, taken, stride, out_factor))
            return true;
    return false;
}
