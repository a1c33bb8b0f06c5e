/* What compacting costs and saves: spans a second and core, bytes a span, by level.
 *
 *     bench_compact TRACE [LEVEL]...
 *
 * TRACE (JSON, or a vtc file of blocks) is recorded anew: each span of it is a begin and an end through
 * the writer, at its own time (a clock of the program), on a writer for each track. The live file is
 * then compacted at each level, ROUNDS times in turn, and the median of the processor time counts, so
 * that other work on the machine does not. Columns of the table, in million spans a second:
 *
 *     read      vtc_live_read alone: from the live file to its text
 *     compress  vtc_compress alone, of that text in memory
 *     check     reading the new file back
 *     all       vtc_compact, with all three and the system calls
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "vtc/block.h"
#include "vtc/compact.h"
#include "vtc/decompress.h"

enum { ROUNDS = 5, LEVELS_MAX = 19 };

static void die(const char *what, const struct vtc_error *err)
{
    fprintf(stderr, "bench_compact: %s: %s\n", what, err ? err->message : "");
    exit(1);
}

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* --- bytes in memory -------------------------------------------------------------------------- */

struct blob {
    char *data;
    size_t len, capacity, pos;
};

static vtc_status blob_write(void *context, const void *bytes, size_t len, struct vtc_error *err)
{
    struct blob *blob = context;
    (void)err;
    if (blob->len + len > blob->capacity) {
        blob->capacity = 2 * blob->capacity + len;
        blob->data = realloc(blob->data, blob->capacity);
        if (!blob->data)
            return VTC_ERR_NO_MEMORY;
    }
    memcpy(blob->data + blob->len, bytes, len);
    blob->len += len;
    return VTC_OK;
}

static vtc_status blob_read(void *context, void *buffer, size_t capacity, size_t *out_bytes,
                            struct vtc_error *err)
{
    struct blob *blob = context;
    size_t left = blob->len - blob->pos;
    (void)err;
    *out_bytes = left < capacity ? left : capacity;
    memcpy(buffer, blob->data + blob->pos, *out_bytes);
    blob->pos += *out_bytes;
    return VTC_OK;
}

static vtc_status no_write(void *context, const void *bytes, size_t len, struct vtc_error *err)
{
    (void)context;
    (void)bytes;
    (void)len;
    (void)err;
    return VTC_OK;
}

static void load(const char *path, struct blob *to)
{
    static char piece[1 << 16];
    FILE *file = fopen(path, "rb");
    if (!file)
        die(path, NULL);
    for (size_t got; (got = fread(piece, 1, sizeof piece, file)) > 0;)
        if (blob_write(to, piece, got, NULL) != VTC_OK)
            die("memory", NULL);
    fclose(file);
}

/* --- the spans of a trace --------------------------------------------------------------------- */

struct span {
    int64_t start_ns, end_ns;
    uint32_t track;
    vtc_site site;
};

struct spans {
    struct span *items;
    size_t count, capacity;
};

static uint64_t clock_ns;

static uint64_t now(void *context)
{
    (void)context;
    return clock_ns;
}

static int outermost_first(const void *a, const void *b)
{
    const struct span *left = a, *right = b;
    if (left->track != right->track)
        return left->track < right->track ? -1 : 1;
    if (left->start_ns != right->start_ns)
        return left->start_ns < right->start_ns ? -1 : 1;
    return left->end_ns > right->end_ns ? -1 : left->end_ns < right->end_ns;
}

