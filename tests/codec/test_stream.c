/* Unpacking input by what its first bytes say: plain, gzip, zstd. */
#include "support/cmocka_all.h"

#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "codec/stream.h"
#include "support/fault_allocator.h"

#define TEXT_BYTES 50000

static uint8_t text[TEXT_BYTES];
static uint8_t packed[4 * TEXT_BYTES];
static uint8_t unpacked[4 * TEXT_BYTES];
static struct vtci_memory memory;

static int setup(void **state)
{
    (void)state;
    vtci_memory_init(&memory, NULL, 0);
    uint32_t noise = 1;
    for (size_t i = 0; i < TEXT_BYTES; i++) {
        noise = noise * 1664525u + 1013904223u;
        text[i] = (uint8_t)(noise >> 24 & 0x3f);
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    return atomic_load(&memory.held_bytes) ? -1 : 0;
}

static size_t gzip(size_t pos, const void *bytes, size_t len)
{
    z_stream zlib = {0};
    assert_int_equal(deflateInit2(&zlib, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY),
                     Z_OK);
    zlib.next_in = (z_const Bytef *)bytes;
    zlib.avail_in = (uInt)len;
    zlib.next_out = packed + pos;
    zlib.avail_out = (uInt)(sizeof packed - pos);
    assert_int_equal(deflate(&zlib, Z_FINISH), Z_STREAM_END);
    size_t end = (size_t)(zlib.next_out - packed);
    deflateEnd(&zlib);
    return end;
}

/* Follows the recipe of codec/stream.h. */
static vtc_status run(struct vtci_memory *from_memory, size_t len, size_t in_piece,
                      size_t out_piece, size_t *out_bytes, struct vtc_error *err)
{
    struct vtci_stream *stream = NULL;
    struct vtci_stream_io io = {packed, 0, unpacked, 0};
    vtc_status status =
        vtci_stream_create(from_memory, vtci_stream_sniff(packed, len), 0, &stream, err);
    while (status == VTC_OK) {
        size_t unread = (size_t)(packed + len - io.in);
        if (io.in_left_bytes == 0)
            io.in_left_bytes = unread < in_piece ? unread : in_piece;
        bool ended = io.in_left_bytes == 0;
        io.out_left_bytes = out_piece;
        assert_true(io.out + out_piece <= unpacked + sizeof unpacked);
        status = vtci_stream_step(stream, &io, err);
        if (ended && io.out_left_bytes == out_piece)
            break;
    }
    *out_bytes = (size_t)(io.out - unpacked);
    if (status == VTC_OK)
        status = vtci_stream_finish(stream, err);
    vtci_stream_free(stream);
    return status;
}

static void test_stream_sniff__knows_its_kinds(void **state)
{
    (void)state;
    static const struct {
        uint8_t bytes[4];
        size_t len;
        enum vtci_stream_kind kind;
    } cases[] = {
        {{0x1f, 0x8b, 8, 0}, 4, VTCI_STREAM_GZIP},
        {{0x1f, 0x8b}, 2, VTCI_STREAM_GZIP},
        {{0x1f}, 1, VTCI_STREAM_PLAIN},
        {{0x28, 0xb5, 0x2f, 0xfd}, 4, VTCI_STREAM_ZSTD},
        {{0x28, 0xb5, 0x2f}, 3, VTCI_STREAM_PLAIN},
        {{0x5e, 0x2a, 0x4d, 0x18}, 4, VTCI_STREAM_ZSTD},
        {{'[', '{', '"', 'p'}, 4, VTCI_STREAM_PLAIN},
        {{0}, 0, VTCI_STREAM_PLAIN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(vtci_stream_sniff(cases[i].bytes, cases[i].len), cases[i].kind);
}

static void test_stream__of_plain_input_copies(void **state)
{
    (void)state;
    size_t out_bytes = 0;
    memcpy(packed, text, TEXT_BYTES);
    assert_int_equal(run(&memory, TEXT_BYTES, 333, 777, &out_bytes, NULL), VTC_OK);
    assert_int_equal(out_bytes, TEXT_BYTES);
    assert_memory_equal(unpacked, text, TEXT_BYTES);
    assert_int_equal(run(&memory, 0, 333, 777, &out_bytes, NULL), VTC_OK);
    assert_int_equal(out_bytes, 0);
}

static void test_stream__of_gzip_takes_all_members_and_padding(void **state)
{
    (void)state;
    static const size_t pieces[] = {1, 2, 999, sizeof packed};
    size_t len = gzip(0, text, TEXT_BYTES);
    len = gzip(len, "", 0);
    len = gzip(len, text, 100);
    for (size_t padding = 0; padding <= 512; padding += 512) {
        memset(packed + len, 0, padding);
        for (size_t i = 0; i < 4; i++) {
            for (size_t j = 0; j < 3; j++) {
                size_t out_bytes = 0;
                assert_int_equal(run(&memory, len + padding, pieces[i], pieces[j], &out_bytes,
                                     NULL),
                                 VTC_OK);
                assert_int_equal(out_bytes, TEXT_BYTES + 100);
                assert_memory_equal(unpacked, text, TEXT_BYTES);
                assert_memory_equal(unpacked + TEXT_BYTES, text, 100);
            }
        }
    }
}

static void test_stream__of_gzip_knows_that_the_input_is_cut(void **state)
{
    (void)state;
    size_t first = gzip(0, text, 500);
    size_t len = gzip(first, text, 500);
    for (size_t cut = 2; cut <= len; cut++) {
        size_t out_bytes = 0;
        bool whole = cut == first || cut == len;
        assert_int_equal(run(&memory, cut, 64, 64, &out_bytes, NULL),
                         whole ? VTC_OK : VTC_ERR_TRUNCATED);
        assert_memory_equal(unpacked, text, out_bytes < 500 ? out_bytes : 500);
    }
}

static void test_stream__of_gzip_refuses_damage_and_garbage(void **state)
{
    (void)state;
    struct vtc_error err;
    size_t out_bytes = 0;
    size_t len = gzip(0, text, 500);
    memcpy(packed + len, "garbage", 7);
    assert_int_equal(run(&memory, len + 7, 64, 64, &out_bytes, &err), VTC_ERR_CORRUPT);
    assert_int_equal(err.offset, len);
    assert_int_equal(out_bytes, 500);
    memcpy(packed + len, "\0\0\x1f", 3); /* a member after padding */
    assert_int_equal(run(&memory, len + 3, 64, 64, &out_bytes, &err), VTC_ERR_CORRUPT);
    assert_int_equal(err.offset, len + 2);
    packed[len - 6] ^= 1; /* the CRC */
    assert_int_equal(run(&memory, len, 64, 64, &out_bytes, &err), VTC_ERR_CORRUPT);
    packed[len - 6] ^= 1;
    packed[len - 2] ^= 1; /* the length */
    assert_int_equal(run(&memory, len, 64, 64, &out_bytes, &err), VTC_ERR_CORRUPT);
}

static void test_stream__of_zstd_unpacks(void **state)
{
    (void)state;
    size_t out_bytes = 0;
    size_t len = ZSTD_compress(packed, sizeof packed, text, TEXT_BYTES, 3);
    assert_int_equal(run(&memory, len, 333, 777, &out_bytes, NULL), VTC_OK);
    assert_int_equal(out_bytes, TEXT_BYTES);
    assert_memory_equal(unpacked, text, TEXT_BYTES);
    assert_int_equal(run(&memory, len - 1, 333, 777, &out_bytes, NULL), VTC_ERR_TRUNCATED);
}

static void test_stream__survives_each_allocation_failing(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        size_t len = kind ? gzip(0, text, TEXT_BYTES)
                          : ZSTD_compress(packed, sizeof packed, text, TEXT_BYTES, 3);
        for (uint64_t fail_at = 1;; fail_at++) {
            struct test_fault_allocator faults;
            struct vtci_memory small;
            size_t out_bytes = 0;
            test_fault_allocator_init(&faults, fail_at);
            vtci_memory_init(&small, &faults.allocator, 0);
            vtc_status status = run(&small, len, 1000, 1000, &out_bytes, NULL);
            assert_int_equal(faults.held_bytes, 0);
            if (faults.calls < fail_at) {
                assert_int_equal(status, VTC_OK);
                assert_true(fail_at > 3);
                break;
            }
            assert_int_equal(status, VTC_ERR_NO_MEMORY);
        }
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_stream_sniff__knows_its_kinds),
        TEST(test_stream__of_plain_input_copies),
        TEST(test_stream__of_gzip_takes_all_members_and_padding),
        TEST(test_stream__of_gzip_knows_that_the_input_is_cut),
        TEST(test_stream__of_gzip_refuses_damage_and_garbage),
        TEST(test_stream__of_zstd_unpacks),
        TEST(test_stream__survives_each_allocation_failing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
