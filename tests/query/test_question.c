/* The language: what is accepted, and of what is not which word is pointed at and what is said. */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "query/question.h"
#include "query/suggest.h"

static vtc_status parse(const char *text, struct vtci_question *question, struct vtc_error *err)
{
    static struct vtci_memory memory;
    vtci_memory_init(&memory, NULL, 0);
    memset(err, 0, sizeof *err);
    return vtci_question_parse(&memory, text, question, err);
}

static void test_question_parse__takes_what_the_grammar_has(void **state)
{
    static const char *const accepted[] = {
        "slowest 1",
        " slowest\t20 ",
        "top 3 by self of x limit 2",
        "count by category where name = 'it''s' or name = \"a\"\"b\"",
        "histogram of /^a\\/b$/",
        "calls of f(int) where (name = g(long,long) or cat=io)",
        "tree",
        "tree of thread main",
        "timeline between 1.5ms and 2 s",
        "timeline between -5us and @18446744073us",
        "gaps 3 in thread main in process 'my prog'",
        "counters where not not (args.a.b >= -1.5)",
        "async where dur>5ms and dur<=1h",
        "flows where name !~ x and name ~ /y/",
        "threads order by events desc limit 1",
        "stats order by what",
        "slowest 5 where args.'a b' = 1KiB",
        "slowest 5 where 'args.a b' == 17 or ts <> 0",
        "slowest 5 where ((((((((((((((((((((((((((((((((dur > 1))))))))))))))))))))))))))))))))",
        "slowest 5 where name = /a{30}b{30}/",
    };
    (void)state;
    for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
        struct vtci_question question;
        struct vtc_error err;
        if (parse(accepted[i], &question, &err) != VTC_OK)
            fail_msg("%s: %s", accepted[i], err.message);
        vtci_question_free(&question);
    }
}

