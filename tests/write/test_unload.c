/* Unloading the library, or a plugin that it is a part of, while threads that have recorded go on: they
 * end later, and fork comes later, which both run something of the library.
 * ctest: labels threads
 */
#include "support/live_session.h"

#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static sem_t recorded, end;
static int failures;
static void (*record)(void);

static void *record_and_stay(void *unused)
{
    record();
    sem_post(&recorded);
    sem_wait(&end);
    return unused;
}

static void *load(const char *name)
{
    char path[512];
    const char *build = getenv("VTC_BUILD_DIR");
    snprintf(path, sizeof path, "%s/%s", build ? build : ".", name);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        print_message("%s\n", dlerror());
    return library;
}

static void *find(void *library, const char *name)
{
    void *found = dlsym(library, name);
    assert_non_null(found);
    return found;
}

static void check_thread(void *library, void (*close)(void))
{
    pthread_t thread;
    struct live_walk walk;
    failures = 0;
    sem_init(&recorded, 0, 0);
    sem_init(&end, 0, 0);
    assert_int_equal(pthread_create(&thread, NULL, record_and_stay, NULL), 0);
    sem_wait(&recorded);
    close();
    assert_int_equal(failures, 0);
    assert_int_equal(dlclose(library), 0);
    int status;
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    sem_post(&end);
    pthread_join(thread, NULL);
    live_read(&walk, "unload.vtc");
    assert_int_equal(walk.event_count, 1);
    live_walk_close(&walk);
}

/* --- the shared library, of which only names are known */

static struct {
    __typeof__(&vtc_session_open) open;
    __typeof__(&vtc_session_site) site;
    __typeof__(&vtc_session_writer) writer;
    __typeof__(&vtc_instant) instant;
    __typeof__(&vtc_session_close) close;
    vtc_session *session;
} shared;

static void record_shared(void)
{
    const struct vtc_site_opts opts = {sizeof opts, 'i', "event", NULL, NULL, 0, 0};
    vtc_site site = 0;
    failures += shared.site(shared.session, &opts, &site, NULL) != VTC_OK;
    failures += shared.instant(shared.writer(shared.session), site) != VTC_OK;
}

static void close_shared(void)
{
    failures += shared.close(shared.session, NULL) != VTC_OK;
}

#define FIND(member, name) (*(void **)&shared.member = find(library, name))

static void test_unload__the_library(void **state)
{
    (void)state;
    void *library = load("libvtc/libvtc.so");
    if (!library)
        skip();
    FIND(open, "vtc_session_open");
    FIND(site, "vtc_session_site");
    FIND(writer, "vtc_session_writer");
    FIND(instant, "vtc_instant");
    FIND(close, "vtc_session_close");
    assert_int_equal(shared.open(live_path("unload.vtc"), NULL, &shared.session, NULL), VTC_OK);
    record = record_shared;
    check_thread(library, close_shared);
}

/* --- a plugin with the static library */

static int (*plugin_record)(const char *path);
static int (*plugin_close)(void);

static void record_in_plugin(void)
{
    failures += plugin_record(live_path("unload.vtc"));
}

static void close_in_plugin(void)
{
    failures += plugin_close();
}

static void test_unload__a_plugin(void **state)
{
    (void)state;
    void *library = load("tests/libvtc_test_plugin.so");
    if (!library)
        skip();
    *(void **)&plugin_record = find(library, "plugin_record");
    *(void **)&plugin_close = find(library, "plugin_close");
    record = record_in_plugin;
    check_thread(library, close_in_plugin);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, live_setup, live_teardown)
    const struct CMUnitTest tests[] = {TEST(test_unload__the_library), TEST(test_unload__a_plugin)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
