/* The large corpus at every kind of level. ctest: labels long
 * ctest: timeout 3600
 */
#include <stdio.h>

#include "support/cmocka_all.h"
#include "support/corpus.h"
#include "support/corpus_round_trip.h"

static void test_round_trip__corpus_at_all_levels(void **state)
{
    (void)state;
    static const int levels[] = {1, 6, 9, 12, 19};
    char edge[4096];
    const char *directory = test_corpus_directory();
    if (!directory)
        skip();
    snprintf(edge, sizeof edge, "%s/edge", directory);
    for (unsigned i = 0; i < sizeof levels / sizeof *levels; i++) {
        assert_true(corpus_round_trip(directory, levels[i], 2) > 0);
        assert_true(corpus_round_trip(edge, levels[i], 1) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip__corpus_at_all_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