static void test_question_parse__points_at_the_word_that_is_wrong(void **state)
{
    static const struct {
        const char *text;
        uint64_t offset;
        const char *message;
    } refused[] = {
        {"", 0, "expected a verb such as 'slowest 20', found the end"},
        {"slowst 3", 0,
         "expected a verb such as 'slowest 20', found 'slowst'; did you mean 'slowest'?"},
        {"top 3", 5, "expected 'by', found the end"},
        {"top x by self", 4, "expected a number from 1 on after 'top', found 'x'"},
        {"top 3 bye self", 6, "expected 'by', found 'bye'; did you mean 'by'?"},
        {"count by names", 9,
         "expected name, thread, process, category or phase, found 'names'; did you mean 'name'?"},
        {"calls parse", 6, "expected 'of', found 'parse'"},
        {"calls of", 8, "expected a name, found the end"},
        {"tree of thraed x", 8, "expected 'thread', found 'thraed'; did you mean 'thread'?"},
        {"tree of thread main of x", 20, "this verb takes no 'of'"},
        {"slowest 3 of x of y", 15, "this clause was there before"},
        {"slowest 3 in thred x", 13,
         "expected 'thread' or 'process', found 'thred'; did you mean 'thread'?"},
        {"slowest 3 limit 0", 16, "expected a number from 1 on after 'limit', found '0'"},
        {"slowest 3 order duration", 16, "expected 'by', found 'duration'"},
        {"slowest 3 order by", 18, "expected a column of the answer, found the end"},
        {"slowest 3 where", 15,
         "expected name, category, thread, process, phase, dur, ts or args.KEY, found the end"},
        {"slowest 3 where dur 5ms", 20, "expected =, !=, <, <=, > or >=, found '5ms'"},
        {"slowest 3 where dur > 5mx", 22, "expected a duration such as 1.5ms, found '5mx'"},
        {"slowest 3 where dur > 64KiB", 22, "expected a duration such as 1.5ms, found '64KiB'"},
        {"slowest 3 where dur > 0.5", 22, "a time is a whole number of ns; is the unit missing?"},
        {"slowest 3 where dur > @5", 22, "expected a duration such as 1.5ms, found '@5'"},
        {"slowest 3 where name > x", 16, "this field is compared by =, != and ~ only"},
        {"slowest 3 where name = 'x", 23, "the quote has no end"},
        {"slowest 3 where args.n > x", 25,
         "expected a number such as 4096, 5ms or 64KiB, found 'x'"},
        {"slowest 3 where (name = x", 25, "expected 'and', 'or' or ')', found the end"},
        {"slowest 3 where name = x)", 24,
         "expected of, where, between, in, limit, order or the end, found ')'"},
        {"slowest 3 where name = /(/", 23, "no regular expression: Unmatched ( or \\("},
        {"slowest 3 where name = /(a{99}){99}/", 23,
         "a regular expression repeats at most 1000 times, all {} and )+ multiplied"},
        {"slowest 3 where name = /a+++++++++++++++++++++++++++++++++++++/", 23,
         "a regular expression repeats at most 1000 times, all {} and )+ multiplied"},
        {"slowest 3 where name = /((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+/", 23,
         "a regular expression repeats at most 1000 times, all {} and )+ multiplied"},
        {"slowest 3 where name = /a{1,}{1,}{1,}{1,}{1,}{1,}{1,}{1,}{1,}{1,}{1,}/", 23,
         "a regular expression repeats at most 1000 times, all {} and )+ multiplied"},
        {"slowest 3 where (((((((((((((((((((((((((((((((((dur > "
         "1)))))))))))))))))))))))))))))))))",
         48, "parentheses are nested more than 32 deep"},
        {"timeline between 1s", 19, "expected 'and', found the end"},
        {"timeline between x and 1s", 17,
         "expected a time such as 1.5s after 'between', found 'x'"},
        {"timeline between 2s and 1999ms", 24, "the second time is before the first"},
        {"stats in thread x", 6, "this verb takes no conditions"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct vtci_question question;
        struct vtc_error err;
        assert_int_equal(parse(refused[i].text, &question, &err), VTC_ERR_ARGUMENT);
        assert_string_equal(err.message, refused[i].message);
        assert_int_equal(err.offset, refused[i].offset);
        assert_int_equal(err.line, 1);
        assert_int_equal(err.column, refused[i].offset + 1);
    }
}

static void test_question_parse__has_limits(void **state)
{
    char text[20000] = "slowest 3 where dur > 1";
    struct vtci_question question;
    struct vtc_error err;
    (void)state;
    for (int i = 0; i < 40; i++)
        strcat(text, " or dur > 1");
    assert_int_equal(parse(text, &question, &err), VTC_ERR_ARGUMENT);
    assert_string_equal(err.message, "a question has at most 64 conditions");
    memset(text + 9, ' ', 17000);
    text[17009] = '\0';
    assert_int_equal(parse(text, &question, &err), VTC_ERR_ARGUMENT);
    assert_string_equal(err.message, "a question has at most 16384 bytes");
}

static void test_pattern__is_a_glob_or_a_regular_expression(void **state)
{
    static const struct {
        const char *pattern;
        bool is_regex;
        const char *text;
        bool matches;
    } cases[] = {
        {"abc", false, "abc", true},
        {"abc", false, "abcd", false},
        {"abc", false, "ab", false},
        {"", false, "", true},
        {"*", false, "", true},
        {"a*c", false, "abcbc", true},
        {"a*b*c", false, "aXbYbZ", false},
        {"*.c", false, "x.c.c", true},
        {"a?c", false, "a\303\251c", true}, /* one character of two bytes */
        {"a??c", false, "a\303\251c", false},
        {"[a-c]x", false, "bx", true},
        {"[!a-c]x", false, "bx", false},
        {"[]]", false, "]", true},
        {"[a", false, "[a", true},
        {"\\*", false, "*", true},
        {"\\*", false, "x", false},
        {"a\\", false, "a\\", true},
        {"b+", true, "abbc", true},
        {"^b", true, "ab", false},
        {"^(a|b)$", true, "b", true},
    };
    struct vtci_memory memory;
    (void)state;
    vtci_memory_init(&memory, NULL, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct vtci_pattern *pattern;
        struct vtc_text glob = {cases[i].pattern, strlen(cases[i].pattern)};
        struct vtc_text text = {cases[i].text, strlen(cases[i].text)};
        assert_int_equal(vtci_pattern_create(&memory, glob, cases[i].is_regex, &pattern, NULL),
                         VTC_OK);
        bool matches = false;
        assert_int_equal(vtci_pattern_match(pattern, text, &matches), VTC_OK);
        if (matches != cases[i].matches)
            fail_msg("'%s' and '%s'", cases[i].pattern, cases[i].text);
        vtci_pattern_free(&memory, pattern);
    }
}

static void test_pattern__sees_behind_nul(void **state)
{
    struct vtci_memory memory;
    struct vtci_pattern *pattern;
    (void)state;
    vtci_memory_init(&memory, NULL, 0);
    assert_int_equal(vtci_pattern_create(&memory, (struct vtc_text){"b$", 2}, true, &pattern, NULL),
                     VTC_OK);
    bool matches = false;
    assert_int_equal(vtci_pattern_match(pattern, (struct vtc_text){"a\0b", 3}, &matches), VTC_OK);
    assert_true(matches);
    assert_int_equal(vtci_pattern_match(pattern, (struct vtc_text){NULL, 0}, &matches), VTC_OK);
    assert_false(matches);
    char lengthy[2000];
    memset(lengthy, 'a', sizeof lengthy);
    lengthy[1999] = 'b';
    assert_int_equal(vtci_pattern_match(pattern, (struct vtc_text){lengthy, 2000}, &matches),
                     VTC_OK);
    assert_true(matches);
    vtci_pattern_free(&memory, pattern);
}

static void test_quantity__is_exact(void **state)
{
    static const struct {
        const char *text;
        int64_t number;
        unsigned scale;
    } cases[] = {
        {"0", 0, 0},
        {"-3", -3, 0},
        {"1.5ms", 1500000, 0},
        {"0.1ns", 1, 1},
        {"2.25KiB", 230400, 2},
        {"9223372036854775807", INT64_MAX, 0},
        {"-9223372036854775808", INT64_MIN, 0},
        {"1.000000001s", 1000000001, 0},
        {"2min", 120000000000, 0},
    };
    static const char *const none[] = {"",
                                       "-",
                                       ".",
                                       "x",
                                       "1x",
                                       "1.2.3",
                                       "1 s",
                                       "9223372036854775808",
                                       "9999999999999999s",
                                       "1e3",
                                       "0.1234567890123456789"};
    struct vtci_quantity quantity;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(vtci_quantity_parse(cases[i].text, strlen(cases[i].text), &quantity));
        assert_true(vtci_quantity_compare(cases[i].number, cases[i].scale, &quantity) == 0);
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(vtci_quantity_parse(none[i], strlen(none[i]), &quantity));
    assert_true(vtci_quantity_parse("0.3", 3, &quantity));
    assert_true(vtci_quantity_compare(3, 1, &quantity) == 0);
    assert_true(vtci_quantity_compare(30000000000000001, 17, &quantity) > 0);
    assert_true(vtci_quantity_compare(-1, 0, &quantity) < 0);
    assert_true(vtci_quantity_compare(1, 30, &quantity) < 0);
}

static void test_suggest__knows_what_is_near(void **state)
{
    static const char *const known[] = {"slowest", "top", "stats"};
    (void)state;
    assert_string_equal(vtci_suggest("slwoest", 7, known, 3), "slowest");
    assert_string_equal(vtci_suggest("TOP", 3, known, 3), "top");
    assert_string_equal(vtci_suggest("state", 5, known, 3), "stats");
    assert_null(vtci_suggest("histogram", 9, known, 3));
    assert_null(vtci_suggest("", 0, known, 3));
    assert_null(vtci_suggest("slowest slowest slowest slowest slowest", 39, known, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_question_parse__takes_what_the_grammar_has),
        cmocka_unit_test(test_question_parse__points_at_the_word_that_is_wrong),
        cmocka_unit_test(test_question_parse__has_limits),
        cmocka_unit_test(test_pattern__is_a_glob_or_a_regular_expression),
        cmocka_unit_test(test_pattern__sees_behind_nul),
        cmocka_unit_test(test_quantity__is_exact),
        cmocka_unit_test(test_suggest__knows_what_is_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
