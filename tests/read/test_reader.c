/* The reader: opening from everywhere, what it says of a file, events and spans as arrays, filters,
 * any column, names of tracks, limits. */
#include "support/cmocka_all.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/round_trip.h"
#include "vtc/block.h"
#include "vtc/verify.h"

/* A file made from a text, opened. */
struct opened {
    struct bytes file;
    vtc_reader *reader;
};

static struct opened open_text(const char *text)
{
    struct opened opened = {{0}, NULL};
    struct vtc_error err;
    assert_int_equal(compress_bytes(text, strlen(text), 0, 1, 1, &opened.file, NULL, &err), VTC_OK);
    assert_int_equal(vtc_reader_open_memory(opened.file.data, opened.file.len_bytes, NULL,
                                            &opened.reader, &err),
                     VTC_OK);
    assert_int_equal(vtc_verify(opened.reader, NULL, NULL, &err), VTC_OK);
    return opened;
}

static void close_text(struct opened *opened)
{
    vtc_reader_close(opened->reader);
    bytes_free(&opened->file);
}

static void assert_text(struct vtc_text text, const char *expected)
{
    if (!expected) {
        assert_null(text.data);
        return;
    }
    assert_non_null(text.data);
    assert_int_equal(text.len_bytes, strlen(expected));
    assert_memory_equal(text.data, expected, text.len_bytes);
}

static const char trace[] =
    "{\"traceEvents\":[\n"
    "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":7,\"tid\":1,\"args\":{\"name\":\"old\"}},\n"
    "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":7,\"tid\":2,\"args\":{\"name\":\"proc\"}},\n"
    "{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":7,\"tid\":1,\"args\":{\"name\":\"main\"}},\n"
    "{\"ph\":\"X\",\"name\":\"f\",\"cat\":\"c\",\"ts\":10,\"dur\":5.5,\"pid\":7,\"tid\":1},\n"
    "{\"ph\":\"B\",\"name\":\"g\",\"cat\":\"d\",\"ts\":1.0005,\"pid\":7,\"tid\":\"w\"},\n"
    "{\"ph\":\"i\",\"name\":\"mark\",\"ts\":-0.0001,\"pid\":7,\"tid\":1,\"id\":\"0x1f\"},\n"
    "{\"ph\":\"E\",\"ts\":1e2,\"pid\":7,\"tid\":\"w\"},\n"
    "{\"ph\":\"X\",\"name\":\"h\",\"ts\":\"1699999999123456.789\",\"dur\":1,\"pid\":7,\"tid\":1,"
    "\"id\":12},\n"
    "{\"name\":\"no phase\",\"pid\":7},\n"
    "{\"ph\":\"X\",\"ts\":1,\"ts\":2,\"dur\":3,\"name\":\"twice\",\"pid\":7,\"tid\":1}\n"
    "],\"other\":1}";

enum { EVENTS = 10 };

static void test_block_events__are_exact(void **state)
{
    static const char phases[EVENTS] = {'M', 'M', 'M', 'X', 'B', 'i', 'E', 'X', 0, 'X'};
    static const int64_t times[EVENTS] = {VTC_NO_TIME, VTC_NO_TIME,
                                          VTC_NO_TIME, 10000,
                                          1000,        -1,
                                          100000,      1699999999123456789,
                                          VTC_NO_TIME, 2000};
    static const int64_t durations[EVENTS] = {VTC_NO_TIME, VTC_NO_TIME, VTC_NO_TIME, 5500,
                                              VTC_NO_TIME, VTC_NO_TIME, VTC_NO_TIME, 1000,
                                              VTC_NO_TIME, 3000};
    static const char *const names[EVENTS] = {
        "process_name", "process_name", "thread_name", "f",        "g",
        "mark",         NULL,           "h",           "no phase", "twice"};
    static const char *const tids[EVENTS] = {"1", "2",     "1", "1",  "\"w\"",
                                             "1", "\"w\"", "1", NULL, "1"};
    struct opened opened = open_text(trace);
    struct vtc_error err;
    vtc_block *block;
    (void)state;
    assert_int_equal(vtc_block_open(opened.reader, 0, VTC_FIELD_ALL, &block, &err), VTC_OK);
    const struct vtc_events *events = vtc_block_events(block);
    assert_int_equal(events->count, EVENTS);
    for (size_t i = 0; i < EVENTS; i++) {
        struct vtc_track track;
        assert_int_equal(events->row[i], i);
        assert_int_equal(events->phase[i], (uint8_t)phases[i]);
        assert_true(events->time_ns[i] == times[i]);
        assert_true(events->duration_ns[i] == durations[i]);
        assert_text(vtc_block_string(block, events->name[i]), names[i]);
        assert_int_equal(vtc_reader_track(opened.reader, events->track[i], &track), VTC_OK);
        assert_text(track.pid, "7");
        assert_text(track.tid, tids[i]);
    }
    assert_text(vtc_block_string(block, events->category[3]), "c");
    assert_text(vtc_block_string(block, events->category[5]), NULL);
    assert_text(vtc_block_string(block, events->id[5]), "0x1f");
    assert_text(vtc_block_string(block, events->id[7]), "12");
    assert_text(vtc_block_string(block, events->id[3]), NULL);
    vtc_block_close(block);
    close_text(&opened);
}

