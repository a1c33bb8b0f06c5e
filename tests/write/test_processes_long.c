/* As test_processes.c, a thousand times each.
 * ctest: labels long
 * ctest: timeout 1800
 */
#include "support/live_kill.h"
#include "support/live_session.h"

static void test_process__dies_a_thousand_times(void **state)
{
    (void)state;
    for (unsigned death = LIVE_SIGKILL; death < LIVE_DEATHS; death++)
        for (unsigned i = 0; i < 1000; i++)
            live_kill_round((enum live_death)death, death * 100003 + i * 7919);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_process__dies_a_thousand_times, live_setup,
                                        live_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
