#define _POSIX_C_SOURCE 200809L

#include "text_pipe.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "input_file.h"
#include "message.h"

/* Not a pipe: send(2) can be told to raise no SIGPIPE where nobody reads any more. */
static vtc_status send_all(void *context, const void *bytes, size_t len_bytes,
                           struct vtc_error *err)
{
    struct text_pipe *pipe = context;
    const char *from = bytes;
    while (len_bytes > 0) {
        ssize_t sent = send(pipe->in, from, len_bytes, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return failure_errno(err, errno, NULL);
        from += sent;
        len_bytes -= (size_t)sent;
    }
    return VTC_OK;
}

/* Signals are for the thread that knows of the temporary file. */
static void *run(void *argument)
{
    struct text_pipe *pipe = argument;
    pipe->status = pipe->push(pipe->context, send_all, pipe, &pipe->err);
    close(pipe->in);
    return NULL;
}

vtc_status text_pipe_open(struct text_pipe *pipe,
                          vtc_status (*push)(void *context, vtc_write_fn write, void *write_context,
                                             struct vtc_error *err),
                          void *context, struct vtc_error *err)
{
    int ends[2];
    sigset_t all, before;
    memset(pipe, 0, sizeof *pipe);
    failure_init(&pipe->err);
    pipe->push = push;
    pipe->context = context;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        return failure_errno(err, errno, "socketpair");
    pipe->in = ends[0];
    pipe->out = ends[1];
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failure = pthread_create(&pipe->thread, NULL, run, pipe);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failure == 0)
        return VTC_OK;
    close(pipe->in);
    close(pipe->out);
    return failure_errno(err, failure, "a thread");
}

vtc_status text_pipe_read(void *context, void *buffer, size_t capacity_bytes, size_t *out_bytes,
                          struct vtc_error *err)
{
    struct text_pipe *pipe = context;
    return input_file_read(pipe->out, buffer, capacity_bytes, out_bytes, err);
}

vtc_status text_pipe_close(struct text_pipe *pipe, struct vtc_error *err)
{
    close(pipe->out);
    pthread_join(pipe->thread, NULL);
    if (pipe->status != VTC_OK)
        *err = pipe->err;
    return pipe->status;
}
