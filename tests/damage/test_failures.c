/* Every allocation, and every read and write, failing in turn: a status comes back, nothing leaks.
 * ctest: timeout 600
 */
#include "support/cmocka_all.h"

#include <string.h>

#include "damage/sample.h"
#include "support/fault_allocator.h"
#include "vtc/block.h"
#include "vtc/query.h"
#include "vtc/verify.h"

struct input {
    const struct bytes *text;
    size_t at;
    unsigned reads, fail_at; /* 0: never */
};

static vtc_status read_some(void *context, void *buffer, size_t capacity_bytes, size_t *out_bytes,
                            struct vtc_error *err)
{
    struct input *input = context;
    size_t len_bytes = input->text->len_bytes - input->at;
    (void)err;
    if (++input->reads == input->fail_at)
        return VTC_ERR_IO;
    len_bytes = len_bytes > 1000 ? 1000 : len_bytes;
    len_bytes = len_bytes > capacity_bytes ? capacity_bytes : len_bytes;
    memcpy(buffer, input->text->data + input->at, len_bytes);
    input->at += len_bytes;
    *out_bytes = len_bytes;
    return VTC_OK;
}

struct output {
    struct bytes bytes;
    unsigned writes, fail_at;
};

static vtc_status write_some(void *context, const void *bytes, size_t len_bytes,
                             struct vtc_error *err)
{
    struct output *output = context;
    (void)err;
    if (++output->writes == output->fail_at)
        return VTC_ERR_IO;
    bytes_append(&output->bytes, bytes, len_bytes);
    return VTC_OK;
}

static vtc_status compress_with(const struct bytes *text, const struct vtc_allocator *allocator,
                                unsigned fail_read, unsigned fail_write, struct output *output,
                                unsigned *reads)
{
    struct input input = {text, 0, 0, fail_read};
    struct vtc_compress_opts opts = {.struct_size = sizeof opts,
                                     .level = 12,
                                     .allocator = allocator};
    output->fail_at = fail_write;
    vtc_status status = vtc_compress(read_some, &input, write_some, output, &opts, NULL, NULL);
    *reads = input.reads;
    return status;
}

static void test_compress__survives_each_allocation_failing(void **state)
{
    (void)state;
    struct bytes text = {0};
    sample_document(&text, 60);
    for (uint64_t fail_at = 1;; fail_at++) {
        struct test_fault_allocator faults;
        struct output output = {{0}, 0, 0};
        unsigned reads;
        test_fault_allocator_init(&faults, fail_at);
        vtc_status status = compress_with(&text, &faults.allocator, 0, 0, &output, &reads);
        bytes_free(&output.bytes);
        assert_int_equal(faults.held_bytes, 0);
        if (faults.calls < fail_at) {
            assert_int_equal(status, VTC_OK);
            break;
        }
        assert_true(status == VTC_ERR_NO_MEMORY || status == VTC_OK);
    }
    bytes_free(&text);
}

static void test_compress__passes_on_each_failing_call(void **state)
{
    (void)state;
    struct bytes text = {0};
    sample_document(&text, 60);
    struct output whole = {{0}, 0, 0};
    unsigned reads, again;
    assert_int_equal(compress_with(&text, NULL, 0, 0, &whole, &reads), VTC_OK);
    for (unsigned i = 1; i <= reads; i++) {
        struct output output = {{0}, 0, 0};
        assert_int_equal(compress_with(&text, NULL, i, 0, &output, &again), VTC_ERR_IO);
        bytes_free(&output.bytes);
    }
    for (unsigned i = 1; i <= whole.writes; i++) {
        struct output output = {{0}, 0, 0};
        assert_int_equal(compress_with(&text, NULL, 0, i, &output, &again), VTC_ERR_IO);
        bytes_free(&output.bytes);
    }
    bytes_free(&whole.bytes);
    bytes_free(&text);
}

