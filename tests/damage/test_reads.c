/* A reader whose reads fail: each pread and each read of a file in turn gives an error, nothing at all
 * (a file that somebody truncates meanwhile), or only a few bytes; and a descriptor that is closed.
 * This program has a pread and a read of its own, which the library is linked with.
 */
#include "support/cmocka_all.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "damage/sample.h"
#include "vtc/block.h"
#include "vtc/query.h"
#include "vtc/verify.h"

static struct {
    int fd;                 /* only its reads count */
    _Atomic uint64_t calls; /* workers read too */
    uint64_t fail_at;
    int fail_errno;     /* 0: the file ends here, from this call on */
    size_t piece_bytes; /* 0: no bound */
} plan = {.fd = -1};

/* -1: go on. */
static int intercept(int fd, size_t *len_bytes)
{
    if (fd != plan.fd)
        return -1;
    uint64_t call = ++plan.calls;
    if (call > 1000000) { /* as many as no small file needs: it goes round in circles */
        fprintf(stderr, "read for ever, failing from read %llu on\n",
                (unsigned long long)plan.fail_at);
        abort();
    }
    if (plan.piece_bytes && *len_bytes > plan.piece_bytes)
        *len_bytes = plan.piece_bytes;
    if (plan.fail_at == 0 || call < plan.fail_at)
        return -1;
    if (plan.fail_errno == 0)
        return 0;
    if (call > plan.fail_at)
        return -1;
    errno = plan.fail_errno;
    return 1;
}

/* With 64-bit offsets this is pread64. */
ssize_t pread(int fd, void *to, size_t len_bytes, off_t offset)
{
    int verdict = intercept(fd, &len_bytes);
    if (verdict >= 0)
        return -verdict;
    return syscall(SYS_pread64, fd, to, len_bytes, offset);
}

ssize_t read(int fd, void *to, size_t len_bytes)
{
    int verdict = intercept(fd, &len_bytes);
    if (verdict >= 0)
        return -verdict;
    return syscall(SYS_read, fd, to, len_bytes);
}

static vtc_status write_back(void *context, const void *bytes, size_t len_bytes,
                             struct vtc_error *err)
{
    (void)err;
    bytes_append(context, bytes, len_bytes);
    return VTC_OK;
}

typedef vtc_status (*work_fn)(vtc_reader *reader, struct bytes *back, struct vtc_error *err);

static vtc_status decompress(vtc_reader *reader, struct bytes *back, struct vtc_error *err)
{
    return vtc_decompress(reader, write_back, back, NULL, NULL, err);
}

static vtc_status decompress_threads(vtc_reader *reader, struct bytes *back, struct vtc_error *err)
{
    struct vtc_decompress_opts opts = {.struct_size = sizeof opts, .threads = 2};
    return vtc_decompress(reader, write_back, back, &opts, NULL, err);
}

static vtc_status verify(vtc_reader *reader, struct bytes *back, struct vtc_error *err)
{
    (void)back;
    return vtc_verify(reader, NULL, NULL, err);
}

static vtc_status iterate(vtc_reader *reader, struct bytes *back, struct vtc_error *err)
{
    vtc_iterator *iterator;
    vtc_block *block;
    const struct vtc_spans *spans;
    (void)back;
    vtc_status status = vtc_iterator_open(reader, NULL, &iterator, err);
    if (status != VTC_OK)
        return status;
    while ((status = vtc_iterator_next(iterator, &block, err)) == VTC_OK)
        if ((status = vtc_block_spans(block, &spans, err)) != VTC_OK)
            break;
    vtc_iterator_close(iterator);
    return status == VTC_END ? VTC_OK : status;
}

static vtc_status slowest(vtc_reader *reader, struct bytes *back, struct vtc_error *err)
{
    vtc_query *query;
    const struct vtc_query_value *values;
    (void)back;
    vtc_status status = vtc_query_open(reader, "slowest 5", NULL, &query, err);
    if (status != VTC_OK)
        return status;
    while (status == VTC_OK)
        status = vtc_query_next(query, &values, err);
    vtc_query_close(query);
    return status == VTC_END ? VTC_OK : status;
}

