/* Files: whole or not at all, interrupted, short, full, of memory, and with faults injected.
 * ctest: labels threads
 */
#include "support/cmocka_all.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/file.h"
#include "support/fault_allocator.h"
#include "support/fault_file.h"

static struct vtci_memory memory;
static char directory[64];
static char target[96];

static int setup(void **state)
{
    (void)state;
    vtci_memory_init(&memory, NULL, 0);
    snprintf(directory, sizeof directory, "/tmp/vtc-test-file.XXXXXX");
    if (!mkdtemp(directory))
        return -1;
    snprintf(target, sizeof target, "%s/target.vtc", directory);
    return 0;
}

/* Removes what is in the directory; -1 when memory is still held. */
static int teardown(void **state)
{
    (void)state;
    DIR *listing = opendir(directory);
    for (struct dirent *entry; listing && (entry = readdir(listing));)
        unlinkat(dirfd(listing), entry->d_name, 0);
    if (listing)
        closedir(listing);
    rmdir(directory);
    return atomic_load(&memory.held_bytes) ? -1 : 0;
}

static int names_in_directory(void)
{
    int names = 0;
    DIR *listing = opendir(directory);
    assert_non_null(listing);
    for (struct dirent *entry; (entry = readdir(listing));)
        names += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
    closedir(listing);
    return names;
}

static void put(const char *path, const char *content)
{
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    fputs(content, stream);
    fclose(stream);
}

static void assert_content(const char *path, const char *content)
{
    char found[256] = {0};
    struct vtci_file *file;
    size_t len = 0;
    assert_int_equal(vtci_file_open(&memory, path, &file, NULL), VTC_OK);
    assert_int_equal(vtci_file_pread(file, 0, found, sizeof found - 1, &len, NULL), VTC_OK);
    vtci_file_close(file);
    assert_string_equal(found, content);
}

/* Both forms of the temporary file: without a name, and with one. */
static const struct vtci_file_create_opts forms[] = {
    {.overwrite = false, .visible_temp = false},
    {.overwrite = false, .visible_temp = true},
    {.overwrite = true, .visible_temp = false},
    {.overwrite = true, .visible_temp = true},
};
#define FORMS (sizeof forms / sizeof *forms)

static void test_file_publish__gives_the_name_at_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < FORMS; i++) {
        struct vtci_file *file;
        struct stat about;
        assert_int_equal(vtci_file_create(&memory, target, &forms[i], &file, NULL), VTC_OK);
        assert_int_equal(vtci_file_append(file, "hello ", 6, NULL), VTC_OK);
        assert_int_equal(vtci_file_append(file, "world", 5, NULL), VTC_OK);
        assert_int_equal(access(target, F_OK), -1);
        assert_int_equal(vtci_file_publish(file, NULL), VTC_OK);
        vtci_file_close(file);
        assert_content(target, "hello world");
        assert_int_equal(names_in_directory(), 1);
        mode_t mask = umask(0);
        umask(mask);
        assert_int_equal(stat(target, &about), 0);
        assert_int_equal(about.st_mode & 0777, 0666 & ~mask);
        unlink(target);
    }
}

static void test_file_create__keeps_the_mode_that_is_asked_for(void **state)
{
    (void)state;
    for (int visible = 0; visible < 2; visible++) {
        struct vtci_file_create_opts opts = {.mode = 0600, .visible_temp = visible};
        struct vtci_file *file;
        struct stat about;
        assert_int_equal(vtci_file_create(&memory, target, &opts, &file, NULL), VTC_OK);
        assert_int_equal(vtci_file_publish(file, NULL), VTC_OK);
        vtci_file_close(file);
        assert_int_equal(stat(target, &about), 0);
        assert_int_equal(about.st_mode & 0777, 0600);
        unlink(target);
    }
}

static void test_file_close__leaves_nothing_unpublished(void **state)
{
    (void)state;
    for (size_t i = 0; i < FORMS; i++) {
        struct vtci_file *file;
        put(target, "old");
        if (!forms[i].overwrite)
            unlink(target);
        assert_int_equal(vtci_file_create(&memory, target, &forms[i], &file, NULL), VTC_OK);
        assert_int_equal(vtci_file_append(file, "new", 3, NULL), VTC_OK);
        vtci_file_close(file);
        assert_int_equal(names_in_directory(), forms[i].overwrite);
        if (forms[i].overwrite)
            assert_content(target, "old");
        unlink(target);
    }
}

