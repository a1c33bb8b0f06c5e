/* Objects that are no JSON are no events: each is kept in its place and named by offset, by the place
 * of its fault, and by cause (SPEC 7.7), whichever way of the importer meets it. What JSON forbids and
 * the specification allows is an event. */
#include "support/cmocka_all.h"
#include "support/issues.h"

#include <stdio.h>
#include <string.h>

#define E1 "{\"ph\":\"B\",\"pid\":1,\"tid\":2,\"ts\":1.5,\"name\":\"a\"}"
#define E2 "{\"ph\":\"E\",\"pid\":1,\"tid\":2,\"ts\":2.25,\"name\":\"a\"}"

/* What an event is made of around a fault: with a shape, and the ways to raw text. */
enum way {
    PLAIN,
    NESTED,
    IN_LIST,
    RAW_ROW,      /* a phase that is no part of a literal */
    RAW_LIST,     /* separators that differ */
    RAW_IN_DEPTH, /* more nodes within each other than have paths */
    RAW_WIDE,     /* more members than a shape has */
    WAYS
};

static const char *const way_names[WAYS] = {"plain",    "nested",       "in a list",   "raw row",
                                            "raw list", "raw in depth", "raw and wide"};

static void repeat(struct bytes *out, const char *text, size_t count)
{
    while (count-- > 0)
        bytes_text(out, text);
}

/* An event with `object` in it, whose place is returned. */
static size_t put_event(struct bytes *out, enum way way, const char *object)
{
    static const char *const before[WAYS] = {
        [PLAIN] = "",
        [NESTED] = "{\"ph\":\"i\",\"args\":{\"a\":",
        [IN_LIST] = "{\"ph\":\"i\",\"args\":[1,[",
        [RAW_ROW] = "{\"ph\":\"a long phase\",\"ts\":1,\"x\":",
        [RAW_LIST] = "{\"ph\":\"i\",\"args\":[1,2, 3,",
        [RAW_IN_DEPTH] = "{\"ph\":\"i\",\"args\":",
        [RAW_WIDE] = "{\"ph\":\"i\"",
    };
    static const char *const after[WAYS] = {
        [PLAIN] = "",      [NESTED] = ",\"b\":1}}", [IN_LIST] = "]]}",       [RAW_ROW] = "}",
        [RAW_LIST] = "]}", [RAW_IN_DEPTH] = "}",    [RAW_WIDE] = ",\"z\":1}"};
    char key[32];
    bytes_text(out, before[way]);
    for (unsigned i = 0; way == RAW_WIDE && i < 5000; i++) {
        snprintf(key, sizeof key, ",\"k%u\":%u", i, i);
        bytes_text(out, key);
    }
    if (way == RAW_WIDE)
        bytes_text(out, ",\"last\":");
    if (way == RAW_IN_DEPTH)
        repeat(out, "[{\"a\":", 300);
    size_t at = out->len_bytes;
    bytes_text(out, object);
    if (way == RAW_IN_DEPTH)
        repeat(out, "}]", 300);
    bytes_text(out, after[way]);
    return at;
}

