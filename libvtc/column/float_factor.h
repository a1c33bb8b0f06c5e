/* Decimals that a program printed from a double which was a whole number of clock ticks.
 *
 * VizTracer's durations look like 0.7523346904124866: 17 digits that no numeric coding shortens.
 * But the program computed ticks × nanoseconds per tick / 1000 and printed the shortest decimal that
 * reads back as that double. With the two factors known, the number is its count of ticks.
 *
 *     text = shortest decimal of  fl(fl(k × a) / c)          a, c doubles; k a whole number
 *     k    = g × round(r / 10^S × c / a / g) + e             r the number rounded to S decimals
 *
 * The array that is stored in place of the digits is r, so that a duration can take part in NEST
 * beside times with S decimals. g is the stride in which the clock nearly always advances (a cycle
 * counter read at 2.6 GHz may step by 26); e is zero where g ticks are longer than 10^-S, and small
 * otherwise.
 * All arithmetic is IEEE 754 double, one rounding each; the shortest decimal is found with 128-bit
 * integers. SPEC: NUMB-3
 */
#ifndef VTCI_COLUMN_FLOAT_FACTOR_H
#define VTCI_COLUMN_FLOAT_FACTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vtci_float_factor {
    double a;
    double c;
    uint32_t stride; /* g, at least 1 */
};

/* The shortest decimal that reads back as `value`, with at least one decimal, as mantissa and scale.
 * False outside of 2^-14 <= |value| < 2^53 (and for zero), and where 18 decimals do not do. */
bool vtci_float_shortest(double value, int64_t *out_mantissa, uint8_t *out_scale);

/* The number of ticks k that the rounded value r at S decimals stands for, before e is added. */
int64_t vtci_float_ticks(struct vtci_float_factor factor, int64_t rounded, uint8_t scale);

/* A decimal rounded to `to` decimals, half to even. */
int64_t vtci_decimal_round(int64_t mantissa, uint8_t scale, uint8_t to);

static inline double vtci_float_value(struct vtci_float_factor factor, int64_t ticks)
{
    double product = (double)ticks * factor.a;
    return product / factor.c;
}

/* Looks for a factor that gives nearly all of these decimals (at least 63 of 64 in a sample). The
 * `count` values need not be sorted. */
bool vtci_float_find(const int64_t *mantissas, const uint8_t *scales, size_t count,
                     struct vtci_float_factor *out_factor);

#endif
