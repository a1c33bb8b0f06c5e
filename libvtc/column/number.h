/* Kernel: decimals as arrays of codes and mantissas (SPEC 8.3).
 *
 * A program prints most numbers of a column in one way: always 3 decimals, or up to 3 without
 * trailing zeros. Code 0 says so; the mantissas are then all at the same scale, so that
 * differences between them mean something.
 */
#ifndef VTCI_COLUMN_NUMBER_H
#define VTCI_COLUMN_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VTCI_NUMBER_SCALE_MAX 18
#define VTCI_NUMBER_RULE_FACTORS 3 /* factors.h */
#define VTCI_NUMBER_RULE_MAX 3
#define VTCI_NUMBER_CODE_TOKEN 255
#define VTCI_NUMBER_HAS_PLAIN 128u /* beside the rule: plain strings come behind the mantissas */

struct vtci_number_style {
    uint8_t rule;
    uint8_t scale; /* S */
};

/* Chooses a style for numbers given as mantissas with their scales (VTCI_SCALE_TOKEN: a token).
 * `*out_is_plain`: all codes are 0 and the mantissas are as they are. */
struct vtci_number_style vtci_number_choose(const int64_t *values, const uint8_t *scales,
                                            size_t count, bool *out_is_plain);

/* Fills codes and mantissas; returns true when all codes are 0. */
bool vtci_number_encode(struct vtci_number_style style, const int64_t *values,
                        const uint8_t *scales, size_t count, int64_t *codes, int64_t *mantissas);

/* The way back, in place of nothing: `codes` NULL means that all are 0. Returns the index of the
 * first bad code, or `count`. Tokens get the scale VTCI_SCALE_TOKEN; their ids are not checked. */
size_t vtci_number_decode(struct vtci_number_style style, const int64_t *codes,
                          const int64_t *mantissas, size_t count, int64_t *values, uint8_t *scales);

#endif
