/* Documents in every state in which tracers leave them: each comes back byte for byte, what can be
 * read as an event is one, and what cannot is counted. */
#include "support/cmocka_all.h"
#include "support/issues.h"

#include <stdlib.h>
#include <string.h>

#define E1 "{\"ph\":\"B\",\"pid\":1,\"tid\":2,\"ts\":1.5,\"name\":\"a\"}"
#define E2 "{\"ph\":\"E\",\"pid\":1,\"tid\":2,\"ts\":2.25,\"name\":\"a\"}"

struct odd {
    const char *what;
    const char *text;
    size_t len_bytes; /* 0: strlen */
    uint64_t events;
    uint64_t issues;
    int cut_off;
};

static const struct odd odd_documents[] = {
    {"empty array", "[]", 0, 0, 0, 0},
    {"empty events", "{\"traceEvents\":[]}", 0, 0, 0, 0},
    {"array", "[" E1 "," E2 "]", 0, 2, 0, 0},
    {"object", "{\"traceEvents\":[" E1 "," E2 "]}", 0, 2, 0, 0},
    {"events first of several keys", "{\"traceEvents\":[" E1 "],\"a\":{\"b\":[1,2]}}", 0, 1, 0, 0},
    {"events last of several keys", "{\"a\":{\"b\":[1,{}]},\"traceEvents\" : [ " E1 " ] }\n", 0, 1,
     0, 0},
    {"nested traceEvents is no events array", "{\"a\":{\"traceEvents\":[{}]},\"traceEvents\":[]}",
     0, 0, 0, 0},
    {"escaped traceEvents", "{\"tr\\u0061c\\u0065Events\":[" E1 "," E2 "]}", 0, 2, 0, 0},
    {"missing bracket", "[" E1 "," E2, 0, 2, 0, 0},
    {"missing bracket after comma", "[" E1 "," E2 ",\n", 0, 2, 0, 0},
    {"trailing comma", "[" E1 "," E2 ",]", 0, 2, 0, 0},
    {"leading comma", "[," E1 "," E2 "]", 0, 2, 0, 0},
    {"missing comma", "[" E1 " " E2 E1 "]", 0, 3, 0, 0},
    {"doubled comma", "[" E1 ",,, " E2 "]", 0, 2, 0, 0},
    {"lines after a bracket", "[\n" E1 "\n" E2 "\n", 0, 2, 0, 0},
    {"lines without brackets", E1 "\n" E2 "\n" E1 "\n", 0, 3, 0, 0},
    {"lines with commas", E1 ",\n" E2 ",\n", 0, 2, 0, 0},
    {"byte-order mark", "\xEF\xBB\xBF[" E1 "]", 0, 1, 0, 0},
    {"CRLF", "[\r\n" E1 ",\r\n" E2 "\r\n]\r\n", 0, 2, 0, 0},
    {"spaces everywhere", " [ { \"ph\" : \"i\" , \"ts\" : 1 , \"s\" : \"t\" } ] ", 0, 1, 0, 0},
    {"pid and tid as strings", "[{\"ph\":\"i\",\"pid\":\"p\",\"tid\":\"12\",\"ts\":\"3.50\"}]", 0,
     1, 0, 0},
    {"pid negative, fraction, 64 bits",
     "[{\"ph\":\"i\",\"pid\":-1,\"tid\":1.5,\"ts\":0},"
     "{\"ph\":\"i\",\"pid\":18446744073709551615,\"tid\":9223372036854775807,\"ts\":0}]",
     0, 2, 0, 0},
    {"ts absent, null, negative, exponent, 19 digits",
     "[{\"ph\":\"i\"},{\"ph\":\"i\",\"ts\":null},{\"ph\":\"i\",\"ts\":-5.25},"
     "{\"ph\":\"i\",\"ts\":1.5e3},{\"ph\":\"i\",\"ts\":1E+2},"
     "{\"ph\":\"i\",\"ts\":1699999999123456789},{\"ph\":\"i\",\"ts\":1699999999123456.789}]",
     0, 7, 0, 0},
    {"number spellings",
     "[{\"ph\":\"i\",\"args\":{\"a\":0,\"b\":-0,\"c\":-0.0,\"d\":1.50,\"e\":007,\"f\":1.,"
     "\"g\":.5,\"h\":+1,\"i\":0.000000000000000000000001,\"j\":123456789012345678901234567890}}]",
     0, 1, 0, 0},
    {"doubled keys", "[{\"ph\":\"i\",\"ts\":1,\"ts\":2,\"cname\":\"a\",\"cname\":\"b\"}]", 0, 1, 0,
     0},
    {"invalid UTF-8", "[{\"ph\":\"i\",\"name\":\"\xff\xfe\x80\",\"\xc0\":1}]", 0, 1, 0, 0},
    {"control characters", "[{\"ph\":\"i\",\"name\":\"a\nb\tc\x01\"}]", 0, 1, 0, 0},
    {"NUL in a string", "[{\"ph\":\"i\",\"name\":\"a\0b\"}]", 25, 1, 0, 0},
    {"NUL between events", "[" E1 "\0\0," E2 "]", sizeof "[" E1 "\0\0," E2 "]" - 1, 2, 1, 0},
    {"lone surrogates and escapes",
     "[{\"ph\":\"i\",\"name\":\"\\ud800 \\\" \\\\ \\/ \\u0041\",\"a\\\"b\":1}]", 0, 1, 0, 0},
    {"NaN and Infinity", "[{\"ph\":\"C\",\"ts\":NaN,\"args\":{\"a\":Infinity,\"b\":-Infinity}}]", 0,
     1, 0, 0},
    {"words", "[{\"ph\":\"i\",\"args\":{\"a\":true,\"b\":false,\"c\":null}}]", 0, 1, 0, 0},
    {"a word that is no JSON", "[" E1 ",{\"ph\":\"i\",\"args\":{\"d\":None}}," E2 "]", 0, 2, 1, 0},
    {"unknown keys and phases", "[{\"ph\":\"?\",\".x\":1,\"\":2},{\"ph\":\"long phase\",\"ts\":1}]",
     0, 2, 0, 0},
    {"no phase", "{\"traceEvents\":[{\"name\":\"x\"},{}]}", 0, 2, 0, 0},
    {"garbage between events", "[" E1 " @#! " E2 "]", 0, 2, 1, 0},
    {"elements that are no objects", "[" E1 ",1,\"x\",null," E2 "]", 0, 2, 3, 0},
    {"an object that is cut off", "[" E1 ",{\"ph\":\"B\",\"ts\":1\n" E2 "]", 0, 2, 1, 0},
    {"an object cut off in a string", "[" E1 ",{\"ph\":\"B\",\"name\":\"abc\n" E2 "," E1 "]", 0, 3,
     1, 0},
    {"cut off at the end", "[" E1 "," E2 ",{\"ph\":\"B\",\"na", 0, 2, 1, 1},
    {"cut off in a string", "{\"traceEvents\":[" E1 ",{\"ph\":\"B\",\"name\":\"ab", 0, 1, 1, 1},
    {"cut off between events of an object", "{\"traceEvents\":[" E1 ",", 0, 1, 1, 1},
    {"second document", "[" E1 "]\n[" E2 "]", 0, 2, 1, 0},
    {"second document of the other form", "[" E1 "]{\"traceEvents\":[" E2 "]}", 0, 2, 1, 0},
    {"mismatched brackets", "[" E1 "}," E2 "]]", 0, 2, 2, 0},
    {"empty nodes", "[{\"ph\":\"i\",\"args\":{},\"a\":[],\"b\":[ ],\"c\":{ }}]", 0, 1, 0, 0},
    {"lists",
     "[{\"ph\":\"i\",\"args\":{\"a\":[1,2,3],\"b\":[\"x\", \"y\"],\"c\":[[1],[2,3],[]],"
     "\"d\":[1,\"x\",null,{\"k\":[{}]}],\"e\":[1 ,2],\"f\":[1,  2, 3],\"g\":[1 ]}}]",
     0, 1, 0, 0},
    {"empty nodes again, and others that begin alike",
     "[{\"ph\":\"i\",\"a\":[],\"b\":{}},{\"ph\":\"i\",\"a\":[],\"b\":{}},"
     "{\"ph\":\"i\",\"a\":[1],\"b\":{\"c\":1}},{\"ph\":\"i\",\"a\":{},\"b\":[]},"
     "{\"ph\":\"i\",\"a\":[[],[],{},[ ],[]],\"b\":[[],[0],{},{ }]}]",
     0, 5, 0, 0},
    {"long literals that differ at their ends",
     "[{\"ph\":\"i\",\"a key of a little more than 32 bytes, 1\":1},"
     "{\"ph\":\"i\",\"a key of a little more than 32 bytes, 2\":1},"
     "{\"ph\":\"i\",\"a key of a little more than 32 bytes, 1\":1}]",
     0, 3, 0, 0},
    {"a list among the events", "[" E1 ",\n[" E2 "]\n]", 0, 1, 1, 0},
    {"a stray quote between events", "[" E1 ",\n\"\n" E2 ",\n" E1 "]", 0, 3, 1, 0},
    {"a stray quote on the line of an event", "[" E1 ",\" " E2 "," E1 "]", 0, 3, 1, 0},
    {"a stray quote at the end", "[" E1 "," E2 "\n\"", 0, 2, 1, 0},
    {"a string as the last element", "[" E1 ", \"x\" ]", 0, 1, 1, 0},
    {"cut off in a value, an event a line", "[" E1 ",\n{\"name\":\"f\n" E2 ",\n" E1 ",\n" E2 "]", 0,
     4, 1, 0},
    {"cut off in a key", "[" E1 ",\n{\"na\n" E2 ",\n" E1 "]", 0, 3, 1, 0},
    {"cut off in an object", "[" E1 ",\n{\"ph\":\"i\",\"args\":{\"a\":\n" E2 ",\n" E1 "]", 0, 3, 1,
     0},
    {"cut off in a list", "[" E1 ",\n{\"ph\":\"i\",\"args\":[\n" E2 ",\n" E1 ",\n" E2 "]", 0, 4, 1,
     0},
    {"cut off within the only event", "[{\"ph\":\"X\",\"ts\":1", 0, 0, 1, 1},
    {"commas within an object", "[{\"ph\":\"i\",,\"ts\":1,},{,\"ph\":\"i\"}," E1 "]", 0, 1, 2, 0},
};

