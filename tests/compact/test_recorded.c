/* What is being recorded is seen to be, also where the process cannot be seen, or looks dead: nothing is
 * compacted, given names or removed that somebody still records to.
 */
#include "support/live_session.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/checksum.h"
#include "io/file.h"
#include "vtc/compact.h"
#include "vtc/live.h"
#include "vtc/symbols.h"
#include "wire/live.h"

#define PID_OFFSET 48

static int told[2]; /* a pipe: the recorder says that it records */

static enum vtc_live_state state_of(const char *path)
{
    struct vtc_live_facts facts;
    vtc_live *live;
    assert_int_equal(vtc_live_open(path, NULL, &live, NULL), VTC_OK);
    vtc_live_info(live, &facts);
    vtc_live_close(live);
    return facts.state;
}

static void *record_for_ever(void *session)
{
    vtc_site site = live_site(session, 'i', "n");
    vtc_writer *writer = vtc_session_writer(session);
    for (int i = 0;; i++) {
        if (vtc_instant(writer, site) != VTC_OK || (i == 100 && write(told[1], "x", 1) != 1))
            _exit(1);
        usleep(100);
    }
}

/* Its first thread ends, which makes the process a zombie to whoever looks at its id. */
static void record_without_main(const char *path)
{
    pthread_t thread;
    vtc_session *session;
    if (vtc_session_open(path, NULL, &session, NULL) != VTC_OK ||
        pthread_create(&thread, NULL, record_for_ever, session) != 0)
        _exit(1);
    syscall(SYS_exit, 0); /* of this thread alone */
}

static void record_with_main(const char *path)
{
    vtc_session *session;
    if (vtc_session_open(path, NULL, &session, NULL) != VTC_OK)
        _exit(1);
    record_for_ever(session);
}

static pid_t start(void (*record)(const char *path), const char *path)
{
    char byte;
    assert_int_equal(pipe(told), 0);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* where the test fails */
        close(told[0]);
        record(path);
    }
    close(told[1]);
    assert_int_equal(read(told[0], &byte, 1), 1);
    close(told[0]);
    return child;
}

static bool is_zombie(pid_t pid)
{
    char path[64], text[512] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    assert_true(fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    return strrchr(text, ')')[2] == 'Z';
}

static void check_left_alone(const char *path)
{
    struct vtc_error err;
    struct vtc_compact_round round;
    const struct vtc_retention keep = {.keep_bytes = 1};
    vtc_symbols *symbols;
    assert_int_equal(state_of(path), VTC_LIVE_RECORDING);
    assert_int_equal(vtc_compact(path, NULL, NULL, NULL, &err), VTC_ERR_ARGUMENT);
    assert_int_equal(vtc_compact_family(path, NULL, &keep, &round, NULL), VTC_OK);
    assert_int_equal(round.recording, 1);
    assert_int_equal(round.removed + round.compacted, 0);
    assert_int_equal(vtc_symbols_open(path, NULL, &symbols, NULL), VTC_OK);
    assert_int_equal(vtc_symbols_commit(symbols, &err), VTC_ERR_IO);
    assert_int_equal(err.sys_errno, EBUSY);
    vtc_symbols_close(symbols);
}

static void test_recorded__by_a_process_without_its_first_thread(void **state)
{
    (void)state;
    const char *path = live_path("a.vtc");
    pid_t child = start(record_without_main, path);
    while (!is_zombie(child))
        usleep(1000);
    check_left_alone(path);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(state_of(path), VTC_LIVE_CRASHED);
}

/* As the file of another namespace: no process here has its id. */
static void make_process_unknown(const char *path)
{
    uint8_t page[VTCI_LIVE_SESSION_CHECKSUM_OFFSET + 8];
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_int_equal(pread(fd, page, sizeof page, 0), sizeof page);
    vtci_store_u32(page + PID_OFFSET, INT32_MAX);
    vtci_store_u64(page + VTCI_LIVE_SESSION_CHECKSUM_OFFSET,
                   vtci_checksum(page + 32, VTCI_LIVE_SESSION_CHECKSUM_OFFSET - 32));
    assert_int_equal(pwrite(fd, page, sizeof page, 0), sizeof page);
    close(fd);
}

static void test_recorded__by_a_process_that_cannot_be_seen(void **state)
{
    (void)state;
    const char *path = live_path("a.vtc");
    pid_t child = start(record_with_main, path);
    make_process_unknown(path);
    check_left_alone(path);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(state_of(path), VTC_LIVE_CRASHED);
    assert_int_equal(vtc_compact(path, NULL, NULL, NULL, NULL), VTC_OK);
}

/* A child that records nothing, and one of which the parent is gone, do not count as recording to the
 * parent's file. */
static void test_recorded__no_more_by_the_parent_of_a_child(void **state)
{
    (void)state;
    const char *path = live_path("a.vtc");
    int alive[2], begun[2];
    char byte = 0;
    assert_int_equal(pipe(alive), 0);
    assert_int_equal(pipe(begun), 0);
    pid_t child = fork();
    if (child == 0) {
        vtc_session *session;
        if (vtc_session_open(path, NULL, &session, NULL) != VTC_OK)
            _exit(1);
        if (fork() == 0) { /* it stays until the test is through */
            close(alive[1]);
            _exit(write(begun[1], &byte, 1) == 1 && read(alive[0], &byte, 1) == 0 ? 0 : 1);
        }
        _exit(0);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(read(begun[0], &byte, 1), 1);
    assert_int_equal(state_of(path), VTC_LIVE_CRASHED);
    close(alive[0]);
    close(alive[1]);
    close(begun[0]);
    close(begun[1]);
}

static void *publish_and_leave(void *path)
{
    struct vtci_memory memory;
    struct vtci_file *file;
    vtci_memory_init(&memory, NULL, 0);
    usleep(20000); /* the first thread is gone by then, or this shows less */
    if (vtci_file_create(&memory, path, NULL, &file, NULL) != VTC_OK ||
        vtci_file_append(file, "x", 1, NULL) != VTC_OK || vtci_file_publish(file, NULL) != VTC_OK)
        _exit(1);
    _exit(0);
}

/* What background compaction does there. */
static void test_file__is_published_without_the_first_thread(void **state)
{
    (void)state;
    int status;
    char *path = strdup(live_path("b.vtc"));
    pid_t child = fork();
    if (child == 0) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, publish_and_leave, path) != 0)
            _exit(2);
        syscall(SYS_exit, 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(access(path, R_OK), 0);
    free(path);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, live_setup, live_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_recorded__by_a_process_without_its_first_thread),
        TEST(test_recorded__by_a_process_that_cannot_be_seen),
        TEST(test_recorded__no_more_by_the_parent_of_a_child),
        TEST(test_file__is_published_without_the_first_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
