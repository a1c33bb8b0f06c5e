/* Reading a session's clock: inline, as it is half of what a record costs.
 *
 * The time-stamp counter is read without a fence: a record may be dated some ns early or late against
 * the instructions around it, which is less than the reading itself takes.
 */
#ifndef VTCI_WRITE_TICKS_H
#define VTCI_WRITE_TICKS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "vtc/writer.h"
#include "wire/live.h"

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

struct vtci_clock {
    uint32_t kind; /* enum vtci_live_clock */
    uint64_t (*now)(void *context);
    void *context;
};

static inline int64_t vtci_clock_ns(clockid_t id)
{
    struct timespec time;
    clock_gettime(id, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static inline uint64_t vtci_counter_ticks(void)
{
#if defined(__x86_64__)
    return __rdtsc();
#elif defined(__aarch64__)
    uint64_t ticks;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
#else
    return (uint64_t)vtci_clock_ns(CLOCK_MONOTONIC);
#endif
}

static inline uint64_t vtci_clock_ticks(const struct vtci_clock *clock)
{
    if (__builtin_expect(clock->kind == VTCI_LIVE_TSC, 1))
        return vtci_counter_ticks();
    if (clock->kind == VTCI_LIVE_MONOTONIC)
        return (uint64_t)vtci_clock_ns(CLOCK_MONOTONIC);
    return clock->now(clock->context);
}

/* Chooses a clock: VTC_ERR_UNSUPPORTED when the counter is asked for and is not invariant. */
VTC_NODISCARD vtc_status vtci_clock_init(struct vtci_clock *clock,
                                         const struct vtc_session_opts *opts,
                                         struct vtc_error *err);

/* The three clocks at one moment, as well as can be had. */
struct vtci_clock_point vtci_clock_point(const struct vtci_clock *clock);

/* Two points, about 1 ms apart where ticks are no ns. SPEC: LIV-3. */
void vtci_clock_calibrate(const struct vtci_clock *clock, struct vtci_clock_point out_points[2]);

#endif
