/* An allocator whose N-th allocation fails, for the suites in which each allocation fails in turn.
 *
 *     for (uint64_t fail_at = 1;; fail_at++) {
 *         struct test_fault_allocator faults;
 *         test_fault_allocator_init(&faults, fail_at);
 *         vtci_memory_init(&memory, &faults.allocator, 0);
 *         status = what is tested, and its clean-up
 *         assert_int_equal(faults.held_bytes, 0);              nothing leaks
 *         if (faults.calls < fail_at) { assert_int_equal(status, VTC_OK); break; }
 *         assert_int_equal(status, VTC_ERR_NO_MEMORY);
 *     }
 *
 * @thread owner
 */
#ifndef VTC_TESTS_SUPPORT_FAULT_ALLOCATOR_H
#define VTC_TESTS_SUPPORT_FAULT_ALLOCATOR_H

#include <stdint.h>

#include "vtc/allocator.h"

struct test_fault_allocator {
    struct vtc_allocator allocator;
    uint64_t fail_at;    /* 1-based; 0: never */
    uint64_t calls;      /* that allocate or grow */
    uint64_t held_bytes; /* as the caller counts them: a wrong size at release shows */
    uint64_t peak_bytes;
};

void test_fault_allocator_init(struct test_fault_allocator *faults, uint64_t fail_at);

#endif
