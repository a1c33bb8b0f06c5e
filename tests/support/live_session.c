#include "support/live_session.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

char live_directory[64];

int live_setup(void **state)
{
    (void)state;
    snprintf(live_directory, sizeof live_directory, "/tmp/vtc-test-live.XXXXXX");
    return mkdtemp(live_directory) ? 0 : -1;
}

int live_teardown(void **state)
{
    (void)state;
    DIR *listing = opendir(live_directory);
    for (struct dirent *entry; listing && (entry = readdir(listing));)
        unlinkat(dirfd(listing), entry->d_name, 0);
    if (listing)
        closedir(listing);
    return rmdir(live_directory);
}

const char *live_path(const char *name)
{
    static char paths[4][256];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", live_directory, name);
    return path;
}

unsigned live_names(void)
{
    unsigned names = 0;
    DIR *listing = opendir(live_directory);
    for (struct dirent *entry; listing && (entry = readdir(listing));)
        names += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    if (listing)
        closedir(listing);
    return names;
}

vtc_session *live_open(const char *name, const struct vtc_session_opts *opts)
{
    vtc_session *session = NULL;
    struct vtc_error err = {.message = ""};
    vtc_status status = vtc_session_open(live_path(name), opts, &session, &err);
    assert_string_equal(err.message, "");
    assert_int_equal(status, VTC_OK);
    return session;
}

vtc_site live_site(vtc_session *session, char phase, const char *name)
{
    const struct vtc_site_opts opts = {sizeof opts, phase, name, NULL, NULL, 0, 0};
    vtc_site site = 0;
    assert_int_equal(vtc_session_site(session, &opts, &site, NULL), VTC_OK);
    assert_int_not_equal(site, 0);
    return site;
}

void live_read(struct live_walk *walk, const char *name)
{
    bool good = live_walk_open(walk, live_path(name));
    assert_string_equal(walk->fault, "");
    assert_true(good);
}

void live_wait_for(pid_t pid)
{
    int status;
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

void *live_define_all_the_time(void *definer)
{
    const struct live_definer *own = definer;
    for (unsigned i = 0; atomic_load(own->go_on); i++) {
        char name[32];
        uint32_t id;
        snprintf(name, sizeof name, "string %u", i % 20000);
        if (vtc_session_intern(own->session, name, strlen(name), &id, NULL) != VTC_OK)
            abort();
    }
    return NULL;
}
