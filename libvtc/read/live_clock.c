#include "read/live_clock.h"

typedef unsigned __int128 u128;

enum { SHIFT = 62 };

void vtci_live_clock_init(struct vtci_live_clock_map *map, const struct vtci_live_session *session)
{
    const struct vtci_clock_point *first = &session->points[0];
    struct vtci_live_clock_map out = {
        .is_ns = session->clock != VTCI_LIVE_TSC,
        .origin_ticks = first->ticks,
        .origin_ns = first->monotonic_ns,
        .last_ticks = first->ticks,
        .last_ns = first->monotonic_ns,
    };
    *map = out;
    vtci_live_clock_add(map, &session->points[1]);
}

void vtci_live_clock_add(struct vtci_live_clock_map *map, const struct vtci_clock_point *point)
{
    if (point->ticks < map->origin_ticks) {
        map->origin_ticks = point->ticks;
        map->origin_ns = point->monotonic_ns;
    } else if (point->ticks > map->last_ticks) {
        map->last_ticks = point->ticks;
        map->last_ns = point->monotonic_ns;
    }
}

void vtci_live_clock_finish(struct vtci_live_clock_map *map)
{
    map->factor_low = 0;
    map->factor_high = 0;
    if (map->last_ticks == map->origin_ticks || map->last_ns < map->origin_ns)
        return;
    uint64_t ns = (uint64_t)map->last_ns - (uint64_t)map->origin_ns;
    u128 factor = ((u128)ns << SHIFT) / (map->last_ticks - map->origin_ticks);
    map->factor_low = (uint64_t)factor;
    map->factor_high = (uint64_t)(factor >> 64);
}

/* floor or ceil(delta * factor / 2^62), at most 2^64. The factor has 126 bits at most:
 *     delta * (high * 2^64 + low) / 2^62  =  4 * delta * high  +  delta * low / 2^62 */
static u128 scale(const struct vtci_live_clock_map *map, u128 delta, bool up)
{
    const u128 most = (u128)1 << 64;
    u128 high = delta * map->factor_high; /* below 2^66 by below 2^62 */
    if (high >> 62)
        return most;
    u128 low = (u128)(uint64_t)delta * map->factor_low + (up ? ((u128)1 << SHIFT) - 1 : 0);
    u128 beyond = (delta >> 64) * map->factor_low; /* times 2^64: no fraction */
    u128 out = (high << 2) + (low >> SHIFT) + (beyond << 2);
    return out < most ? out : most;
}

static int64_t clamp(__int128 ns)
{
    return ns > INT64_MAX ? INT64_MAX : ns < -INT64_MAX ? -INT64_MAX : (int64_t)ns;
}

static int64_t time_of(const struct vtci_live_clock_map *map, __int128 ticks)
{
    if (map->is_ns)
        return clamp(ticks);
    if (ticks >= map->origin_ticks)
        return clamp(map->origin_ns +
                     (__int128)scale(map, (u128)(ticks - map->origin_ticks), false));
    return clamp(map->origin_ns - (__int128)scale(map, (u128)(map->origin_ticks - ticks), true));
}

int64_t vtci_live_clock_slow(const struct vtci_live_clock_map *map, uint64_t ticks)
{
    return time_of(map, ticks);
}

int64_t vtci_live_clock_end(const struct vtci_live_clock_map *map, uint64_t start, int64_t duration)
{
    __int128 end = (__int128)start + duration;
    if (end < 0 || end > UINT64_MAX)
        return time_of(map, end);
    return vtci_live_clock_ns(map, (uint64_t)end);
}
