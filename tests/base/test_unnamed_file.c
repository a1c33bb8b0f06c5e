/* A temporary file is where TMPDIR says, has no name, and is made elsewhere where that cannot be. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/unnamed_file.h"
#include "support/cmocka_all.h"

static char directory[] = "/tmp/vtc-unnamed-XXXXXX";

/* Where the kernel says that an open file is. */
static void find_place(int fd, char place[PATH_MAX])
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, place, PATH_MAX - 1);
    assert_true(length > 0);
    place[length] = '\0';
}

static void test_unnamed_file__is_where_tmpdir_says(void **state)
{
    (void)state;
    char place[PATH_MAX];
    struct stat status;
    assert_non_null(mkdtemp(directory));
    assert_int_equal(setenv("TMPDIR", directory, 1), 0);
    int fd = vtci_unnamed_file_open();
    assert_true(fd >= 0);
    find_place(fd, place);
    assert_memory_equal(place, directory, strlen(directory));
    assert_int_equal(fstat(fd, &status), 0);
    assert_int_equal(status.st_nlink, 0);
    close(fd);
    assert_int_equal(rmdir(directory), 0); /* nothing is left in it */
}

static void test_unnamed_file__is_made_elsewhere(void **state)
{
    (void)state;
    char place[PATH_MAX];
    const char *values[] = {"", "/nowhere/at/all", NULL};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(values[i] ? setenv("TMPDIR", values[i], 1) : unsetenv("TMPDIR"), 0);
        int fd = vtci_unnamed_file_open();
        assert_true(fd >= 0);
        find_place(fd, place);
        assert_non_null(strstr(place, "/tmp/"));
        close(fd);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unnamed_file__is_where_tmpdir_says),
        cmocka_unit_test(test_unnamed_file__is_made_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
