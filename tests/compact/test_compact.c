/* A compacted file reads the same as the live one; what is refused; what is kept.
 * ctest: labels threads
 * ctest: timeout 900
 */
#include "compact/recorded.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "support/fault_allocator.h"
#include "support/scale.h"
#include "vtc/block.h"
#include "vtc/verify.h"

static void assert_verifies(const char *path)
{
    vtc_reader *reader;
    assert_int_equal(vtc_reader_open(path, NULL, &reader, NULL), VTC_OK);
    assert_int_equal(vtc_verify(reader, NULL, NULL, NULL), VTC_OK);
    vtc_reader_close(reader);
}

static void test_compact__reads_the_same_as_before(void **state)
{
    (void)state;
    for (int level = 0; level <= 19; level += 4) {
        struct bytes before = {0}, after = {0};
        struct vtc_compact_result result;
        const struct vtc_compact_opts opts = {.struct_size = sizeof opts,
                                              .level = level,
                                              .threads = (unsigned)level % 3};
        unlink(place("a.vtc"));
        record_closed(place("a.vtc"), TEST_SCALED(20000, 6000));
        read_live(place("a.vtc"), &before);
        assert_int_equal(vtc_compact(place("a.vtc"), NULL, &opts, &result, NULL), VTC_OK);
        read_document(place("a.vtc"), &after);
        assert_same_bytes(&after, &before);
        assert_true(result.is_live);
        assert_int_equal(result.facts.state, VTC_LIVE_CLOSED);
        assert_int_equal(result.document_bytes, before.len_bytes);
        assert_true(result.output_bytes < result.input_bytes);
        assert_int_equal(names_in_directory(), 1);
        assert_verifies(place("a.vtc"));
        bytes_free(&before);
        bytes_free(&after);
    }
}

static void test_compact__keeps_owner_mode_and_time(void **state)
{
    (void)state;
    struct stat before, after;
    record_closed(place("a.vtc"), 100);
    assert_int_equal(chmod(place("a.vtc"), 0646), 0);
    if (getuid() == 0)
        assert_int_equal(chown(place("a.vtc"), 12, 34), 0);
    const struct timespec times[2] = {{1000, 5}, {2000, 7}};
    assert_int_equal(utimensat(AT_FDCWD, place("a.vtc"), times, 0), 0);
    assert_int_equal(stat(place("a.vtc"), &before), 0);
    assert_int_equal(vtc_compact(place("a.vtc"), NULL, NULL, NULL, NULL), VTC_OK);
    assert_int_equal(stat(place("a.vtc"), &after), 0);
    assert_int_not_equal(before.st_ino, after.st_ino);
    assert_int_equal(after.st_mode, before.st_mode);
    assert_int_equal(after.st_uid, before.st_uid);
    assert_int_equal(after.st_gid, before.st_gid);
    assert_int_equal(after.st_mtim.tv_sec, 2000);
    assert_int_equal(after.st_mtim.tv_nsec, 7);
}

static void test_compact__leaves_alone_what_a_process_records(void **state)
{
    (void)state;
    vtc_session *session;
    struct bytes before = {0}, after = {0};
    struct vtc_error err;
    struct vtc_compact_result result;
    assert_int_equal(vtc_session_open(place("a.vtc"), NULL, &session, NULL), VTC_OK);
    record_some(session, vtc_session_writer(session), 1000);
    read_live(place("a.vtc"), &before);
    assert_int_equal(vtc_compact(place("a.vtc"), NULL, NULL, NULL, &err), VTC_ERR_ARGUMENT);
    assert_int_equal(err.sys_errno, EBUSY);
    /* A snapshot goes to another file, which is not overwritten. */
    assert_int_equal(vtc_compact(place("a.vtc"), place("b.vtc"), NULL, &result, NULL), VTC_OK);
    assert_int_equal(result.facts.state, VTC_LIVE_RECORDING);
    read_document(place("b.vtc"), &after);
    assert_same_bytes(&after, &before);
    assert_int_equal(vtc_compact(place("a.vtc"), place("b.vtc"), NULL, NULL, &err), VTC_ERR_IO);
    assert_int_equal(err.sys_errno, EEXIST);
    record_some(session, vtc_session_writer(session), 1000);
    vtc_session_stop(session);
    assert_int_equal(vtc_compact(place("a.vtc"), NULL, NULL, NULL, &err), VTC_ERR_ARGUMENT);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
    assert_int_equal(vtc_compact(place("a.vtc"), NULL, NULL, NULL, &err), VTC_OK);
    bytes_free(&before);
    bytes_free(&after);
}

