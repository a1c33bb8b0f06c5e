/* The same document gives the same file, however few bytes a read gives: of a file, a pipe, a packed
 * source. Long gaps, words and strings, what breaks off and what is searched for events again are the
 * places where the end of what was read could show. */
#include "support/cmocka_all.h"
#include "support/issues.h"

#include <string.h>

#define E "{\"ph\":\"X\",\"ts\":1,\"dur\":1,\"pid\":1,\"tid\":1,\"name\":\"a\"}"

/* `before`, then `part` over and over, then `after`. */
static const struct {
    const char *what;
    const char *before, *part;
    size_t count;
    const char *after;
    uint64_t events, issues;
    unsigned cause; /* of the first issue */
} documents[] = {
    {"a long string behind the events", "{\"traceEvents\":[" E "],\"o\":\"", "x", 200000, "\"}", 1,
     0, 0},
    {"a longer one before them", "{\"o\":\"", "\\\"xx", 1500000, "\",\"traceEvents\":[" E "]}", 1,
     0, 0},
    {"long lists around them", "{\"traceEvents\":[" E "," E "],\"o\":[0", ", 7919", 800000, "]}", 2,
     0, 0},
    {"a gap a little longer than a separator", "[" E, " ", 70000, "," E "]", 2, 0, 0},
    {"a long gap", "[" E, " ", 300000, "," E "]", 2, 0, 0},
    {"a word", "[" E ",", "x", 20000, "," E "]", 2, 1, GARBAGE},
    {"a word of megabytes", "[" E ",", "x", 5000000, "," E "]", 2, 1, GARBAGE},
    {"a number", "[" E ",", "1", 200000, "," E "]", 2, 1, NOT_AN_OBJECT},
    {"a number outside of the events", "{\"n\":", "1", 200000, ",\"traceEvents\":[" E "]}", 1, 0,
     0},
    {"a string among the events", "[" E ",\"", "x", 20000, "\"," E "]", 2, 1, NOT_AN_OBJECT},
    {"a string of megabytes among the events", "[" E ",\"", "x", 5000000, "\"," E "]", 2, 1,
     NOT_AN_OBJECT},
    {"a string and a gap", "[" E ",\"x\"", " ", 20000, "," E "]", 2, 1, NOT_AN_OBJECT},
    {"a stray quote far from the next", "[" E ",\" ", "x", 20000, "\n," E "]", 2, 1, GARBAGE},
    {"a list breaks off", "[" E ",{\"ph\":\"i\",\"args\":[", "1,", 200000, "\n" E "," E "]", 3, 1,
     MALFORMED},
    {"objects break off within each other", "[" E,
     ",{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":" E, 30000, "]",
     30001, 30000, MALFORMED},
    {"events are broken off one in another", "[" E,
     ",{\"ph\":\"B\",\"ts\":1,\"args\":{\"a\":{\"ph\":\"i\",\"args\":{\"a\":" E, 30000, "]", 30001,
     60000, MALFORMED},
    {"events within lists that do not end", "[" E, ",{\"a\":[" E, 50000, "", 50001, 50000,
     MALFORMED},
};

static void make(struct bytes *text, size_t index)
{
    bytes_text(text, documents[index].before);
    for (size_t i = 0; i < documents[index].count; i++)
        bytes_text(text, documents[index].part);
    bytes_text(text, documents[index].after);
}

static bool same(const struct bytes *a, const struct bytes *b)
{
    return a->len_bytes == b->len_bytes && memcmp(a->data, b->data, a->len_bytes) == 0;
}

static void test_compress__is_the_same_for_all_sizes_of_reads(void **state)
{
    (void)state;
    static const size_t piece_bytes[] = {1, 7, 333, 4096, 65536};
    unsigned failures = 0;
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        struct bytes text = {0}, file = {0};
        make(&text, i);
        assert_int_equal(compress_bytes(text.data, text.len_bytes, 0, 1, 1, &file, NULL, NULL),
                         VTC_OK);
        for (size_t k = 0; k < sizeof piece_bytes / sizeof *piece_bytes; k++) {
            struct bytes other = {0};
            assert_int_equal(compress_bytes(text.data, text.len_bytes, piece_bytes[k], 1, 1, &other,
                                            NULL, NULL),
                             VTC_OK);
            if (!same(&file, &other)) {
                print_error("%s: reads of %zu bytes give another file\n", documents[i].what,
                            piece_bytes[k]);
                failures++;
            }
            bytes_free(&other);
        }
        bytes_free(&file);
        bytes_free(&text);
    }
    assert_int_equal(failures, 0);
}

static unsigned first_cause(const struct bytes *file)
{
    struct vtc_issue issue = {0};
    vtc_reader *reader;
    if (vtc_reader_open_memory(file->data, file->len_bytes, NULL, &reader, NULL) != VTC_OK)
        return 0;
    vtc_status status = vtc_reader_issue(reader, 0, &issue);
    vtc_reader_close(reader);
    return status == VTC_OK ? issue.cause_code : 0;
}

/* Every whole event is found, be it in what broke off, and each thing is named once. */
static void test_compress__finds_all_events(void **state)
{
    (void)state;
    unsigned failures = 0;
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        struct bytes text = {0}, file = {0};
        struct vtc_compress_result result;
        make(&text, i);
        assert_int_equal(compress_bytes(text.data, text.len_bytes, 333, 1, 1, &file, &result, NULL),
                         VTC_OK);
        unsigned cause = first_cause(&file);
        if (result.events != documents[i].events || result.issues != documents[i].issues ||
            cause != documents[i].cause) {
            print_error("%s: %llu events (%llu), %llu issues (%llu), cause %u (%u)\n",
                        documents[i].what, (unsigned long long)result.events,
                        (unsigned long long)documents[i].events, (unsigned long long)result.issues,
                        (unsigned long long)documents[i].issues, cause, documents[i].cause);
            failures++;
        }
        bytes_free(&file);
        assert_true(round_trips(text.data, text.len_bytes, 0, 1, NULL));
        bytes_free(&text);
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compress__is_the_same_for_all_sizes_of_reads),
        cmocka_unit_test(test_compress__finds_all_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
