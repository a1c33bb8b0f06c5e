/* --rm: a source goes only when it is certain that it can be had back. */
#ifndef VTC_TOOLS_SOURCE_REMOVAL_H
#define VTC_TOOLS_SOURCE_REMOVAL_H

#include <sys/stat.h>

#include "vtc/status.h"

/* Before the work: refuses what --rm could not remove sensibly (a symbolic link). */
vtc_status source_removal_check(const char *path, struct vtc_error *err);

/* After the target was published: removes `path` if it still is what `before` says. */
vtc_status source_removal_do(const char *path, const struct stat *before, struct vtc_error *err);

#endif