static void test_file_create__does_not_touch_what_exists(void **state)
{
    (void)state;
    struct vtci_file *file = NULL;
    struct vtc_error err;
    put(target, "old");
    assert_int_equal(vtci_file_create(&memory, target, NULL, &file, &err), VTC_ERR_IO);
    assert_int_equal(err.sys_errno, EEXIST);
    assert_null(file);
    assert_content(target, "old");
    assert_int_equal(names_in_directory(), 1);
}

static void test_file_publish__refuses_what_came_in_the_meantime(void **state)
{
    (void)state;
    for (size_t i = 0; i < FORMS; i++) {
        struct vtci_file *file;
        struct vtc_error err = {0};
        assert_int_equal(vtci_file_create(&memory, target, &forms[i], &file, NULL), VTC_OK);
        assert_int_equal(vtci_file_append(file, "new", 3, NULL), VTC_OK);
        put(target, "other");
        vtc_status status = vtci_file_publish(file, &err);
        vtci_file_close(file);
        assert_int_equal(status, forms[i].overwrite ? VTC_OK : VTC_ERR_IO);
        assert_int_equal(err.sys_errno, forms[i].overwrite ? 0 : EEXIST);
        assert_content(target, forms[i].overwrite ? "new" : "other");
        assert_int_equal(names_in_directory(), 1);
        unlink(target);
    }
}