static void test_block_spans__have_both_kinds(void **state)
{
    static const struct {
        uint32_t row;
        uint8_t phase;
        int64_t start_ns, duration_ns;
        const char *name, *category;
    } expected[] = {{3, 'X', 10000, 5500, "f", "c"},
                    {6, 'E', 1000, 99000, "g", "d"},
                    {7, 'X', 1699999999123456789, 1000, "h", NULL},
                    {9, 'X', 2000, 3000, "twice", NULL}};
    struct opened opened = open_text(trace);
    struct vtc_error err;
    struct vtc_summary summary;
    const struct vtc_spans *spans;
    vtc_block *block;
    (void)state;
    vtc_reader_summary(opened.reader, &summary);
    assert_int_equal(summary.spans, 4);
    assert_int_equal(summary.longest_ns, 99000);
    assert_int_equal(vtc_block_open(opened.reader, 0, VTC_FIELD_SPANS, &block, &err), VTC_OK);
    assert_int_equal(vtc_block_spans(block, &spans, &err), VTC_OK);
    assert_int_equal(spans->count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(spans->row[i], expected[i].row);
        assert_int_equal(spans->phase[i], expected[i].phase);
        assert_true(spans->start_ns[i] == expected[i].start_ns);
        assert_true(spans->duration_ns[i] == expected[i].duration_ns);
        assert_text(vtc_block_string(block, spans->name[i]), expected[i].name);
        assert_text(vtc_block_string(block, spans->category[i]), expected[i].category);
    }
    vtc_block_close(block);
    assert_int_equal(vtc_block_open(opened.reader, 0, VTC_FIELD_TIME, &block, &err), VTC_OK);
    assert_int_equal(vtc_block_spans(block, &spans, &err), VTC_ERR_ARGUMENT);
    assert_null(vtc_block_events(block)->name);
    vtc_block_close(block);
    close_text(&opened);
}

static void test_reader_summary__counts(void **state)
{
    struct opened opened = open_text(trace);
    struct vtc_summary summary;
    struct vtc_zone zone;
    (void)state;
    vtc_reader_summary(opened.reader, &summary);
    assert_int_equal(summary.version_major, 1);
    assert_int_equal(summary.file_bytes, opened.file.len_bytes);
    assert_int_equal(summary.events, EVENTS);
    assert_int_equal(summary.rows, EVENTS);
    assert_int_equal(summary.blocks, 1);
    assert_int_equal(summary.tracks, 4);
    assert_int_equal(summary.phases['X'], 3);
    assert_int_equal(summary.phases[0], 1);
    assert_true(summary.has_times);
    assert_true(summary.first_ns == -1);
    assert_true(summary.last_ns == 1699999999123457789);
    assert_true(summary.has_document);
    assert_int_equal(summary.document_bytes, strlen(trace));
    assert_int_equal(summary.cut_off, 0);
    assert_true(vtc_reader_is_complete(opened.reader));
    assert_int_equal(vtc_reader_damage(opened.reader, NULL), VTC_OK);
    assert_int_equal(vtc_reader_zone(opened.reader, 0, &zone), VTC_OK);
    assert_int_equal(zone.events, EVENTS);
    assert_int_equal(zone.tracks, 4);
    assert_int_equal(vtc_reader_zone(opened.reader, 1, &zone), VTC_ERR_ARGUMENT);
    assert_int_equal(vtc_reader_zone_phase(opened.reader, 0, 'M'), 3);
    assert_int_equal(vtc_reader_zone_has_track(opened.reader, 0, 3), 1);
    assert_int_equal(vtc_reader_zone_has_track(opened.reader, 0, 4), 0);
    uint64_t frames_bytes = 32 + 24;
    for (uint64_t i = 0; i < summary.frames; i++) {
        struct vtc_frame frame;
        assert_int_equal(vtc_reader_frame(opened.reader, i, &frame), VTC_OK);
        assert_true(frame.file_offset + 24 == frames_bytes);
        frames_bytes += frame.stored_bytes;
    }
    assert_true(frames_bytes == summary.file_bytes);
    close_text(&opened);
}