/* All that a reader does; the first failure. */
static vtc_status read_everything(vtc_reader *reader)
{
    vtc_block *block;
    const struct vtc_spans *spans;
    struct vtc_text process, thread;
    struct output output = {{0}, 0, 0};
    vtc_query *query;
    const struct vtc_query_value *values;
    vtc_status status = vtc_block_open(reader, 0, VTC_FIELD_ALL, &block, NULL);
    if (status != VTC_OK)
        return status;
    status = vtc_block_spans(block, &spans, NULL);
    vtc_block_close(block);
    if (status == VTC_OK)
        status = vtc_reader_track_names(reader, 0, &process, &thread, NULL);
    if (status == VTC_OK)
        status = vtc_decompress(reader, write_some, &output, NULL, NULL, NULL);
    bytes_free(&output.bytes);
    if (status == VTC_OK)
        status = vtc_verify(reader, NULL, NULL, NULL);
    if (status == VTC_OK)
        status = vtc_query_open(reader, "slowest 3", NULL, &query, NULL);
    if (status != VTC_OK)
        return status;
    while (status == VTC_OK)
        status = vtc_query_next(query, &values, NULL);
    vtc_query_close(query);
    return status == VTC_END ? VTC_OK : status;
}

static void test_reader__survives_each_allocation_failing(void **state)
{
    (void)state;
    struct bytes text = {0}, file = {0};
    sample_file(&text, &file, 60, 12);
    for (uint64_t fail_at = 1;; fail_at++) {
        struct test_fault_allocator faults;
        vtc_reader *reader;
        test_fault_allocator_init(&faults, fail_at);
        struct vtc_reader_opts opts = {.struct_size = sizeof opts, .allocator = &faults.allocator};
        vtc_status status = vtc_reader_open_memory(file.data, file.len_bytes, &opts, &reader, NULL);
        if (status == VTC_OK) {
            status = read_everything(reader);
            vtc_reader_close(reader);
        }
        assert_int_equal(faults.held_bytes, 0);
        if (faults.calls < fail_at) {
            assert_int_equal(status, VTC_OK);
            break;
        }
        if (status != VTC_ERR_NO_MEMORY && status != VTC_OK)
            fail_msg("allocation %llu: %s", (unsigned long long)fail_at, vtc_status_name(status));
    }
    bytes_free(&text);
    bytes_free(&file);
}

/* With little memory there is an error, not more memory. */
static void test_limits__are_kept(void **state)
{
    (void)state;
    struct bytes text = {0}, file = {0};
    sample_file(&text, &file, 3000, 3);
    for (size_t limit_bytes = 1 << 14; limit_bytes <= 64 << 20; limit_bytes *= 2) {
        struct test_fault_allocator faults;
        struct output output = {{0}, 0, 0};
        struct input input = {&text, 0, 0, 0};
        test_fault_allocator_init(&faults, 0);
        struct vtc_compress_opts opts = {.struct_size = sizeof opts,
                                         .memory_limit_bytes = limit_bytes,
                                         .allocator = &faults.allocator};
        vtc_status status = vtc_compress(read_some, &input, write_some, &output, &opts, NULL, NULL);
        assert_true(status == VTC_OK || status == VTC_ERR_NO_MEMORY);
        assert_true(faults.peak_bytes <= limit_bytes + (1 << 16));
        if (limit_bytes == 64 << 20)
            assert_int_equal(status, VTC_OK);
        bytes_free(&output.bytes);
        test_fault_allocator_init(&faults, 0);
        struct vtc_reader_opts read_opts = {.struct_size = sizeof read_opts,
                                            .memory_limit_bytes = limit_bytes,
                                            .allocator = &faults.allocator};
        vtc_reader *reader;
        status = vtc_reader_open_memory(file.data, file.len_bytes, &read_opts, &reader, NULL);
        if (status == VTC_OK) {
            status = read_everything(reader);
            vtc_reader_close(reader);
        }
        assert_true(status == VTC_OK || status == VTC_ERR_NO_MEMORY || status == VTC_ERR_LIMIT);
        assert_true(faults.peak_bytes <= limit_bytes + (1 << 16));
    }
    bytes_free(&text);
    bytes_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compress__survives_each_allocation_failing),
        cmocka_unit_test(test_compress__passes_on_each_failing_call),
        cmocka_unit_test(test_reader__survives_each_allocation_failing),
        cmocka_unit_test(test_limits__are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
