/* uftrace: the same loop of calls of a function that is compiled with -pg (record_traced.c), in a
 * process that `uftrace record` runs: this program itself, with `--child`.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record_peers.h"

static bool is_there(void)
{
    return system("command -v uftrace >/dev/null 2>&1") == 0;
}

/* Bytes of the files in a directory, which goes. */
static double take_away(const char *path)
{
    double bytes = 0;
    DIR *listing = opendir(path);
    for (struct dirent *entry; listing && (entry = readdir(listing));) {
        struct stat status;
        if (fstatat(dirfd(listing), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(status.st_mode))
            bytes += (double)status.st_size;
        unlinkat(dirfd(listing), entry->d_name, 0);
    }
    if (listing)
        closedir(listing);
    rmdir(path);
    return bytes;
}

static double measure(const char *directory, unsigned threads, uint64_t pairs,
                      double *out_bytes_a_pair)
{
    char self[512], command[1024], data[256];
    double ns = 0;
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    if (len < 0)
        return 0;
    self[len] = '\0';
    snprintf(data, sizeof data, "%s/uftrace.data", directory);
    snprintf(command, sizeof command,
             "uftrace record --no-libcall -d '%s' '%s' --child %u %llu 2>/dev/null", data, self,
             threads, (unsigned long long)pairs);
    FILE *child = popen(command, "r");
    if (!child || fscanf(child, "%lf", &ns) != 1)
        ns = 0;
    if (child)
        pclose(child);
    *out_bytes_a_pair = take_away(data) / ((double)pairs * threads);
    return ns;
}

const struct bench_peer bench_uftrace = {.name = "uftrace, -pg",
                                         .is_running = is_there,
                                         .measure = measure};
