/* The compactor, a round over a family with retention, and what adds names to a live file, killed before each system call that changes a file, and each of them failing: the old
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
#include <time.h>

#include "vtc/symbols.h"

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

ssize_t pwrite64(int fd, const void *bytes, size_t len_bytes, off64_t offset);
ssize_t pwrite64(int fd, const void *bytes, size_t len_bytes, off64_t offset)
{
    CATCH(syscall(SYS_pwrite64, fd, bytes, len_bytes, offset));
}

int fdatasync(int fd)
{
    CATCH((int)syscall(SYS_fdatasync, fd));
}

int unlink(const char *path)
{
    CATCH((int)syscall(SYS_unlinkat, AT_FDCWD, path, 0));
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

static void assert_file_whole(const char *name, const struct bytes *wanted, bool *out_is_new)
{
    struct bytes found = {0};
    int fd = open(place(name), O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    *out_is_new = !vtc_live_is(fd);
    close(fd);
    if (*out_is_new)
        read_document(place(name), &found);
    else
        read_live(place(name), &found);
    assert_same_bytes(&found, wanted);
    bytes_free(&found);
}

static void assert_whole(bool *out_is_new)
{
    assert_file_whole("a.vtc", &text, out_is_new);
}

static vtc_status compact(void)
{
    const struct vtc_compact_opts opts = {.struct_size = sizeof opts, .level = 1};
    return vtc_compact(place("a.vtc"), NULL, &opts, NULL, NULL);
}

/* A run in a child, killed before call `at`; false when it was over by then. */
static bool kill_at(int at, vtc_status (*run)(void))
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        calls = 0;
        kill_before = at;
        _exit(run() == VTC_OK ? 0 : 1);
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
        killed = kill_at(at, compact);
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

/* --- a round, which keeps what is younger than an hour */

enum { FAMILY = 4, HOUR_S = 3600 };
static const char *const family[FAMILY] = {"a.vtc", "a.0001.vtc", "a.0002.vtc", "a.p77.vtc"};

static vtc_status run_round(void)
{
    const struct vtc_compact_opts opts = {.struct_size = sizeof opts, .level = 1};
    const struct vtc_retention keep = {.keep_ns = (uint64_t)HOUR_S * 1000000000u};
    struct vtc_compact_round done;
    vtc_status status = vtc_compact_family(place("a.vtc"), &opts, &keep, &done, NULL);
    return status == VTC_OK && done.failed == 0 ? VTC_OK : VTC_ERR_IO;
}

/* The first two are older than what is kept. */
static bool is_old(size_t member)
{
    return member < 2;
}

static void make_family(const struct bytes *live)
{
    for (size_t i = 0; i < FAMILY; i++) {
        unlink(place(family[i]));
        write_file(place(family[i]), live[i].data, live[i].len_bytes);
        const struct timespec age = {time(NULL) - (is_old(i) ? 2 * HOUR_S : 60), (long)i};
        const struct timespec times[2] = {age, age};
        assert_int_equal(utimensat(AT_FDCWD, place(family[i]), times, 0), 0);
    }
}

static void test_family__killed_at_any_call(void **state)
{
    (void)state;
    struct bytes live[FAMILY] = {{0}}, texts[FAMILY] = {{0}};
    for (size_t i = 0; i < FAMILY; i++) {
        record_closed(place(family[i]), 200 * (int)(i + 1));
        read_live(place(family[i]), &texts[i]);
        read_file(place(family[i]), &live[i]);
    }
    int at = 1;
    for (bool killed = true; killed; at++) {
        bool is_new;
        make_family(live);
        killed = kill_at(at, run_round);
        for (size_t i = 0; i < FAMILY; i++)
            if (!is_old(i) || access(place(family[i]), F_OK) == 0)
                assert_file_whole(family[i], &texts[i], &is_new);
        assert_true(names_in_directory() <= FAMILY + 1);
        assert_int_equal(run_round(), VTC_OK);
        assert_int_equal(names_in_directory(), FAMILY - 2);
        for (size_t i = 2; i < FAMILY; i++) {
            assert_file_whole(family[i], &texts[i], &is_new);
            assert_true(is_new);
        }
    }
    assert_true(at > 2 * 8);
    for (size_t i = 0; i < FAMILY; i++) {
        bytes_free(&live[i]);
        bytes_free(&texts[i]);
    }
}

/* --- names for addresses */

enum { ADDRESSES = 40, NAME_BYTES = 1000 };

