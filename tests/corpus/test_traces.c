/* Real traces come back: those that ship at several levels, the large corpus where it is found at the
 * default level. ctest: labels threads
 * ctest: timeout 900
 */
#include <stdio.h>

#include "support/cmocka_all.h"
#include "support/corpus.h"
#include "support/corpus_round_trip.h"

static void test_round_trip__traces_that_ship(void **state)
{
    (void)state;
    static const int levels[] = {1, 3, 6, 12};
    for (unsigned i = 0; i < 4; i++)
        assert_true(corpus_round_trip(test_traces_directory(), levels[i], 1 + i % 2) >= 4);
}

static void test_round_trip__corpus(void **state)
{
    (void)state;
    char edge[4096];
    const char *directory = test_corpus_directory();
    if (!directory)
        skip();
    assert_true(corpus_round_trip(directory, 3, 2) > 0);
    snprintf(edge, sizeof edge, "%s/edge", directory);
    assert_true(corpus_round_trip(edge, 3, 1) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip__traces_that_ship),
        cmocka_unit_test(test_round_trip__corpus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