/* ^ stands before the fault and is taken out. */
static const struct {
    const char *object;
    unsigned cause; /* 0: it is JSON, or may pass for it */
} objects[] = {
    {"{\"ph\":\"X\",\"dur\":^tru}", WORD},
    {"{\"ph\":\"X\",\"dur\":^truer,\"ts\":1}", WORD},
    {"{\"ph\":\"X\",\"dur\":^nul}", WORD},
    {"{\"ph\":\"X\",\"dur\":^None}", WORD},
    {"{\"ph\":\"X\",\"ts\":^abc,\"dur\":1}", WORD},
    {"{\"ph\":\"X\",\"ts\":^nan}", WORD},
    {"{\"ph\":\"X\",\"ts\":^+Infinity}", WORD},
    {"{\"ph\":\"X\",\"ts\":^1.2.3}", WORD},
    {"{\"ph\":\"X\",\"ts\":^--1}", WORD},
    {"{\"ph\":\"X\",\"ts\":^1e}", WORD},
    {"{\"ph\":\"X\",\"ts\":^1e+}", WORD},
    {"{\"ph\":\"X\",\"ts\":^-}", WORD},
    {"{\"ph\":\"X\",\"ts\":^.}", WORD},
    {"{\"ph\":\"X\",\"ts\":^0x10}", WORD},
    {"{\"ph\":\"X\",\"ts\":^1-2}", WORD},
    {"{\"ph\":\"X\",\"ts\":^12abc,\"name\":\"f\"}", WORD},
    {"{\"ph\":\"X\",\"name\":^'a'}", WORD},
    {"{\"ph\":\"X\",\"name\":^'a, b','x':1}", WORD},
    {"{\"ph\":\"X\",^'name':\"a\"}", WORD},
    {"{^ph:\"X\",\"name\":\"a\"}", WORD},
    {"{\"ph\":\"X\" ^\"name\":\"a\"}", COMMA},
    {"{\"ph\":\"X\"^\"name\":\"a\"}", COMMA},
    {"{\"ts\":1 ^\"name\":\"a\"}", COMMA},
    {"{\"ph\":\"X\",^,\"name\":\"a\"}", COMMA},
    {"{^,\"ph\":\"X\"}", COMMA},
    {"{^,}", COMMA},
    {"{\"ph\":\"X\",^}", COMMA},
    {"{\"ph\":\"X\",\"ts\":1 , ^}", COMMA},
    {"{\"ph\":\"X\",\"a\":{\"b\":1,^}}", COMMA},
    {"{\"ph\":\"X\",\"a\":[1,^]}", COMMA},
    {"{\"ph\":\"X\",\"a\":[1,^,2]}", COMMA},
    {"{\"ph\":\"X\",\"a\":[^,1]}", COMMA},
    {"{\"ph\":\"X\",\"a\":[^,]}", COMMA},
    {"{\"ph\":\"X\",\"a\":[1 ^2]}", COMMA},
    {"{\"ph\":\"X\",\"a\":[\"x\" ^\"y\"]}", COMMA},
    {"{\"ph\" ^\"X\",\"name\":\"a\"}", MALFORMED},
    {"{\"ts\" ^1,\"ph\":\"X\"}", MALFORMED},
    {"{\"ph\":\"X\",\"name\":^}", MALFORMED},
    {"{\"ph\":\"X\",\"name\":^,\"ts\":1}", MALFORMED},
    /* The first of several faults is named. */
    {"{\"ph\":\"X\",\"a\":[1,{\"b\":^tru,},,],}", WORD},
    /* JSON, and its liberties */
    {"{\"ph\":\"X\",\"ts\":NaN,\"a\":[Infinity,-Infinity,true,false,null]}", 0},
    {"{\"ph\":\"X\",\"ts\":007,\"dur\":+1,\"a\":[1.,.5,-.5,+1.5e+3,1E5,-0,1.e-2,0.0]}", 0},
    {"{\"ph\":\"X\",\"name\":\"\\ud800 \xff\xfe \x01 \t\n, \\x \\u12\"}", 0},
    {"{ \"ph\" : \"X\" , \"a\" : [ 1 , 2 ] , \"b\" : { } , \"c\" : [ ] }", 0},
    {"{\"ph\":\"X\",\"ph\":\"Y\",\"\":1,\"a\":{\"\":[[],{}]}}", 0},
};

/* The object without its mark; *fault is where it stood. */
static void unmark(const char *marked, char *text, size_t *fault)
{
    const char *mark = strchr(marked, '^');
    *fault = mark ? (size_t)(mark - marked) : 0;
    snprintf(text, 256, "%.*s%s", (int)*fault, marked, marked + *fault + (mark != NULL));
}

static void test_compress__names_malformed_objects(void **state)
{
    (void)state;
    unsigned failures = 0;
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
        for (enum way way = 0; way < WAYS; way++) {
            char object[256], what[400];
            size_t fault;
            struct issue issue[2];
            struct bytes text = {0};
            unmark(objects[i].object, object, &fault);
            snprintf(what, sizeof what, "%s, %s", object, way_names[way]);
            bytes_text(&text, "[" E1 ",\n");
            for (unsigned k = 0; k < 2; k++) { /* each is named, not only the first */
                issue[k].offset = text.len_bytes;
                issue[k].end = put_event(&text, way, object) + fault;
                issue[k].cause = objects[i].cause;
                bytes_text(&text, ",\n");
            }
            bytes_text(&text, E2 "]");
            bool wrong = objects[i].cause != 0;
            failures += !document_has(&text, wrong ? 2 : 4, issue, wrong ? 2 : 0, what);
            bytes_free(&text);
        }
    }
    assert_int_equal(failures, 0);
}

