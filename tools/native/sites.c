/* From the address of a function to its site. */
#include "native/tracer.h"

#include <string.h>

enum { SITES_MAX = SITE_SLOTS / 4 * 3 }; /* so that a search always ends, and soon */

struct site_slot *site_slots;
static _Atomic uint32_t sites_used;

bool sites_init(void)
{
    site_slots = tracer_map(SITE_SLOTS * sizeof *site_slots);
    return site_slots != NULL;
}

/* The slot of a function, taken if it has none yet; NULL when the table is full. */
static struct site_slot *take_slot(uintptr_t function)
{
    for (size_t slot = site_slot_of(function);; slot = (slot + 1) & (SITE_SLOTS - 1)) {
        struct site_slot *found = &site_slots[slot];
        uintptr_t there = atomic_load_explicit(&found->function, memory_order_relaxed);
        if (there == 0) {
            if (atomic_fetch_add_explicit(&sites_used, 1, memory_order_relaxed) >= SITES_MAX) {
                atomic_fetch_sub_explicit(&sites_used, 1, memory_order_relaxed);
                return NULL;
            }
            if (atomic_compare_exchange_strong_explicit(&found->function, &there, function,
                                                        memory_order_relaxed, memory_order_relaxed))
                return found;
            atomic_fetch_sub_explicit(&sites_used, 1, memory_order_relaxed);
        }
        if (there == function)
            return found;
    }
}

/* What a function that is met for the first time is to have. */
static vtc_site make_site(uintptr_t function)
{
    struct tracer_pause pause;
    bool allowed = true;
    tracer_pause(&pause);
    tracer_lock();
    if (!modules_find(function))
        modules_note();
    if (tracer.by_name)
        allowed = names_allow(function);
    tracer_unlock();
    tracer_resume(&pause);
    if (!allowed)
        return SITE_FILTERED;
    return vtc_session_address_site(tracer.session, tracer.by_duration ? 'X' : 'B', function);
}

vtc_site sites_meet(uintptr_t function)
{
    struct site_slot *slot = take_slot(function);
    if (!slot)
        return tracer.other;
    vtc_site site = atomic_load_explicit(&slot->site, memory_order_acquire);
    if (site != SITE_UNKNOWN)
        return site;
    /* A thread that is busy is in the slow path already: what it calls there is not the program. */
    if (tracer_thread.phase != THREAD_READY)
        return 0;
    site = make_site(function);
    if (site == 0)
        return 0;
    uint32_t before = SITE_UNKNOWN;
    if (!atomic_compare_exchange_strong_explicit(&slot->site, &before, site, memory_order_acq_rel,
                                                 memory_order_acquire))
        site = before;
    return site;
}
