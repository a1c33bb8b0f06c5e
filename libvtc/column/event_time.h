/* From the spelling of a time to nanoseconds, exactly: integers only (SPEC 7.11, ZON-2).
 * A double cannot hold 1699999999123456.789 us.
 */
#ifndef VTCI_COLUMN_EVENT_TIME_H
#define VTCI_COLUMN_EVENT_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* SPEC: ZON-2: times and durations lie within ±(2^63 - 1) ns, so do sums and differences of them.
 * INT64_MIN is left to say that there is none. */
#define VTCI_TIME_LEAST_NS (-INT64_MAX)
#define VTCI_TIME_MOST_NS INT64_MAX

static inline int64_t vtci_time_clamp(int64_t ns)
{
    return ns < VTCI_TIME_LEAST_NS ? VTCI_TIME_LEAST_NS : ns;
}

static inline int64_t vtci_time_sum(int64_t start_ns, int64_t duration_ns)
{
    int64_t sum_ns;
    if (__builtin_add_overflow(start_ns, duration_ns, &sum_ns))
        return duration_ns < 0 ? VTCI_TIME_LEAST_NS : VTCI_TIME_MOST_NS;
    return vtci_time_clamp(sum_ns);
}

static inline int64_t vtci_time_difference(int64_t end_ns, int64_t start_ns)
{
    int64_t difference_ns;
    if (__builtin_sub_overflow(end_ns, start_ns, &difference_ns))
        return end_ns < start_ns ? VTCI_TIME_LEAST_NS : VTCI_TIME_MOST_NS;
    return vtci_time_clamp(difference_ns);
}

/* A mantissa at `scale` decimals (0 to 18), in microseconds, as ns; clamped. */
int64_t vtci_time_ns(int64_t mantissa, uint8_t scale);

/* A decimal number in any spelling of JSON, with sign, point and exponent, in microseconds. False
 * when the text is no number. */
bool vtci_time_ns_from_text(const uint8_t *text, size_t len_bytes, int64_t *out_ns);

#endif
