/* Nesting: which span is the parent of which, in each order that a track may have. */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "query/nesting.h"
#include "query/span_sorter.h"

enum { SPANS_MAX = 64, NONE = -1, UNSEEN = -2 };

struct span {
    int64_t start, duration;
    int parent; /* by its place in the list; NONE */
};

struct found {
    int parent[SPANS_MAX];
    int64_t children[SPANS_MAX];
    unsigned completed[SPANS_MAX];
};

static vtc_status placed(void *context, struct vtci_nested *span, struct vtci_nested *parent,
                         uint32_t track)
{
    struct found *found = context;
    assert_int_equal(track, 3);
    assert_int_equal(found->parent[span->tag], UNSEEN);
    found->parent[span->tag] = parent ? (int)parent->tag : NONE;
    return VTC_OK;
}

static vtc_status completed(void *context, struct vtci_nested *span, uint32_t track)
{
    struct found *found = context;
    assert_int_equal(track, 3);
    found->completed[span->tag]++;
    found->children[span->tag] = span->children_ns;
    return VTC_OK;
}

/* Returns whether the order broke. */
static bool nest(const struct span *spans, size_t count, struct found *found)
{
    struct vtci_memory memory;
    struct vtci_nesting nesting;
    struct vtci_nesting_calls calls = {found, placed, completed};
    memset(found, 0, sizeof *found);
    for (size_t i = 0; i < SPANS_MAX; i++)
        found->parent[i] = UNSEEN;
    vtci_memory_init(&memory, NULL, 0);
    vtci_nesting_init(&nesting, &memory, &calls);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(vtci_nesting_add(&nesting, 3, spans[i].start, spans[i].duration, i),
                         VTC_OK);
    bool is_broken = nesting.has_disorder;
    assert_int_equal(is_broken, vtci_nesting_is_disordered(&nesting, 3));
    assert_int_equal(vtci_nesting_finish(&nesting), VTC_OK);
    vtci_nesting_free(&nesting);
    assert_int_equal(memory.held_bytes, 0);
    return is_broken;
}

static void check(const char *what, const struct span *spans, size_t count)
{
    struct found found;
    int64_t children[SPANS_MAX] = {0};
    if (nest(spans, count, &found))
        fail_msg("%s: the order broke", what);
    for (size_t i = 0; i < count; i++) {
        if (found.parent[i] != spans[i].parent)
            fail_msg("%s: the parent of %zu is %d", what, i, found.parent[i]);
        if (found.completed[i] != 1)
            fail_msg("%s: %zu is completed %u times", what, i, found.completed[i]);
        if (spans[i].parent != NONE)
            children[spans[i].parent] += spans[i].duration > 0 ? spans[i].duration : 0;
    }
    for (size_t i = 0; i < count; i++)
        if (found.children[i] != children[i])
            fail_msg("%s: the children of %zu take %lld", what, i, (long long)found.children[i]);
}

#define CHECK(what, ...)                               \
    do {                                               \
        static const struct span list[] = __VA_ARGS__; \
        check(what, list, sizeof list / sizeof *list); \
    } while (0)

static void test_nesting__in_exit_order(void **state)
{
    (void)state;
    CHECK("a parent after its children", {{0, 2, 2}, {3, 2, 2}, {0, 9, NONE}});
    CHECK("some stay outside", {{0, 2, NONE}, {3, 2, 3}, {6, 1, 3}, {3, 9, NONE}});
    CHECK("deep", {{4, 1, 1}, {3, 2, 2}, {2, 3, 3}, {0, 9, NONE}});
    CHECK("of the same times the later contains", {{0, 9, 1}, {0, 9, 2}, {0, 9, NONE}});
    CHECK("of no duration none contains another", {{5, 0, 2}, {5, 0, 2}, {0, 9, NONE}});
    CHECK("at the end of its parent", {{1, 2, 2}, {9, 0, 2}, {0, 9, NONE}});
    CHECK("behind the end", {{1, 2, 1}, {0, 9, NONE}, {9, 0, NONE}});
    CHECK("an overlap that touches no child", {{0, 2, 1}, {0, 9, NONE}, {5, 9, NONE}});
    CHECK("one that contains both",
          {{0, 2, 1}, {0, 9, 3}, {5, 9, 3}, {0, 20, NONE}, {30, 1, NONE}});
    CHECK("a negative duration counts as none", {{4, -9, 1}, {3, 5, NONE}});
}