static vtc_status names(vtc_reader *reader, struct bytes *back, struct vtc_error *err)
{
    struct vtc_text process, thread;
    struct vtc_summary summary;
    (void)back;
    vtc_reader_summary(reader, &summary);
    if (summary.tracks == 0) /* lost with the definitions */
        return VTC_OK;
    return vtc_reader_track_names(reader, 0, &process, &thread, err);
}

static vtc_status take_column(void *context, const struct vtc_column *column)
{
    (void)column;
    ++*(unsigned *)context;
    return VTC_OK;
}

static vtc_status columns(vtc_reader *reader, struct bytes *back, struct vtc_error *err)
{
    unsigned count = 0;
    (void)back;
    return vtc_reader_columns(reader, take_column, &count, err);
}

static const struct {
    const char *what;
    work_fn work;
} works[] = {
    {"decompress", decompress}, {"decompress, 2 threads", decompress_threads},
    {"verify", verify},         {"iterate", iterate},
    {"slowest", slowest},       {"track names", names},
    {"columns", columns},
};

static FILE *file_of(const struct bytes *bytes)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(bytes->data, 1, bytes->len_bytes, file), bytes->len_bytes);
    assert_int_equal(fflush(file), 0);
    return file;
}

static vtc_status run(int fd, work_fn work, struct bytes *back, struct vtc_error *err)
{
    vtc_reader *reader;
    plan.calls = 0;
    plan.fd = fd;
    memset(err, 0, sizeof *err);
    vtc_status status = vtc_reader_open_fd(fd, NULL, &reader, err);
    if (status == VTC_OK) {
        status = work(reader, back, err);
        vtc_reader_close(reader);
    }
    plan.fd = -1;
    return status;
}

static void test_reader__passes_on_each_failing_read(void **state)
{
    (void)state;
    struct bytes text = {0}, bytes = {0};
    sample_file(&text, &bytes, 150, 3);
    FILE *file = file_of(&bytes);
    for (size_t w = 0; w < sizeof works / sizeof *works; w++) {
        for (uint64_t fail_at = 1;; fail_at++) {
            struct bytes back = {0};
            struct vtc_error err;
            plan.fail_at = fail_at;
            plan.fail_errno = EIO;
            vtc_status status = run(fileno(file), works[w].work, &back, &err);
            assert_true(back.len_bytes <= text.len_bytes);
            if (back.len_bytes)
                assert_memory_equal(back.data, text.data, back.len_bytes);
            bytes_free(&back);
            if (plan.calls < fail_at) {
                assert_int_equal(status, VTC_OK);
                assert_true(fail_at > 3);
                break;
            }
            if (status != VTC_ERR_IO || err.code != VTC_ERR_IO || err.sys_errno != EIO)
                fail_msg("%s, read %llu: %s, errno %d: %s", works[w].what,
                         (unsigned long long)fail_at, vtc_status_name(status), err.sys_errno,
                         err.message);
        }
    }
    fclose(file);
    bytes_free(&text);
    bytes_free(&bytes);
}

/* From the N-th read on the file has no bytes left. */
static void test_reader__file_truncated_meanwhile(void **state)
{
    (void)state;
    struct bytes text = {0}, bytes = {0};
    sample_file(&text, &bytes, 150, 3);
    FILE *file = file_of(&bytes);
    for (size_t w = 0; w < sizeof works / sizeof *works; w++) {
        for (uint64_t fail_at = 1;; fail_at++) {
            struct bytes back = {0};
            struct vtc_error err;
            plan.fail_at = fail_at;
            plan.fail_errno = 0;
            vtc_status status = run(fileno(file), works[w].work, &back, &err);
            assert_true(back.len_bytes <= text.len_bytes);
            if (back.len_bytes)
                assert_memory_equal(back.data, text.data, back.len_bytes);
            if (status == VTC_OK && works[w].work == decompress)
                assert_int_equal(back.len_bytes, text.len_bytes);
            bytes_free(&back);
            if (plan.calls < fail_at) {
                assert_int_equal(status, VTC_OK);
                break;
            }
            /* CORRUPT: of a block whose definitions could not be read. */
            bool refused = status == VTC_ERR_CORRUPT && err.offset != VTC_NO_OFFSET;
            if (status != VTC_ERR_TRUNCATED && status != VTC_ERR_NOT_VTC && status != VTC_OK &&
                !refused)
                fail_msg("%s, read %llu: %s: %s", works[w].what, (unsigned long long)fail_at,
                         vtc_status_name(status), err.message);
            if (status == VTC_OK && (works[w].work == decompress || works[w].work == verify))
                fail_msg("%s, read %llu: nothing noticed", works[w].what,
                         (unsigned long long)fail_at);
        }
    }
    fclose(file);
    bytes_free(&text);
    bytes_free(&bytes);
}

