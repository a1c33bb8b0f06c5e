/* Processes that die: every event that they said was recorded is in the file. The long form of
 * SIGKILL is test_processes_long.c. */
#include "support/live_kill.h"
#include "support/live_session.h"

#include <unistd.h>

static void rounds(enum live_death death, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        live_kill_round(death, (unsigned)getpid() * 977 + i * 131);
}

static void test_process__killed(void **state)
{
    (void)state;
    rounds(LIVE_SIGKILL, 50);
}

static void test_process__dies_by_itself(void **state)
{
    (void)state;
    rounds(LIVE_SEGV, 10);
    rounds(LIVE_ABORT, 10);
    rounds(LIVE_EXIT_NOW, 10);
    rounds(LIVE_EXIT, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_process__killed, live_setup, live_teardown),
        cmocka_unit_test_setup_teardown(test_process__dies_by_itself, live_setup, live_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