static void test_round_trip__odd_documents(void **state)
{
    (void)state;
    static const int levels[] = {1, 3, 12};
    int failures = 0;
    for (size_t i = 0; i < sizeof odd_documents / sizeof *odd_documents; i++) {
        const struct odd *odd = &odd_documents[i];
        size_t len_bytes = odd->len_bytes ? odd->len_bytes : strlen(odd->text);
        for (size_t k = 0; k < 3; k++) {
            struct vtc_compress_result result = {0};
            bool same = round_trips(odd->text, len_bytes, k == 1 ? 1 : 0, levels[k], &result);
            if (same && result.events == odd->events && result.issues == odd->issues &&
                !result.cut_off == !odd->cut_off)
                continue;
            print_error("%s, level %d: %s, events %llu (%llu), issues %llu (%llu), cut off %d\n",
                        odd->what, levels[k], same ? "same" : "NOT THE SAME",
                        (unsigned long long)result.events, (unsigned long long)odd->events,
                        (unsigned long long)result.issues, (unsigned long long)odd->issues,
                        result.cut_off);
            failures++;
        }
    }
    assert_int_equal(failures, 0);
}

struct refused {
    const char *text;
    vtc_status status;
    uint64_t line, column, offset;
};

static void test_compress__refuses_with_a_place(void **state)
{
    (void)state;
    static const struct refused refused[] = {
        {"", VTC_ERR_NOT_JSON, 1, 1, 0},
        {" \n ", VTC_ERR_NOT_JSON, 2, 2, 3},
        {"hello", VTC_ERR_NOT_JSON, 1, 1, 0},
        {"\n\n  hello [", VTC_ERR_NOT_JSON, 3, 3, 4},
        {"\"text\"", VTC_ERR_NOT_JSON, 1, 1, 0},
        {"{\"a\":1}", VTC_ERR_NOT_TRACE, 1, 7, 6},
        {"{\"a\":[1,2,{\"b\":3}]}\n", VTC_ERR_NOT_TRACE, 1, 19, 18},
        {"{\"a\":1", VTC_ERR_NOT_JSON, 1, 7, 6},
        {"{\"a\": @}", VTC_ERR_NOT_JSON, 1, 7, 6},
        {"[1,2,3]", VTC_ERR_NOT_TRACE, 1, 2, 1},
        {"[{\"a\":1}]", VTC_ERR_NOT_TRACE, 1, 9, 8},
        {"\x89PNG\r\n\x1a\n", VTC_ERR_NOT_JSON, 1, 1, 0},
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct bytes file = {0};
        struct vtc_error err = {0};
        vtc_status status =
            compress_bytes(refused[i].text, strlen(refused[i].text), 0, 3, 1, &file, NULL, &err);
        if (status != refused[i].status || err.line != refused[i].line ||
            err.column != refused[i].column || err.offset != refused[i].offset)
            fail_msg("%s: %s at line %llu column %llu offset %llu: %s", refused[i].text,
                     vtc_status_name(status), (unsigned long long)err.line,
                     (unsigned long long)err.column, (unsigned long long)err.offset, err.message);
        bytes_free(&file);
    }
}

