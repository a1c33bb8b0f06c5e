/* Live files: every allocation and every read failing in turn, while one is opened, read and refreshed,
 * compacted, merged, recovered. A status comes back that says what failed, nothing leaks, no file is
 * left; what does not fail gives all of the text.
 *
 * Reads are caught by a function of the same name in this program, which the linker prefers to that of
 * libc.
 * ctest: timeout 900
 */
#include "compact/recorded.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>

#include "support/fault_allocator.h"

static int reads;   /* so far */
static int fail_at; /* 1-based; 0: never */

ssize_t pread(int fd, void *to, size_t len_bytes, off_t offset)
{
    if (++reads == fail_at) {
        errno = EIO;
        return -1;
    }
    return syscall(SYS_pread64, fd, to, len_bytes, offset);
}

/* --- a live file with all that is read anew --------------------------------------------------- */

/* A begin whose arguments are beyond those that are kept in memory until its end. */
static void record_deep(vtc_session *session, vtc_writer *writer)
{
    static const struct vtc_param param = {"text", VTC_ARG_STRING};
    static char text[3800];
    const struct vtc_site_opts opts = {sizeof opts, 'B', "deep", NULL, &param, 1, 0};
    const struct vtc_value value = {VTC_ARG_STRING, {.as_bytes = {text, sizeof text}}};
    vtc_site site;
    memset(text, 'x', sizeof text);
    assert_int_equal(vtc_session_site(session, &opts, &site, NULL), VTC_OK);
    for (int i = 0; i < 1200; i++)
        assert_int_equal(vtc_event(writer, site, &value, 1), VTC_OK);
    for (int i = 0; i < 1190; i++)
        assert_int_equal(vtc_end(writer), VTC_OK);
}

static vtc_session *record_open(const char *path, bool deep)
{
    vtc_session *session;
    assert_int_equal(vtc_session_open(path, NULL, &session, NULL), VTC_OK);
    record_some(session, vtc_session_writer(session), 20);
    if (deep)
        record_deep(session, vtc_session_writer(session));
    return session;
}

/* --- what is tried ---------------------------------------------------------------------------- */

struct trial {
    const struct vtc_allocator *allocator;
    struct bytes text;
    struct vtc_error err;
};

static vtc_status read_all(struct trial *trial, vtc_live *live)
{
    static char piece[1 << 16];
    size_t given = 1;
    vtc_status status = VTC_OK;
    trial->text.len_bytes = 0;
    while (status == VTC_OK && given) {
        given = 0;
        status = vtc_live_read(live, piece, sizeof piece, &given, &trial->err);
        bytes_append(&trial->text, piece, given);
    }
    return status;
}

static vtc_status try_live(struct trial *trial, int follow)
{
    vtc_live *live;
    const struct vtc_live_opts opts = {.struct_size = sizeof opts,
                                       .allocator = trial->allocator,
                                       .follow = follow};
    vtc_status status = vtc_live_open(place("a.vtc"), &opts, &live, &trial->err);
    if (status != VTC_OK)
        return status;
    status = read_all(trial, live);
    if (status == VTC_OK)
        status = vtc_live_refresh(live, &trial->err);
    if (status == VTC_OK)
        status = read_all(trial, live);
    vtc_live_close(live);
    return status;
}

static vtc_status try_reading(struct trial *trial)
{
    return try_live(trial, 0);
}

static vtc_status try_following(struct trial *trial)
{
    return try_live(trial, 1);
}

static vtc_status try_compacting(struct trial *trial)
{
    const struct vtc_compact_opts opts = {.struct_size = sizeof opts,
                                          .allocator = trial->allocator,
                                          .overwrite = 1};
    unlink(place("out.vtc"));
    return vtc_compact(place("a.vtc"), place("out.vtc"), &opts, NULL, &trial->err);
}

static vtc_status try_merging(struct trial *trial)
{
    const struct vtc_compact_opts opts = {.struct_size = sizeof opts,
                                          .allocator = trial->allocator};
    const char *const paths[] = {place("a.vtc"), place("b.vtc")};
    unlink(place("out.vtc"));
    return vtc_merge(paths, 2, place("out.vtc"), &opts, NULL, &trial->err);
}

