/* Numbers that are kept as tokens, for their spelling or their size, and are all different: memory
 * stays bounded, and they are times like any other. ctest: labels threads */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/round_trip.h"
#include "vtc/block.h"
#include "vtc/verify.h"

#define EVENTS 150000u
#define LIMIT_BYTES ((size_t)72 << 20)

struct feed {
    const char *format; /* of an event, with its number */
    unsigned next, count;
    size_t document_bytes;
};

static vtc_status read_event(void *context, void *buffer, size_t capacity_bytes, size_t *out_bytes,
                             struct vtc_error *err)
{
    (void)err;
    struct feed *feed = context;
    char *to = buffer;
    size_t used_bytes = 0;
    while (feed->next <= feed->count && capacity_bytes - used_bytes > 256) {
        int len = feed->next < feed->count
                      ? snprintf(to + used_bytes, 256, feed->format, feed->next ? ',' : '[',
                                 feed->next, feed->next)
                      : snprintf(to + used_bytes, 256, "]");
        assert_true(len > 0 && len < 256);
        used_bytes += (size_t)len;
        feed->next++;
    }
    feed->document_bytes += used_bytes;
    *out_bytes = used_bytes;
    return VTC_OK;
}

static vtc_status collect(void *context, const void *data, size_t len_bytes, struct vtc_error *err)
{
    (void)err;
    bytes_append(context, data, len_bytes);
    return VTC_OK;
}

static void check_times(const struct bytes *file, int64_t first_ns, int64_t step_ns)
{
    vtc_reader *reader;
    struct vtc_error err;
    struct vtc_summary summary;
    assert_int_equal(vtc_reader_open_memory(file->data, file->len_bytes, NULL, &reader, &err),
                     VTC_OK);
    if (vtc_verify(reader, NULL, NULL, &err) != VTC_OK)
        fail_msg("%s", err.message);
    vtc_reader_summary(reader, &summary);
    int64_t ns = first_ns;
    uint64_t spans_seen = 0;
    for (uint64_t i = 0; i < summary.blocks; i++) {
        vtc_block *block;
        const struct vtc_spans *spans;
        assert_int_equal(vtc_block_open(reader, i, VTC_FIELD_SPANS, &block, NULL), VTC_OK);
        assert_int_equal(vtc_block_spans(block, &spans, NULL), VTC_OK);
        for (size_t k = 0; k < spans->count; k++, ns += step_ns) {
            assert_int_equal(spans->start_ns[k], ns);
            assert_int_equal(spans->duration_ns[k], 2000);
        }
        spans_seen += spans->count;
        vtc_block_close(block);
    }
    assert_int_equal(spans_seen, EVENTS);
    vtc_reader_close(reader);
}

static void check_feed(const char *format, int64_t first_ns, int64_t step_ns)
{
    struct feed feed = {format, 0, EVENTS, 0};
    struct bytes file = {0}, back = {0};
    struct vtc_error err = {0};
    struct vtc_compress_opts opts = {.struct_size = sizeof opts,
                                     .memory_limit_bytes = LIMIT_BYTES,
                                     .threads = 1};
    if (vtc_compress(read_event, &feed, collect, &file, &opts, NULL, &err) != VTC_OK)
        fail_msg("%s: %s", format, err.message);
    assert_int_equal(decompress_bytes(&file, 1, &back, &err), VTC_OK);
    assert_int_equal(back.len_bytes, feed.document_bytes);
    check_times(&file, first_ns, step_ns);
    bytes_free(&file);
    bytes_free(&back);
}

static void test_tokens__exponents(void **state)
{
    (void)state;
    check_feed("%c{\"ph\":\"X\",\"pid\":1,\"tid\":2,\"ts\":1.%06ue+06,\"dur\":2e0,\"name\":\"a\","
               "\"padding\":%u.5e-3}\n",
               1000000000, 1000);
}

static void test_tokens__more_decimals_than_a_number_has(void **state)
{
    (void)state;
    check_feed("%c{\"ph\":\"X\",\"pid\":1,\"tid\":2,\"ts\":%u.0000000000000000000000,\"dur\":2,"
               "\"name\":\"a\",\"big\":18446744073709%06u}\n",
               0, 1000);
}

/* Jobs are as many as fit, and the file is the same. */
static void test_memory__less_of_it_than_threads_would_take(void **state)
{
    (void)state;
    const char *format = "%c{\"ph\":\"X\",\"pid\":1,\"tid\":2,\"ts\":%u,\"dur\":2,\"name\":\"a\","
                         "\"args\":{\"some key\":\"a text of no great interest: %u\"}}\n";
    struct bytes files[2] = {{0}, {0}};
    for (size_t i = 0; i < 2; i++) {
        struct feed feed = {format, 0, 4 * EVENTS, 0};
        struct vtc_error err = {0};
        struct vtc_compress_opts opts = {.struct_size = sizeof opts,
                                         .memory_limit_bytes = (size_t)(i ? 56 : 400) << 20,
                                         .threads = 4};
        if (vtc_compress(read_event, &feed, collect, &files[i], &opts, NULL, &err) != VTC_OK)
            fail_msg("with %zu bytes: %s", opts.memory_limit_bytes, err.message);
    }
    assert_int_equal(files[0].len_bytes, files[1].len_bytes);
    assert_memory_equal(files[0].data, files[1].data, files[0].len_bytes);
    bytes_free(&files[0]);
    bytes_free(&files[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens__exponents),
        cmocka_unit_test(test_tokens__more_decimals_than_a_number_has),
        cmocka_unit_test(test_memory__less_of_it_than_threads_would_take),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
