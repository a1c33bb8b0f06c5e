/* Memory with an owner: every allocation of libvtc goes through a `struct vtci_memory`, which wraps
 * the caller's allocator, counts what is held, and refuses to pass a limit. One per opened object,
 * shared by its worker threads; the counters are atomic and relaxed because they order nothing.
 */
#ifndef VTCI_BASE_MEMORY_H
#define VTCI_BASE_MEMORY_H

#include <stdatomic.h>
#include <stddef.h>

#include "vtc/allocator.h"
#include "vtc/status.h"

struct vtci_memory {
    struct vtc_allocator allocator;
    size_t limit_bytes;       /* SIZE_MAX: none */
    atomic_size_t held_bytes; /* relaxed: a statistic and a soft limit */
};

/* `allocator` NULL: malloc. `limit_bytes` 0: no limit. */
void vtci_memory_init(struct vtci_memory *memory, const struct vtc_allocator *allocator,
                      size_t limit_bytes);

/* NULL when the allocator fails or the limit would be passed. `bytes` 0 gives NULL too. */
void *vtci_allocate(struct vtci_memory *memory, size_t bytes);
void *vtci_allocate_zeroed(struct vtci_memory *memory, size_t bytes);
void *vtci_reallocate(struct vtci_memory *memory, void *block, size_t old_bytes, size_t new_bytes);
void vtci_release(struct vtci_memory *memory, void *block, size_t bytes);

/* Grows an array so that it holds at least `needed` items: doubles, checks overflow.
 * `array_address` is the address of the typed pointer. */
VTC_NODISCARD vtc_status vtci_array_grow(struct vtci_memory *memory, void *array_address,
                                         size_t *capacity, size_t item_bytes, size_t needed);

/* Makes room in `array` (a typed pointer lvalue) for `needed` items; evaluates to a status. */
#define VTCI_ARRAY_RESERVE(memory, array, capacity, needed) \
    ((needed) <= (capacity)                                 \
         ? VTC_OK                                           \
         : vtci_array_grow((memory), &(array), &(capacity), sizeof *(array), (needed)))

#define VTCI_ARRAY_FREE(memory, array, capacity) \
    vtci_release((memory), (array), (capacity) * sizeof *(array))

#endif
