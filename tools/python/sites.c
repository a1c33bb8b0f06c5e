/* From a function to its site, for all threads, without a lock.
 *
 * A key is the address of a code object, or of the PyMethodDef of a C function. A code object that is
 * destroyed has its value taken away, and keeps its slot: what comes to lie at the address is met as
 * new. So the table holds as many keys as there were addresses, not functions. A PyMethodDef that is
 * freed, which few libraries do, leaves its name to the one that comes after it.
 *
 * Sites are good for one session; a value of an older generation counts as none.
 */
#include <sys/mman.h>

#include "python/tracer.h"

enum { SITE_SLOTS_FULL = SITE_SLOTS / 4 * 3 };

struct site_slot *site_slots;
static _Atomic uint32_t used;

bool sites_init(void)
{
    void *memory = mmap(NULL, SITE_SLOTS * sizeof *site_slots, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    site_slots = memory;
    return true;
}

/* The slot of a key, NULL if it has none and `add` is not set, or there is no room. */
static struct site_slot *slot_of(uintptr_t key, bool add)
{
    for (size_t i = site_slot_of(key);; i = (i + 1) & (SITE_SLOTS - 1)) {
        uintptr_t found = atomic_load_explicit(&site_slots[i].key, memory_order_relaxed);
        if (found == key)
            return &site_slots[i];
        if (found != 0)
            continue;
        if (!add || atomic_load_explicit(&used, memory_order_relaxed) >= SITE_SLOTS_FULL)
            return NULL;
        if (atomic_compare_exchange_strong_explicit(&site_slots[i].key, &found, key,
                                                    memory_order_relaxed, memory_order_relaxed)) {
            atomic_fetch_add_explicit(&used, 1, memory_order_relaxed);
            return &site_slots[i];
        }
        if (found == key)
            return &site_slots[i];
    }
}

void sites_keep(uintptr_t key, uint32_t generation, uint32_t site)
{
    struct site_slot *slot = slot_of(key, true);
    if (slot)
        atomic_store_explicit(&slot->value, (uint64_t)generation << 32 | site,
                              memory_order_relaxed);
}

void sites_forget(uintptr_t key)
{
    struct site_slot *slot = site_slots ? slot_of(key, false) : NULL;
    if (slot)
        atomic_store_explicit(&slot->value, 0, memory_order_relaxed);
}
