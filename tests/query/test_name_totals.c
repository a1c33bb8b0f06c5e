/* The name totals of the INDEX give the very answers that reading the blocks gives: with pairs over
 * blocks, without names, with names that are spelled in two ways, with negative durations. The file
 * without its end has no totals, and is what the answers are compared with. SQL's table name_total
 * says of both what the verbs say, and what SQL adds up itself.
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
#include "vtc/sql.h"
#include "vtc/verify.h"

#define TRAILER_BYTES 24u

static const char *const QUESTIONS[] = {
    "top 1000 by total", "top 7 by count", "top 1000 by mean",
    "top 1000 by max",   "count by name",  "count by name where dur > 3us",
};
enum { QUESTION_COUNT = sizeof QUESTIONS / sizeof *QUESTIONS };

/* The same of the table, in SQL alone, and as a verb, of which the first columns are meant. */
static const struct {
    const char *table;
    const char *other;
    size_t columns;
    bool is_of_slices; /* where these are the spans */
} SAME[] = {
    {"SELECT name, total_dur, spans, total_dur / spans, min_dur, max_dur FROM name_total "
     "WHERE spans > 0 ORDER BY total_dur DESC, name IS NULL, name",
     "top 100000 by total", 6, false},
    {"SELECT name, total_dur, spans FROM name_total WHERE spans > 0 "
     "ORDER BY spans DESC, name IS NULL, name",
     "top 100000 by count", 3, false},
    {"SELECT name, events FROM name_total ORDER BY events DESC, name IS NULL, name",
     "count by name", 2, false},
    {"SELECT name, events FROM name_total ORDER BY 1",
     "SELECT name, count(*) FROM event WHERE phase NOT IN ('E', 'M') GROUP BY 1 ORDER BY 1", 2,
     false},
    {"SELECT sum(spans), sum(events) FROM name_total",
     "SELECT (SELECT count(*) FROM slice), (SELECT count(*) FROM event WHERE phase <> 'E')", 2,
     true},
    {"SELECT name, spans, total_dur, min_dur, max_dur FROM name_total ORDER BY 1",
     "SELECT name, count(*), sum(dur), min(dur), max(dur) FROM slice GROUP BY 1 ORDER BY 1", 5,
     true},
    {"SELECT count(*) FROM name_total WHERE spans = 0 AND "
     "(total_dur <> 0 OR min_dur IS NOT NULL OR max_dur IS NOT NULL)",
     "SELECT 0", 1, false},
};
enum { SAME_COUNT = sizeof SAME / sizeof *SAME };

enum names { NAMES_FEW, NAMES_LONG, NAMES_UNIQUE, NAMES_HUGE_TIMES, NAMES_MANY, NAMES_NO_ENDS };

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
        if (kind == NAMES_NO_ENDS && drawn >= 40 && drawn < 56) {
            /* n7 in a spelling that has no spans. */
            phase = "i";
            snprintf(member, sizeof member, "\"name\":\"\\u006e7\",");
        }
        int len = snprintf(line, sizeof line, "%s{\"ph\":\"%s\",%s\"pid\":1,\"tid\":%u",
                           i ? ",\n" : "", phase, member, draw(&chance) % 5);
        bytes_append(text, line, (size_t)len);
        if (drawn != 39) {
            snprintf(line, sizeof line, ",\"ts\":%u", 10 * i);
            bytes_text(text, line);
        }
        if (kind == NAMES_HUGE_TIMES && i < 200) {
            bytes_text(text, ",\"dur\":9000000000000000");
        } else if (drawn <= 40 && drawn != 38) { /* what is no X too: no span */
            snprintf(line, sizeof line, ",\"dur\":%s%u.%03u",
                     drawn == 37 && kind != NAMES_NO_ENDS ? "-" : "", duration + 1,
                     duration % 1000);
            bytes_text(text, line);
        }
        bytes_text(text, "}");
    }
    bytes_text(text, "]");
}

