#include "base/table_hash.h"

#include <stdatomic.h>
#include <time.h>
#if defined(__linux__)
#include <sys/random.h>
#endif

#include "base/checksum.h"

/* From what differs between runs, where the system gives no random bytes (yet). */
static uint64_t key_by_clock(const void *address)
{
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t parts[3] = {(uint64_t)now.tv_sec, (uint64_t)now.tv_nsec, (uintptr_t)address};
    return vtci_checksum(parts, sizeof parts);
}

static uint64_t make_key(const void *address)
{
    uint64_t key = 0;
#if defined(__linux__)
    if (getrandom(&key, sizeof key, GRND_NONBLOCK) != (ssize_t)sizeof key)
        key = 0;
#endif
    key = key ? key : key_by_clock(address);
    return key ? key : 1; /* 0: not made yet */
}

uint64_t vtci_table_key(void)
{
    static _Atomic uint64_t process_key;
    /* Relaxed: it orders nothing but itself. Who comes second takes what the first one made. */
    uint64_t key = atomic_load_explicit(&process_key, memory_order_relaxed);
    if (key == 0) {
        uint64_t made = make_key(&made);
        if (atomic_compare_exchange_strong_explicit(&process_key, &key, made, memory_order_relaxed,
                                                    memory_order_relaxed))
            key = made;
    }
    return key;
}

uint64_t vtci_table_hash_text(uint64_t tag, const void *text, size_t len_bytes)
{
    uint64_t key = vtci_table_key();
    return vtci_checksum_seeded(text, len_bytes, vtci_table_hash(key, tag));
}
