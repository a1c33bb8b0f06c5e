/* Counting, limits and failure of the allocator. */
#include "support/cmocka_all.h"

#include <string.h>

#include "base/memory.h"
#include "support/fault_allocator.h"

static size_t held(struct vtci_memory *memory)
{
    return atomic_load(&memory->held_bytes);
}

static void test_allocate__counts_what_is_held(void **state)
{
    (void)state;
    struct vtci_memory memory;
    vtci_memory_init(&memory, NULL, 0);
    void *a = vtci_allocate(&memory, 100);
    void *b = vtci_allocate_zeroed(&memory, 50);
    assert_non_null(a);
    assert_non_null(b);
    assert_int_equal(held(&memory), 150);
    a = vtci_reallocate(&memory, a, 100, 400);
    assert_int_equal(held(&memory), 450);
    a = vtci_reallocate(&memory, a, 400, 10);
    assert_int_equal(held(&memory), 60);
    vtci_release(&memory, a, 10);
    vtci_release(&memory, b, 50);
    vtci_release(&memory, NULL, 0);
    assert_int_equal(held(&memory), 0);
}

static void test_allocate_zeroed__is_zero(void **state)
{
    (void)state;
    struct vtci_memory memory;
    vtci_memory_init(&memory, NULL, 0);
    static const char zeros[1000];
    void *block = vtci_allocate_zeroed(&memory, sizeof zeros);
    assert_non_null(block);
    assert_memory_equal(block, zeros, sizeof zeros);
    vtci_release(&memory, block, sizeof zeros);
}

static void test_allocate__of_nothing_is_null(void **state)
{
    (void)state;
    struct vtci_memory memory;
    vtci_memory_init(&memory, NULL, 0);
    assert_null(vtci_allocate(&memory, 0));
    assert_int_equal(held(&memory), 0);
}

static void test_allocate__refuses_to_pass_the_limit(void **state)
{
    (void)state;
    struct vtci_memory memory;
    vtci_memory_init(&memory, NULL, 1000);
    void *a = vtci_allocate(&memory, 600);
    assert_non_null(a);
    assert_null(vtci_allocate(&memory, 401));
    assert_null(vtci_allocate(&memory, SIZE_MAX));
    assert_null(vtci_reallocate(&memory, a, 600, 1001));
    assert_int_equal(held(&memory), 600);
    void *b = vtci_allocate(&memory, 400);
    assert_non_null(b);
    vtci_release(&memory, a, 600);
    vtci_release(&memory, b, 400);
    assert_int_equal(held(&memory), 0);
}

static void test_reallocate__leaves_the_block_when_it_fails(void **state)
{
    (void)state;
    struct test_fault_allocator faults;
    struct vtci_memory memory;
    test_fault_allocator_init(&faults, 2);
    vtci_memory_init(&memory, &faults.allocator, 0);
    char *block = vtci_allocate(&memory, 4);
    assert_non_null(block);
    memcpy(block, "abc", 4);
    assert_null(vtci_reallocate(&memory, block, 4, 4096));
    assert_string_equal(block, "abc");
    assert_int_equal(held(&memory), 4);
    vtci_release(&memory, block, 4);
    assert_int_equal(faults.held_bytes, 0);
}

static void test_array_grow__doubles_and_keeps(void **state)
{
    (void)state;
    struct vtci_memory memory;
    vtci_memory_init(&memory, NULL, 0);
    uint64_t *array = NULL;
    size_t capacity = 0;
    for (size_t i = 0; i < 1000; i++) {
        assert_int_equal(VTCI_ARRAY_RESERVE(&memory, array, capacity, i + 1), VTC_OK);
        assert_true(capacity > i);
        array[i] = i;
    }
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(array[i], i);
    assert_int_equal(held(&memory), capacity * sizeof *array);
    VTCI_ARRAY_FREE(&memory, array, capacity);
    assert_int_equal(held(&memory), 0);
}

static void test_array_grow__refuses_what_overflows(void **state)
{
    (void)state;
    static const size_t needed[] = {SIZE_MAX, SIZE_MAX / 2 + 1, SIZE_MAX / 8 + 1};
    struct vtci_memory memory;
    vtci_memory_init(&memory, NULL, 1 << 20);
    uint64_t *array = NULL;
    size_t capacity = 0;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        assert_int_equal(VTCI_ARRAY_RESERVE(&memory, array, capacity, needed[i]),
                         VTC_ERR_NO_MEMORY);
        assert_null(array);
        assert_int_equal(capacity, 0);
    }
    assert_int_equal(held(&memory), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allocate__counts_what_is_held),
        cmocka_unit_test(test_allocate_zeroed__is_zero),
        cmocka_unit_test(test_allocate__of_nothing_is_null),
        cmocka_unit_test(test_allocate__refuses_to_pass_the_limit),
        cmocka_unit_test(test_reallocate__leaves_the_block_when_it_fails),
        cmocka_unit_test(test_array_grow__doubles_and_keeps),
        cmocka_unit_test(test_array_grow__refuses_what_overflows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