/* What is a slice by every rule: spans that lie side by side or within each other, none without end. */
static void make_nested_trace(struct bytes *text, unsigned rows)
{
    unsigned open[8], depth = 0;
    uint64_t chance = 9;
    char line[200];
    bytes_text(text, "[");
    for (unsigned i = 0; i < rows || depth > 0; i++) {
        unsigned drawn = draw(&chance) % 3, name = draw(&chance) % 30;
        const char *comma = i > 0 ? ",\n" : "";
        if (drawn == 0) {
            snprintf(
                line, sizeof line,
                "%s{\"ph\":\"X\",\"name\":\"n%u\",\"pid\":1,\"tid\":1,\"ts\":%u,\"dur\":%u.%03u}",
                comma, name, 10 * i, name % 9, draw(&chance) % 1000);
        } else if (depth == 0 || (drawn == 1 && depth < 8 && i < rows)) {
            open[depth++] = name;
            snprintf(line, sizeof line,
                     "%s{\"ph\":\"B\",\"name\":\"n%u\",\"pid\":1,\"tid\":2,\"ts\":%u}", comma, name,
                     10 * i);
        } else {
            snprintf(line, sizeof line,
                     "%s{\"ph\":\"E\",\"name\":\"n%u\",\"pid\":1,\"tid\":2,\"ts\":%u.5}", comma,
                     open[--depth], 10 * i);
        }
        bytes_text(text, line);
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

/* The first columns, so many at most; gives how many blocks were read. */
static uint64_t answer(vtc_reader *reader, const char *question, size_t column_count,
                       struct bytes *out)
{
    const struct vtc_query_value *values;
    vtc_query *query;
    size_t columns;
    vtc_status status = vtc_query_is_sql(question)
                            ? vtc_sql_open(reader, question, NULL, &query, NULL)
                            : vtc_query_open(reader, question, NULL, &query, NULL);
    assert_int_equal(status, VTC_OK);
    vtc_query_columns(query, &columns);
    while ((status = vtc_query_next(query, &values, NULL)) == VTC_OK)
        put_values(out, values, columns < column_count ? columns : column_count);
    assert_int_equal(status, VTC_END);
    uint64_t blocks = vtc_query_blocks_read(query);
    vtc_query_close(query);
    return blocks;
}

static void assert_same(const char *question, const struct bytes *got, const struct bytes *wanted)
{
    assert_true(wanted->len_bytes > 0);
    if (got->len_bytes != wanted->len_bytes ||
        memcmp(got->data, wanted->data, wanted->len_bytes) != 0)
        fail_msg("%s: found\n%.*s\nexpected\n%.*s", question, (int)got->len_bytes,
                 (const char *)got->data, (int)wanted->len_bytes, (const char *)wanted->data);
}

static void compare_answers(vtc_reader *listing, vtc_reader *reading, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct bytes listed = {0}, read = {0};
        answer(listing, QUESTIONS[i], SIZE_MAX, &listed);
        answer(reading, QUESTIONS[i], SIZE_MAX, &read);
        assert_same(QUESTIONS[i], &listed, &read);
        bytes_free(&listed);
        bytes_free(&read);
    }
}

/* The table reads blocks where the file does not list totals, and no others. */
static void compare_table(vtc_reader *reader, bool with_slices)
{
    struct vtc_name_total total;
    bool is_listed = vtc_reader_name_total(reader, 0, &total, NULL) == VTC_OK;
    for (size_t i = 0; i < SAME_COUNT; i++) {
        struct bytes table = {0}, other = {0};
        if (SAME[i].is_of_slices && !with_slices)
            continue;
        uint64_t blocks = answer(reader, SAME[i].table, SAME[i].columns, &table);
        assert_int_equal(blocks == 0, is_listed);
        answer(reader, SAME[i].other, SAME[i].columns, &other);
        assert_same(SAME[i].table, &table, &other);
        bytes_free(&table);
        bytes_free(&other);
    }
}

/* A file, and the same as if it had no INDEX. */
struct pair {
    struct bytes file;
    vtc_reader *listing, *reading;
};

/* Takes the text. */
static void pair_open(struct pair *pair, struct bytes *text, int level)
{
    memset(pair, 0, sizeof *pair);
    assert_int_equal(compress_bytes(text->data, text->len_bytes, 0, level, 2, &pair->file, NULL,
                                    NULL),
                     VTC_OK);
    bytes_free(text);
    assert_int_equal(vtc_reader_open_memory(pair->file.data, pair->file.len_bytes, NULL,
                                            &pair->listing, NULL),
                     VTC_OK);
    /* Without the trailer and the end of the INDEX. */
    assert_int_equal(vtc_reader_open_memory(pair->file.data,
                                            pair->file.len_bytes - TRAILER_BYTES - 3, NULL,
                                            &pair->reading, NULL),
                     VTC_OK);
}

static void pair_close(struct pair *pair)
{
    vtc_reader_close(pair->listing);
    vtc_reader_close(pair->reading);
    bytes_free(&pair->file);
}

/* How many totals the file has, all of them right; so many questions have the same answers. */
static size_t listed_count(unsigned rows, enum names kind, int level, size_t question_count)
{
    struct bytes text = {0};
    struct pair pair;
    struct vtc_name_total total;
    size_t count = 0;
    make_trace(&text, rows, kind);
    pair_open(&pair, &text, level);
    assert_int_equal(vtc_verify(pair.listing, NULL, NULL, NULL), VTC_OK);
    while (vtc_reader_name_total(pair.listing, count, &total, NULL) == VTC_OK)
        count++;
    assert_int_equal(vtc_reader_name_total(pair.reading, 0, &total, NULL), VTC_END);
    compare_answers(pair.listing, pair.reading, question_count);
    pair_close(&pair);
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

static void test_name_total_table__says_what_the_verbs_say(void **state)
{
    (void)state;
    static const enum names kinds[] = {NAMES_FEW, NAMES_NO_ENDS, NAMES_LONG, NAMES_HUGE_TIMES,
                                       NAMES_MANY};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct bytes text = {0};
        struct pair pair;
        make_trace(&text, 140000, kinds[i]);
        pair_open(&pair, &text, 3);
        compare_table(pair.listing, false);
        compare_table(pair.reading, false);
        pair_close(&pair);
    }
}

static void test_name_total_table__says_what_slices_add_up_to(void **state)
{
    (void)state;
    struct bytes text = {0};
    struct pair pair;
    struct vtc_name_total total;
    make_nested_trace(&text, 140000);
    pair_open(&pair, &text, 3);
    assert_int_equal(vtc_reader_name_total(pair.listing, 29, &total, NULL), VTC_OK);
    compare_table(pair.listing, true);
    compare_table(pair.reading, true);
    pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_name_totals__give_the_answers_of_the_blocks),
        cmocka_unit_test(test_name_totals__are_not_there_when_a_name_has_no_id),
        cmocka_unit_test(test_name_totals__are_not_there_when_a_sum_is_too_great),
        cmocka_unit_test(test_name_totals__are_a_small_part_of_the_file),
        cmocka_unit_test(test_name_total_table__says_what_the_verbs_say),
        cmocka_unit_test(test_name_total_table__says_what_slices_add_up_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
