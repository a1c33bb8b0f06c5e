/* Finding rows: whatever the layout, and wherever the text is cut into pieces. */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "compact/row_split.h"

static struct vtci_memory memory;
static char seen[4096];

static int setup(void **state)
{
    (void)state;
    vtci_memory_init(&memory, NULL, 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    assert_int_equal(memory.held_bytes, 0);
    return 0;
}

static void add(struct vtci_span_text text)
{
    size_t len = strlen(seen);
    snprintf(seen + len, sizeof seen - len, "%.*s|", text.data ? (int)text.len_bytes : 1,
             text.data ? (const char *)text.data : "-");
}

/* Notes `phase|pid|tid|name|row` of each; `same` where the facts are those of the row before. */
static vtc_status note(void *context, const uint8_t *row, size_t len_bytes,
                       const struct vtci_row_facts *facts, struct vtc_error *err)
{
    (void)context;
    (void)err;
    if (facts) {
        add(facts->phase);
        add(facts->pid);
        add(facts->tid);
        add(facts->name);
    } else
        strcat(seen, "same|");
    size_t len = strlen(seen);
    snprintf(seen + len, sizeof seen - len, "%.*s;", (int)len_bytes, (const char *)row);
    return VTC_OK;
}

static uint64_t split(const char *text, size_t piece_bytes)
{
    struct vtci_row_split rows;
    size_t len_bytes = strlen(text);
    seen[0] = '\0';
    vtci_row_split_init(&rows, &memory, note, NULL);
    for (size_t pos = 0; pos < len_bytes; pos += piece_bytes) {
        size_t step = len_bytes - pos < piece_bytes ? len_bytes - pos : piece_bytes;
        assert_int_equal(vtci_row_split_feed(&rows, text + pos, step, NULL), VTC_OK);
    }
    vtci_row_split_end(&rows);
    uint64_t left_out = rows.left_out;
    vtci_row_split_free(&rows);
    return left_out;
}

static const struct {
    const char *text;
    const char *rows;
    uint64_t left_out;
} cases[] = {
    {"", "", 0},
    {"[]", "", 0},
    {"{}", "", 0},
    {"[{\"ph\":\"X\",\"pid\":1,\"tid\":2,\"name\":\"a\"},\n "
     "{\"ph\":\"X\",\"pid\":1,\"tid\":2,\"x\":0}",
     "\"X\"|1|2|\"a\"|{\"ph\":\"X\",\"pid\":1,\"tid\":2,\"name\":\"a\"};"
     "same|{\"ph\":\"X\",\"pid\":1,\"tid\":2,\"x\":0};",
     0},
    /* a number that goes on is another number */
    {"[{\"ph\":\"X\",\"pid\":1,\"tid\":2},{\"ph\":\"X\",\"pid\":1,\"tid\":23}]",
     "\"X\"|1|2|-|{\"ph\":\"X\",\"pid\":1,\"tid\":2};\"X\"|1|23|-|{\"ph\":\"X\",\"pid\":1,\"tid\":"
     "23};",
     0},
    /* metadata is taken apart each time */
    {"[{\"ph\":\"M\",\"pid\":1,\"tid\":2,\"name\":\"a\"},{\"ph\":\"M\",\"pid\":1,\"tid\":2,"
     "\"name\":\"b\"}]",
     "\"M\"|1|2|\"a\"|{\"ph\":\"M\",\"pid\":1,\"tid\":2,\"name\":\"a\"};"
     "\"M\"|1|2|\"b\"|{\"ph\":\"M\",\"pid\":1,\"tid\":2,\"name\":\"b\"};",
     0},
    /* brackets and quotes within strings; members in any order, nested ones do not count */
    {"{ \"a\" : \"traceEvents\" , \"traceEvents\" : [ { \"args\":{\"pid\":7,\"s\":\"}\\\"{\"} , "
     "\"tid\" : \"x]\\\\\" , \"pid\": -5 } ] , \"z\":[{\"pid\":1}] }",
     "-|-5|\"x]\\\\\"|-|{ \"args\":{\"pid\":7,\"s\":\"}\\\"{\"} , \"tid\" : \"x]\\\\\" , \"pid\": "
     "-5 };",
     2},
    {"{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n{\"pid\":1}\n]}\n", "-|1|-|-|{\"pid\":1};", 0},
    /* elements that are no objects; a row that is not complete */
    {"[1,\"{\",[{\"pid\":1}],null,{\"pid\":2},{\"pid\":3", "-|2|-|-|{\"pid\":2};", 5},
    /* of members of one name the first; a key with an escape is none of them */
    {"[{\"pid\":1,\"pid\":2,\"\\u0074id\":3,\"ph\":\"X\"}]",
     "\"X\"|1|-|-|{\"pid\":1,\"pid\":2,\"\\u0074id\":3,\"ph\":\"X\"};", 0},
    {"{\"traceEvents\":{\"pid\":1},\"traceEventsX\":[{\"pid\":1}],\"traceEvent\":[{\"pid\":2}]}",
     "", 3},
    {"[{\"pid\":1}]\n[{\"pid\":2}]", "-|1|-|-|{\"pid\":1};-|2|-|-|{\"pid\":2};", 0},
};

static void test_row_split__finds_rows_in_any_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t piece_bytes = 1; piece_bytes <= strlen(cases[i].text) + 1; piece_bytes++) {
            uint64_t left_out = split(cases[i].text, piece_bytes);
            assert_string_equal(seen, cases[i].rows);
            assert_int_equal(left_out, cases[i].left_out);
        }
    }
}

/* Nothing is believed of what is not JSON: it ends, and stays within its bytes. */
static void test_row_split__survives_any_bytes(void **state)
{
    (void)state;
    static const char alphabet[] = "[]{}\",:\\ \n1aMp";
    uint32_t noise = 1;
    for (int round = 0; round < 20000; round++) {
        char text[40];
        size_t len = 1 + (size_t)round % (sizeof text - 1);
        for (size_t i = 0; i < len; i++) {
            noise = noise * 1664525u + 1013904223u;
            text[i] = alphabet[(noise >> 16) % (sizeof alphabet - 1)];
        }
        char *exact = test_malloc(len);
        memcpy(exact, text, len);
        struct vtci_row_split rows;
        seen[0] = '\0';
        vtci_row_split_init(&rows, &memory, note, NULL);
        assert_int_equal(vtci_row_split_feed(&rows, exact, len, NULL), VTC_OK);
        vtci_row_split_end(&rows);
        vtci_row_split_free(&rows);
        test_free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_row_split__finds_rows_in_any_pieces, setup, teardown),
        cmocka_unit_test_setup_teardown(test_row_split__survives_any_bytes, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
