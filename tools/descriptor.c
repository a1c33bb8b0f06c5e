#define _POSIX_C_SOURCE 200809L

#include "descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"

void descriptor_reserve_standard(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        /* The wrong way round: reading from 0, or writing to 1 and 2, then gives EBADF. */
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
            open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
            _exit(CODE_IO);
    }
}

vtc_status descriptor_write_all(int fd, const void *bytes, size_t len_bytes,
                                struct vtc_error *err)
{
    const char *from = bytes;
    while (len_bytes > 0) {
        ssize_t written = write(fd, from, len_bytes);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return failure_errno(err, written < 0 ? errno : ENOSPC, "write");
        from += written;
        len_bytes -= (size_t)written;
    }
    return VTC_OK;
}

enum exit_code descriptor_finish_stdout(void)
{
    errno = 0;
    int failed = ferror(stdout);
    if (fflush(stdout) == 0 && !failed)
        return CODE_OK;
    message_print("standard output", "write: %s", errno ? strerror(errno) : "failed");
    return CODE_IO;
}
