/* Kernel: a decimal (mantissa and scale) as text, as SPEC 8.3 has it.
 *
 * Eight digits at a time: a number below 10^8 is split in two, four and eight lanes of one 64-bit
 * word by multiplications (division by a constant in every lane at once), which leaves its digits
 * in the order of memory. What most numbers are, whole ones and those with three decimals (times), is
 * shifted to where it begins and stored. Else the digits go to a scratch area with zeros before them;
 * from there the part before and the part after the point are copied with moves of a fixed size.
 *
 * Precondition: VTCI_NUMBER_ROOM bytes may be written at `out`; the text takes at most 22 of them.
 */
#ifndef VTCI_READ_NUMBER_FORMAT_H
#define VTCI_READ_NUMBER_FORMAT_H

#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "base/power10.h"

#define VTCI_NUMBER_ROOM 64

/* The eight digits of value < 10^8 as bytes, the first in the lowest. */
static inline uint64_t vtci_digits8(uint32_t value)
{
    uint64_t high = value / 10000, low = value % 10000;
    uint64_t lanes = high | low << 32;
    uint64_t quotient = (lanes * 10486u >> 20) & 0x0000007F0000007Fu;
    lanes = quotient | (lanes - quotient * 100) << 16;
    quotient = (lanes * 103u >> 10) & 0x000F000F000F000Fu;
    lanes = quotient | (lanes - quotient * 10) << 8;
    return lanes | 0x3030303030303030u;
}

/* How many decimal digits; 1 for 0. */
static inline unsigned vtci_digit_count(uint64_t value)
{
    value |= 1; /* 0 has a digit; but for 1, powers of ten are even */
    unsigned guess = vtci_bit_length(value) * 1233 >> 12; /* log10(2) is near 1233 / 4096 */
    return guess + (value >= vtci_power10[guess]);
}

enum { VTCI_DIGITS8_END = 100000000 };

/* How many of eight digits are zeros before the number; of the last `kept`, none. */
static inline unsigned vtci_digits_zeros(uint64_t digits, unsigned kept)
{
    uint64_t values = (digits & 0x0F0F0F0F0F0F0F0Fu) | 1ull << (64 - 8 * kept);
    return (unsigned)__builtin_ctzll(values) / 8;
}

/* value < 10^16, of which the last `scale` digits (0 or 3) stand behind a point. */
static inline uint8_t *vtci_number_short(uint8_t *out, uint64_t value, unsigned scale)
{
    unsigned zeros = 0;
    uint64_t digits;
    if (value < VTCI_DIGITS8_END) {
        digits = vtci_digits8((uint32_t)value);
        zeros = vtci_digits_zeros(digits, scale + 1);
    } else {
        uint64_t high = value / VTCI_DIGITS8_END;
        uint64_t first = vtci_digits8((uint32_t)high);
        unsigned first_zeros = vtci_digits_zeros(first, 1);
        digits = vtci_digits8((uint32_t)(value - high * VTCI_DIGITS8_END));
        vtci_store_u64(out, first >> 8 * first_zeros);
        out += 8 - first_zeros;
    }
    vtci_store_u64(out, digits >> 8 * zeros);
    out += 8 - zeros;
    if (scale == 0)
        return out;
    vtci_store_u64(out - 3, digits >> 32);
    out[-3] = '.';
    return out + 1;
}

/* Writes the text; returns the byte behind it. `scale` is at most 18. */
static inline uint8_t *vtci_number_format(uint8_t *out, int64_t mantissa, unsigned scale)
{
    enum { DIGITS = 24, SCRATCH = DIGITS + 40 };
    uint8_t scratch[SCRATCH];
    uint64_t value = mantissa < 0 ? 0 - (uint64_t)mantissa : (uint64_t)mantissa;
    *out = '-';
    out += mantissa < 0;
    if ((scale == 3 || scale == 0) && value < (uint64_t)VTCI_DIGITS8_END * VTCI_DIGITS8_END)
        return vtci_number_short(out, value, scale);
    unsigned digits = vtci_digit_count(value);
    unsigned length = digits > scale ? digits : scale + 1;
    if (value < 100000000u) {
        vtci_store_u64(scratch + DIGITS - 8, vtci_digits8((uint32_t)value));
        if (length > 8)
            memset(scratch, '0', DIGITS - 8);
    } else {
        uint64_t high = value / 100000000u;
        vtci_store_u64(scratch + DIGITS - 8, vtci_digits8((uint32_t)(value - high * 100000000u)));
        uint64_t top = high / 100000000u;
        vtci_store_u64(scratch + DIGITS - 16, vtci_digits8((uint32_t)(high - top * 100000000u)));
        vtci_store_u64(scratch + DIGITS - 24, vtci_digits8((uint32_t)top));
    }
    const uint8_t *start = scratch + DIGITS - length;
    unsigned whole = length - scale;
    /* What lies behind the digits is copied too, and overwritten by what comes next. */
    memcpy(out, start, 24);
    if (scale == 0)
        return out + length;
    out[whole] = '.';
    memcpy(out + whole + 1, start + whole, 24);
    return out + length + 1;
}

#endif
