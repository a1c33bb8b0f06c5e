#include "support/fault_allocator.h"

#include <stdlib.h>

static int fails(struct test_fault_allocator *faults)
{
    return ++faults->calls == faults->fail_at;
}

static void hold(struct test_fault_allocator *faults, size_t bytes)
{
    faults->held_bytes += bytes;
    if (faults->held_bytes > faults->peak_bytes)
        faults->peak_bytes = faults->held_bytes;
}

static void *fault_allocate(void *context, size_t bytes)
{
    struct test_fault_allocator *faults = context;
    void *block = fails(faults) ? NULL : malloc(bytes);
    if (block)
        hold(faults, bytes);
    return block;
}

static void *fault_reallocate(void *context, void *block, size_t old_bytes, size_t new_bytes)
{
    struct test_fault_allocator *faults = context;
    void *moved = fails(faults) ? NULL : realloc(block, new_bytes);
    if (moved) {
        faults->held_bytes -= old_bytes;
        hold(faults, new_bytes);
    }
    return moved;
}

static void fault_release(void *context, void *block, size_t bytes)
{
    struct test_fault_allocator *faults = context;
    faults->held_bytes -= bytes;
    free(block);
}

void test_fault_allocator_init(struct test_fault_allocator *faults, uint64_t fail_at)
{
    *faults = (struct test_fault_allocator){.allocator = {faults, fault_allocate, fault_reallocate,
                                                          fault_release},
                                            .fail_at = fail_at};
}