static void test_reader_track_names__last_one_wins(void **state)
{
    struct opened opened = open_text(trace);
    struct vtc_text process, thread;
    struct vtc_track track;
    struct vtc_error err;
    (void)state;
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(vtc_reader_track(opened.reader, i, &track), VTC_OK);
        assert_int_equal(vtc_reader_track_names(opened.reader, i, &process, &thread, &err), VTC_OK);
        assert_text(process, "proc");
        bool is_main = track.tid.len_bytes == 1 && track.tid.data[0] == '1';
        assert_text(thread, is_main ? "main" : NULL);
    }
    assert_int_equal(vtc_reader_track_names(opened.reader, 4, &process, &thread, &err),
                     VTC_ERR_ARGUMENT);
    close_text(&opened);
}

static vtc_status note_column(void *context, const struct vtc_column *column)
{
    uint32_t *found = context;
    if (strcmp(column->path, "args.name") == 0 && strcmp(column->type, "STRING") == 0) {
        *found = column->column;
        assert_int_equal(column->values, 3);
        assert_int_equal(column->blocks, 1);
        assert_true(column->encoding[0]);
    }
    return VTC_OK;
}

static void test_block_values__any_column(void **state)
{
    static const char *const expected[] = {"old", "proc", "main"};
    struct opened opened = open_text(trace);
    struct vtc_error err;
    struct vtc_values values;
    uint32_t column = 0, noted = 0;
    vtc_block *block;
    (void)state;
    assert_int_equal(vtc_reader_find_column(opened.reader, "args.name", "STRING", &column), VTC_OK);
    assert_int_equal(vtc_reader_find_column(opened.reader, "args.name", "NODE", &column), VTC_END);
    assert_int_equal(vtc_reader_find_column(opened.reader, "argsname", "STRING", &column), VTC_END);
    assert_int_equal(vtc_reader_columns(opened.reader, note_column, &noted, &err), VTC_OK);
    assert_int_equal(noted, column);
    assert_int_equal(vtc_block_open(opened.reader, 0, 0, &block, &err), VTC_OK);
    assert_int_equal(vtc_block_values(block, column, &values, &err), VTC_OK);
    assert_int_equal(values.count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(values.row[i], i);
        assert_text(vtc_block_string(block, values.string[i]), expected[i]);
    }
    assert_int_equal(vtc_reader_find_column(opened.reader, "dur", "NUMBER", &column), VTC_OK);
    assert_int_equal(vtc_block_values(block, column, &values, &err), VTC_OK);
    assert_int_equal(values.count, 3);
    assert_int_equal(values.number[0], 55);
    assert_int_equal(values.scale[0], 1);
    assert_int_equal(vtc_block_values(block, 1u << 30, &values, &err), VTC_ERR_ARGUMENT);
    vtc_block_close(block);
    close_text(&opened);
}

/* --- filters --------------------------------------------------------------------------------- */

/* Events of 100 tracks, and one span over all of them. */
static void make_long(struct bytes *text, unsigned events)
{
    char line[160];
    bytes_text(text, "[{\"ph\":\"B\",\"name\":\"all\",\"ts\":0,\"pid\":1,\"tid\":1000}");
    for (unsigned i = 0; i < events; i++) {
        snprintf(line, sizeof line,
                 ",\n{\"ph\":\"X\",\"name\":\"n%u\",\"ts\":%u.5,\"dur\":2,\"pid\":1,\"tid\":%u}",
                 i % 17, i * 10, i % 100);
        bytes_text(text, line);
    }
    snprintf(line, sizeof line,
             ",\n{\"ph\":\"E\",\"name\":\"all\",\"ts\":%u,\"pid\":1,\"tid\":1000}]\n", events * 10);
    bytes_text(text, line);
}