static vtc_status collect(void *context, const void *bytes, size_t len_bytes, struct vtc_error *err)
{
    (void)err;
    bytes_append(context, bytes, len_bytes);
    return VTC_OK;
}

/* As vtc recover does. */
static vtc_status try_recovering(struct trial *trial)
{
    const struct vtc_reader_opts reader_opts = {sizeof reader_opts, 0, trial->allocator};
    const struct vtc_decompress_opts opts = {.struct_size = sizeof opts,
                                             .rows_only = 1,
                                             .skip_damaged = 1};
    vtc_reader *reader;
    trial->text.len_bytes = 0;
    vtc_status status = vtc_reader_open(place("b.vtc"), &reader_opts, &reader, &trial->err);
    if (status != VTC_OK)
        return status;
    status = vtc_decompress(reader, collect, &trial->text, &opts, NULL, &trial->err);
    vtc_reader_close(reader);
    return status;
}

/* Allocations of the last two: compact/test_compact.c, compact/test_merge.c. */
static vtc_status (*const trials[])(struct trial *) = {try_reading, try_following, try_recovering,
                                                       try_compacting, try_merging};
enum { TRIALS = sizeof trials / sizeof *trials, ALLOCATION_TRIALS = 3 };

/* b.vtc is a file of blocks. `deep` wants some MiB, for which allocations fail too slowly. */
static vtc_session *prepare(bool deep)
{
    record_closed(place("b.vtc"), 20);
    assert_int_equal(vtc_compact(place("b.vtc"), NULL, NULL, NULL, NULL), VTC_OK);
    return record_open(place("a.vtc"), deep);
}

static void assert_left(vtc_status status)
{
    if (status != VTC_OK)
        assert_int_equal(access(place("out.vtc"), F_OK), -1);
    unlink(place("out.vtc"));
    assert_int_equal(names_in_directory(), 2);
}

static void assert_same_text(const struct trial *trial, const struct trial *whole)
{
    assert_int_equal(trial->text.len_bytes, whole->text.len_bytes);
    if (whole->text.len_bytes)
        assert_memory_equal(trial->text.data, whole->text.data, whole->text.len_bytes);
}

static void test_live__each_allocation_failing(void **state)
{
    (void)state;
    vtc_session *session = prepare(false);
    for (size_t i = 0; i < ALLOCATION_TRIALS; i++) {
        struct trial whole = {0}, trial = {0};
        struct test_fault_allocator faults;
        vtc_status status = VTC_ERR_NO_MEMORY;
        assert_int_equal(trials[i](&whole), VTC_OK);
        for (uint64_t at = 1; status != VTC_OK; at++) {
            test_fault_allocator_init(&faults, at);
            trial.allocator = &faults.allocator;
            status = trials[i](&trial);
            assert_int_equal(faults.held_bytes, 0);
            assert_true(status == VTC_OK ? faults.calls < at : status == VTC_ERR_NO_MEMORY);
            assert_left(status);
        }
        assert_true(faults.calls > 10);
        assert_same_text(&trial, &whole);
        bytes_free(&whole.text);
        bytes_free(&trial.text);
    }
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
}

static void test_live__each_read_failing(void **state)
{
    (void)state;
    vtc_session *session = prepare(true);
    for (size_t i = 0; i < TRIALS; i++) {
        struct trial whole = {0}, trial = {0};
        vtc_status status = VTC_ERR_IO;
        assert_int_equal(trials[i](&whole), VTC_OK);
        /* Each of the first, and a sample of those of many pages. */
        for (int at = 1; status != VTC_OK; at += at < 50 ? 1 : 41) {
            reads = 0;
            fail_at = at;
            trial.err.sys_errno = 0;
            status = trials[i](&trial);
            fail_at = 0;
            assert_true(status == VTC_OK ? reads < at : status == VTC_ERR_IO);
            if (status != VTC_OK)
                assert_int_equal(trial.err.sys_errno, EIO);
            assert_left(status);
        }
        assert_true(reads > 3);
        assert_same_text(&trial, &whole);
        bytes_free(&whole.text);
        bytes_free(&trial.text);
    }
    assert_int_equal(vtc_session_close(session, NULL), VTC_OK);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_live__each_allocation_failing),
        TEST(test_live__each_read_failing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