static void test_file_create__says_what_is_wrong_with_a_path(void **state)
{
    (void)state;
    char long_path[400];
    char below_file[128];
    memset(long_path, 'x', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = '\0';
    put(target, "a file");
    snprintf(below_file, sizeof below_file, "%s/below.vtc", target);
    const struct {
        const char *path;
        int sys_errno;
    } cases[] = {{directory, EISDIR},
                 {"", ENOENT},
                 {"/nonexistent-directory/x.vtc", ENOENT},
                 {below_file, ENOTDIR}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct vtci_file *file = NULL;
        struct vtc_error err;
        struct vtci_file_create_opts opts = {.overwrite = true};
        assert_int_equal(vtci_file_create(&memory, cases[i].path, &opts, &file, &err), VTC_ERR_IO);
        assert_int_equal(err.sys_errno, cases[i].sys_errno);
        assert_null(file);
    }
    /* A name that is too long may show only when it is given. */
    struct vtci_file *file = NULL;
    struct vtc_error err;
    vtc_status status = vtci_file_create(&memory, long_path, NULL, &file, &err);
    if (status == VTC_OK)
        status = vtci_file_publish(file, &err);
    vtci_file_close(file);
    assert_int_equal(status, VTC_ERR_IO);
    assert_int_equal(err.sys_errno, ENAMETOOLONG);
}

static void test_file_create__takes_a_name_as_long_as_can_be(void **state)
{
    (void)state;
    for (size_t i = 0; i < FORMS; i++) {
        char path[400];
        int len = snprintf(path, sizeof path, "%s/", directory);
        memset(path + len, 'n', 255);
        path[len + 255] = '\0';
        struct vtci_file *file;
        assert_int_equal(vtci_file_create(&memory, path, &forms[i], &file, NULL), VTC_OK);
        assert_int_equal(vtci_file_publish(file, NULL), VTC_OK);
        vtci_file_close(file);
        assert_int_equal(access(path, F_OK), 0);
        unlink(path);
    }
}

static void test_file_create__replaces_a_link_and_not_what_it_names(void **state)
{
    (void)state;
    char other[96];
    snprintf(other, sizeof other, "%s/other", directory);
    put(other, "other");
    assert_int_equal(symlink("other", target), 0);
    struct vtci_file *file;
    struct vtci_file_create_opts opts = {.overwrite = true};
    assert_int_equal(vtci_file_create(&memory, target, &opts, &file, NULL), VTC_OK);
    assert_int_equal(vtci_file_append(file, "new", 3, NULL), VTC_OK);
    assert_int_equal(vtci_file_publish(file, NULL), VTC_OK);
    vtci_file_close(file);
    assert_content(other, "other");
    assert_content(target, "new");
}

static void test_file_create__writes_a_device_straight(void **state)
{
    (void)state;
    struct stat before;
    struct stat after;
    struct vtci_file *file;
    struct vtci_file_create_opts opts = {.overwrite = true};
    assert_int_equal(stat("/dev/null", &before), 0);
    assert_int_equal(vtci_file_create(&memory, "/dev/null", &opts, &file, NULL), VTC_OK);
    assert_int_equal(vtci_file_append(file, "gone", 4, NULL), VTC_OK);
    assert_int_equal(vtci_file_publish(file, NULL), VTC_OK);
    vtci_file_close(file);
    assert_int_equal(stat("/dev/null", &after), 0);
    assert_true(S_ISCHR(after.st_mode) && before.st_ino == after.st_ino);
}

static void test_file_append__reports_a_full_disk(void **state)
{
    (void)state;
    struct vtci_file *file;
    struct vtc_error err;
    assert_int_equal(vtci_file_create(&memory, "/dev/full", NULL, &file, NULL), VTC_OK);
    assert_int_equal(vtci_file_append(file, "x", 1, &err), VTC_ERR_IO);
    assert_int_equal(err.sys_errno, ENOSPC);
    assert_int_equal(err.offset, 0);
    vtci_file_close(file);
}

static void test_file_append__is_done_in_part_before_the_limit(void **state)
{
    (void)state;
    struct rlimit old;
    struct vtci_file *file;
    struct vtc_error err;
    static char bytes[8192];
    uint64_t size = 0;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(vtci_file_create(&memory, target, NULL, &file, NULL), VTC_OK);
    struct rlimit small = {5000, old.rlim_max};
    void (*old_handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    vtc_status status = vtci_file_append(file, bytes, sizeof bytes, &err);
    setrlimit(RLIMIT_FSIZE, &old);
    signal(SIGXFSZ, old_handler);
    assert_int_equal(status, VTC_ERR_IO);
    assert_int_equal(err.sys_errno, EFBIG);
    assert_int_equal(err.offset, 5000);
    assert_int_equal(vtci_file_size(file, &size, NULL), VTC_OK);
    assert_int_equal(size, 5000);
    vtci_file_close(file);
}

static void test_file_pread__is_short_only_at_the_end(void **state)
{
    (void)state;
    static const char digits[] = "0123456789";
    put(target, digits);
    struct vtci_file *files[2];
    assert_int_equal(vtci_file_open(&memory, target, &files[0], NULL), VTC_OK);
    assert_int_equal(vtci_file_from_bytes(&memory, digits, 10, &files[1], NULL), VTC_OK);
    static const struct {
        uint64_t offset;
        size_t len;
        size_t found;
    } cases[] = {{0, 10, 10},        {0, 11, 10}, {4, 3, 3},
                 {10, 1, 0},         {11, 1, 0},  {UINT64_MAX, 4, 0},
                 {INT64_MAX, 16, 0}, {3, 0, 0},   {INT64_MAX - 3, 16, 0}};
    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            char bytes[16] = {0};
            size_t found = 99;
            assert_int_equal(vtci_file_pread(files[k], cases[i].offset, bytes, cases[i].len, &found,
                                             NULL),
                             VTC_OK);
            assert_int_equal(found, cases[i].found);
            assert_memory_equal(bytes, &digits[found ? cases[i].offset : 0], found);
        }
        char bytes[16];
        struct vtc_error err;
        uint64_t size = 0;
        assert_int_equal(vtci_file_pread_exact(files[k], 8, bytes, 3, &err), VTC_ERR_TRUNCATED);
        assert_int_equal(err.offset, 8);
        assert_int_equal(vtci_file_size(files[k], &size, NULL), VTC_OK);
        assert_int_equal(size, 10);
        assert_int_equal(vtci_file_append(files[k], "x", 1, NULL), VTC_ERR_ARGUMENT);
        assert_int_equal(vtci_file_publish(files[k], NULL), VTC_ERR_ARGUMENT);
        vtci_file_close(files[k]);
    }
}

static void test_file_borrow__gives_what_lies_in_memory(void **state)
{
    (void)state;
    static const char bytes[] = "0123456789";
    struct vtci_file *file;
    assert_int_equal(vtci_file_from_bytes(&memory, bytes, 10, &file, NULL), VTC_OK);
    assert_ptr_equal(vtci_file_borrow(file, 2, 8), bytes + 2);
    assert_ptr_equal(vtci_file_borrow(file, 10, 0), bytes + 10);
    assert_null(vtci_file_borrow(file, 2, 9));
    assert_null(vtci_file_borrow(file, UINT64_MAX, 2));
    assert_null(vtci_file_borrow(file, 2, SIZE_MAX));
    vtci_file_close(file);
}