/* Arguments nested deeper than the limit are kept, as raw text, without recursion. */
static void test_round_trip__deep_nesting(void **state)
{
    (void)state;
    static const size_t depths[] = {10, 200, 300, 1000, 5000, 200000};
    for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
        struct bytes text = {0};
        bytes_text(&text, "[{\"ph\":\"i\",\"args\":");
        for (size_t k = 0; k < depths[i]; k++)
            bytes_text(&text, k % 2 ? "[" : "{\"a\":");
        bytes_text(&text, "1");
        for (size_t k = depths[i]; k-- > 0;)
            bytes_text(&text, k % 2 ? "]" : "}");
        bytes_text(&text, "}," E1 "]");
        struct vtc_compress_result result;
        assert_true(round_trips(text.data, text.len_bytes, 0, 3, &result));
        assert_int_equal(result.events, 2);
        bytes_free(&text);
    }
}

/* Strings, numbers and gaps around the sizes of the input window. */
static void test_round_trip__window_edges(void **state)
{
    (void)state;
    for (size_t at = 0; at < 30; at++) {
        size_t len_bytes = (at < 15 ? 131072 : 262144) - 44 + 7 * (at % 15);
        struct bytes text = {0};
        bytes_text(&text, "[{\"ph\":\"i\",\"name\":\"");
        while (text.len_bytes < len_bytes)
            bytes_text(&text, "\\\\x");
        bytes_text(&text, "\"}, " E1 ", 12345.678," E2 "]");
        struct vtc_compress_result result;
        assert_true(round_trips(text.data, text.len_bytes, 4099, 3, &result));
        assert_int_equal(result.events, 3);
        bytes_free(&text);
    }
}

