/* The native tracer: what its files share.
 *
 *     __cyg_profile_func_enter/exit  ->  hooks.c: the thread's stack of open calls
 *     address -> site                    sites.c: a table that all threads read
 *     first address, new module          modules.c, names.c: slow path, signals blocked, one lock
 *     first call of all, last, fork      start.c
 *
 * The program may be anything, in any state: within malloc, within a signal handler, within dlopen.
 * So nothing here allocates by malloc (mappings only), and what is not reentrant runs with signals
 * blocked and the thread marked as busy: calls that the tracer itself causes, through functions of
 * libc that the program replaced, are not traced.
 */
#ifndef VTC_NATIVE_TRACER_H
#define VTC_NATIVE_TRACER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "native/settings.h"
#include "vtc/writer.h"

#define TRACER_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define TRACER_UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/* What does not change once tracing has begun: lines that all threads only read. */
struct tracer {
    vtc_session *session;
    struct settings settings;
    bool by_duration;   /* spans are recorded when they end, if they took long enough */
    uint64_t min_ticks; /* with by_duration */
    bool by_name;       /* there are globs */
    vtc_site other;     /* of functions that the table has no room for; 0: none */
};
extern struct tracer tracer;

/* A call that has not returned. */
struct call {
    uintptr_t function;
    uintptr_t frame; /* address of the hook's frame: the lower, the deeper */
    uint64_t start_ticks;
    vtc_site site; /* 0: not recorded */
};

/* BARE: there was no memory for it; its calls are counted as lost, and now and then it tries again. */
enum thread_phase { THREAD_FRESH = 0, THREAD_READY, THREAD_BUSY, THREAD_BARE, THREAD_OVER };

struct thread_state {
    enum thread_phase phase;
    vtc_writer *writer;
    struct call *calls; /* the bottom */
    struct call *top;   /* the next to be used */
    struct call *end;
    uint32_t rounds; /* of destructors that were passed */
    uint32_t missed; /* BARE: calls */
};

/* In the static block of a thread's memory: no call, and no allocation, to get at it. */
extern _Thread_local struct thread_state tracer_thread __attribute__((tls_model("initial-exec")));

/* --- start.c */

/* The slow way into a hook: false when this thread is not traced now. */
bool tracer_thread_ready(struct thread_state *thread);

/* Around what must not be interrupted or traced; gives the phase to go back to. */
struct tracer_pause {
    unsigned long signals[128 / sizeof(long)];
    enum thread_phase phase;
};
void tracer_pause(struct tracer_pause *pause);
void tracer_resume(const struct tracer_pause *pause);

/* Held for moments, within a pause. Yields: it may be held by a thread that has no processor. */
void tracer_spin_lock(_Atomic int *lock);
void tracer_spin_unlock(_Atomic int *lock);
/* The lock of everything slow, when a function is met for the first time; only within a pause. */
void tracer_lock(void);
void tracer_unlock(void);

/* Memory for good, zeroed; NULL where there is none. */
void *tracer_map(size_t bytes);

/* --- hooks.c */

/* A call that is not recorded, for want of room. */
void tracer_lose(void);

/* Ends all of a thread's calls above `call`, innermost first. */
void tracer_end_above(struct thread_state *thread, const struct call *call);

/* --- sites.c */
enum { SITE_UNKNOWN = 0, SITE_FILTERED = UINT32_MAX };
bool sites_init(void);
/* The site of an address, SITE_UNKNOWN before it was first met. */
static inline vtc_site sites_find(uintptr_t function);
/* The site of an address in any case; 0 when it cannot be recorded. */
vtc_site sites_meet(uintptr_t function);

/* --- modules.c; all under the lock */
struct module {
    uintptr_t start, end; /* addresses */
    uintptr_t bias;       /* address minus what the file says */
    uint64_t offset;      /* of the first segment in the file */
    uint8_t id[64];       /* the build id */
    size_t id_bytes;
    char path[256];
    struct names *names; /* of its functions, sorted; NULL: not read yet */
    bool names_tried;
};
/* The module that an address is in; NULL when there is none. */
struct module *modules_find(uintptr_t address);
/* Notes the modules that were not there last time. */
void modules_note(void);
/* In a child that begins anew what another thread of its parent had half done. */
void modules_forget(void);
/* Before any thread can be within modules_note. */
bool modules_watch_fork(void);

/* --- names.c; under the lock */
/* True if the settings' globs let a function through. */
bool names_allow(uintptr_t function);

/* The table: open addressing, linear probing, never shrinks. `function` is stored once, by
 * compare-and-swap; `site` afterwards (release), so whoever finds the one without the other makes a
 * site too, and the first to store it wins. */
struct site_slot {
    _Atomic uintptr_t function;
    _Atomic uint32_t site;
};
enum { SITE_SLOTS = 1 << 19 };
extern struct site_slot *site_slots;

/* Functions that lie together have slots that lie together: fewer pages and lines are touched than
 * by a hash that scatters them. */
static inline size_t site_slot_of(uintptr_t function)
{
    return (size_t)(function >> 4 ^ function >> 25) & (SITE_SLOTS - 1);
}

static inline vtc_site sites_find(uintptr_t function)
{
    for (size_t slot = site_slot_of(function);; slot = (slot + 1) & (SITE_SLOTS - 1)) {
        /* Relaxed: an address says nothing about other memory. */
        uintptr_t found = atomic_load_explicit(&site_slots[slot].function, memory_order_relaxed);
        if (TRACER_LIKELY(found == function))
            return atomic_load_explicit(&site_slots[slot].site, memory_order_acquire);
        if (found == 0)
            return SITE_UNKNOWN;
    }
}

#endif