static void test_file_from_buffer__grows(void **state)
{
    (void)state;
    struct vtci_buffer buffer;
    struct vtci_file *file;
    char bytes[8] = {0};
    size_t found = 0;
    vtci_buffer_init(&buffer, &memory);
    assert_int_equal(vtci_file_from_buffer(&memory, &buffer, &file, NULL), VTC_OK);
    assert_int_equal(vtci_file_append(file, "abc", 3, NULL), VTC_OK);
    assert_int_equal(vtci_file_read(file, bytes, 2, &found, NULL), VTC_OK);
    assert_int_equal(found, 2);
    assert_int_equal(vtci_file_append(file, "def", 3, NULL), VTC_OK);
    assert_int_equal(vtci_file_read(file, bytes, 8, &found, NULL), VTC_OK);
    assert_int_equal(found, 4);
    assert_memory_equal(bytes, "cdef", 4);
    assert_int_equal(vtci_file_read(file, bytes, 8, &found, NULL), VTC_OK);
    assert_int_equal(found, 0);
    assert_int_equal(vtci_file_publish(file, NULL), VTC_OK);
    vtci_file_close(file);
    assert_int_equal(buffer.len_bytes, 6);
    vtci_buffer_free(&buffer);
}

static void test_file_open__says_what_is_wrong(void **state)
{
    (void)state;
    const struct {
        const char *path;
        int sys_errno;
    } cases[] = {{directory, EISDIR}, {target, ENOENT}, {"", ENOENT}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct vtci_file *file = NULL;
        struct vtc_error err;
        assert_int_equal(vtci_file_open(&memory, cases[i].path, &file, &err), VTC_ERR_IO);
        assert_int_equal(err.sys_errno, cases[i].sys_errno);
        assert_null(file);
    }
}

#define PIPE_BYTES 1000000

static uint8_t expected_byte(size_t i)
{
    return (uint8_t)(i * 2654435761u >> 13);
}

/* Reads the pipe slowly, so that the writer meets it full. */
static void *drain(void *from)
{
    const int *fd = from;
    uint8_t bytes[3000];
    size_t total = 0;
    for (ssize_t found; (found = read(*fd, bytes, sizeof bytes)) != 0;) {
        if (found < 0 && errno == EINTR)
            continue;
        if (found < 0)
            return NULL;
        for (ssize_t i = 0; i < found; i++)
            if (bytes[i] != expected_byte(total++))
                return NULL;
        if (total % 7 == 0)
            usleep(200);
    }
    return total == PIPE_BYTES ? from : NULL;
}

static void on_alarm(int signal_number)
{
    (void)signal_number;
}

static void write_through_pipe(int status_flags)
{
    static uint8_t bytes[PIPE_BYTES];
    for (size_t i = 0; i < PIPE_BYTES; i++)
        bytes[i] = expected_byte(i);
    int ends[2];
    pthread_t reader;
    void *intact = NULL;
    struct vtci_file *file;
    uint64_t size;
    struct vtc_error err;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[1], F_SETFL, status_flags), 0);
    assert_int_equal(pthread_create(&reader, NULL, drain, &ends[0]), 0);
    assert_int_equal(vtci_file_from_fd(&memory, ends[1], true, &file, NULL), VTC_OK);
    assert_int_equal(vtci_file_append(file, bytes, PIPE_BYTES, &err), VTC_OK);
    assert_int_equal(vtci_file_sync(file, NULL), VTC_OK);
    assert_int_equal(vtci_file_size(file, &size, &err), VTC_ERR_IO);
    assert_int_equal(err.sys_errno, ESPIPE);
    vtci_file_close(file);
    pthread_join(reader, &intact);
    close(ends[0]);
    assert_non_null(intact);
}

static void test_file_append__waits_for_a_pipe_that_is_full(void **state)
{
    (void)state;
    write_through_pipe(O_NONBLOCK);
}

static void test_file_append__goes_on_after_a_signal(void **state)
{
    (void)state;
    struct sigaction action = {.sa_handler = on_alarm}; /* no SA_RESTART */
    struct sigaction old;
    struct itimerval often = {{0, 500}, {0, 500}};
    struct itimerval never = {{0, 0}, {0, 0}};
    assert_int_equal(sigaction(SIGALRM, &action, &old), 0);
    setitimer(ITIMER_REAL, &often, NULL);
    write_through_pipe(0);
    setitimer(ITIMER_REAL, &never, NULL);
    sigaction(SIGALRM, &old, NULL);
}