static void record_addresses(void)
{
    vtc_session *session;
    vtc_writer *writer;
    const struct vtc_session_opts opts = {.struct_size = sizeof opts, .overwrite = 1};
    assert_int_equal(vtc_session_open(place("s.vtc"), &opts, &session, NULL), VTC_OK);
    assert_int_equal(vtc_writer_open(session, 0, "writer", &writer, NULL), VTC_OK);
    for (uint64_t i = 0; i < ADDRESSES; i++) {
        vtc_site site = vtc_session_address_site(session, 'B', 0x1000 + 16 * i);
        assert_int_equal(vtc_begin(writer, site), VTC_OK);
        assert_int_equal(vtc_end(writer), VTC_OK);
    }
    vtc_writer_close(writer);
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
}

static vtc_status add_names(void)
{
    char name[NAME_BYTES];
    vtc_symbols *symbols;
    memset(name, 'n', sizeof name);
    vtc_status status = vtc_symbols_open(place("s.vtc"), NULL, &symbols, NULL);
    for (size_t i = 0; status == VTC_OK && i < vtc_symbols_count(symbols); i++)
        if (!vtc_symbols_named(symbols, i))
            status = vtc_symbols_set(symbols, i, name, sizeof name, NULL);
    if (status == VTC_OK)
        status = vtc_symbols_commit(symbols, NULL);
    vtc_symbols_close(symbols);
    return status;
}

static size_t count_names(void)
{
    vtc_symbols *symbols;
    size_t count = 0;
    assert_int_equal(vtc_symbols_open(place("s.vtc"), NULL, &symbols, NULL), VTC_OK);
    assert_int_equal(vtc_symbols_count(symbols), ADDRESSES);
    for (size_t i = 0; i < ADDRESSES; i++)
        count += vtc_symbols_named(symbols, i) != 0;
    vtc_symbols_close(symbols);
    return count;
}

static uint64_t count_events(void)
{
    vtc_live *live;
    struct vtc_live_facts facts;
    struct bytes found = {0};
    assert_int_equal(vtc_live_open(place("s.vtc"), NULL, &live, NULL), VTC_OK);
    vtc_live_info(live, &facts);
    assert_int_equal(facts.damage, 0);
    vtc_live_close(live);
    read_live(place("s.vtc"), &found);
    bytes_append(&found, "", 1);
    uint64_t events = 0;
    for (const char *at = (const char *)found.data; (at = strstr(at, "{\"ph\":\"X\"")); at++)
        events++;
    bytes_free(&found);
    return events;
}

/* All names or none, and all events in any case; a later run does what was not done. */
static void test_symbols__killed_at_any_call(void **state)
{
    (void)state;
    int at = 1;
    for (bool killed = true; killed; at++) {
        record_addresses();
        killed = kill_at(at, add_names);
        size_t named = count_names();
        assert_true(named == 0 || named == ADDRESSES);
        assert_true(killed || named == ADDRESSES);
        assert_int_equal(count_events(), ADDRESSES);
        assert_int_equal(add_names(), VTC_OK);
        assert_int_equal(count_names(), ADDRESSES);
        assert_int_equal(count_events(), ADDRESSES);
    }
    assert_true(at > 4);
}

/* --- a process that defines long names, which take several pages each */

static vtc_status record_long_names(void)
{
    static char name[20000];
    vtc_session *session;
    uint32_t id;
    const struct vtc_session_opts opts = {.struct_size = sizeof opts, .overwrite = 1};
    vtc_status status = vtc_session_open(place("s.vtc"), &opts, &session, NULL);
    memset(name, 'n', sizeof name);
    for (size_t i = 0; status == VTC_OK && i < 3; i++)
        status = vtc_session_intern(session, name, sizeof name - i, &id, NULL);
    return status == VTC_OK ? vtc_session_close(session, NULL) : status;
}

/* What was half written when it was killed is no damage. */
static void test_long_names__killed_at_any_call(void **state)
{
    (void)state;
    int at = 1;
    for (bool killed = true; killed; at++) {
        vtc_live *live;
        struct vtc_live_facts facts;
        unlink(place("s.vtc"));
        killed = kill_at(at, record_long_names);
        if (access(place("s.vtc"), F_OK) != 0)
            continue;
        assert_int_equal(vtc_live_open(place("s.vtc"), NULL, &live, NULL), VTC_OK);
        vtc_live_info(live, &facts);
        assert_int_equal(facts.damage, 0);
        vtc_live_close(live);
    }
    assert_true(at > 3 * 3);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_compact__killed_at_any_call),
        TEST(test_compact__killed_at_any_call_with_a_named_file),
        TEST(test_compact__failing_at_any_call),
        TEST(test_family__killed_at_any_call),
        TEST(test_symbols__killed_at_any_call),
        TEST(test_long_names__killed_at_any_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