/* Walks what a filter leaves and compares it with the rule. Returns how many blocks were given. */
static unsigned check_filter(vtc_reader *reader, const struct vtc_filter *filter, unsigned events,
                             size_t *out_spans)
{
    struct vtc_error err;
    vtc_iterator *iterator;
    vtc_block *block;
    vtc_status status;
    unsigned blocks = 0;
    size_t expected = 0, found = 0;
    for (unsigned i = 0; i < events; i++) {
        int64_t start = (int64_t)i * 10000 + 500, end = start + 2000;
        expected += (!filter->has_range || (start <= filter->to_ns && end >= filter->from_ns)) &&
                    (!filter->has_track || filter->track == i % 100 + 1);
    }
    *out_spans = 0;
    assert_int_equal(vtc_iterator_open(reader, filter, &iterator, &err), VTC_OK);
    while ((status = vtc_iterator_next(iterator, &block, &err)) == VTC_OK) {
        const struct vtc_events *left = vtc_block_events(block);
        const struct vtc_spans *spans;
        blocks++;
        for (size_t i = 0; i < left->count; i++)
            found += left->phase[i] == 'X';
        if (filter->has_track)
            for (size_t i = 0; i < left->count; i++)
                assert_int_equal(left->track[i], filter->track);
        assert_int_equal(vtc_block_spans(block, &spans, &err), VTC_OK);
        *out_spans += spans->count;
    }
    assert_int_equal(status, VTC_END);
    vtc_iterator_close(iterator);
    assert_int_equal(found, expected);
    return blocks;
}

static void test_iterator__leaves_what_the_filter_says(void **state)
{
    enum { COUNT = 150000 };
    struct bytes text = {0}, file = {0};
    struct vtc_error err;
    struct vtc_summary summary;
    struct vtc_zone last;
    vtc_reader *reader;
    size_t spans;
    (void)state;
    make_long(&text, COUNT);
    assert_int_equal(compress_bytes(text.data, text.len_bytes, 0, 1, 1, &file, NULL, &err), VTC_OK);
    assert_int_equal(vtc_reader_open_memory(file.data, file.len_bytes, NULL, &reader, &err),
                     VTC_OK);
    vtc_reader_summary(reader, &summary);
    assert_true(summary.blocks >= 2);
    assert_int_equal(summary.spans, COUNT + 1);
    struct vtc_filter filter = {.struct_size = sizeof filter, .fields = VTC_FIELD_SPANS};
    assert_int_equal(check_filter(reader, &filter, COUNT, &spans), summary.blocks);
    assert_int_equal(spans, COUNT + 1);

    filter.has_track = 1;
    filter.track = 42;
    assert_int_equal(check_filter(reader, &filter, COUNT, &spans), summary.blocks);
    assert_int_equal(spans, COUNT / 100);

    /* The first millisecond: the first block has its events; the last one has the end of the span
     * that was open then. */
    filter.has_track = 0;
    filter.has_range = 1;
    filter.from_ns = 0;
    filter.to_ns = 1000000;
    assert_int_equal(check_filter(reader, &filter, COUNT, &spans), 2);
    assert_int_equal(spans, 100 + 1);

    /* Without spans the last block is not even looked at. */
    filter.fields = VTC_FIELD_TIME;
    vtc_iterator *iterator;
    vtc_block *block;
    assert_int_equal(vtc_iterator_open(reader, &filter, &iterator, &err), VTC_OK);
    assert_int_equal(vtc_iterator_next(iterator, &block, &err), VTC_OK);
    assert_int_equal(vtc_block_index(block), 0);
    assert_int_equal(vtc_iterator_next(iterator, &block, &err), VTC_END);
    assert_int_equal(vtc_iterator_next(iterator, &block, &err), VTC_END);
    vtc_iterator_close(iterator);

    assert_int_equal(vtc_reader_zone(reader, summary.blocks - 1, &last), VTC_OK);
    assert_true(last.first_ns > 1000000);
    vtc_reader_close(reader);
    bytes_free(&text);
    bytes_free(&file);
}

/* --- threads --------------------------------------------------------------------------------- */

