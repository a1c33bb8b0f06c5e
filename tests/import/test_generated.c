/* Documents made by chance: a generator writes traces with a layout, a spelling and a structure that
 * it changes as it goes: events of many keys and great depth, garbage between them, objects that are
 * malformed or break off. It keeps a model: how many events that makes, and which issues where. Some
 * are then damaged, and only have to come back. Each does, byte for byte, at several levels, in pieces
 * of any size, and the same with any number of threads. Every run uses the same seeds; VTC_SEED=n
 * tries others. ctest: labels threads
 * ctest: timeout 600
 */
#include "support/cmocka_all.h"
#include "support/generated_values.h"
#include "support/issues.h"
#include "support/scale.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum form { IN_ARRAY, IN_OBJECT, ALONE };

struct model {
    struct bytes text;
    enum form form;
    uint64_t ns; /* the time of the last event */
    uint64_t events;
    struct issue issues[600];
    size_t issue_count;
    bool is_broken; /* the last object broke off … */
    bool in_string; /* … within a string: the next quote ends it */
};

static void expect_issue(struct model *model, size_t offset, size_t end, unsigned cause)
{
    assert_true(model->issue_count < sizeof model->issues / sizeof *model->issues);
    model->issues[model->issue_count++] = (struct issue){offset, end, cause};
}

static void put_key(const struct layout *layout, struct bytes *out, const char *key)
{
    bytes_text(out, layout->comma);
    bytes_text(out, "\"");
    bytes_text(out, key);
    bytes_text(out, "\"");
    bytes_text(out, layout->colon);
}

/* An event as far as to its closing bracket. */
static void put_members(struct chance *chance, const struct layout *layout, struct model *model)
{
    char text[64];
    struct bytes *out = &model->text;
    uint64_t *ns = &model->ns;
    *ns += draw(chance, 5000);
    bytes_text(out, layout->open);
    bytes_text(out, "\"ph\"");
    bytes_text(out, layout->colon);
    bytes_text(out, PICK(chance, "\"X\"", "\"X\"", "\"B\"", "\"E\"", "\"i\"", "\"C\"", "\"M\""));
    put_key(layout, out, "pid");
    bytes_text(out, draw(chance, 20) ? "4711" : "\"main\"");
    if (draw(chance, 30)) {
        put_key(layout, out, "tid");
        snprintf(text, sizeof text, "%u", 7 + draw(chance, 3));
        bytes_text(out, text);
    }
    put_key(layout, out, "ts");
    snprintf(text, sizeof text, "%llu.%03u", (unsigned long long)(*ns / 1000),
             (unsigned)(*ns % 1000));
    bytes_text(out, text);
    if (draw(chance, 3)) {
        put_key(layout, out, "dur");
        if (draw(chance, 50))
            snprintf(text, sizeof text, "%u.%03u", draw(chance, 3), draw(chance, 1000));
        else
            snprintf(text, sizeof text, "-1");
        bytes_text(out, text);
    }
    if (draw(chance, 10)) {
        put_key(layout, out, "name");
        put_string(chance, out);
    }
    for (uint32_t i = draw(chance, 3); i > 0; i--) {
        put_key(layout, out, PICK(chance, "args", "cat", "id", "tts", "tdur", "s", "ts"));
        put_value(chance, layout, out, 0);
    }
}

/* Members that no shape holds: ever new keys, more of them than slots, nodes deeper than paths. */
static void put_odd_members(struct chance *chance, const struct layout *layout, struct bytes *out)
{
    char key[32];
    for (uint32_t i = draw(chance, 200) ? 1 : 5000, new = draw(chance, 1u << 30); i > 0; i--) {
        snprintf(key, sizeof key, "k%u", new + i);
        put_key(layout, out, key);
        put_number(chance, out);
    }
    uint32_t depth = draw(chance, 100) ? 0 : 200 + draw(chance, 300);
    if (!depth)
        return;
    put_key(layout, out, "args");
    for (uint32_t i = 0; i < depth; i++)
        bytes_text(out, i % 2 ? "[1, " : "{\"a\":");
    put_value(chance, layout, out, 0);
    for (uint32_t i = depth; i-- > 0;)
        bytes_text(out, i % 2 ? "]" : "}");
}

static void put_event(struct chance *chance, const struct layout *layout, struct model *model)
{
    put_members(chance, layout, model);
    if (draw(chance, 10) == 0)
        put_odd_members(chance, layout, &model->text);
    bytes_text(&model->text, layout->close);
    model->events++;
}

