/* The smallest steps of the scanner: white space, the end of a string, a number.
 *
 * All work on a window of input that is followed by at least VTCI_SCAN_PADDING bytes of zero, so
 * that eight or sixteen bytes may be loaded anywhere below `end`. A zero byte is no part of any
 * token, so a scan that runs out of input stops at `end` by itself; the caller tells "ends here"
 * from "a zero byte in the input" by comparing with `end`.
 */
#ifndef VTCI_IMPORT_SCAN_H
#define VTCI_IMPORT_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "base/power10.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define VTCI_SCAN_PADDING 64

/* What a byte is to the scanner: one look-up in place of many comparisons. */
enum {
    VTCI_SPACE = 1,
    VTCI_ENDS_BARE = 2,
    VTCI_BEGINS_BARE = 4, /* every other one */
    VTCI_OPENS = 8,       /* `{` and `[` */
    VTCI_ANY_BYTE = 16
};
extern const uint8_t vtci_byte_class[256];

static inline bool vtci_is_space(uint8_t c)
{
    return vtci_byte_class[c] & VTCI_SPACE;
}

static inline const uint8_t *vtci_skip_space(const uint8_t *pos)
{
    while (vtci_is_space(*pos))
        pos++;
    return pos;
}

/* Bytes that end a bare word: white space, control characters, JSON's punctuation. */
static inline bool vtci_ends_bare(uint8_t c)
{
    return vtci_byte_class[c] & VTCI_ENDS_BARE;
}

/* The first `"` or `\` at or after `pos`, or `end` when there is none before it. */
static inline const uint8_t *vtci_find_quote_or_escape(const uint8_t *pos, const uint8_t *end)
{
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i escape = _mm_set1_epi8('\\');
    while (pos < end) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)pos);
        unsigned hits = (unsigned)_mm_movemask_epi8(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, escape)));
        if (hits) {
            pos += __builtin_ctz(hits);
            return pos < end ? pos : end;
        }
        pos += 16;
    }
    return end;
#else
    while (pos < end && *pos != '"' && *pos != '\\')
        pos++;
    return pos;
#endif
}

/* The closing quote of a string whose text begins at `pos`; `end` when it is not there. */
static inline const uint8_t *vtci_find_string_end(const uint8_t *pos, const uint8_t *end)
{
    for (;;) {
        pos = vtci_find_quote_or_escape(pos, end);
        if (pos >= end || *pos == '"')
            return pos;
        if (end - pos < 2)
            return end;
        pos += 2;
    }
}

/* How many of the eight bytes from the lowest are decimal digits. */
static inline unsigned vtci_digit_count8(uint64_t bytes)
{
    uint64_t low = bytes ^ 0x3030303030303030u;
    uint64_t odd = (low | (low + 0x7676767676767676u)) & 0x8080808080808080u;
    return odd ? (unsigned)__builtin_ctzll(odd) >> 3 : 8;
}

/* The value of eight digits, the first in the lowest byte. */
static inline uint64_t vtci_parse8(uint64_t digits)
{
    digits -= 0x3030303030303030u;
    digits = digits * 10 + (digits >> 8);
    return (((digits & 0x000000FF000000FFu) * 0x000F424000000064u +
             ((digits >> 16) & 0x000000FF000000FFu) * 0x0000271000000001u) >>
            32);
}

/* 10^19 is below 2^64, so that many digits never wrap; a mantissa has to be below 2^63 besides. */
#define VTCI_DIGITS_MAX 19u

/* Reads decimal digits: adds them to *value, returns the byte after them. *digits tells how many there
 * were; beyond VTCI_DIGITS_MAX, *value is meaningless. */
static inline const uint8_t *vtci_scan_digits(const uint8_t *pos, uint64_t *value, unsigned *digits)
{
    for (;;) {
        uint64_t bytes = vtci_load_u64(pos);
        unsigned count = vtci_digit_count8(bytes);
        if (count == 0)
            return pos;
        /* The digits move to the top, so that zeros lead; the bytes below become '0'. */
        uint64_t aligned =
            count == 8 ? bytes
                       : (bytes << (8 * (8 - count))) | (0x3030303030303030u >> (8 * count));
        *value = *value * vtci_power10[count] + vtci_parse8(aligned);
        *digits += count;
        pos += count;
        if (count < 8 || *digits > 24)
            return pos;
    }
}

/* A decimal that its mantissa and scale give back to the byte (SPEC: NUMB-2). Returns the byte after
 * it, or NULL when the text at `pos` is not one. */
static inline const uint8_t *vtci_scan_decimal(const uint8_t *pos, int64_t *out_mantissa,
                                               uint8_t *out_scale)
{
    bool negative = *pos == '-';
    const uint8_t *start = pos + negative;
    uint64_t value = 0;
    unsigned digits = 0;
    pos = vtci_scan_digits(start, &value, &digits);
    unsigned leading_zero = *start == '0';
    if (digits == 0 || (leading_zero && digits > 1) || digits > VTCI_DIGITS_MAX)
        return NULL;
    unsigned scale = 0;
    if (*pos == '.') {
        const uint8_t *fraction = pos + 1;
        pos = vtci_scan_digits(fraction, &value, &digits);
        scale = (unsigned)(pos - fraction);
        if (scale == 0 || scale > 18 || digits - leading_zero > VTCI_DIGITS_MAX)
            return NULL;
    }
    if (value > (uint64_t)INT64_MAX || (negative && value == 0))
        return NULL;
    *out_mantissa = negative ? -(int64_t)value : (int64_t)value;
    *out_scale = (uint8_t)scale;
    return pos;
}

#endif
