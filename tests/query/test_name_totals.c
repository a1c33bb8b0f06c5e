/* The name totals of the INDEX give the very answers that reading the blocks gives: with pairs over
 * blocks, without names, with names that are spelled in two ways, with negative durations. The file
 * without its end has no totals, and is what the answers are compared with.
 * ctest: timeout 600
 */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "support/round_trip.h"
#include "vtc/block.h"
#include "vtc/query.h"
#include "vtc/verify.h"

#define TRAILER_BYTES 24u

static const char *const QUESTIONS[] = {
    "top 1000 by total", "top 7 by count", "top 1000 by mean",
    "top 1000 by max",   "count by name",  "count by name where dur > 3us",
};
enum { QUESTION_COUNT = sizeof QUESTIONS / sizeof *QUESTIONS };

enum names { NAMES_FEW, NAMES_LONG, NAMES_UNIQUE, NAMES_HUGE_TIMES, NAMES_MANY };

static uint32_t draw(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

static void make_member(char *to, size_t room, enum names kind, unsigned number, uint64_t *chance)
{
    static const char *const plain[] = {"f", "g", "\\u0066", "", "h \\\"quoted\\\"", "i/j"};
    unsigned name = draw(chance) % 40;
    if (kind == NAMES_LONG && number == 100)
        snprintf(to, room, "\"name\":\"%02500u\",", number);
    else if (kind == NAMES_UNIQUE)
        snprintf(to, room, "\"name\":\"number %u of all\",", number);
    else if (kind == NAMES_MANY)
        snprintf(to, room, "\"name\":\"n%u\",", number % 2000);
    else if (name < 6)
        snprintf(to, room, "\"name\":\"%s\",", plain[name]);
    else if (name == 6)
        snprintf(to, room, "%s", "");
    else
        snprintf(to, room, "\"name\":\"n%u\",", name);
}

/* Mostly spans, on a few threads; pairs of which some reach over blocks, events without time. */
static void make_trace(struct bytes *text, unsigned rows, enum names kind)
{
    static char member[2600], line[3000];
    uint64_t chance = 5;
    bytes_text(text, "[");
    for (unsigned i = 0; i < rows; i++) {
        unsigned drawn = draw(&chance) % 64, duration = draw(&chance) % 5000;
        const char *phase = drawn < 40   ? "X"
                            : drawn < 48 ? "B"
                            : drawn < 56 ? "E"
                            : drawn < 60 ? "i"
                            : drawn < 62 ? "M"
                                         : "C";
        make_member(member, sizeof member, kind, i, &chance);
        int len = snprintf(line, sizeof line, "%s{\"ph\":\"%s\",%s\"pid\":1,\"tid\":%u",
                           i ? ",\n" : "", phase, member, draw(&chance) % 5);
        bytes_append(text, line, (size_t)len);
        if (drawn != 39) {
            snprintf(line, sizeof line, ",\"ts\":%u", 10 * i);
            bytes_text(text, line);
        }
        if (kind == NAMES_HUGE_TIMES && i < 200) {
            bytes_text(text, ",\"dur\":9000000000000000");
        } else if (drawn < 40 && drawn != 38) {
            snprintf(line, sizeof line, ",\"dur\":%s%u.%03u", drawn == 37 ? "-" : "", duration,
                     duration % 1000);
            bytes_text(text, line);
        }
        bytes_text(text, "}");
    }
    bytes_text(text, "]");
}

static void put_values(struct bytes *out, const struct vtc_query_value *values, size_t count)
{
    char number[64];
    for (size_t i = 0; i < count; i++) {
        number[0] = '\0';
        if (values[i].type == VTC_VALUE_TEXT)
            bytes_append(out, values[i].text.data, values[i].text.len_bytes);
        else if (values[i].type == VTC_VALUE_INTEGER)
            snprintf(number, sizeof number, "%lld", (long long)values[i].integer);
        else if (values[i].type == VTC_VALUE_REAL)
            snprintf(number, sizeof number, "%.17g", values[i].real);
        else
            snprintf(number, sizeof number, "none");
        bytes_text(out, number);
        bytes_text(out, "|");
    }
    bytes_text(out, "\n");
}

static void answer(vtc_reader *reader, const char *question, struct bytes *out)
{
    const struct vtc_query_value *values;
    vtc_query *query;
    size_t columns;
    vtc_status status;
    assert_int_equal(vtc_query_open(reader, question, NULL, &query, NULL), VTC_OK);
    vtc_query_columns(query, &columns);
    while ((status = vtc_query_next(query, &values, NULL)) == VTC_OK)
        put_values(out, values, columns);
    assert_int_equal(status, VTC_END);
    vtc_query_close(query);
}

static void compare_answers(vtc_reader *listing, vtc_reader *reading, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct bytes listed = {0}, read = {0};
        answer(listing, QUESTIONS[i], &listed);
        answer(reading, QUESTIONS[i], &read);
        assert_true(read.len_bytes > 0);
        if (listed.len_bytes != read.len_bytes ||
            memcmp(listed.data, read.data, read.len_bytes) != 0)
            fail_msg("%s: listed\n%.*s\nread\n%.*s", QUESTIONS[i], (int)listed.len_bytes,
                     (const char *)listed.data, (int)read.len_bytes, (const char *)read.data);
        bytes_free(&listed);
        bytes_free(&read);
    }
}

