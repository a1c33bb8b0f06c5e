#define _POSIX_C_SOURCE 200809L

#include "descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
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

vtc_status descriptor_write_all(int fd, const void *bytes, size_t len_bytes, struct vtc_error *err)
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

static int stdout_errno; /* of the first write that failed; 0: none, or not known */

void descriptor_watch_stdout(void)
{
    if (stdout_errno == 0 && ferror(stdout))
        stdout_errno = errno;
}

bool descriptor_stdout_has_reader(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO};
    if (poll(&out, 1, 0) <= 0 || !(out.revents & POLLERR))
        return true;
    raise(SIGPIPE); /* as the write would that never comes */
    stdout_errno = EPIPE;
    return false;
}

enum exit_code descriptor_finish_stdout(void)
{
    descriptor_watch_stdout();
    if (fflush(stdout) == 0 && !ferror(stdout) && stdout_errno == 0)
        return CODE_OK;
    if (stdout_errno == 0)
        stdout_errno = errno;
    message_print("standard output", "write: %s", strerror(stdout_errno));
    return CODE_IO;
}
