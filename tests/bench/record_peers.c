/* Two bare clock readings; a bare fwrite of the record; a buffer under a mutex as minitrace has it
 * (one array of events for all threads, text when it is flushed).
 */
#include "record_peers.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "write/ticks.h"

static struct vtci_clock ticks = {VTCI_LIVE_TSC, NULL, NULL};

static void clock_open(const char *directory)
{
    (void)directory;
}

static void clock_pairs(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        uint64_t value = vtci_clock_ticks(&ticks);
        __asm__ volatile("" : : "r"(value));
        value = vtci_clock_ticks(&ticks);
        __asm__ volatile("" : : "r"(value));
    }
}

static void nothing(void)
{
}

const struct bench_peer bench_clock = {
    "two clock readings", clock_open, clock_pairs, nothing, 0, NULL, NULL};

static FILE *stream;

static void stream_open(const char *directory)
{
    char path[256];
    snprintf(path, sizeof path, "%s/peer", directory);
    stream = fopen(path, "w");
    if (!stream)
        abort();
}

static void stream_close(void)
{
    fclose(stream);
}

static void fwrite_pairs(uint64_t count)
{
    struct {
        uint64_t ticks;
        uint32_t site, kind;
    } record = {0, 1, 0};
    for (uint64_t i = 0; i < 2 * count; i++) {
        record.ticks = vtci_clock_ticks(&ticks);
        record.kind = i & 1;
        fwrite(&record, sizeof record, 1, stream);
    }
}

const struct bench_peer bench_fwrite = {
    "fwrite of 16 bytes", stream_open, fwrite_pairs, stream_close, 32, NULL, NULL};

#define BUFFER_EVENTS 1000000
struct buffered {
    const char *name, *category;
    int64_t ns;
    uint32_t pid, tid;
    char phase;
};

static struct buffered *buffer;
static size_t buffered;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void buffer_open(const char *directory)
{
    stream_open(directory);
    buffer = malloc(BUFFER_EVENTS * sizeof *buffer);
    if (!buffer)
        abort();
    memset(buffer, 1, BUFFER_EVENTS * sizeof *buffer);
    buffered = 0;
}

static void buffer_close(void)
{
    free(buffer);
    stream_close();
}

/* Flushing is left out: when the buffer is full it begins again. */
static void buffer_put(char phase)
{
    int64_t ns = vtci_clock_ns(CLOCK_MONOTONIC);
    pthread_mutex_lock(&lock);
    struct buffered *event = &buffer[buffered];
    buffered = buffered + 1 == BUFFER_EVENTS ? 0 : buffered + 1;
    pthread_mutex_unlock(&lock);
    *event = (struct buffered){"work", "bench", ns, 1, 2, phase};
}

static void buffer_pairs(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        buffer_put('B');
        buffer_put('E');
    }
}

const struct bench_peer bench_buffer = {
    "mutex and buffer, unflushed", buffer_open, buffer_pairs, buffer_close, 0, NULL, NULL};