/* An event with a fault, which stands in place of the ^; at the end, it is the closing bracket. */
static void put_malformed(struct chance *chance, const struct layout *layout, struct model *model)
{
    static const struct {
        const char *text;
        unsigned cause;
    } faults[] = {
        {",\"dur\":^tru", WORD},
        {",\"ts\" : ^1.2.3", WORD},
        {",\"n\":^'a, b'", WORD},
        {",^'n':1", WORD},
        {",\"k\":[1, 2,{\"c\":^nul},3]", WORD},
        {",^,\"k\":1", COMMA},
        {"\n^\"k\":1", COMMA},
        {",\"k\":{\"b\":[1,^,2]}", COMMA},
        {",\"k\":{\"b\":{\"c\":[1,^]}}", COMMA},
        {",^", COMMA},
        {",\"k\" ^\"v\"", MALFORMED},
        {",\"k\":^", MALFORMED},
    };
    size_t start = model->text.len_bytes;
    put_members(chance, layout, model);
    if (draw(chance, 10) == 0)
        put_odd_members(chance, layout, &model->text);
    uint32_t which = draw(chance, sizeof faults / sizeof *faults);
    const char *mark = strchr(faults[which].text, '^');
    bytes_append(&model->text, faults[which].text, (size_t)(mark - faults[which].text));
    size_t fault = model->text.len_bytes + (mark[1] ? 0 : strlen(layout->close) - 1);
    bytes_text(&model->text, mark + 1);
    bytes_text(&model->text, layout->close);
    expect_issue(model, start, fault, faults[which].cause);
}

/* An event that breaks off behind a member or within a string. */
static void put_broken(struct chance *chance, const struct layout *layout, struct model *model)
{
    expect_issue(model, model->text.len_bytes, 0, MALFORMED);
    put_members(chance, layout, model);
    model->is_broken = true;
    model->in_string = draw(chance, 2);
    if (model->in_string)
        bytes_text(&model->text, ",\"name\":\"abc");
}

/* Of what broke off, the bracket of the next object shows it, or the key that is in no string. */
static void end_broken(const struct layout *layout, struct model *model)
{
    size_t start = model->text.len_bytes;
    if (model->is_broken)
        model->issues[model->issue_count - 1].end =
            model->in_string ? start + strlen(layout->open) + 1 : start;
    model->is_broken = false;
}

static void put_separator(struct chance *chance, const struct layout *layout, struct model *model)
{
    if (model->is_broken || draw(chance, 100)) {
        bytes_text(&model->text, layout->separator);
        return;
    }
    const char *text = PICK(chance, " @ ", ",7,", "");
    size_t at = model->text.len_bytes + 1;
    bytes_text(&model->text, text);
    if (*text)
        expect_issue(model, at, at + 1,
                     text[1] == '7' && model->form != ALONE ? NOT_AN_OBJECT : GARBAGE);
}

static void put_end(struct chance *chance, struct model *model)
{
    struct bytes *out = &model->text;
    bool closed = draw(chance, 4);
    if (model->form == IN_ARRAY) {
        bytes_text(out, closed ? PICK(chance, "]", ",]", "\n]\n") : "");
    } else if (model->form == IN_OBJECT) {
        bytes_text(out, closed ? PICK(chance, "]}", ",]}\n", "],\"z\":{\"deep\":[{}]}}") : "");
        if (!closed)
            expect_issue(model, out->len_bytes, out->len_bytes, CUT_OFF);
    }
    if (!closed || draw(chance, 4))
        return;
    struct layout layout = make_layout(chance);
    bytes_text(out, "\n");
    if (model->form != ALONE)
        expect_issue(model, out->len_bytes, out->len_bytes + 1, SECOND_DOCUMENT);
    for (uint32_t i = 1 + draw(chance, 5); i > 0; i--) {
        put_event(chance, &layout, model);
        bytes_text(out, layout.separator);
    }
}

static void make_document(struct chance *chance, struct model *model)
{
    struct layout layout = make_layout(chance);
    struct bytes *out = &model->text;
    model->form = (enum form)draw(chance, 3);
    model->ns = draw(chance, 1000000);
    bytes_text(out, PICK(chance, "", "", " ", "\n", "\xEF\xBB\xBF"));
    if (model->form == IN_OBJECT)
        bytes_text(out,
                   PICK(chance, "{\"traceEvents\":[", "{\"a\":{\"b\":[1]},\"traceEvents\": [\n"));
    else if (model->form == IN_ARRAY)
        bytes_text(out, PICK(chance, "[", "[\n", "[ "));
    uint32_t count = 1 + draw(chance, 400);
    for (uint32_t i = 0; i < count; i++) {
        if (i)
            put_separator(chance, &layout, model);
        if (draw(chance, 100) == 0)
            layout = make_layout(chance);
        end_broken(&layout, model);
        bool whole = i == 0 || i + 1 == count;
        uint32_t kind = whole ? 0 : draw(chance, 50);
        if (kind == 1)
            put_malformed(chance, &layout, model);
        else if (kind == 2)
            put_broken(chance, &layout, model);
        else
            put_event(chance, &layout, model);
    }
    put_end(chance, model);
}