/* Documents whose issues are not of one object alone. */
static const struct {
    const char *text;
    uint64_t events;
    size_t issue_count;
    struct issue issues[3];
} documents[] = {
    {"{\"a\":1}\n" E1 "\n" E2 "\n", 2, 1, {{8, 9, SECOND_DOCUMENT}}},
    {"{\"a\":1}\n{\"b\":2}\n" E1 "\n" E2 "\n",
     2,
     2,
     {{8, 9, SECOND_DOCUMENT}, {16, 17, SECOND_DOCUMENT}}},
    {"{\"traceEvents\":[]}\n" E1 "\n" E2 "\n", 2, 1, {{19, 20, SECOND_DOCUMENT}}},
    {"{\"a\":1}[" E1 "]", 1, 1, {{7, 8, SECOND_DOCUMENT}}},
    {"[" E1 "]\n" E2 "\n" E1, 3, 1, {{49, 50, SECOND_DOCUMENT}}},
    {E1 "\n[" E2 "]\n" E1 "\n" E1, 4, 2, {{47, 48, SECOND_DOCUMENT}, {97, 98, SECOND_DOCUMENT}}},
    {E1 "\n{\"ph\":\"i\",\"ts\":x}\n" E2, 2, 1, {{47, 62, WORD}}},
    {E1 ",\n" E2 "\n" E1 "\n", 3, 0, {{0}}},
    /* A list breaks off; what is malformed behind it is named all the same. */
    {"[" E1 ",{\"ph\":\"i\",\"args\":[\n" E2 ",{\"ph\":\"i\",\"ts\":x}," E1 "]",
     3,
     2,
     {{48, 67, MALFORMED}, {115, 130, WORD}}},
    /* One after the other breaks off. */
    {"[{\"ph\":\"i\",\"ts\":1\n{\"ph\":\"i\",\"args\":{\"a\":{},\n{\"ph\":\"i\"\n" E2 "]",
     1,
     3,
     {{1, 18, MALFORMED}, {18, 44, MALFORMED}, {44, 54, MALFORMED}}},
    /* An object breaks off behind a fault. */
    {"[" E1 ",{\"ph\":\"i\",\"ts\":x,\"args\":{\n" E2 "," E1 "]", 3, 1, {{48, 63, WORD}}},
    {"[" E1 ",{\"ph\":\"i\",\"ts\":x", 1, 1, {{48, 64, CUT_OFF}}},
    {"[" E1 " @ {\"ph\":\"i\",} # " E2 "]",
     2,
     3,
     {{48, 49, GARBAGE}, {50, 60, COMMA}, {62, 63, GARBAGE}}},
};

static void test_compress__names_what_is_no_event(void **state)
{
    (void)state;
    unsigned failures = 0;
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        struct bytes text = {0};
        bytes_text(&text, documents[i].text);
        failures += !document_has(&text, documents[i].events, documents[i].issues,
                                  documents[i].issue_count, documents[i].text);
        bytes_free(&text);
    }
    assert_int_equal(failures, 0);
}

/* Depth costs no stack and little memory, malformed or not. */
static void test_compress__walks_any_depth(void **state)
{
    (void)state;
    static const char *const cores[] = {"1", "tru", "[1,]", "{\"a\" 1}"};
    static const unsigned causes[] = {0, WORD, COMMA, MALFORMED};
    for (size_t i = 0; i < 4; i++) {
        struct bytes text = {0};
        bytes_text(&text, "[" E1 ",");
        struct issue issue = {text.len_bytes, 0, causes[i]};
        bytes_text(&text, "{\"ph\":\"i\",\"args\":");
        repeat(&text, "[{\"a\":", 400000);
        issue.end = text.len_bytes + (i == 2 ? 3 : i == 3 ? 5 : 0);
        bytes_text(&text, cores[i]);
        repeat(&text, "}]", 400000);
        bytes_text(&text, "}," E2 "]");
        assert_true(document_has(&text, i ? 2 : 3, &issue, i != 0, cores[i]));
        bytes_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compress__names_malformed_objects),
        cmocka_unit_test(test_compress__names_what_is_no_event),
        cmocka_unit_test(test_compress__walks_any_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
