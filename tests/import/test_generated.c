/* Documents made by chance: a generator writes traces with a layout, a spelling and a structure that
 * it changes as it goes, then damages some; each must come back byte for byte, at several levels, in
 * pieces of any size, and the same with any number of threads. Every run uses the same seeds;
 * VTC_SEED=n tries others. ctest: labels threads
 * ctest: timeout 600
 */
#include "support/cmocka_all.h"
#include "support/round_trip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct chance {
    uint64_t state;
};

static uint32_t draw(struct chance *chance, uint32_t below)
{
    chance->state = chance->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((chance->state >> 33) % below);
}

static const char *pick(struct chance *chance, const char *const *from, uint32_t count)
{
    return from[draw(chance, count)];
}

#define PICK(chance, ...)                              \
    pick((chance), (const char *const[]){__VA_ARGS__}, \
         sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

struct layout {
    const char *separator, *colon, *comma, *open, *close;
};

static struct layout make_layout(struct chance *chance)
{
    struct layout layout = {
        PICK(chance, ",", ",\n", ", ", ",\r\n    ", "\n", " ,"),
        PICK(chance, ":", ": ", " : ", ":\n"),
        PICK(chance, ",", ", ", ",\n  ", " ,"),
        PICK(chance, "{", "{ ", "{\n  "),
        PICK(chance, "}", " }", "\n}"),
    };
    return layout;
}

static void put_number(struct chance *chance, struct bytes *out)
{
    char text[64];
    double value = (double)draw(chance, 1000000) / (double)(1 + draw(chance, 1000));
    switch (draw(chance, 12)) {
    case 0: snprintf(text, sizeof text, "%u", draw(chance, 10)); break;
    case 1: snprintf(text, sizeof text, "-%u", draw(chance, 100000)); break;
    case 2: snprintf(text, sizeof text, "%.3f", value); break;
    case 3: snprintf(text, sizeof text, "%.17g", value); break;
    case 4: snprintf(text, sizeof text, "%e", value); break;
    case 5: snprintf(text, sizeof text, "%g", value); break;
    case 6:
        snprintf(text, sizeof text, "16999999991%05u%03u", draw(chance, 100000),
                 draw(chance, 1000));
        break;
    case 7:
        snprintf(text, sizeof text, "%s",
                 PICK(chance, "true", "false", "null", "NaN", "-0", "0.0", "1e400",
                      "9223372036854775807", "-9223372036854775808", "00", "1.", ".1"));
        break;
    default: snprintf(text, sizeof text, "%u", 1000 + draw(chance, 1000)); break;
    }
    bytes_text(out, text);
}

static void put_string(struct chance *chance, struct bytes *out)
{
    bytes_text(out, "\"");
    switch (draw(chance, 6)) {
    case 0:
        for (uint32_t i = draw(chance, 40); i > 0; i--) {
            uint8_t byte = (uint8_t)draw(chance, 256);
            if (byte == '"' || byte == '\\')
                bytes_text(out, "\\");
            bytes_append(out, &byte, 1);
        }
        break;
    case 1: bytes_text(out, PICK(chance, "\\u00e9", "\\ud83d", "\\\\", "\\\"", "")); break;
    case 2: put_number(chance, out); break;
    case 3: {
        char text[32];
        snprintf(text, sizeof text, "0x%x%04x", draw(chance, 100000), draw(chance, 65536));
        bytes_text(out, text);
        break;
    }
    default:
        bytes_text(out, PICK(chance, "alpha", "beta", "gamma::delta(int)", "f (file.py:12)"));
        break;
    }
    bytes_text(out, "\"");
}

static void put_value(struct chance *chance, const struct layout *layout, struct bytes *out,
                      unsigned depth)
{
    uint32_t kind = draw(chance, depth > 4 ? 6 : 10);
    if (kind < 3) {
        put_number(chance, out);
    } else if (kind < 6) {
        put_string(chance, out);
    } else {
        bool list = kind < 8;
        bytes_text(out, list ? "[" : layout->open);
        for (uint32_t i = draw(chance, 5), first = 1; i > 0; i--, first = 0) {
            if (!first)
                bytes_text(out, draw(chance, 40) ? layout->comma : "  ,");
            if (!list) {
                bytes_text(out,
                           PICK(chance, "\"k\"", "\"size\"", "\"\\u0041\"", "\"x y\"", "\"\""));
                bytes_text(out, layout->colon);
            }
            put_value(chance, layout, out, depth + 1);
        }
        bytes_text(out, list ? "]" : layout->close);
    }
}

static void put_key(const struct layout *layout, struct bytes *out, const char *key)
{
    bytes_text(out, layout->comma);
    bytes_text(out, "\"");
    bytes_text(out, key);
    bytes_text(out, "\"");
    bytes_text(out, layout->colon);
}

static void put_event(struct chance *chance, const struct layout *layout, struct bytes *out,
                      uint64_t *ns)
{
    char text[64];
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
    bytes_text(out, layout->close);
}

static void make_document(struct chance *chance, struct bytes *out)
{
    struct layout layout = make_layout(chance);
    bool object = draw(chance, 2);
    uint64_t ns = draw(chance, 1000000);
    bytes_text(out, PICK(chance, "", "", " ", "\n", "\xEF\xBB\xBF"));
    if (object)
        bytes_text(out,
                   PICK(chance, "{\"traceEvents\":[", "{\"a\":{\"b\":[1]},\"traceEvents\": [\n"));
    else
        bytes_text(out, PICK(chance, "[", "[\n", "[ "));
    for (uint32_t i = draw(chance, 400), first = 1; i > 0; i--, first = 0) {
        if (!first)
            bytes_text(out, draw(chance, 100) ? layout.separator : PICK(chance, " @ ", ",7,", ""));
        put_event(chance, &layout, out, &ns);
        if (draw(chance, 100) == 0)
            layout = make_layout(chance);
    }
    bytes_text(out, PICK(chance, "", "]", ",]", "\n]\n"));
    if (object)
        bytes_text(out, PICK(chance, "}", ",\"z\":{\"deep\":[{}]}}", ""));
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

static void check_document(uint64_t seed, const struct bytes *text, struct chance *chance)
{
    static const int levels[] = {1, 3, 6, 12, 19};
    struct vtc_compress_result result;
    struct vtc_error err;
    struct bytes probe = {0};
    vtc_status status = compress_bytes(text->data, text->len_bytes, 0, 1, 1, &probe, &result, &err);
    bytes_free(&probe);
    if (status == VTC_ERR_NOT_JSON || status == VTC_ERR_NOT_TRACE)
        return;
    size_t piece_bytes = draw(chance, 2) ? 0 : 1 + draw(chance, 5000);
    int level = levels[draw(chance, 5)];
    if (status != VTC_OK || !round_trips(text->data, text->len_bytes, piece_bytes, level, &result))
        fail_msg("seed %llu, level %d: %s", (unsigned long long)seed, level,
                 vtc_status_name(status));
}

static void test_round_trip__generated(void **state)
{
    (void)state;
    uint64_t seed = first_seed();
    for (uint64_t end = seed + 400; seed < end; seed++) {
        struct chance chance = {seed * 0x9E3779B97F4A7C15u};
        struct bytes text = {0};
        make_document(&chance, &text);
        if (draw(&chance, 3) == 0)
            damage(&chance, &text);
        check_document(seed, &text, &chance);
        bytes_free(&text);
    }
}

/* SPEC 8 leaves no choice to chance or to the order of threads. */
static void test_compress__is_deterministic(void **state)
{
    (void)state;
    struct bytes text = {0}, files[4] = {{0}};
    struct chance chance = {first_seed()};
    struct layout layout = make_layout(&chance);
    uint64_t ns = 0;
    bytes_text(&text, "[");
    while (text.len_bytes < 20000000) {
        put_event(&chance, &layout, &text, &ns);
        bytes_text(&text, ",");
    }
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
