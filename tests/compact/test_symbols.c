/* Names that are appended to a live file: found again by whoever opens it, whole or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "vtc/symbols.h"
#include "vtc/writer.h"
#include "wire/live.h"

static char directory[] = "/tmp/vtc-symbols-XXXXXX";
static char path[sizeof directory + 16];

static vtc_session *record(void)
{
    vtc_session *session;
    struct vtc_session_opts opts = {.struct_size = sizeof opts, .overwrite = 1};
    static const uint8_t build_id[] = {1, 2, 3, 4};
    assert_int_equal(vtc_session_open(path, &opts, &session, NULL), VTC_OK);
    assert_int_equal(vtc_session_module(session, "/bin/app", 0x1000, 0x9000, 0, build_id,
                                        sizeof build_id, NULL),
                     VTC_OK);
    /* Out of order, and one twice. */
    vtc_writer *writer;
    assert_int_equal(vtc_writer_open(session, 0, NULL, &writer, NULL), VTC_OK);
    static const uint64_t addresses[] = {0x3000, 0x2000, 0x3000, 0x4000};
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        vtc_site site = vtc_session_address_site(session, 'B', addresses[i]);
        assert_true(site != 0);
        assert_int_equal(vtc_begin(writer, site), VTC_OK);
        assert_int_equal(vtc_end(writer), VTC_OK);
    }
    vtc_writer_close(writer);
    return session;
}

static vtc_symbols *open_symbols(void)
{
    vtc_symbols *symbols = NULL;
    struct vtc_error err;
    vtc_status status = vtc_symbols_open(path, NULL, &symbols, &err);
    if (status != VTC_OK)
        fail_msg("%s", err.message);
    return symbols;
}

static size_t named(const vtc_symbols *symbols)
{
    size_t count = 0;
    for (size_t i = 0; i < vtc_symbols_count(symbols); i++)
        count += vtc_symbols_named(symbols, i) != 0;
    return count;
}

static void name_all(vtc_symbols *symbols, size_t name_bytes)
{
    char *name = malloc(name_bytes);
    assert_non_null(name);
    memset(name, 'n', name_bytes);
    for (size_t i = 0; i < vtc_symbols_count(symbols); i++)
        assert_int_equal(vtc_symbols_set(symbols, i, name, name_bytes, NULL), VTC_OK);
    free(name);
}

static void test_symbols_open__gives_addresses_once_and_modules(void **state)
{
    (void)state;
    vtc_session_close(record(), NULL);
    vtc_symbols *symbols = open_symbols();
    assert_int_equal(vtc_symbols_count(symbols), 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(vtc_symbols_address(symbols, i), 0x2000 + 0x1000 * i);
    assert_int_equal(vtc_symbols_module_count(symbols), 1);
    const struct vtc_module *module = vtc_symbols_module(symbols, 0);
    assert_string_equal(module->path, "/bin/app");
    assert_int_equal(module->start, 0x1000);
    assert_int_equal(module->end, 0x9000);
    assert_int_equal(module->build_id_bytes, 4);
    assert_memory_equal(module->build_id, "\1\2\3\4", 4);
    vtc_symbols_close(symbols);
}

static void test_symbols_set__refuses_what_it_cannot_keep(void **state)
{
    (void)state;
    struct vtc_error err;
    vtc_session_close(record(), NULL);
    vtc_symbols *symbols = open_symbols();
    assert_int_equal(vtc_symbols_set(symbols, 0, "", 0, &err), VTC_ERR_ARGUMENT);
    assert_int_equal(vtc_symbols_set(symbols, 0, "x", (1 << 16) + 1, &err), VTC_ERR_ARGUMENT);
    assert_int_equal(vtc_symbols_set(symbols, 0, "x", 1, &err), VTC_OK);
    assert_int_equal(vtc_symbols_set(symbols, 0, "y", 1, &err), VTC_ERR_ARGUMENT);
    vtc_symbols_close(symbols); /* and forgets */
    symbols = open_symbols();
    assert_int_equal(named(symbols), 0);
    vtc_symbols_close(symbols);
}

/* Also names that take more than a page, and more than one group of pages together. */
static void test_symbols_commit__is_found_again(void **state)
{
    (void)state;
    static const size_t lengths[] = {1, 7, 8, 4096, 1 << 16};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        vtc_session_close(record(), NULL);
        vtc_symbols *symbols = open_symbols();
        name_all(symbols, lengths[i]);
        assert_int_equal(vtc_symbols_commit(symbols, NULL), VTC_OK);
        struct stat first, second;
        assert_int_equal(stat(path, &first), 0);
        assert_int_equal(first.st_size % VTCI_LIVE_PAGE_BYTES, 0);
        assert_int_equal(vtc_symbols_commit(symbols, NULL), VTC_OK); /* nothing is left to do */
        assert_int_equal(stat(path, &second), 0);
        assert_int_equal(first.st_size, second.st_size);
        vtc_symbols_close(symbols);
        symbols = open_symbols();
        assert_int_equal(named(symbols), 3);
        vtc_symbols_close(symbols);
    }
}