static void test_nesting__in_start_order(void **state)
{
    (void)state;
    CHECK("a parent before its children", {{0, 9, NONE}, {0, 2, 0}, {3, 2, 0}});
    CHECK("apart at first", {{0, 2, NONE}, {3, 2, NONE}, {6, 9, NONE}, {7, 1, 2}, {8, 2, 2}});
    CHECK("of the same times the first contains",
          {{0, 9, NONE}, {1, 2, 0}, {4, 3, 0}, {4, 3, 2}, {5, 1, 3}});
    CHECK("an overlap", {{0, 9, NONE}, {1, 2, 0}, {5, 9, NONE}, {6, 2, 2}, {10, 1, 2}});
    CHECK("at the end of a span", {{0, 9, NONE}, {1, 2, 0}, {9, 0, NONE}, {10, 3, NONE}});
}

static void test_nesting__tells_when_the_order_breaks(void **state)
{
    static const struct span before[] = {{5, 2, NONE}, {0, 2, NONE}};
    static const struct span within[] = {{1, 1, NONE}, {0, 9, NONE}, {3, 2, NONE}};
    static const struct span later[] = {{0, 9, NONE}, {3, 2, NONE}, {2, 1, NONE}};
    static const struct span overlap[] = {{1, 1, NONE}, {6, 1, NONE}, {0, 9, NONE}, {5, 9, NONE}};
    struct found found;
    (void)state;
    assert_true(nest(before, 2, &found));
    assert_true(nest(within, 3, &found));
    assert_true(nest(later, 3, &found));
    assert_true(nest(overlap, 4, &found)); /* what lies in both has its parent already */
}

static void test_nesting__clamps_times(void **state)
{
    (void)state;
    CHECK("to 63 bits", {{INT64_MAX - 5, 100, NONE}, {INT64_MAX - 1, 1, 0}});
    CHECK("from the least", {{INT64_MIN + 1, INT64_MAX, NONE}, {-5, 3, 0}});
}

struct taken {
    uint64_t count;
    struct vtci_sorted_span last;
};

static vtc_status take(void *context, const struct vtci_sorted_span *span)
{
    struct taken *taken = context;
    const struct vtci_sorted_span *last = &taken->last;
    if (taken->count > 0) {
        assert_true(last->track < span->track ||
                    (last->track == span->track && last->start_ns <= span->start_ns));
        if (last->track == span->track && last->start_ns == span->start_ns)
            assert_true(last->duration_ns > span->duration_ns ||
                        (last->duration_ns == span->duration_ns && last->order < span->order));
    }
    taken->last = *span;
    taken->count++;
    return VTC_OK;
}

/* With little memory runs go to a temporary file. */
static void test_span_sorter__sorts_within_its_memory(void **state)
{
    static const size_t limits[] = {0, (size_t)3 << 20};
    (void)state;
    for (size_t limit = 0; limit < 2; limit++) {
        struct vtc_query query;
        struct vtci_span_sorter sorter;
        struct taken taken = {0};
        uint32_t random = 1;
        memset(&query, 0, sizeof query);
        vtci_memory_init(&query.memory, NULL, limits[limit]);
        vtci_span_sorter_init(&sorter, &query.memory);
        for (unsigned i = 0; i < 200000; i++) {
            random = random * 1664525 + 1013904223;
            assert_int_equal(vtci_span_sorter_add(&sorter, random >> 8 & 3, random >> 20,
                                                  random >> 12 & 7, i),
                             VTC_OK);
        }
        assert_int_equal(sorter.file != NULL, limit == 1);
        assert_int_equal(vtci_span_sorter_give(&sorter, &query, take, &taken, NULL), VTC_OK);
        assert_int_equal(taken.count, 200000);
        vtci_span_sorter_free(&sorter);
        assert_int_equal(query.memory.held_bytes, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nesting__in_exit_order),
        cmocka_unit_test(test_nesting__in_start_order),
        cmocka_unit_test(test_nesting__tells_when_the_order_breaks),
        cmocka_unit_test(test_nesting__clamps_times),
        cmocka_unit_test(test_span_sorter__sorts_within_its_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
