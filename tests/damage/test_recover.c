/* Rows of a file of which a block is wrong although its checksums are right: it is left out whole,
 * whatever of it fails, and all others are there. (tests/cli/live.sh has one that fails late.)
 * ctest: timeout 900
 */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/checksum.h"
#include "support/round_trip.h"
#include "vtc/decompress.h"
#include "vtc/reader.h"

enum { ROWS_BEFORE = 3, ROWS_LARGE = 7000, ROWS_BEHIND = 5 };

static void put_rows(struct bytes *text, const char *name, unsigned count)
{
    char line[256];
    for (unsigned i = 0; i < count; i++) {
        snprintf(line, sizeof line,
                 "%s{\"ph\":\"X\",\"pid\":1,\"tid\":2,\"ts\":%u.%03u,\"dur\":3.25,\"name\":\"%s\","
                 "\"args\":{\"list\":[%u%s],\"text\":\"%u\"}}",
                 text->len_bytes ? ",\n" : "", i, i * 37 % 1000, name, i % 7, i % 3 ? "" : ",1",
                 i % 11);
        bytes_text(text, line);
    }
}

/* Three blocks: a gap that is too long to be a separator ends one. */
static void make_file(struct bytes *file)
{
    static const unsigned counts[] = {ROWS_BEFORE, ROWS_LARGE, ROWS_BEHIND};
    static const char *const names[] = {"before", "large", "behind"};
    struct bytes text = {0};
    bytes_text(&text, "{\"traceEvents\":[\n");
    for (int part = 0; part < 3; part++) {
        struct bytes rows = {0};
        put_rows(&rows, names[part], counts[part]);
        bytes_append(&text, rows.data, rows.len_bytes);
        bytes_text(&text, part < 2 ? ",\n" : "\n]}\n");
        for (unsigned i = 0; part < 2 && i < 70000; i += 50)
            bytes_text(&text, "                                                  ");
        bytes_free(&rows);
    }
    assert_int_equal(compress_bytes(text.data, text.len_bytes, 0, 1, 1, file, NULL, NULL), VTC_OK);
    bytes_free(&text);
}

/* The frame of the second block. */
static size_t find_large(const struct bytes *file, uint64_t *out_count)
{
    vtc_reader *reader;
    struct vtc_frame frame;
    size_t at = 0;
    uint64_t blocks = 0;
    assert_int_equal(vtc_reader_open_memory(file->data, file->len_bytes, NULL, &reader, NULL),
                     VTC_OK);
    for (uint64_t i = 0; vtc_reader_frame(reader, i, &frame) == VTC_OK; i++)
        if (file->data[frame.file_offset + 4] == 2 && blocks++ == 1)
            at = (size_t)frame.file_offset;
    vtc_reader_close(reader);
    *out_count = blocks;
    return at;
}

static vtc_status collect(void *context, const void *bytes, size_t len_bytes, struct vtc_error *err)
{
    (void)err;
    bytes_append(context, bytes, len_bytes);
    return VTC_OK;
}

static vtc_status read_rows(const struct bytes *file, bool skip_damaged, struct bytes *out,
                            struct vtc_decompress_result *result)
{
    const struct vtc_decompress_opts opts = {.struct_size = sizeof opts,
                                             .rows_only = 1,
                                             .skip_damaged = skip_damaged};
    vtc_reader *reader;
    assert_int_equal(vtc_reader_open_memory(file->data, file->len_bytes, NULL, &reader, NULL),
                     VTC_OK);
    vtc_status status = vtc_decompress(reader, collect, out, &opts, result, NULL);
    vtc_reader_close(reader);
    return status;
}

static void test_recover__leaves_out_a_block_whatever_fails(void **state)
{
    (void)state;
    struct bytes file = {0}, others = {0};
    struct vtc_decompress_result result;
    uint64_t blocks;
    unsigned damaged = 0, unknown = 0;
    make_file(&file);
    size_t frame = find_large(&file, &blocks);
    assert_int_equal(blocks, 3);
    put_rows(&others, "before", ROWS_BEFORE);
    put_rows(&others, "behind", ROWS_BEHIND);
    size_t head_bytes = vtci_load_u32(file.data + frame + 8);
    size_t payload_bytes = vtci_load_u32(file.data + frame + 12);
    uint8_t *payload = file.data + frame + 32 + head_bytes;
    for (size_t i = 0; i < payload_bytes; i += 1 + payload_bytes / 1500) {
        struct bytes plain = {0}, found = {0};
        payload[i] ^= 1;
        vtci_store_u64(file.data + frame + 16, vtci_checksum(payload, payload_bytes));
        vtci_store_u64(file.data + frame + 24 + head_bytes,
                       vtci_checksum(file.data + frame, 24 + head_bytes));
        vtc_status status = read_rows(&file, false, &plain, NULL);
        assert_int_equal(read_rows(&file, true, &found, &result), VTC_OK);
        assert_int_equal(result.skipped_blocks, status != VTC_OK);
        assert_int_equal(result.skipped_rows, status != VTC_OK ? ROWS_LARGE : 0);
        const struct bytes *expected = status != VTC_OK ? &others : &plain;
        assert_int_equal(found.len_bytes, expected->len_bytes);
        assert_memory_equal(found.data, expected->data, found.len_bytes);
        damaged += status == VTC_ERR_CORRUPT;
        unknown += status == VTC_ERR_UNSUPPORTED;
        payload[i] ^= 1;
        bytes_free(&plain);
        bytes_free(&found);
    }
    assert_true(damaged > 0);
    assert_true(unknown > 0);
    bytes_free(&others);
    bytes_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recover__leaves_out_a_block_whatever_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
