/* From ticks to nanoseconds. SPEC B.7.
 *
 * A tick is a fraction of 2^62 parts of a nanosecond; for every processor that counts faster than
 * 250 MHz the factor has 64 bits, and a time takes one multiplication of 64 by 64 bits. All other
 * cases, times before the first clock point too, are exact as well, and slower.
 */
#ifndef VTCI_READ_LIVE_CLOCK_H
#define VTCI_READ_LIVE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/live.h"

#define VTCI_LIVE_TIME_MAX INT64_MAX

struct vtci_live_clock_map {
    bool is_ns;            /* ticks are nanoseconds */
    uint64_t origin_ticks; /* of the point with the least ticks … */
    int64_t origin_ns;
    uint64_t last_ticks; /* … and the most */
    int64_t last_ns;
    uint64_t factor_low, factor_high; /* the factor m */
};

void vtci_live_clock_init(struct vtci_live_clock_map *map, const struct vtci_live_session *session);
/* Takes one more clock point; the factor is set by vtci_live_clock_finish. */
void vtci_live_clock_add(struct vtci_live_clock_map *map, const struct vtci_clock_point *point);
void vtci_live_clock_finish(struct vtci_live_clock_map *map);
int64_t vtci_live_clock_slow(const struct vtci_live_clock_map *map, uint64_t ticks);

static inline int64_t vtci_live_clock_ns(const struct vtci_live_clock_map *map, uint64_t ticks)
{
    uint64_t delta = ticks - map->origin_ticks;
    /* Below 2^61 ticks of less than 4 ns: the product has at most 125 bits, the result 63. */
    if (map->is_ns || ticks < map->origin_ticks || map->factor_high != 0 || delta >> 61)
        return vtci_live_clock_slow(map, ticks);
    uint64_t ns = (uint64_t)((unsigned __int128)delta * map->factor_low >> 62);
    int64_t sum;
    return __builtin_add_overflow(map->origin_ns, (int64_t)ns, &sum)
               ? vtci_live_clock_slow(map, ticks)
               : sum;
}

/* Of the end of a span, which may be before tick 0 or beyond the last there is. */
int64_t vtci_live_clock_end(const struct vtci_live_clock_map *map, uint64_t start,
                            int64_t duration);

/* Within ±(2^63 - 1). */
static inline int64_t vtci_live_difference(int64_t end, int64_t start)
{
    int64_t out;
    if (__builtin_sub_overflow(end, start, &out))
        return end < start ? -INT64_MAX : INT64_MAX;
    return out == INT64_MIN ? -INT64_MAX : out;
}

#endif
