#define _POSIX_C_SOURCE 200809L

#include "target_name.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"

enum { LINKS_MAX = 40 };

/* Length of `name` without `ending`; 0 when it does not end so, or nothing is left before it. */
static size_t without(const char *name, const char *ending)
{
    size_t name_bytes = strlen(name), ending_bytes = strlen(ending);
    if (name_bytes <= ending_bytes || strcmp(name + name_bytes - ending_bytes, ending) != 0)
        return 0;
    size_t stem_bytes = name_bytes - ending_bytes;
    return name[stem_bytes - 1] == '/' ? 0 : stem_bytes;
}

static vtc_status join(const char *stem, size_t stem_bytes, const char *ending, char **out_target,
                       struct vtc_error *err)
{
    size_t ending_bytes = strlen(ending);
    char *target = malloc(stem_bytes + ending_bytes + 1);
    if (!target)
        return failure_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, "no memory for a file name");
    memcpy(target, stem, stem_bytes);
    memcpy(target + stem_bytes, ending, ending_bytes + 1);
    *out_target = target;
    return VTC_OK;
}

vtc_status target_name_compressed(const char *source, char **out_target, struct vtc_error *err)
{
    static const char *const endings[] = {".json", ".json.gz", ".json.zst"};
    for (int i = 0; i < 3; i++) {
        size_t stem_bytes = without(source, endings[i]);
        if (stem_bytes)
            return join(source, stem_bytes, ".vtc", out_target, err);
    }
    return join(source, strlen(source), ".vtc", out_target, err);
}

vtc_status target_name_decompressed(const char *source, char **out_target, struct vtc_error *err)
{
    size_t stem_bytes = without(source, ".vtc");
    if (!stem_bytes)
        return failure_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET,
                           "expected a name that ends in .vtc; name the output with -o or -c");
    /* What compress appended .vtc to comes back under its name. */
    static const char *const kept[] = {".json.vtc", ".trace.vtc", ".txt.vtc", ".log.vtc"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (without(source, kept[i]))
            return join(source, stem_bytes, "", out_target, err);
    return join(source, stem_bytes, ".json", out_target, err);
}

vtc_status target_name_database(const char *source, char **out_target, struct vtc_error *err)
{
    size_t stem_bytes = without(source, ".vtc");
    if (stem_bytes)
        return join(source, stem_bytes, ".db", out_target, err);
    return failure_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET,
                       "does not end in .vtc, so name the output with -o");
}

vtc_status target_name_recovered(const char *source, char **out_target, struct vtc_error *err)
{
    size_t stem_bytes = without(source, ".vtc");
    return join(source, stem_bytes ? stem_bytes : strlen(source), ".recovered.vtc", out_target,
                err);
}

/* Whether a path leads, through links, to a name in /proc: /dev/stdin, /dev/fd/3, what a shell puts
 * for `<(command)`. Beside such a name nothing can be written, or only in /dev. */
static bool is_descriptor_name(const char *path)
{
    char name[PATH_MAX], directory[PATH_MAX], link[PATH_MAX];
    if (access(path, F_OK) != 0)
        return false; /* that is said first */
    int len = snprintf(name, sizeof name, "%s", path);
    for (int links = 0; links < LINKS_MAX && len > 0 && len < PATH_MAX; links++) {
        ssize_t link_bytes = readlink(name, link, sizeof link - 1);
        char *slash = strrchr(name, '/');
        if (slash)
            slash[slash == name] = '\0';
        if (!realpath(slash ? name : ".", directory))
            return false;
        if (strncmp(directory, "/proc/", 6) == 0)
            return true;
        if (link_bytes <= 0)
            return false;
        link[link_bytes] = '\0';
        len = link[0] == '/' ? snprintf(name, sizeof name, "%s", link)
                             : snprintf(name, sizeof name, "%s/%s", directory, link);
    }
    return false;
}

vtc_status target_name_choose(const struct options *options, const char *source,
                              target_name_fn name, const char **out_target, char **out_derived,
                              struct vtc_error *err)
{
    *out_derived = NULL;
    *out_target = options->output ? options->output : "-";
    if (options->output || options->to_stdout || strcmp(source, "-") == 0)
        return VTC_OK;
    if (is_descriptor_name(source))
        return failure_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET,
                           "is an open file, which has no name to make the output's from; name the "
                           "output with -o or -c");
    vtc_status result = name(source, out_derived, err);
    *out_target = *out_derived;
    return result;
}
