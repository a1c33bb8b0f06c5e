/* Begins and ends that lie in different blocks: the spans that a reader gives, and the slowest of
 * them, are those of a model that keeps everything in one stack for each track. Also where most rows
 * are kept as text, as they have ever new keys. */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/round_trip.h"
#include "support/slowest.h"
#include "vtc/block.h"
#include "vtc/verify.h"

#define EVENTS 200000u
#define TRACKS 5u
#define DEPTH 64u

struct span {
    int64_t start_ns, duration_ns;
    unsigned name;
};

struct model {
    struct bytes text;
    struct span *spans; /* in the order of their ends */
    size_t count;
};

static uint32_t draw(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

/* Random begins and ends on some tracks; ends have the name or none, some have no begin. Of `ragged`
 * ones half have a key of 5,000 in between. */
static void make_model(struct model *model, bool ragged)
{
    static struct span stacks[TRACKS][DEPTH];
    unsigned depth[TRACKS] = {0};
    uint64_t chance = 7;
    int64_t us = 0;
    model->spans = malloc(EVENTS * sizeof *model->spans);
    assert_non_null(model->spans);
    bytes_text(&model->text, "[");
    for (unsigned i = 0; i < EVENTS; i++) {
        char line[200], key[24] = "";
        unsigned track = draw(&chance) % TRACKS;
        /* Long stretches of begins, so that spans cross blocks. */
        bool begin =
            depth[track] == 0 ? draw(&chance) % 8 != 0 : depth[track] < DEPTH && draw(&chance) % 2;
        us += 1 + draw(&chance) % 50;
        unsigned name = draw(&chance) % 20;
        if (ragged && draw(&chance) % 2)
            snprintf(key, sizeof key, "\"k%u\":1,", draw(&chance) % 5000);
        if (begin) {
            stacks[track][depth[track]++] = (struct span){us * 1000, 0, name};
        } else if (depth[track]) {
            struct span *top = &stacks[track][--depth[track]];
            top->duration_ns = us * 1000 - top->start_ns;
            name = top->name;
            model->spans[model->count++] = *top;
        }
        int len =
            begin || draw(&chance) % 2
                ? snprintf(line, sizeof line,
                           "{\"ph\":\"%c\",\"pid\":1,%s\"tid\":%u,\"ts\":%lld,\"name\":\"n%u\"},\n",
                           begin ? 'B' : 'E', key, track, (long long)us, name)
                : snprintf(line, sizeof line,
                           "{\"ph\":\"E\",\"pid\":1,%s\"tid\":%u,\"ts\":%lld},\n", key, track,
                           (long long)us);
        bytes_append(&model->text, line, (size_t)len);
    }
    bytes_text(&model->text, "{}]");
}

static unsigned name_number(struct vtc_text name)
{
    assert_true(name.len_bytes >= 2 && name.data[0] == 'n');
    unsigned number = 0;
    for (size_t i = 1; i < name.len_bytes; i++)
        number = number * 10 + (unsigned)(name.data[i] - '0');
    return number;
}

static void check_spans(const vtc_reader *reader, const struct model *model)
{
    struct vtc_summary summary;
    size_t at = 0;
    vtc_reader_summary(reader, &summary);
    assert_true(summary.blocks > 2);
    for (uint64_t i = 0; i < summary.blocks; i++) {
        vtc_block *block;
        const struct vtc_spans *spans;
        assert_int_equal(vtc_block_open(reader, i, VTC_FIELD_SPANS, &block, NULL), VTC_OK);
        assert_int_equal(vtc_block_spans(block, &spans, NULL), VTC_OK);
        for (size_t k = 0; k < spans->count; k++, at++) {
            assert_true(at < model->count);
            assert_int_equal(spans->start_ns[k], model->spans[at].start_ns);
            assert_int_equal(spans->duration_ns[k], model->spans[at].duration_ns);
            assert_int_equal(name_number(vtc_block_string(block, spans->name[k])),
                             model->spans[at].name);
        }
        vtc_block_close(block);
    }
    assert_int_equal(at, model->count);
}

static int longer_first(const void *a, const void *b)
{
    const struct span *left = a, *right = b;
    if (left->duration_ns != right->duration_ns)
        return left->duration_ns < right->duration_ns ? 1 : -1;
    return (left->start_ns > right->start_ns) - (left->start_ns < right->start_ns);
}

static void check_slowest(vtc_reader *reader, struct model *model)
{
    struct test_slowest slowest;
    assert_int_equal(test_slowest_find(reader, 500, &slowest, NULL), VTC_OK);
    const struct vtc_span *spans = slowest.heap.spans;
    qsort(model->spans, model->count, sizeof *model->spans, longer_first);
    assert_int_equal(slowest.heap.count, 500);
    for (size_t i = 0; i < slowest.heap.count; i++) {
        assert_int_equal(spans[i].duration_ns, model->spans[i].duration_ns);
        assert_int_equal(spans[i].start_ns, model->spans[i].start_ns);
    }
    test_slowest_free(&slowest);
}

static void check_model(bool ragged)
{
    struct model model = {0};
    struct bytes file = {0};
    struct vtc_error err;
    vtc_reader *reader;
    struct vtc_compress_result result;
    make_model(&model, ragged);
    assert_int_equal(compress_bytes(model.text.data, model.text.len_bytes, 0, 3, 2, &file, &result,
                                    &err),
                     VTC_OK);
    assert_true(!ragged == (result.raw_events < EVENTS / 4));
    assert_int_equal(vtc_reader_open_memory(file.data, file.len_bytes, NULL, &reader, &err),
                     VTC_OK);
    if (vtc_verify(reader, NULL, NULL, &err) != VTC_OK)
        fail_msg("%s: %s", err.rule, err.message);
    check_spans(reader, &model);
    check_slowest(reader, &model);
    vtc_reader_close(reader);
    bytes_free(&file);
    bytes_free(&model.text);
    free(model.spans);
}

static void test_pairs__are_those_of_the_model(void **state)
{
    (void)state;
    check_model(false);
}

static void test_pairs__of_rows_kept_as_text(void **state)
{
    (void)state;
    check_model(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs__are_those_of_the_model),
        cmocka_unit_test(test_pairs__of_rows_kept_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