/* What a process that is killed on the way leaves: everything but the mark, up to any byte. */
static void test_symbols_commit__killed_leaves_the_file_good(void **state)
{
    (void)state;
    struct stat before, after;
    vtc_session_close(record(), NULL);
    assert_int_equal(stat(path, &before), 0);
    vtc_symbols *symbols = open_symbols();
    name_all(symbols, 3000);
    assert_int_equal(vtc_symbols_commit(symbols, NULL), VTC_OK);
    vtc_symbols_close(symbols);
    assert_int_equal(stat(path, &after), 0);

    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    static const uint8_t no_mark[4];
    assert_int_equal(pwrite(fd, no_mark, 4, before.st_size), 4);
    for (off_t size = after.st_size; size >= before.st_size; size -= 509) {
        assert_int_equal(ftruncate(fd, size), 0);
        symbols = open_symbols();
        assert_int_equal(vtc_symbols_count(symbols), 3);
        assert_int_equal(named(symbols), 0);
        vtc_symbols_close(symbols);
    }
    close(fd);
    symbols = open_symbols(); /* and it can be done again, behind what is there */
    name_all(symbols, 3000);
    assert_int_equal(vtc_symbols_commit(symbols, NULL), VTC_OK);
    vtc_symbols_close(symbols);
    symbols = open_symbols();
    assert_int_equal(named(symbols), 3);
    vtc_symbols_close(symbols);
}

static void test_symbols_commit__waits_for_the_process(void **state)
{
    (void)state;
    struct vtc_error err;
    vtc_session *session = record();
    vtc_symbols *symbols = open_symbols();
    assert_true(vtc_symbols_running(symbols));
    name_all(symbols, 10);
    assert_int_equal(vtc_symbols_commit(symbols, &err), VTC_ERR_IO);
    assert_int_equal(err.sys_errno, EBUSY);
    vtc_symbols_close(symbols);
    vtc_session_close(session, NULL);
    symbols = open_symbols();
    assert_false(vtc_symbols_running(symbols));
    assert_int_equal(named(symbols), 0);
    vtc_symbols_close(symbols);
}

static void test_symbols_open__refuses_what_is_no_live_file(void **state)
{
    (void)state;
    vtc_symbols *symbols = NULL;
    struct vtc_error err;
    assert_int_equal(vtc_symbols_open(NULL, NULL, &symbols, &err), VTC_ERR_ARGUMENT);
    assert_int_equal(vtc_symbols_open("/nonexistent/file", NULL, &symbols, &err), VTC_ERR_IO);
    assert_int_equal(err.sys_errno, ENOENT);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("no vtc", file);
    fclose(file);
    assert_int_equal(vtc_symbols_open(path, NULL, &symbols, &err), VTC_ERR_NOT_VTC);
    assert_int_equal(truncate(path, 0), 0);
    assert_int_equal(vtc_symbols_open(path, NULL, &symbols, &err), VTC_ERR_NOT_VTC);
    vtc_session_close(record(), NULL);
    assert_int_equal(truncate(path, 1000), 0);
    assert_int_equal(vtc_symbols_open(path, NULL, &symbols, &err), VTC_ERR_TRUNCATED);
    vtc_symbols_close(NULL);
}

static int make_directory(void **state)
{
    (void)state;
    if (!mkdtemp(directory))
        return -1;
    snprintf(path, sizeof path, "%s/a.vtc", directory);
    return 0;
}

static int remove_directory(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_symbols_open__gives_addresses_once_and_modules),
        cmocka_unit_test(test_symbols_set__refuses_what_it_cannot_keep),
        cmocka_unit_test(test_symbols_commit__is_found_again),
        cmocka_unit_test(test_symbols_commit__killed_leaves_the_file_good),
        cmocka_unit_test(test_symbols_commit__waits_for_the_process),
        cmocka_unit_test(test_symbols_open__refuses_what_is_no_live_file),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