static void test_compact__takes_what_a_killed_process_left(void **state)
{
    (void)state;
    struct bytes before = {0}, after = {0};
    struct vtc_compact_result result;
    pid_t child = fork();
    if (child == 0) {
        vtc_session *session;
        if (vtc_session_open(place("a.vtc"), NULL, &session, NULL) != VTC_OK)
            _exit(1);
        record_some(session, vtc_session_writer(session), 5000);
        kill(getpid(), SIGKILL);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    read_live(place("a.vtc"), &before);
    bytes_append(&before, "", 1);
    assert_non_null(strstr((const char *)before.data, "\"state\":\"crashed\""));
    before.len_bytes--;
    assert_int_equal(vtc_compact(place("a.vtc"), NULL, NULL, &result, NULL), VTC_OK);
    assert_int_equal(result.facts.state, VTC_LIVE_CRASHED);
    read_document(place("a.vtc"), &after);
    assert_same_bytes(&after, &before);
    bytes_free(&before);
    bytes_free(&after);
}

static void test_compact__compresses_again_when_a_level_is_named(void **state)
{
    (void)state;
    struct bytes before = {0}, after = {0};
    struct vtc_compact_result first, again;
    struct stat left, about;
    struct vtc_compact_opts opts = {.struct_size = sizeof opts, .level = 1, .threads = 2};
    record_closed(place("a.vtc"), 20000);
    read_live(place("a.vtc"), &before);
    assert_int_equal(vtc_compact(place("a.vtc"), NULL, &opts, &first, NULL), VTC_OK);
    assert_int_equal(stat(place("a.vtc"), &left), 0);
    assert_int_equal(vtc_compact(place("a.vtc"), NULL, NULL, &again, NULL), VTC_OK);
    assert_true(again.left_alone);
    assert_int_equal(stat(place("a.vtc"), &about), 0);
    assert_int_equal(about.st_ino, left.st_ino);
    opts.level = 19;
    assert_int_equal(vtc_compact(place("a.vtc"), NULL, &opts, &again, NULL), VTC_OK);
    assert_false(again.left_alone);
    assert_true(again.output_bytes < first.output_bytes);
    read_document(place("a.vtc"), &after);
    assert_same_bytes(&after, &before);
    assert_int_equal(vtc_compact(place("a.vtc"), place("b.vtc"), NULL, &again, NULL), VTC_OK);
    after.len_bytes = 0;
    read_document(place("b.vtc"), &after);
    assert_same_bytes(&after, &before);
    bytes_free(&before);
    bytes_free(&after);
}

static void test_compact__replaces_nothing_by_something_damaged(void **state)
{
    (void)state;
    struct bytes packed = {0}, after = {0};
    struct vtc_compact_opts opts = {.struct_size = sizeof opts, .level = 5};
    record_closed(place("a.vtc"), 20000);
    assert_int_equal(vtc_compact(place("a.vtc"), NULL, NULL, NULL, NULL), VTC_OK);
    read_file(place("a.vtc"), &packed);
    write_file(place("a.vtc"), packed.data, packed.len_bytes / 2);
    assert_int_equal(vtc_compact(place("a.vtc"), NULL, &opts, NULL, NULL), VTC_ERR_TRUNCATED);
    read_file(place("a.vtc"), &after);
    assert_int_equal(after.len_bytes, packed.len_bytes / 2);
    assert_int_equal(names_in_directory(), 1);
    bytes_free(&packed);
    bytes_free(&after);
}

static void test_compact__says_what_is_wrong(void **state)
{
    (void)state;
    struct vtc_error err;
    struct vtc_compact_opts opts = {.struct_size = sizeof opts, .level = 20};
    write_file(place("text"), "hello", 5);
    assert_int_equal(vtc_compact(place("text"), NULL, NULL, NULL, &err), VTC_ERR_NOT_VTC);
    assert_int_equal(vtc_compact(place("none"), NULL, NULL, NULL, &err), VTC_ERR_IO);
    assert_int_equal(err.sys_errno, ENOENT);
    assert_int_equal(vtc_compact(directory, NULL, NULL, NULL, &err), VTC_ERR_IO);
    assert_int_equal(err.sys_errno, EISDIR);
    assert_int_equal(vtc_compact(place("text"), NULL, &opts, NULL, &err), VTC_ERR_ARGUMENT);
    assert_int_equal(mkfifo(place("fifo"), 0600), 0);
    assert_int_equal(vtc_compact(place("fifo"), NULL, NULL, NULL, &err), VTC_ERR_NOT_VTC);
    /* Through a link the file itself would be replaced by what the link is: refused. */
    record_closed(place("a.vtc"), 10);
    assert_int_equal(symlink(place("a.vtc"), place("link.vtc")), 0);
    assert_int_equal(vtc_compact(place("link.vtc"), NULL, NULL, NULL, &err), VTC_ERR_ARGUMENT);
    assert_int_equal(names_in_directory(), 4);
}

static vtc_status cancel_late(void *context, uint64_t input_bytes, uint64_t output_bytes)
{
    unsigned *left = context;
    (void)input_bytes;
    (void)output_bytes;
    return (*left)-- == 0 ? VTC_ERR_CANCELLED : VTC_OK;
}

/* Wherever it is cancelled, and whichever allocation fails: the old file stays, alone. */
static void test_compact__fails_without_a_trace(void **state)
{
    (void)state;
    struct stat before, after;
    unsigned calls = 0;
    record_closed(place("a.vtc"), 2000);
    assert_int_equal(stat(place("a.vtc"), &before), 0);
    for (bool failed = true; failed; calls++) {
        unsigned left = calls;
        struct vtc_compact_opts opts = {.struct_size = sizeof opts,
                                        .progress = cancel_late,
                                        .progress_context = &left};
        vtc_status status = vtc_compact(place("a.vtc"), NULL, &opts, NULL, NULL);
        failed = status != VTC_OK;
        assert_true(!failed || status == VTC_ERR_CANCELLED);
        assert_int_equal(stat(place("a.vtc"), &after), 0);
        assert_int_equal(before.st_ino == after.st_ino, failed);
        assert_int_equal(names_in_directory(), 1);
    }
    assert_true(calls > 2);
    unlink(place("a.vtc"));
    record_closed(place("a.vtc"), 10);
    assert_int_equal(stat(place("a.vtc"), &before), 0);
    bool has_met_it = true;
    for (uint64_t fail_at = 1; has_met_it; fail_at++) {
        struct test_fault_allocator faults;
        test_fault_allocator_init(&faults, fail_at);
        struct vtc_compact_opts opts = {.struct_size = sizeof opts, .allocator = &faults.allocator};
        vtc_status status = vtc_compact(place("a.vtc"), NULL, &opts, NULL, NULL);
        has_met_it = faults.calls >= fail_at;
        assert_int_equal(faults.held_bytes, 0);
        /* Reading back does with less where it can. */
        assert_true(status == VTC_OK || (has_met_it && status == VTC_ERR_NO_MEMORY));
        assert_int_equal(stat(place("a.vtc"), &after), 0);
        assert_int_equal(before.st_ino == after.st_ino, status != VTC_OK);
        if (status == VTC_OK) {
            unlink(place("a.vtc"));
            record_closed(place("a.vtc"), 10);
            assert_int_equal(stat(place("a.vtc"), &before), 0);
        }
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_compact__reads_the_same_as_before),
        TEST(test_compact__keeps_owner_mode_and_time),
        TEST(test_compact__leaves_alone_what_a_process_records),
        TEST(test_compact__takes_what_a_killed_process_left),
        TEST(test_compact__compresses_again_when_a_level_is_named),
        TEST(test_compact__replaces_nothing_by_something_damaged),
        TEST(test_compact__says_what_is_wrong),
        TEST(test_compact__fails_without_a_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
