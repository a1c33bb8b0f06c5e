/* The fields of an event from its text: any bytes at all, as a hostile file may hold. */
#include "support/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "column/raw_event.h"

struct raw_case {
    const char *text;
    uint8_t phase;
    const char *ts, *name, *pid; /* NULL: absent */
};

static const struct raw_case raw_cases[] = {
    {"{\"ph\":\"X\",\"ts\":1.5,\"name\":\"f\",\"pid\":7}", 'X', "1.5", "f", "7"},
    {"{ ,, \"ph\" :\n\"B\" , \"ts\"\t: \"2\" ,}", 'B', "2", NULL, NULL},
    {"{\"ts\":1,\"ts\":2,\"name\":\"a\",\"name\":\"b\"}", 0, "2", "b", NULL},
    {"{\"args\":{\"ts\":1,\"s\":\"}\",\"l\":[{\"ph\":\"X\"}]},\"ts\":3}", 0, "3", NULL, NULL},
    {"{\"a\\\"ts\":1,\"name\":\"x\\\"y\",\"pid\":\"p\"}", 0, NULL, "x\\\"y", "\"p\""},
    {"{\"ph\":\"long phase\",\"ts\":1}", 0, "1", NULL, NULL},
    {"{\"ph\":\"X\",\"ph\":\"\\u0058\",\"ts\":1}", 'X', "1", NULL, NULL},
    {"{\"ph\":\"X\",\"ph\":\"\"}", 0, NULL, NULL, NULL},
    {"{\"ph\":1,\"pid\":{\"a\":1},\"ts\":1}", 0, "1", NULL, NULL},
    {"{\"ts\":1 @ \"pid\":2}", 0, "1", NULL, NULL},
    {"{\"ts\":1,\"pid\"2,\"name\":\"f\"}", 0, "1", NULL, NULL},
    {"{\"ts\":1,\"name\":\"f", 0, "1", NULL, NULL},
    {"{\"ts\":1,\"args\":{\"a\":[", 0, "1", NULL, NULL},
    {"{\"ts\":1,\"args\":}", 0, "1", NULL, NULL},
    {"{\"ts\":1\\", 0, "1\\", NULL, NULL},
    {"{\"ts\":\"1\\", 0, NULL, NULL, NULL},
    {"{\"ts\":]", 0, NULL, NULL, NULL},
    {"{...}", 0, NULL, NULL, NULL},
    {"{", 0, NULL, NULL, NULL},
    {"", 0, NULL, NULL, NULL},
};

static bool text_is(struct vtci_bytes text, bool is_there, const char *expected)
{
    if (!expected || !is_there)
        return !expected && !is_there;
    return text.len_bytes == strlen(expected) && memcmp(text.data, expected, text.len_bytes) == 0;
}

/* The text lies in memory of exactly its size, so that a sanitizer sees a byte too many. */
static void test_raw_event_read__cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof raw_cases / sizeof *raw_cases; i++) {
        const struct raw_case *of = &raw_cases[i];
        size_t len_bytes = strlen(of->text);
        uint8_t *text = malloc(len_bytes ? len_bytes : 1);
        assert_non_null(text);
        memcpy(text, of->text, len_bytes);
        struct vtci_raw_event event;
        vtci_raw_event_read((struct vtci_bytes){text, len_bytes}, &event);
        struct vtci_bytes pid = vtci_raw_json(&event.fields[VTCI_EVENT_PID]);
        const struct vtci_raw_value *ts = &event.fields[VTCI_EVENT_TS];
        const struct vtci_raw_value *name = &event.fields[VTCI_EVENT_NAME];
        if (event.phase != of->phase || !text_is(ts->text, ts->type, of->ts) ||
            !text_is(name->text, name->type, of->name) || !text_is(pid, pid.data, of->pid))
            fail_msg("%s: phase %d, ts %.*s", of->text, event.phase, (int)ts->text.len_bytes,
                     ts->text.data ? (const char *)ts->text.data : "");
        free(text);
    }
}

static void test_raw_event_read__any_bytes(void **state)
{
    (void)state;
    static const uint8_t alphabet[] = "{}[]\",:\\ p1\n";
    uint64_t chance = 1;
    for (unsigned round = 0; round < 20000; round++) {
        size_t len_bytes = round % 24;
        uint8_t *text = malloc(len_bytes ? len_bytes : 1);
        assert_non_null(text);
        for (size_t i = 0; i < len_bytes; i++) {
            chance = chance * 6364136223846793005u + 1442695040888963407u;
            text[i] = alphabet[(chance >> 33) % (sizeof alphabet - 1)];
        }
        struct vtci_raw_event event;
        vtci_raw_event_read((struct vtci_bytes){text, len_bytes}, &event);
        (void)vtci_raw_member((struct vtci_bytes){text, len_bytes}, "p");
        free(text);
    }
}

static void test_raw_member__last_wins(void **state)
{
    (void)state;
    static const char text[] = "{\"name\":1,\"b\":[1,{\"name\":2}],\"name\":{\"x\":\"]\"}}";
    struct vtci_bytes bytes = {(const uint8_t *)text, sizeof text - 1};
    struct vtci_raw_value value = vtci_raw_member(bytes, "name");
    assert_int_equal(value.type, VTCI_NODE);
    assert_true(text_is(value.text, true, "{\"x\":\"]\"}"));
    assert_int_equal(vtci_raw_member(bytes, "x").type, 0);
}

static void test_raw_time__spellings(void **state)
{
    (void)state;
    int64_t ns;
    struct vtci_raw_value value = {{(const uint8_t *)"1.5e3", 5}, VTCI_NUMBER};
    assert_true(vtci_raw_time(&value, &ns));
    assert_int_equal(ns, 1500000);
    value.type = VTCI_NODE;
    assert_false(vtci_raw_time(&value, &ns));
    value = (struct vtci_raw_value){{(const uint8_t *)"null", 4}, VTCI_NUMBER};
    assert_false(vtci_raw_time(&value, &ns));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_raw_event_read__cases),
        cmocka_unit_test(test_raw_event_read__any_bytes),
        cmocka_unit_test(test_raw_member__last_wins),
        cmocka_unit_test(test_raw_time__spellings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