/* A long gap between events, and a long string before them, become text. */
static void test_round_trip__long_text(void **state)
{
    (void)state;
    struct bytes text = {0};
    bytes_text(&text, "{\"metadata\":\"");
    for (size_t i = 0; i < 3000000; i++)
        bytes_text(&text, i % 13 ? "x" : "\\\"");
    bytes_text(&text, "\",\"traceEvents\":[" E1);
    for (size_t i = 0; i < 5000000; i++)
        bytes_text(&text, " ");
    bytes_text(&text, "," E2 "]}");
    struct vtc_compress_result result;
    assert_true(round_trips(text.data, text.len_bytes, 0, 3, &result));
    assert_int_equal(result.events, 2);
    assert_int_equal(result.issues, 0);
    bytes_free(&text);
}

/* What broke off is looked through again, but not again and again. */
static void test_compress__of_broken_objects_is_linear(void **state)
{
    (void)state;
    static const char *const parts[] = {"{\"a\":",   "{\"args\":[", "{\"a\":\"",        "\"",  "{",
                                        "{\"a\":x}", "{\"a\":x,",   "{\"a\":x,\"b\":[", "[1,,"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct bytes text = {0};
        bytes_text(&text, "{\"traceEvents\":[" E1 ",\n");
        while (text.len_bytes < 3000000)
            bytes_text(&text, parts[i]);
        bytes_text(&text, "\n" E2 "]}");
        struct vtc_compress_result result;
        assert_true(round_trips(text.data, text.len_bytes, 0, 1, &result));
        assert_true(result.events >= 1);
        bytes_free(&text);
    }
}

/* Objects that are closed, malformed and no events are looked into one by one, up to a bound that is
 * the document's. Where it is reached, an issue says what is skipped. */
static void test_compress__says_what_it_skips(void **state)
{
    (void)state;
    struct bytes text = {0};
    bytes_text(&text, "[" E1 ",\"\n");
    uint64_t start = text.len_bytes;
    for (size_t i = 0; i < 10000; i++)
        bytes_text(&text, "{\"a\":x,\"b\":");
    bytes_text(&text, "1");
    for (size_t i = 0; i < 10000; i++)
        bytes_text(&text, "}");
    uint64_t end = text.len_bytes;
    bytes_text(&text, "," E2 "]");
    struct bytes file = {0};
    struct vtc_compress_result result;
    struct vtc_issue issue = {0};
    vtc_reader *reader;
    assert_int_equal(compress_bytes(text.data, text.len_bytes, 0, 1, 1, &file, &result, NULL),
                     VTC_OK);
    assert_int_equal(result.events, 2);
    assert_int_equal(result.issues, 2);
    assert_int_equal(vtc_reader_open_memory(file.data, file.len_bytes, NULL, &reader, NULL),
                     VTC_OK);
    assert_int_equal(vtc_reader_issue(reader, 1, &issue), VTC_OK);
    assert_int_equal(issue.cause_code, SKIPPED);
    uint64_t level = (issue.offset - start) / strlen("{\"a\":x,\"b\":");
    assert_true(level > 2);
    assert_int_equal(issue.offset + issue.len_bytes, end - level);
    vtc_reader_close(reader);
    bytes_free(&file);
    bytes_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip__odd_documents),
        cmocka_unit_test(test_compress__refuses_with_a_place),
        cmocka_unit_test(test_round_trip__deep_nesting),
        cmocka_unit_test(test_round_trip__window_edges),
        cmocka_unit_test(test_round_trip__long_text),
        cmocka_unit_test(test_compress__of_broken_objects_is_linear),
        cmocka_unit_test(test_compress__says_what_it_skips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