static void test_file_append__reports_a_closed_pipe(void **state)
{
    (void)state;
    int ends[2];
    struct vtci_file *file;
    struct vtc_error err;
    void (*old_handler)(int) = signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_int_equal(vtci_file_from_fd(&memory, ends[1], true, &file, NULL), VTC_OK);
    assert_int_equal(vtci_file_append(file, "x", 1, &err), VTC_ERR_IO);
    assert_int_equal(err.sys_errno, EPIPE);
    vtci_file_close(file);
    signal(SIGPIPE, old_handler);
}

static void test_file_from_fd__leaves_open_what_it_does_not_take(void **state)
{
    (void)state;
    int fd = open("/dev/null", O_RDWR);
    struct vtci_file *file;
    assert_int_equal(vtci_file_from_fd(&memory, fd, false, &file, NULL), VTC_OK);
    vtci_file_close(file);
    assert_int_equal(close(fd), 0);
    vtci_file_close(NULL);
}

static void test_file_create__leaves_nothing_after_sigkill(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        struct vtci_file *file;
        if (vtci_file_create(&memory, target, NULL, &file, NULL) == VTC_OK &&
            vtci_file_append(file, "half", 4, NULL) == VTC_OK)
            raise(SIGKILL);
        _exit(1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_int_equal(access(target, F_OK), -1);
    int probe = open(directory, O_TMPFILE | O_RDWR, 0600);
    if (probe < 0)
        skip(); /* a file system without unnamed files: a temporary one stays */
    close(probe);
    assert_int_equal(names_in_directory(), 0);
}

/* A child that is killed while it holds a temporary file that has a name, and one that still runs. */
static void test_file_clear__takes_what_no_process_holds(void **state)
{
    (void)state;
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        struct vtci_file *file;
        const struct vtci_file_create_opts opts = {.visible_temp = true};
        if (vtci_file_create(&memory, target, &opts, &file, NULL) != VTC_OK)
            _exit(1);
        if (write(ready[1], "x", 1) != 1)
            _exit(1);
        pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(names_in_directory(), 1);
    assert_int_equal(vtci_file_clear_temporaries(target), 0);
    assert_int_equal(names_in_directory(), 1);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(vtci_file_clear_temporaries("/nowhere/at/all"), 0);
    assert_int_equal(vtci_file_clear_temporaries(target), 1);
    assert_int_equal(names_in_directory(), 0);
    close(ready[0]);
    close(ready[1]);
}

static void test_file_clear__leaves_what_is_called_otherwise(void **state)
{
    (void)state;
    static const char *const endings[] = {"0123456789a.tmp", "0123456789abc.tmp",
                                          "0123456789aB.tmp", "0123456789ab.tmq"};
    const char *name = strrchr(target, '/') + 1;
    char path[512];
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        snprintf(path, sizeof path, "%.*s.%s.%s", (int)(name - target), target, name, endings[i]);
        put(path, "x");
        assert_int_equal(vtci_file_clear_temporaries(target), 0);
        assert_int_equal(access(path, F_OK), 0);
        unlink(path);
    }
}

static void test_file_create__follows_a_model(void **state)
{
    (void)state;
    for (size_t i = 0; i < FORMS; i++) {
        struct vtci_file_create_opts opts = forms[i];
        struct stat model, about;
        struct vtci_file *file;
        put(target, "old");
        assert_int_equal(chmod(target, 0666), 0);
        const struct timespec times[2] = {{1000, 5}, {2000, 7}};
        assert_int_equal(utimensat(AT_FDCWD, target, times, 0), 0);
        assert_int_equal(stat(target, &model), 0);
        opts.model = &model;
        if (!opts.overwrite)
            unlink(target);
        assert_int_equal(vtci_file_create(&memory, target, &opts, &file, NULL), VTC_OK);
        assert_int_equal(vtci_file_append(file, "new", 3, NULL), VTC_OK);
        assert_int_equal(vtci_file_publish(file, NULL), VTC_OK);
        vtci_file_close(file);
        assert_int_equal(stat(target, &about), 0);
        assert_int_equal(about.st_mode & 07777, 0666); /* whatever the umask is */
        assert_int_equal(about.st_mtim.tv_sec, 2000);
        assert_int_equal(about.st_mtim.tv_nsec, 7);
        unlink(target);
    }
}

