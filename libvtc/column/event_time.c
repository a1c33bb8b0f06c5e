#include "column/event_time.h"

#include "base/power10.h"

int64_t vtci_time_ns(int64_t mantissa, uint8_t scale)
{
    if (scale <= 3) {
        int64_t ns;
        if (!__builtin_mul_overflow(mantissa, vtci_power10_signed(3u - scale), &ns))
            return vtci_time_clamp(ns);
        return mantissa < 0 ? VTCI_TIME_LEAST_NS : VTCI_TIME_MOST_NS;
    }
    int64_t divisor = vtci_power10_signed(scale - 3u);
    int64_t quotient = mantissa / divisor;
    return quotient - (mantissa % divisor < 0);
}

struct digits {
    uint8_t digit[40]; /* the leading ones; further ones only say "not zero" */
    unsigned count;
    int64_t point; /* the decimal point stands before digit[point] */
    bool more;
};

static const uint8_t *take_digits(const uint8_t *pos, const uint8_t *end, struct digits *digits,
                                  bool fraction)
{
    for (; pos < end && *pos >= '0' && *pos <= '9'; pos++) {
        uint8_t digit = (uint8_t)(*pos - '0');
        bool leading_zero = digits->count == 0 && digit == 0;
        if (leading_zero) {
            digits->point -= fraction;
            continue;
        }
        digits->point += !fraction;
        if (digits->count < sizeof digits->digit)
            digits->digit[digits->count++] = digit;
        else
            digits->more |= digit != 0;
    }
    return pos;
}

/* Reads `e`, a sign and digits; false when malformed. */
static bool take_exponent(const uint8_t *pos, const uint8_t *end, int64_t *out_exponent)
{
    *out_exponent = 0;
    if (pos == end)
        return true;
    if (*pos != 'e' && *pos != 'E')
        return false;
    pos++;
    bool negative = pos < end && *pos == '-';
    if (pos < end && (*pos == '-' || *pos == '+'))
        pos++;
    if (pos == end)
        return false;
    for (; pos < end; pos++) {
        if (*pos < '0' || *pos > '9')
            return false;
        if (*out_exponent < 100000)
            *out_exponent = *out_exponent * 10 + (*pos - '0');
    }
    if (negative)
        *out_exponent = -*out_exponent;
    return true;
}

/* floor(±0.d1d2d3… × 10^point), clamped. */
static int64_t round_down(const struct digits *digits, int64_t point, bool negative)
{
    if (digits->count == 0)
        return 0;
    if (point > 19)
        return negative ? VTCI_TIME_LEAST_NS : VTCI_TIME_MOST_NS;
    uint64_t whole = 0;
    bool rest = digits->more;
    for (int64_t i = 0; i < (point > digits->count ? point : (int64_t)digits->count); i++) {
        uint8_t digit = i < digits->count ? digits->digit[i] : 0;
        if (i >= point)
            rest |= digit != 0;
        else if (__builtin_mul_overflow(whole, (uint64_t)10, &whole) ||
                 __builtin_add_overflow(whole, (uint64_t)digit, &whole))
            whole = UINT64_MAX;
    }
    if (negative)
        whole += rest && whole < UINT64_MAX;
    if (whole > (uint64_t)VTCI_TIME_MOST_NS)
        return negative ? VTCI_TIME_LEAST_NS : VTCI_TIME_MOST_NS;
    return negative ? -(int64_t)whole : (int64_t)whole;
}

bool vtci_time_ns_from_text(const uint8_t *text, size_t len_bytes, int64_t *out_ns)
{
    const uint8_t *pos = text, *end = text + len_bytes;
    bool negative = pos < end && *pos == '-';
    if (pos < end && (*pos == '-' || *pos == '+'))
        pos++;
    struct digits digits = {{0}, 0, 0, false};
    const uint8_t *start = pos;
    pos = take_digits(pos, end, &digits, false);
    size_t digit_count = (size_t)(pos - start);
    if (pos < end && *pos == '.') {
        start = ++pos;
        pos = take_digits(pos, end, &digits, true);
        digit_count += (size_t)(pos - start);
    }
    int64_t exponent;
    if (digit_count == 0 || !take_exponent(pos, end, &exponent))
        return false;
    *out_ns = round_down(&digits, digits.point + exponent + 3, negative);
    return true;
}