/* Turns some bytes over, takes some out, puts some in. */
static void damage(struct chance *chance, struct bytes *text)
{
    for (uint32_t i = draw(chance, 4); i > 0 && text->len_bytes > 2; i--) {
        size_t at = draw(chance, (uint32_t)text->len_bytes - 1);
        switch (draw(chance, 3)) {
        case 0: text->data[at] = (uint8_t)draw(chance, 256); break;
        case 1: text->len_bytes = at + 1; break;
        default:
            memmove(text->data + at, text->data + at + 1, text->len_bytes - at - 1);
            text->len_bytes--;
            break;
        }
    }
}

static uint64_t first_seed(void)
{
    const char *text = getenv("VTC_SEED");
    return text ? strtoull(text, NULL, 10) : 1;
}

/* `is_damaged`: the model holds no longer. */
static void check_document(uint64_t seed, struct chance *chance, const struct model *model,
                           bool is_damaged)
{
    static const int levels[] = {1, 3, 6, 12, 19};
    const struct bytes *text = &model->text;
    struct vtc_compress_result result;
    struct vtc_error err;
    struct bytes probe = {0};
    char what[32];
    snprintf(what, sizeof what, "seed %llu", (unsigned long long)seed);
    vtc_status status = compress_bytes(text->data, text->len_bytes, 0, 1, 1, &probe, &result, &err);
    bool as_expected =
        is_damaged || (status == VTC_OK &&
                       file_has(&probe, model->events, model->issues, model->issue_count, what));
    bytes_free(&probe);
    if (!as_expected)
        fail_msg("%s: %s", what, vtc_status_name(status));
    if (status == VTC_ERR_NOT_JSON || status == VTC_ERR_NOT_TRACE)
        return;
    size_t piece_bytes = draw(chance, 2) ? 0 : 1 + draw(chance, 5000);
    int level = levels[draw(chance, 5)];
    if (status != VTC_OK || !round_trips(text->data, text->len_bytes, piece_bytes, level, &result))
        fail_msg("%s, level %d: %s", what, level, vtc_status_name(status));
}

static void test_round_trip__generated(void **state)
{
    (void)state;
    static struct model model;
    uint64_t seed = first_seed();
    for (uint64_t end = seed + 400; seed < end; seed++) {
        struct chance chance = {seed * 0x9E3779B97F4A7C15u};
        memset(&model, 0, sizeof model);
        make_document(&chance, &model);
        bool is_damaged = draw(&chance, 3) == 0;
        if (is_damaged)
            damage(&chance, &model.text);
        check_document(seed, &chance, &model, is_damaged);
        bytes_free(&model.text);
    }
}

/* SPEC 8 leaves no choice to chance or to the order of threads. */
static void test_compress__is_deterministic(void **state)
{
    (void)state;
    static struct model model;
    struct bytes files[4] = {{0}};
    struct chance chance = {first_seed()};
    struct layout layout = make_layout(&chance);
    bytes_text(&model.text, "[");
    while (model.text.len_bytes < TEST_SCALED(20000000, 7000000)) {
        put_event(&chance, &layout, &model);
        bytes_text(&model.text, ",");
    }
    struct bytes text = model.text;
    for (unsigned i = 0; i < 4; i++) {
        struct vtc_error err;
        if (compress_bytes(text.data, text.len_bytes, i == 3 ? 777777 : 0, 3, i, &files[i], NULL,
                           &err) != VTC_OK)
            fail_msg("%u threads: %s", i, err.message);
        assert_int_equal(files[i].len_bytes, files[0].len_bytes);
        assert_memory_equal(files[i].data, files[0].data, files[0].len_bytes);
    }
    struct bytes back = {0};
    struct vtc_error err;
    assert_int_equal(decompress_bytes(&files[0], 3, &back, &err), VTC_OK);
    assert_int_equal(back.len_bytes, text.len_bytes);
    assert_memory_equal(back.data, text.data, text.len_bytes);
    bytes_free(&back);
    for (unsigned i = 0; i < 4; i++)
        bytes_free(&files[i]);
    bytes_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip__generated),
        cmocka_unit_test(test_compress__is_deterministic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
