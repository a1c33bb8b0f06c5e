/* Kernel: numbers as ticks of a clock (SPEC 8.3, rule 3). See float_factor.h for the idea.
 *
 * The array of mantissas holds every number rounded to S decimals (r), whatever its code, so that it
 * can nest with times; what is lost by rounding is in the residuals.
 */
#ifndef VTCI_COLUMN_FACTORS_H
#define VTCI_COLUMN_FACTORS_H

#include <stddef.h>
#include <stdint.h>

#include "column/float_factor.h"

#define VTCI_FACTORS_MAX 64u

struct vtci_factor_arrays {
    const struct vtci_float_factor *factors;
    size_t factor_count;
    uint8_t scale;      /* S */
    int64_t *indices;   /* which factor; all of these have a value for each number */
    int64_t *residuals; /* e */
    int64_t *codes;
    int64_t *rounded; /* r */
};

/* Fills the four arrays from numbers, of which number i has the factor indices[i] (given), or none
 * where that is factor_count. Returns how many did not come of their factor. */
size_t vtci_factors_encode(const struct vtci_factor_arrays *arrays, const int64_t *values,
                           const uint8_t *scales, size_t count);

/* The way back. Returns the index of the first number that breaks NUMB-3, or `count`. */
size_t vtci_factors_decode(const struct vtci_factor_arrays *arrays, size_t count,
                           int64_t *out_values, uint8_t *out_scales);

#endif
