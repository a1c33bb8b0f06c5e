#define _POSIX_C_SOURCE 200809L

#include "source_removal.h"

#include <errno.h>
#include <unistd.h>

#include "input_file.h"
#include "message.h"

vtc_status source_removal_check(const char *path, struct vtc_error *err)
{
    struct stat status;
    if (lstat(path, &status) == 0 && S_ISLNK(status.st_mode))
        return failure_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET,
                           "is a symbolic link: --rm would remove the link, not the file");
    return VTC_OK;
}

vtc_status source_removal_do(const char *path, const struct stat *before, struct vtc_error *err)
{
    if (input_file_has_changed(path, before))
        return failure_set(err, VTC_ERR_IO, VTC_NO_OFFSET,
                           "was changed while it was read, and is kept");
    return unlink(path) == 0 ? VTC_OK : failure_errno(err, errno, "remove");
}