/* What is gone stays gone: it does not come back as the new file. */
static void test_file_publish__does_not_bring_back_a_model(void **state)
{
    (void)state;
    for (size_t i = 0; i < FORMS; i++) {
        struct vtci_file_create_opts opts = forms[i];
        struct stat model, about;
        struct vtci_file *file;
        if (!opts.overwrite)
            continue;
        put(target, "old");
        assert_int_equal(stat(target, &model), 0);
        opts.model = &model;
        assert_int_equal(vtci_file_create(&memory, target, &opts, &file, NULL), VTC_OK);
        assert_int_equal(vtci_file_append(file, "new", 3, NULL), VTC_OK);
        unlink(target);
        assert_int_equal(vtci_file_publish(file, NULL), VTC_ERR_IO);
        vtci_file_close(file);
        assert_int_equal(stat(target, &about), -1);
    }
}

static void test_file_create__survives_each_allocation_failing(void **state)
{
    (void)state;
    for (uint64_t fail_at = 1;; fail_at++) {
        struct test_fault_allocator faults;
        struct vtci_memory small;
        struct vtci_file *file = NULL;
        test_fault_allocator_init(&faults, fail_at);
        vtci_memory_init(&small, &faults.allocator, 0);
        vtc_status status = vtci_file_create(&small, target, NULL, &file, NULL);
        vtci_file_close(file);
        assert_int_equal(faults.held_bytes, 0);
        assert_int_equal(names_in_directory(), 0);
        if (faults.calls < fail_at) {
            assert_int_equal(status, VTC_OK);
            assert_true(fail_at > 1);
            break;
        }
        assert_int_equal(status, VTC_ERR_NO_MEMORY);
    }
}

static void test_fault_file__fails_on_order(void **state)
{
    (void)state;
    struct vtci_buffer buffer;
    struct vtci_file *inner;
    struct test_fault_file faults;
    struct vtc_error err;
    char bytes[8];
    size_t found;
    vtci_buffer_init(&buffer, &memory);
    assert_int_equal(vtci_file_from_buffer(&memory, &buffer, &inner, NULL), VTC_OK);
    test_fault_file_init(&faults, inner);
    faults.fail_in = TEST_FAULT_APPEND;
    faults.fail_at = 2;
    faults.sys_errno = ENOSPC;
    faults.partial_bytes = 2;
    faults.read_piece_bytes = 3;
    faults.lose_syncs = true;
    assert_int_equal(vtci_file_append(&faults.file, "abcd", 4, &err), VTC_OK);
    assert_int_equal(vtci_file_sync(&faults.file, &err), VTC_OK);
    assert_int_equal(faults.synced_bytes, 0);
    assert_int_equal(vtci_file_append(&faults.file, "efgh", 4, &err), VTC_ERR_IO);
    assert_int_equal(err.sys_errno, ENOSPC);
    assert_int_equal(buffer.len_bytes, 6);
    assert_int_equal(vtci_file_read(&faults.file, bytes, 8, &found, &err), VTC_OK);
    assert_int_equal(found, 3);
    vtci_file_close(&faults.file);
    assert_true(faults.closed);
    vtci_buffer_free(&buffer);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_file_publish__gives_the_name_at_once),
        TEST(test_file_create__keeps_the_mode_that_is_asked_for),
        TEST(test_file_close__leaves_nothing_unpublished),
        TEST(test_file_create__does_not_touch_what_exists),
        TEST(test_file_publish__refuses_what_came_in_the_meantime),
        TEST(test_file_create__says_what_is_wrong_with_a_path),
        TEST(test_file_create__takes_a_name_as_long_as_can_be),
        TEST(test_file_create__replaces_a_link_and_not_what_it_names),
        TEST(test_file_create__writes_a_device_straight),
        TEST(test_file_append__reports_a_full_disk),
        TEST(test_file_append__is_done_in_part_before_the_limit),
        TEST(test_file_pread__is_short_only_at_the_end),
        TEST(test_file_borrow__gives_what_lies_in_memory),
        TEST(test_file_from_buffer__grows),
        TEST(test_file_open__says_what_is_wrong),
        TEST(test_file_append__waits_for_a_pipe_that_is_full),
        TEST(test_file_append__goes_on_after_a_signal),
        TEST(test_file_append__reports_a_closed_pipe),
        TEST(test_file_from_fd__leaves_open_what_it_does_not_take),
        TEST(test_file_create__leaves_nothing_after_sigkill),
        TEST(test_file_clear__takes_what_no_process_holds),
        TEST(test_file_clear__leaves_what_is_called_otherwise),
        TEST(test_file_create__follows_a_model),
        TEST(test_file_publish__does_not_bring_back_a_model),
        TEST(test_file_create__survives_each_allocation_failing),
        TEST(test_fault_file__fails_on_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