/* How many totals the file has, all of them right; so many questions have the same answers. */
static size_t listed_count(unsigned rows, enum names kind, int level, size_t question_count)
{
    struct bytes text = {0}, file = {0};
    struct vtc_name_total total;
    vtc_reader *listing, *reading;
    size_t count = 0;
    make_trace(&text, rows, kind);
    assert_int_equal(compress_bytes(text.data, text.len_bytes, 0, level, 2, &file, NULL, NULL),
                     VTC_OK);
    assert_int_equal(vtc_reader_open_memory(file.data, file.len_bytes, NULL, &listing, NULL),
                     VTC_OK);
    assert_int_equal(vtc_verify(listing, NULL, NULL, NULL), VTC_OK);
    /* Without the trailer and the end of the INDEX, it is as if there were none. */
    assert_int_equal(vtc_reader_open_memory(file.data, file.len_bytes - TRAILER_BYTES - 3, NULL,
                                            &reading, NULL),
                     VTC_OK);
    while (vtc_reader_name_total(listing, count, &total, NULL) == VTC_OK)
        count++;
    assert_int_equal(vtc_reader_name_total(reading, 0, &total, NULL), VTC_END);
    compare_answers(listing, reading, question_count);
    vtc_reader_close(listing);
    vtc_reader_close(reading);
    bytes_free(&text);
    bytes_free(&file);
    return count;
}

static void test_name_totals__give_the_answers_of_the_blocks(void **state)
{
    (void)state;
    assert_int_equal(listed_count(140000, NAMES_FEW, 3, QUESTION_COUNT), 40);
    assert_int_equal(listed_count(70000, NAMES_FEW, 12, 1), 40);
}

static void test_name_totals__are_not_there_when_a_name_has_no_id(void **state)
{
    (void)state;
    assert_int_equal(listed_count(140000, NAMES_LONG, 3, 1), 0);
    assert_int_equal(listed_count(140000, NAMES_UNIQUE, 3, 1), 0);
}

static void test_name_totals__are_not_there_when_a_sum_is_too_great(void **state)
{
    (void)state;
    assert_int_equal(listed_count(140000, NAMES_HUGE_TIMES, 3, 1), 0);
}

/* 2,000 names are more than a hundredth of a file this small. */
static void test_name_totals__are_a_small_part_of_the_file(void **state)
{
    (void)state;
    assert_int_equal(listed_count(140000, NAMES_MANY, 3, 1), 0);
    assert_int_equal(listed_count(20000, NAMES_FEW, 3, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_name_totals__give_the_answers_of_the_blocks),
        cmocka_unit_test(test_name_totals__are_not_there_when_a_name_has_no_id),
        cmocka_unit_test(test_name_totals__are_not_there_when_a_sum_is_too_great),
        cmocka_unit_test(test_name_totals__are_a_small_part_of_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