static void add_block(struct spans *spans, vtc_session *session, vtc_block *block)
{
    struct vtc_error err;
    const struct vtc_spans *found;
    if (vtc_block_spans(block, &found, &err) != VTC_OK)
        die("spans", &err);
    for (size_t i = 0; i < found->count; i++) {
        char name[256];
        struct vtc_text text = vtc_block_string(block, found->name[i]);
        snprintf(name, sizeof name, "%.*s", text.data ? (int)text.len_bytes : 0,
                 text.data ? text.data : "");
        const struct vtc_site_opts opts = {.struct_size = sizeof opts, .phase = 'B', .name = name};
        if (spans->count == spans->capacity) {
            spans->capacity = spans->capacity ? 2 * spans->capacity : 1024;
            spans->items = realloc(spans->items, spans->capacity * sizeof *spans->items);
            if (!spans->items)
                die("memory", NULL);
        }
        struct span *span = &spans->items[spans->count++];
        *span = (struct span){found->start_ns[i], found->start_ns[i] + found->duration_ns[i],
                              found->track[i], 0};
        if (found->duration_ns[i] < 0 ||
            vtc_session_site(session, &opts, &span->site, &err) != VTC_OK)
            spans->count--;
    }
}

static void find_spans(const char *path, struct spans *spans, vtc_session *session)
{
    struct vtc_error err;
    struct blob text = {0}, packed = {0};
    vtc_reader *reader;
    vtc_iterator *iterator;
    vtc_block *block;
    const struct vtc_filter filter = {.struct_size = sizeof filter, .fields = VTC_FIELD_SPANS};
    load(path, &text);
    if (vtc_reader_open_memory(text.data, text.len, NULL, &reader, &err) != VTC_OK &&
        (vtc_compress(blob_read, &text, blob_write, &packed, NULL, NULL, &err) != VTC_OK ||
         vtc_reader_open_memory(packed.data, packed.len, NULL, &reader, &err) != VTC_OK))
        die(path, &err);
    if (vtc_iterator_open(reader, &filter, &iterator, &err) != VTC_OK)
        die(path, &err);
    while (vtc_iterator_next(iterator, &block, &err) == VTC_OK)
        add_block(spans, session, block);
    vtc_iterator_close(iterator);
    vtc_reader_close(reader);
    free(text.data);
    free(packed.data);
    qsort(spans->items, spans->count, sizeof *spans->items, outermost_first);
}

/* Begins and ends in the order of time; a span that reaches beyond the one around it ends with it. */
static void record(vtc_session *session, const struct spans *spans)
{
    static int64_t open_ends[1 << 16];
    vtc_writer *writer = NULL;
    size_t depth = 0;
    struct vtc_error err;
    for (size_t i = 0; i <= spans->count; i++) {
        const struct span *span = i < spans->count ? &spans->items[i] : NULL;
        bool other = !span || i == 0 || span->track != spans->items[i - 1].track;
        while (depth && (other || open_ends[depth - 1] <= span->start_ns)) {
            clock_ns = (uint64_t)open_ends[--depth];
            if (vtc_end(writer) != VTC_OK)
                die("end", NULL);
        }
        if (other) {
            vtc_writer_close(writer);
            writer = NULL;
        }
        if (!span || depth == sizeof open_ends / sizeof *open_ends)
            continue;
        if (other &&
            vtc_writer_open(session, 1 + (uint64_t)span->track, NULL, &writer, &err) != VTC_OK)
            die("writer", &err);
        clock_ns = (uint64_t)span->start_ns;
        if (vtc_begin(writer, span->site) != VTC_OK)
            die("begin", NULL);
        open_ends[depth] =
            depth && span->end_ns > open_ends[depth - 1] ? open_ends[depth - 1] : span->end_ns;
        depth++;
    }
}

static void make_live(const char *trace, const char *path, struct spans *spans)
{
    struct vtc_error err;
    vtc_session *session;
    const struct vtc_session_opts opts = {.struct_size = sizeof opts,
                                          .clock = VTC_CLOCK_CALLBACK,
                                          .now = now,
                                          .overwrite = 1};
    if (vtc_session_open(path, &opts, &session, &err) != VTC_OK)
        die(path, &err);
    find_spans(trace, spans, session);
    record(session, spans);
    if (vtc_session_close(session, &err) != VTC_OK)
        die(path, &err);
}

/* --- measuring -------------------------------------------------------------------------------- */