static void *sum_durations(void *context)
{
    const vtc_reader *reader = context;
    static const int64_t failed = -1;
    struct vtc_summary summary;
    int64_t *sum = calloc(1, sizeof *sum);
    vtc_reader_summary(reader, &summary);
    for (uint64_t i = 0; sum && i < summary.blocks; i++) {
        vtc_block *block;
        if (vtc_block_open(reader, i, VTC_FIELD_DURATION, &block, NULL) != VTC_OK) {
            *sum = failed;
            break;
        }
        const struct vtc_events *events = vtc_block_events(block);
        for (size_t k = 0; k < events->count; k++)
            *sum += events->duration_ns[k] == VTC_NO_TIME ? 0 : events->duration_ns[k];
        vtc_block_close(block);
    }
    return sum;
}

static void test_block_open__from_several_threads(void **state)
{
    enum { COUNT = 80000, THREADS = 4 };
    struct bytes text = {0}, file = {0};
    struct vtc_error err;
    vtc_reader *reader;
    pthread_t threads[THREADS];
    (void)state;
    make_long(&text, COUNT);
    assert_int_equal(compress_bytes(text.data, text.len_bytes, 0, 1, 1, &file, NULL, &err), VTC_OK);
    assert_int_equal(vtc_reader_open_memory(file.data, file.len_bytes, NULL, &reader, &err),
                     VTC_OK);
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, sum_durations, reader), 0);
    for (unsigned i = 0; i < THREADS; i++) {
        void *sum;
        assert_int_equal(pthread_join(threads[i], &sum), 0);
        assert_true(*(int64_t *)sum == (int64_t)COUNT * 2000);
        free(sum);
    }
    vtc_reader_close(reader);
    bytes_free(&text);
    bytes_free(&file);
}

/* --- opening --------------------------------------------------------------------------------- */

static char fifo_path[64];

static void *feed(void *context)
{
    const struct bytes *file = context;
    int fd = open(fifo_path, O_WRONLY);
    size_t at = 0;
    while (fd >= 0 && at < file->len_bytes) {
        ssize_t written = write(fd, file->data + at, file->len_bytes - at);
        if (written <= 0)
            break;
        at += (size_t)written;
    }
    if (fd >= 0)
        close(fd);
    return NULL;
}

static void test_reader_open__path_descriptor_and_pipe(void **state)
{
    struct opened opened = open_text(trace);
    struct vtc_error err;
    struct vtc_summary summary;
    vtc_reader *reader;
    char path[] = "/tmp/vtc-test-reader-XXXXXX";
    pthread_t feeder;
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, opened.file.data, opened.file.len_bytes), opened.file.len_bytes);
    assert_int_equal(vtc_reader_open_fd(fd, NULL, &reader, &err), VTC_OK);
    vtc_reader_summary(reader, &summary);
    assert_int_equal(summary.events, EVENTS);
    vtc_reader_close(reader);
    close(fd);
    assert_int_equal(vtc_reader_open(path, NULL, &reader, &err), VTC_OK);
    assert_int_equal(vtc_verify(reader, NULL, NULL, &err), VTC_OK);
    vtc_reader_close(reader);
    unlink(path);
    assert_int_equal(vtc_reader_open(path, NULL, &reader, &err), VTC_ERR_IO);
    assert_int_equal(vtc_reader_open("/tmp", NULL, &reader, &err), VTC_ERR_IO);
    snprintf(fifo_path, sizeof fifo_path, "%s.fifo", path);
    assert_int_equal(mkfifo(fifo_path, 0600), 0);
    assert_int_equal(pthread_create(&feeder, NULL, feed, &opened.file), 0);
    assert_int_equal(vtc_reader_open(fifo_path, NULL, &reader, &err), VTC_OK);
    assert_int_equal(vtc_verify(reader, NULL, NULL, &err), VTC_OK);
    vtc_reader_close(reader);
    pthread_join(feeder, NULL);
    unlink(fifo_path);
    close_text(&opened);
}