static void test_reader__short_reads_and_signals(void **state)
{
    (void)state;
    struct bytes text = {0}, bytes = {0};
    sample_file(&text, &bytes, 150, 3);
    FILE *file = file_of(&bytes);
    plan.piece_bytes = 7;
    plan.fail_errno = EINTR;
    for (size_t w = 0; w < sizeof works / sizeof *works; w++) {
        for (uint64_t fail_at = 0; fail_at < 100; fail_at += 9) {
            struct bytes back = {0};
            struct vtc_error err;
            plan.fail_at = fail_at;
            assert_int_equal(run(fileno(file), works[w].work, &back, &err), VTC_OK);
            assert_true(plan.calls > bytes.len_bytes / 7 / 10);
            if (back.len_bytes) {
                assert_int_equal(back.len_bytes, text.len_bytes);
                assert_memory_equal(back.data, text.data, text.len_bytes);
            }
            bytes_free(&back);
        }
    }
    plan.piece_bytes = 0;
    plan.fail_at = 0;
    fclose(file);
    bytes_free(&text);
    bytes_free(&bytes);
}

/* A pipe is read into memory first. */
static void test_pipe__passes_on_each_failing_read(void **state)
{
    (void)state;
    struct bytes text = {0}, bytes = {0};
    sample_file(&text, &bytes, 150, 3);
    assert_true(bytes.len_bytes < 60000); /* what a pipe holds */
    plan.piece_bytes = 1000;
    for (uint64_t fail_at = 1;; fail_at++) {
        int ends[2];
        struct bytes back = {0};
        struct vtc_error err;
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(write(ends[1], bytes.data, bytes.len_bytes), (ssize_t)bytes.len_bytes);
        close(ends[1]);
        plan.fail_at = fail_at;
        plan.fail_errno = EIO;
        vtc_status status = run(ends[0], decompress, &back, &err);
        close(ends[0]);
        bool done = plan.calls < fail_at;
        if (done) {
            assert_int_equal(status, VTC_OK);
            assert_int_equal(back.len_bytes, text.len_bytes);
        } else {
            assert_int_equal(status, VTC_ERR_IO);
            assert_int_equal(err.sys_errno, EIO);
        }
        bytes_free(&back);
        if (done)
            break;
    }
    plan.piece_bytes = 0;
    plan.fail_at = 0;
    bytes_free(&text);
    bytes_free(&bytes);
}

static void test_reader__closed_descriptor(void **state)
{
    (void)state;
    struct bytes text = {0}, bytes = {0}, back = {0};
    struct vtc_error err;
    vtc_reader *reader;
    sample_file(&text, &bytes, 150, 3);
    FILE *file = file_of(&bytes);
    int fd = dup(fileno(file));
    assert_int_equal(vtc_reader_open_fd(fd, NULL, &reader, &err), VTC_OK);
    close(fd);
    for (size_t w = 0; w < sizeof works / sizeof *works; w++) {
        memset(&err, 0, sizeof err);
        if (works[w].work(reader, &back, &err) != VTC_ERR_IO || err.sys_errno != EBADF)
            fail_msg("%s: errno %d: %s", works[w].what, err.sys_errno, err.message);
    }
    vtc_reader_close(reader);
    memset(&err, 0, sizeof err);
    assert_int_equal(vtc_reader_open_fd(fd, NULL, &reader, &err), VTC_ERR_IO);
    assert_int_equal(err.sys_errno, EBADF);
    fclose(file);
    bytes_free(&text);
    bytes_free(&bytes);
    bytes_free(&back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reader__passes_on_each_failing_read),
        cmocka_unit_test(test_reader__file_truncated_meanwhile),
        cmocka_unit_test(test_reader__short_reads_and_signals),
        cmocka_unit_test(test_pipe__passes_on_each_failing_read),
        cmocka_unit_test(test_reader__closed_descriptor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