static double time_read(const char *path, struct blob *text)
{
    static char piece[1 << 20];
    struct vtc_error err;
    vtc_live *live;
    size_t got = 1;
    double start = cpu_seconds();
    if (vtc_live_open(path, NULL, &live, &err) != VTC_OK)
        die(path, &err);
    while (got) {
        if (vtc_live_read(live, piece, sizeof piece, &got, &err) != VTC_OK)
            die(path, &err);
        if (text && blob_write(text, piece, got, NULL) != VTC_OK)
            die("memory", NULL);
    }
    vtc_live_close(live);
    return cpu_seconds() - start;
}

static double time_compress(struct blob *text, int level)
{
    struct vtc_error err;
    const struct vtc_compress_opts opts = {.struct_size = sizeof opts, .level = level};
    double start = cpu_seconds();
    text->pos = 0;
    if (vtc_compress(blob_read, text, no_write, NULL, &opts, NULL, &err) != VTC_OK)
        die("compress", &err);
    return cpu_seconds() - start;
}

static double time_check(const char *path)
{
    struct vtc_error err;
    vtc_reader *reader;
    double start = cpu_seconds();
    if (vtc_reader_open(path, NULL, &reader, &err) != VTC_OK ||
        vtc_decompress(reader, no_write, NULL, NULL, NULL, &err) != VTC_OK)
        die(path, &err);
    vtc_reader_close(reader);
    return cpu_seconds() - start;
}

static double time_all(const char *path, const char *out, int level, uint64_t *out_bytes)
{
    struct vtc_error err;
    struct vtc_compact_result result;
    const struct vtc_compact_opts opts = {.struct_size = sizeof opts,
                                          .level = level,
                                          .overwrite = 1};
    double start = cpu_seconds();
    if (vtc_compact(path, out, &opts, &result, &err) != VTC_OK)
        die(path, &err);
    *out_bytes = result.output_bytes;
    return cpu_seconds() - start;
}

static int ascending(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static double median(double *values)
{
    qsort(values, ROUNDS, sizeof *values, ascending);
    return values[ROUNDS / 2];
}

static void measure(const char *path, const char *out, struct blob *text, int level, size_t spans)
{
    double times[4][ROUNDS];
    uint64_t bytes = 0;
    for (int round = 0; round < ROUNDS; round++) {
        times[0][round] = time_read(path, NULL);
        times[1][round] = time_compress(text, level);
        times[3][round] = time_all(path, out, level, &bytes);
        times[2][round] = time_check(out);
    }
    printf("%5d", level);
    for (int i = 0; i < 4; i++)
        printf("  %8.2f", (double)spans / median(times[i]) / 1e6);
    printf("  %12.3f\n", (double)bytes / (double)spans);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    static const int defaults[] = {1, 3, 5, 6, 8, 10, 13, 16, 19};
    char path[64], out[64];
    struct spans spans = {0};
    struct blob text = {0};
    if (argc < 2) {
        fprintf(stderr, "usage: %s TRACE [LEVEL]...\n", argv[0]);
        return 1;
    }
    snprintf(path, sizeof path, "/tmp/bench-compact-%d.vtc", (int)getpid());
    snprintf(out, sizeof out, "/tmp/bench-compact-%d.out", (int)getpid());
    make_live(argv[1], path, &spans);
    (void)time_read(path, &text);
    FILE *live = fopen(path, "rb");
    if (!live || fseek(live, 0, SEEK_END) != 0)
        die(path, NULL);
    printf("%zu spans; live %.2f bytes a span, text %.1f; million spans a second of one core:\n",
           spans.count, (double)ftell(live) / (double)spans.count,
           (double)text.len / (double)spans.count);
    fclose(live);
    printf("level      read  compress     check       all  bytes a span\n");
    if (argc > 2)
        for (int i = 2; i < argc; i++)
            measure(path, out, &text, atoi(argv[i]), spans.count);
    else
        for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
            measure(path, out, &text, defaults[i], spans.count);
    unlink(path);
    unlink(out);
    free(spans.items);
    free(text.data);
    return 0;
}