static void test_reader_open__what_is_no_file(void **state)
{
    struct vtc_error err;
    vtc_reader *reader;
    (void)state;
    assert_int_equal(vtc_reader_open_memory(NULL, 0, NULL, &reader, &err), VTC_ERR_NOT_VTC);
    assert_int_equal(vtc_reader_open_memory("[]", 2, NULL, &reader, &err), VTC_ERR_NOT_VTC);
    assert_string_equal(err.rule, "HDR-1");
    assert_int_equal(vtc_reader_open(NULL, NULL, &reader, &err), VTC_ERR_ARGUMENT);
    assert_int_equal(vtc_reader_open_fd(-1, NULL, &reader, &err), VTC_ERR_ARGUMENT);
    assert_int_equal(vtc_reader_open_memory(NULL, 5, NULL, &reader, NULL), VTC_ERR_ARGUMENT);
    vtc_reader_close(NULL);
    vtc_block_close(NULL);
    vtc_iterator_close(NULL);
}

static vtc_status ignore_text(void *context, const void *bytes, size_t len_bytes,
                              struct vtc_error *err)
{
    (void)context;
    (void)bytes;
    (void)len_bytes;
    (void)err;
    return VTC_OK;
}

/* Within every limit the answer is right or "no memory". */
static void test_reader__keeps_its_memory_limit(void **state)
{
    struct bytes text = {0}, file = {0};
    struct vtc_error err;
    bool was_enough = false;
    (void)state;
    make_long(&text, 20000);
    assert_int_equal(compress_bytes(text.data, text.len_bytes, 0, 1, 1, &file, NULL, &err), VTC_OK);
    for (size_t limit_bytes = 1000; limit_bytes < (64u << 20); limit_bytes += limit_bytes / 3) {
        struct vtc_reader_opts opts = {.struct_size = sizeof opts,
                                       .memory_limit_bytes = limit_bytes};
        vtc_reader *reader;
        vtc_status status = vtc_reader_open_memory(file.data, file.len_bytes, &opts, &reader, &err);
        if (status == VTC_OK) {
            struct vtc_decompress_opts threads = {.struct_size = sizeof threads, .threads = 3};
            status = vtc_decompress(reader, ignore_text, NULL, NULL, NULL, &err);
            was_enough = status == VTC_OK;
            assert_true(status == VTC_OK || status == VTC_ERR_NO_MEMORY);
            status = vtc_decompress(reader, ignore_text, NULL, &threads, NULL, &err);
            assert_true(status == VTC_OK || status == VTC_ERR_NO_MEMORY);
            status = vtc_verify(reader, NULL, NULL, &err);
            assert_true(status == VTC_OK || status == VTC_ERR_NO_MEMORY);
            vtc_reader_close(reader);
        } else {
            assert_int_equal(status, VTC_ERR_NO_MEMORY);
        }
    }
    assert_true(was_enough);
    bytes_free(&text);
    bytes_free(&file);
}

/* A file of one frame that is nothing but sync marks with large heads must not take for ever. */
static void test_reader_open__many_sync_marks(void **state)
{
    enum { BYTES = 4 << 20 };
    static const uint8_t mark[12] = {0xf7, 'V', 'T', 'F', 2, 0, 0, 0, 0, 0, 0x20, 0};
    struct opened opened = open_text("[]");
    struct vtc_error err;
    vtc_reader *reader;
    uint8_t *bytes = malloc(BYTES);
    (void)state;
    assert_non_null(bytes);
    memcpy(bytes, opened.file.data, 32);
    for (size_t i = 32; i < BYTES; i++)
        bytes[i] = mark[(i - 32) % sizeof mark];
    assert_int_equal(vtc_reader_open_memory(bytes, BYTES, NULL, &reader, &err), VTC_OK);
    assert_false(vtc_reader_is_complete(reader));
    assert_int_equal(vtc_reader_damage(reader, &err), VTC_ERR_CORRUPT);
    assert_int_equal(err.offset, 32);
    vtc_reader_close(reader);
    free(bytes);
    close_text(&opened);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_block_events__are_exact),
        cmocka_unit_test(test_block_spans__have_both_kinds),
        cmocka_unit_test(test_reader_summary__counts),
        cmocka_unit_test(test_reader_track_names__last_one_wins),
        cmocka_unit_test(test_block_values__any_column),
        cmocka_unit_test(test_iterator__leaves_what_the_filter_says),
        cmocka_unit_test(test_block_open__from_several_threads),
        cmocka_unit_test(test_reader_open__path_descriptor_and_pipe),
        cmocka_unit_test(test_reader_open__what_is_no_file),
        cmocka_unit_test(test_reader__keeps_its_memory_limit),
        cmocka_unit_test(test_reader_open__many_sync_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
