/* Text that one call pushes and another pulls: the first runs in a thread of its own, a socket lies
 * between. */
#ifndef VTC_TOOLS_TEXT_PIPE_H
#define VTC_TOOLS_TEXT_PIPE_H

#include <pthread.h>

#include "vtc/compress.h"

struct text_pipe {
    int in;  /* the pusher's end */
    int out; /* the puller's */
    pthread_t thread;
    vtc_status (*push)(void *context, vtc_write_fn write, void *write_context,
                       struct vtc_error *err);
    void *context;
    vtc_status status; /* what `push` came to */
    struct vtc_error err;
};

vtc_status text_pipe_open(struct text_pipe *pipe,
                          vtc_status (*push)(void *context, vtc_write_fn write, void *write_context,
                                             struct vtc_error *err),
                          void *context, struct vtc_error *err);
/* A vtc_read_fn; `context` is the pipe. */
vtc_status text_pipe_read(void *context, void *buffer, size_t capacity_bytes, size_t *out_bytes,
                          struct vtc_error *err);
/* Waits for the pusher, and gives what it came to. */
vtc_status text_pipe_close(struct text_pipe *pipe, struct vtc_error *err);

#endif
