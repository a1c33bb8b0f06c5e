/* The time-stamp counter serves where it runs at one rate whatever the processor does (CPUID says
 * invariant), and where the kernel trusts it too: it watches for counters that differ between cores,
 * and then uses another clock. On arm64 the virtual counter is always that good.
 */
#include "write/ticks.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#define CALIBRATION_NS 1000000
#define CALIBRATION_TRIES 5

static bool counter_is_invariant(void)
{
#if defined(__x86_64__)
    unsigned a, b, c, d;
    if (!__get_cpuid(0x80000007, &a, &b, &c, &d) || !(d & (1u << 8)))
        return false;
    char source[16] = {0};
    int fd = open("/sys/devices/system/clocksource/clocksource0/current_clocksource",
                  O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return true; /* nobody to ask */
    ssize_t len = read(fd, source, sizeof source - 1);
    close(fd);
    return len <= 0 || strncmp(source, "tsc", 3) == 0;
#elif defined(__aarch64__)
    return true;
#else
    return false;
#endif
}

vtc_status vtci_clock_init(struct vtci_clock *clock, const struct vtc_session_opts *opts,
                           struct vtc_error *err)
{
    clock->now = opts->now;
    clock->context = opts->now_context;
    switch (opts->clock) {
    case VTC_CLOCK_DEFAULT:
        clock->kind = counter_is_invariant() ? VTCI_LIVE_TSC : VTCI_LIVE_MONOTONIC;
        return VTC_OK;
    case VTC_CLOCK_TSC:
        clock->kind = VTCI_LIVE_TSC;
        if (!counter_is_invariant())
            return vtci_error_set(err, VTC_ERR_UNSUPPORTED, VTC_NO_OFFSET, NULL,
                                  "expected a time-stamp counter of one rate, found none");
        return VTC_OK;
    case VTC_CLOCK_MONOTONIC: clock->kind = VTCI_LIVE_MONOTONIC; return VTC_OK;
    case VTC_CLOCK_CALLBACK:
        clock->kind = VTCI_LIVE_OTHER;
        if (!opts->now)
            return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                                  "expected a function `now` for VTC_CLOCK_CALLBACK");
        return VTC_OK;
    }
    return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                          "expected a clock from 0 to 3, found %d", (int)opts->clock);
}

/* Between two readings of the ticks the other clock is read; the closest pair of some is kept. */
struct vtci_clock_point vtci_clock_point(const struct vtci_clock *clock)
{
    struct vtci_clock_point best = {0, 0, 0};
    uint64_t best_width = UINT64_MAX;
    for (int i = 0; i < CALIBRATION_TRIES; i++) {
        uint64_t before = vtci_clock_ticks(clock);
        int64_t monotonic_ns = vtci_clock_ns(CLOCK_MONOTONIC);
        uint64_t after = vtci_clock_ticks(clock);
        int64_t realtime_ns = vtci_clock_ns(CLOCK_REALTIME);
        if (after - before >= best_width && i != 0)
            continue;
        best_width = after - before;
        best.ticks = before + best_width / 2;
        best.monotonic_ns = monotonic_ns;
        best.realtime_ns = realtime_ns;
    }
    if (clock->kind == VTCI_LIVE_MONOTONIC)
        best.ticks = (uint64_t)best.monotonic_ns;
    return best;
}

void vtci_clock_calibrate(const struct vtci_clock *clock, struct vtci_clock_point out_points[2])
{
    out_points[0] = vtci_clock_point(clock);
    out_points[1] = out_points[0];
    if (clock->kind != VTCI_LIVE_TSC)
        return;
    const struct timespec pause = {0, CALIBRATION_NS};
    nanosleep(&pause, NULL); /* a signal cuts it short: the next CLOCK record makes up for it */
    struct vtci_clock_point second = vtci_clock_point(clock);
    if (second.ticks > out_points[0].ticks && second.monotonic_ns > out_points[0].monotonic_ns)
        out_points[1] = second;
}
