/* The top list of the INDEX gives the very answer that reading the blocks gives: with ties, with
 * pairs over blocks, with names of every kind. The file without its end has no list, and is what the
 * answers are compared with.
 */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "support/round_trip.h"
#include "support/slowest.h"
#include "vtc/verify.h"

#define TRACKS 5u
#define TRAILER_BYTES 24u

enum names { NAMES_FEW, NAMES_UNIQUE, NAMES_TOO_LONG };

static uint32_t draw(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

/* Whether a span is one whose name is told apart. */
static bool is_odd(unsigned number, unsigned duration)
{
    return duration >= 990 && (duration != 999 || number % 4 == 1);
}

static void make_name(char *to, enum names kind, unsigned number, unsigned duration)
{
    if (kind == NAMES_FEW || !is_odd(number, duration))
        snprintf(to, 40, "n%u", number % 20);
    else if (kind == NAMES_UNIQUE)
        snprintf(to, 40, "unique %u%s", number, number % 3 ? "" : " \\u00fc");
    else
        snprintf(to, 2600, "long %u %02500u", number, number);
}

static void add_metadata(struct bytes *text, unsigned round)
{
    char line[200];
    for (unsigned track = 0; track + 1 < TRACKS; track++) { /* the last has no name */
        bool is_process = track == 1;
        int len = snprintf(line, sizeof line,
                           "{\"ph\":\"M\",\"pid\":%u,\"tid\":%u,\"name\":\"%s\",\"args\":{\"name\":"
                           "\"%s %u%s\"}},\n",
                           track % 2, track, is_process ? "process_name" : "thread_name",
                           is_process ? "process" : "thread", track, round ? " again" : "");
        bytes_append(text, line, (size_t)len);
    }
}

/* Spans whose durations are few, so that many are alike; some pairs reach over blocks. */
static void make_trace(struct bytes *text, unsigned events, enum names kind)
{
    static char name[2600], line[3000];
    unsigned open[TRACKS] = {0};
    uint64_t chance = 11;
    bytes_text(text, "[");
    /* The longest of all, from the least time that there is. */
    bytes_text(text, "{\"ph\":\"X\",\"ts\":-1e30,\"dur\":2000000000,\"name\":\"least\"},\n");
    for (unsigned i = 0; i < events; i++) {
        unsigned track = draw(&chance) % TRACKS, duration = draw(&chance) % 1000;
        unsigned long long us = 5ull * i;
        if (i % (events / 2) == 9)
            add_metadata(text, i > 9);
        bool begins = i % 8 == 0 || (i % 30000 < 4 && open[track] < 9);
        bool ends = !begins && i % 8 == 4 && open[track];
        make_name(name, kind, i, duration);
        if (kind == NAMES_TOO_LONG && duration >= 990)
            duration += 1000000000; /* longer than any pair */
        int len;
        if (begins)
            len =
                snprintf(line, sizeof line, "{\"ph\":\"B\",\"pid\":%u,\"tid\":%u,\"ts\":%llu%s},\n",
                         track % 2, track, us,
                         i % 16 ? ",\"name\":\"b\"" : ",\"name\":\"\",\"cat\":\"begun\"");
        else if (ends)
            len = snprintf(line, sizeof line,
                           "{\"ph\":\"E\",\"pid\":%u,\"tid\":%u,\"ts\":%llu,\"cat\":\"ended\"},\n",
                           track % 2, track, us);
        else
            len = snprintf(line, sizeof line,
                           "{\"ph\":\"X\",\"pid\":%u,\"tid\":%u,\"ts\":%llu,\"dur\":%s%u,"
                           "\"name\":\"%s\"%s},\n",
                           track % 2, track, us - us % 1000, i % 500 ? "" : "-", duration, name,
                           i % 3 ? ",\"cat\":\"c\"" : "");
        open[track] += begins;
        open[track] -= ends;
        bytes_append(text, line, (size_t)len);
    }
    bytes_text(text, "{}]");
}

static void assert_text(struct vtc_text found, struct vtc_text wanted)
{
    assert_int_equal(!found.data, !wanted.data);
    assert_int_equal(found.len_bytes, wanted.len_bytes);
    if (wanted.len_bytes)
        assert_memory_equal(found.data, wanted.data, wanted.len_bytes);
}

static void assert_span(vtc_reader *listing, const struct vtc_span *found, vtc_reader *reading,
                        const struct vtc_span *wanted)
{
    struct vtc_text process[2], thread[2];
    assert_int_equal(found->duration_ns, wanted->duration_ns);
    assert_int_equal(found->start_ns, wanted->start_ns);
    assert_int_equal(found->block, wanted->block);
    assert_int_equal(found->row, wanted->row);
    assert_int_equal(found->track, wanted->track);
    assert_int_equal(found->phase, wanted->phase);
    assert_text(found->name, wanted->name);
    assert_text(found->category, wanted->category);
    assert_int_equal(vtc_reader_track_names(listing, found->track, &process[0], &thread[0], NULL),
                     VTC_OK);
    assert_int_equal(vtc_reader_track_names(reading, found->track, &process[1], &thread[1], NULL),
                     VTC_OK);
    assert_text(process[0], process[1]);
    assert_text(thread[0], thread[1]);
}

/* Whether the answer came without reading. */
static bool same_answers(vtc_reader *listing, vtc_reader *reading, uint64_t wanted)
{
    struct test_slowest listed, read;
    assert_int_equal(test_slowest_find(listing, wanted, &listed, NULL), VTC_OK);
    assert_int_equal(test_slowest_find(reading, wanted, &read, NULL), VTC_OK);
    assert_int_equal(listed.heap.count, read.heap.count);
    for (size_t i = 0; i < read.heap.count; i++)
        assert_span(listing, &listed.heap.spans[i], reading, &read.heap.spans[i]);
    bool without_reading = listed.blocks_read == 0;
    assert_true(read.blocks_read > 0);
    test_slowest_free(&listed);
    test_slowest_free(&read);
    return without_reading;
}

static bool is_listed(vtc_reader *reader, uint64_t wanted)
{
    struct test_slowest slowest;
    assert_int_equal(test_slowest_find(reader, wanted, &slowest, NULL), VTC_OK);
    bool without_reading = slowest.blocks_read == 0;
    test_slowest_free(&slowest);
    return without_reading;
}

/* Returns how many spans the list has. */
static uint64_t compare_all(const struct bytes *file, uint64_t least_blocks)
{
    vtc_reader *listing, *reading;
    struct vtc_summary summary;
    uint64_t listed = 0;
    assert_int_equal(vtc_reader_open_memory(file->data, file->len_bytes, NULL, &listing, NULL),
                     VTC_OK);
    assert_int_equal(vtc_verify(listing, NULL, NULL, NULL), VTC_OK);
    vtc_reader_summary(listing, &summary);
    assert_true(summary.blocks >= least_blocks);
    /* Without the trailer and the end of the INDEX, it is as if there were none. */
    assert_int_equal(vtc_reader_open_memory(file->data, file->len_bytes - TRAILER_BYTES - 3, NULL,
                                            &reading, NULL),
                     VTC_OK);
    while (listed <= VTCI_TOP_SPANS && is_listed(listing, listed + 1))
        listed++;
    const uint64_t wanted[] = {1, 2, 20, listed ? listed : 1, listed + 1, 2000};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        assert_int_equal(same_answers(listing, reading, wanted[i]), wanted[i] <= listed);
    vtc_reader_close(listing);
    vtc_reader_close(reading);
    return listed;
}

static uint64_t listed_count(unsigned events, enum names kind, int level, uint64_t least_blocks)
{
    struct bytes text = {0}, file = {0};
    struct vtc_error err;
    make_trace(&text, events, kind);
    assert_int_equal(compress_bytes(text.data, text.len_bytes, 0, level, 2, &file, NULL, &err),
                     VTC_OK);
    uint64_t listed = compare_all(&file, least_blocks);
    bytes_free(&text);
    bytes_free(&file);
    return listed;
}

static void test_top_list__gives_the_answer_of_the_blocks(void **state)
{
    (void)state;
    uint64_t few = listed_count(140000, NAMES_FEW, 3, 3);
    assert_in_range(few, VTCI_TOP_SPANS_LEAST, VTCI_TOP_SPANS);
    uint64_t unique = listed_count(140000, NAMES_UNIQUE, 3, 3);
    assert_in_range(unique, VTCI_TOP_SPANS_LEAST, VTCI_TOP_SPANS);
}

/* A span of a name that is too long for the list is among the longest two dozen or so. */
static void test_top_list__ends_before_a_text_that_is_too_long(void **state)
{
    (void)state;
    assert_true(listed_count(140000, NAMES_TOO_LONG, 3, 3) < VTCI_TOP_SPANS_LEAST);
}

static void test_top_list__is_in_files_that_are_slow_to_read(void **state)
{
    (void)state;
    assert_int_equal(listed_count(10000, NAMES_UNIQUE, 12, 1), VTCI_TOP_SPANS_LEAST);
    assert_int_equal(listed_count(10000, NAMES_UNIQUE, 3, 1), 0);
    assert_int_equal(listed_count(3000, NAMES_FEW, 12, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_top_list__gives_the_answer_of_the_blocks),
        cmocka_unit_test(test_top_list__ends_before_a_text_that_is_too_long),
        cmocka_unit_test(test_top_list__is_in_files_that_are_slow_to_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
