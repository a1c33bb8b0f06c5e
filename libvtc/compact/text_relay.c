/* See text_relay.h. */
#include "compact/text_relay.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "vtc/decompress.h"

struct vtci_text_relay {
    struct vtci_memory *memory;
    const vtc_reader *reader;
    unsigned threads;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* Under the lock */
    const uint8_t *bytes; /* the piece that the thread offers */
    size_t left_bytes;
    bool stopped;
    bool over;
    vtc_status status;
    struct vtc_error err;
};

static vtc_status offer(void *context, const void *bytes, size_t len_bytes, struct vtc_error *err)
{
    struct vtci_text_relay *relay = context;
    (void)err;
    pthread_mutex_lock(&relay->lock);
    relay->bytes = bytes;
    relay->left_bytes = len_bytes;
    pthread_cond_broadcast(&relay->changed);
    while (relay->left_bytes && !relay->stopped)
        pthread_cond_wait(&relay->changed, &relay->lock);
    bool stopped = relay->stopped;
    pthread_mutex_unlock(&relay->lock);
    return stopped ? VTC_ERR_CANCELLED : VTC_OK;
}

static void *run(void *context)
{
    struct vtci_text_relay *relay = context;
    struct vtc_decompress_opts opts = {.struct_size = sizeof opts, .threads = relay->threads};
    struct vtc_error err;
    memset(&err, 0, sizeof err);
    vtc_status status = vtc_decompress(relay->reader, offer, relay, &opts, NULL, &err);
    pthread_mutex_lock(&relay->lock);
    relay->status = status;
    relay->err = err;
    relay->over = true;
    pthread_cond_broadcast(&relay->changed);
    pthread_mutex_unlock(&relay->lock);
    return NULL;
}

vtc_status vtci_text_relay_create(struct vtci_memory *memory, const vtc_reader *reader,
                                  unsigned threads, struct vtci_text_relay **out_relay,
                                  struct vtc_error *err)
{
    struct vtci_text_relay *relay = vtci_allocate_zeroed(memory, sizeof *relay);
    if (!relay)
        return vtci_error_memory(err, sizeof *relay);
    relay->memory = memory;
    relay->reader = reader;
    relay->threads = threads;
    pthread_mutex_init(&relay->lock, NULL);
    pthread_cond_init(&relay->changed, NULL);
    /* Signals are for the threads of the program, not for this one. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&relay->thread, NULL, run, relay);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) {
        pthread_cond_destroy(&relay->changed);
        pthread_mutex_destroy(&relay->lock);
        vtci_release(memory, relay, sizeof *relay);
        return vtci_error_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, NULL,
                              "cannot start a thread (%d)", failed);
    }
    *out_relay = relay;
    return VTC_OK;
}

vtc_status vtci_text_relay_read(void *context, void *buffer, size_t capacity_bytes,
                                size_t *out_bytes, struct vtc_error *err)
{
    struct vtci_text_relay *relay = context;
    pthread_mutex_lock(&relay->lock);
    while (!relay->left_bytes && !relay->over)
        pthread_cond_wait(&relay->changed, &relay->lock);
    size_t len_bytes = relay->left_bytes < capacity_bytes ? relay->left_bytes : capacity_bytes;
    vtc_status status = relay->left_bytes ? VTC_OK : relay->status;
    if (status != VTC_OK && err)
        *err = relay->err;
    if (len_bytes) {
        memcpy(buffer, relay->bytes, len_bytes);
        relay->bytes += len_bytes;
        relay->left_bytes -= len_bytes;
        if (!relay->left_bytes)
            pthread_cond_broadcast(&relay->changed);
    }
    pthread_mutex_unlock(&relay->lock);
    *out_bytes = len_bytes;
    return status;
}

void vtci_text_relay_free(struct vtci_text_relay *relay)
{
    if (!relay)
        return;
    pthread_mutex_lock(&relay->lock);
    relay->stopped = true;
    pthread_cond_broadcast(&relay->changed);
    pthread_mutex_unlock(&relay->lock);
    pthread_join(relay->thread, NULL);
    pthread_cond_destroy(&relay->changed);
    pthread_mutex_destroy(&relay->lock);
    vtci_release(relay->memory, relay, sizeof *relay);
}
