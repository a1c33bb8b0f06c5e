/* The compactor killed before each system call that changes a file, and each of them failing: the old
 * file is there whole or the new one is, and what was left lying about goes with the next run.
 *
 * The calls are caught by functions of the same name in this program, which the linker prefers to
 * those of libc.
 * ctest: timeout 900
 */
#include "compact/recorded.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* --- the calls -------------------------------------------------------------------------------- */

static int calls;       /* so far */
static int kill_before; /* 1-based; 0: never */
static int fail_at;     /* the same; also every call behind it, of a disk that stays full */
static int fail_errno;
static bool no_unnamed; /* the file system has no O_TMPFILE */

/* 0, or an errno that the call is to fail with. */
static int meet(void)
{
    calls++;
    if (kill_before && calls == kill_before)
        kill(getpid(), SIGKILL);
    return fail_at && calls >= fail_at ? fail_errno : 0;
}

#define CATCH(call)         \
    do {                    \
        int error = meet(); \
        if (error) {        \
            errno = error;  \
            return -1;      \
        }                   \
        return (call);      \
    } while (0)

ssize_t write(int fd, const void *bytes, size_t len_bytes);
ssize_t write(int fd, const void *bytes, size_t len_bytes)
{
    CATCH(syscall(SYS_write, fd, bytes, len_bytes));
}

int fsync(int fd)
{
    CATCH((int)syscall(SYS_fsync, fd));
}

int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags)
{
    CATCH((int)syscall(SYS_linkat, from_fd, from, to_fd, to, flags));
}

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
    CATCH((int)syscall(SYS_renameat2, from_fd, from, to_fd, to, 0));
}

int renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags)
{
    CATCH((int)syscall(SYS_renameat2, from_fd, from, to_fd, to, flags));
}

int unlinkat(int fd, const char *name, int flags)
{
    CATCH((int)syscall(SYS_unlinkat, fd, name, flags));
}

int fchmod(int fd, mode_t mode)
{
    CATCH((int)syscall(SYS_fchmod, fd, mode));
}

int openat(int fd, const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if (no_unnamed && (flags & O_TMPFILE) == O_TMPFILE) {
        errno = EOPNOTSUPP;
        return -1;
    }
    CATCH((int)syscall(SYS_openat, fd, path, flags, mode));
}

/* --- the tests -------------------------------------------------------------------------------- */

static struct bytes text; /* of the file, whatever form it has */

static void assert_whole(bool *out_is_new)
{
    struct bytes found = {0};
    int fd = open(place("a.vtc"), O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    *out_is_new = !vtc_live_is(fd);
    close(fd);
    if (*out_is_new)
        read_document(place("a.vtc"), &found);
    else
        read_live(place("a.vtc"), &found);
    assert_same_bytes(&found, &text);
    bytes_free(&found);
}

static vtc_status compact(void)
{
    const struct vtc_compact_opts opts = {.struct_size = sizeof opts, .level = 1};
    return vtc_compact(place("a.vtc"), NULL, &opts, NULL, NULL);
}

/* A run in a child, killed before call `at`; false when it was over by then. */
static bool kill_at(int at)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        calls = 0;
        kill_before = at;
        _exit(compact() == VTC_OK ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status))
        assert_int_equal(WEXITSTATUS(status), 0);
    return WIFSIGNALED(status);
}

static void kill_everywhere(bool named)
{
    struct bytes live = {0};
    unsigned left_behind = 0;
    no_unnamed = named;
    record_closed(place("a.vtc"), 5000);
    read_live(place("a.vtc"), &text);
    read_file(place("a.vtc"), &live);
    int at = 1;
    for (bool killed = true; killed; at++) {
        bool is_new;
        write_file(place("a.vtc"), live.data, live.len_bytes);
        killed = kill_at(at);
        assert_whole(&is_new);
        assert_true(is_new || killed);
        int names = names_in_directory();
        assert_true(names <= 2);
        left_behind += names == 2;
        assert_int_equal(compact(), VTC_OK);
        assert_whole(&is_new);
        assert_true(is_new);
        assert_int_equal(names_in_directory(), 1);
    }
    assert_true(at > 8);
    /* Without a name nothing is left, but in the two instants between giving it one, exchanging it
     * for the old file, and removing that. */
    assert_true(named ? left_behind > 3 : left_behind == 2);
    no_unnamed = false;
    bytes_free(&live);
    bytes_free(&text);
}

static void test_compact__killed_at_any_call(void **state)
{
    (void)state;
    kill_everywhere(false);
}

static void test_compact__killed_at_any_call_with_a_named_file(void **state)
{
    (void)state;
    kill_everywhere(true);
}

/* Every call failing, and all behind it: the old file stays until the rename is done. */
static void test_compact__failing_at_any_call(void **state)
{
    (void)state;
    static const int errors[] = {ENOSPC, EIO};
    struct bytes live = {0};
    record_closed(place("a.vtc"), 5000);
    read_live(place("a.vtc"), &text);
    read_file(place("a.vtc"), &live);
    for (int variant = 0; variant < 4; variant++) {
        bool failed = true;
        for (int at = 1; failed; at++) {
            bool is_new;
            unlink(place("a.vtc"));
            write_file(place("a.vtc"), live.data, live.len_bytes);
            no_unnamed = variant / 2;
            fail_errno = errors[variant % 2];
            calls = 0;
            fail_at = at;
            vtc_status status = compact();
            failed = calls >= at;
            fail_at = 0;
            assert_whole(&is_new);
            /* What fails behind the rename costs nothing: a directory that cannot be synced is told
             * of, for EIO. */
            assert_true(status == VTC_OK ? is_new : status == VTC_ERR_IO);
            assert_true(failed || status == VTC_OK);
            assert_int_equal(compact(), VTC_OK);
            assert_int_equal(names_in_directory(), 1);
        }
    }
    no_unnamed = false;
    bytes_free(&live);
    bytes_free(&text);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_compact__killed_at_any_call),
        TEST(test_compact__killed_at_any_call_with_a_named_file),
        TEST(test_compact__failing_at_any_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
