/* From the spelling of a time to nanoseconds, exactly: integers only (SPEC 7.11, ZON-2).
 * A double cannot hold 1699999999123456.789 us.
 */
#ifndef VTCI_COLUMN_EVENT_TIME_H
#define VTCI_COLUMN_EVENT_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A mantissa at `scale` decimals (0 to 18), in microseconds, as ns; clamped to an int64_t. */
int64_t vtci_time_ns(int64_t mantissa, uint8_t scale);

/* A decimal number in any spelling of JSON, with sign, point and exponent, in microseconds. False
 * when the text is no number. */
bool vtci_time_ns_from_text(const uint8_t *text, size_t len_bytes, int64_t *out_ns);

/* The least int64_t stands for no time (VTC_NO_TIME), so what was clamped to it is one more. */
static inline int64_t vtci_time_known_ns(int64_t ns)
{
    return ns == INT64_MIN ? INT64_MIN + 1 : ns;
}

/* end - start, clamped. */
static inline int64_t vtci_time_difference_ns(int64_t end_ns, int64_t start_ns)
{
    int64_t difference_ns;
    if (__builtin_sub_overflow(end_ns, start_ns, &difference_ns))
        return end_ns < start_ns ? INT64_MIN + 1 : INT64_MAX;
    return vtci_time_known_ns(difference_ns);
}

#endif
