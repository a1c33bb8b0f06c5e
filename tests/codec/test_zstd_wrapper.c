/* The zstd wrapper: exact sizes, one frame, limits; and the streaming form. */
#include "support/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include "codec/zstd_wrapper.h"
#include "support/fault_allocator.h"

#define TEXT_BYTES 300000

static uint8_t text[TEXT_BYTES];
static uint8_t packed[TEXT_BYTES + 4096];
static uint8_t unpacked[TEXT_BYTES + 4096];
static struct vtci_memory memory;

static int setup(void **state)
{
    (void)state;
    vtci_memory_init(&memory, NULL, 0);
    uint32_t noise = 1;
    for (size_t i = 0; i < TEXT_BYTES; i++) {
        noise = noise * 1664525u + 1013904223u;
        text[i] = (uint8_t)("traceEvents\":[{\"ph\":\"X\""[noise >> 27 & 15]);
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    return atomic_load(&memory.held_bytes) ? -1 : 0;
}

static size_t pack(int level, size_t len)
{
    struct vtci_zstd *zstd;
    size_t packed_bytes = 0;
    assert_int_equal(vtci_zstd_create(&memory, &zstd), VTC_OK);
    assert_int_equal(vtci_zstd_compress(zstd, level, text, len, packed, sizeof packed,
                                        &packed_bytes),
                     VTC_OK);
    vtci_zstd_free(zstd);
    return packed_bytes;
}

static vtc_status unpack(const void *from, size_t len, size_t out_bytes, struct vtc_error *err)
{
    struct vtci_zstd *zstd;
    assert_int_equal(vtci_zstd_create(&memory, &zstd), VTC_OK);
    vtc_status status = vtci_zstd_decompress(zstd, from, len, unpacked, out_bytes, err);
    vtci_zstd_free(zstd);
    return status;
}

static void test_zstd__returns_what_it_was_given(void **state)
{
    (void)state;
    static const size_t lengths[] = {0, 1, 100, 65536, TEXT_BYTES};
    for (int level = 1; level <= 19; level += 6) {
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
            size_t packed_bytes = pack(level, lengths[i]);
            assert_true(packed_bytes <= vtci_zstd_bound_bytes(lengths[i]));
            assert_int_equal(unpack(packed, packed_bytes, lengths[i], NULL), VTC_OK);
            assert_memory_equal(unpacked, text, lengths[i]);
        }
    }
}

static void test_zstd_compress__is_deterministic(void **state)
{
    (void)state;
    static uint8_t first[sizeof packed];
    struct vtci_zstd *zstd;
    size_t packed_bytes = 0;
    size_t first_bytes = pack(7, TEXT_BYTES);
    memcpy(first, packed, first_bytes);
    /* The same context after other work of another level gives the same bytes. */
    assert_int_equal(vtci_zstd_create(&memory, &zstd), VTC_OK);
    for (int level = 1; level <= 7; level += 3)
        assert_int_equal(vtci_zstd_compress(zstd, level, text, TEXT_BYTES, packed, sizeof packed,
                                            &packed_bytes),
                         VTC_OK);
    vtci_zstd_free(zstd);
    assert_int_equal(packed_bytes, first_bytes);
    assert_memory_equal(packed, first, first_bytes);
}

static void test_zstd_compress__says_when_it_does_not_fit(void **state)
{
    (void)state;
    struct vtci_zstd *zstd;
    size_t packed_bytes = 12345;
    assert_int_equal(vtci_zstd_create(&memory, &zstd), VTC_OK);
    assert_int_equal(vtci_zstd_compress(zstd, 3, text, 1000, packed, 10, &packed_bytes),
                     VTC_ERR_LIMIT);
    assert_int_equal(packed_bytes, 12345);
    assert_int_equal(vtci_zstd_compress(zstd, 0, text, 10, packed, 100, &packed_bytes),
                     VTC_ERR_ARGUMENT);
    assert_int_equal(vtci_zstd_compress(zstd, 23, text, 10, packed, 100, &packed_bytes),
                     VTC_ERR_ARGUMENT);
    assert_int_equal(vtci_zstd_compress(zstd, 3, text, 1000, packed, sizeof packed, &packed_bytes),
                     VTC_OK);
    vtci_zstd_free(zstd);
}

/* SPEC: PCK-2 */
static void test_zstd_decompress__takes_exactly_one_frame_of_the_size(void **state)
{
    (void)state;
    struct vtc_error err;
    size_t packed_bytes = pack(3, 1000);
    assert_int_equal(unpack(packed, packed_bytes, 999, &err), VTC_ERR_CORRUPT);
    assert_int_equal(unpack(packed, packed_bytes, 1001, &err), VTC_ERR_CORRUPT);
    assert_string_not_equal(err.message, "");
    for (size_t len = 0; len < packed_bytes; len++)
        assert_int_equal(unpack(packed, len, 1000, &err), VTC_ERR_CORRUPT);
    packed[packed_bytes] = 0;
    assert_int_equal(unpack(packed, packed_bytes + 1, 1000, &err), VTC_ERR_CORRUPT);
    memcpy(packed + packed_bytes, packed, packed_bytes);
    assert_int_equal(unpack(packed, 2 * packed_bytes, 1000, &err), VTC_ERR_CORRUPT);
    assert_int_equal(unpack(packed, 2 * packed_bytes, 2000, &err), VTC_ERR_CORRUPT);
    static const uint8_t skippable[] = {0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0};
    assert_int_equal(unpack(skippable, sizeof skippable, 0, &err), VTC_ERR_CORRUPT);
    memmove(packed + sizeof skippable, packed, packed_bytes);
    memcpy(packed, skippable, sizeof skippable);
    assert_int_equal(unpack(packed, packed_bytes + sizeof skippable, 1000, &err), VTC_ERR_CORRUPT);
}

/* A frame that does not say its size, as a streaming encoder writes it. */
static size_t pack_unsized(int window_log, size_t len)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
    if (window_log)
        ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
    ZSTD_inBuffer in = {text, 1, 0};
    ZSTD_outBuffer out = {packed, sizeof packed, 0};
    ZSTD_compressStream2(context, &out, &in, ZSTD_e_continue); /* hides the size from zstd */
    in.size = len;
    while (ZSTD_compressStream2(context, &out, &in, ZSTD_e_end) != 0)
        ;
    ZSTD_freeCCtx(context);
    return out.pos;
}

static void test_zstd_decompress__of_a_frame_without_size_is_exact(void **state)
{
    (void)state;
    size_t packed_bytes = pack_unsized(0, 5000);
    assert_int_equal(unpack(packed, packed_bytes, 5000, NULL), VTC_OK);
    assert_memory_equal(unpacked, text, 5000);
    assert_int_equal(unpack(packed, packed_bytes, 4999, NULL), VTC_ERR_CORRUPT);
    assert_int_equal(unpack(packed, packed_bytes, 5001, NULL), VTC_ERR_CORRUPT);
}

static void test_zstd_decompress__survives_every_flipped_byte(void **state)
{
    (void)state;
    size_t packed_bytes = pack(3, 3000);
    for (size_t i = 0; i < packed_bytes; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            packed[i] ^= (uint8_t)(1u << bit);
            vtc_status status = unpack(packed, packed_bytes, 3000, NULL);
            assert_true(status == VTC_OK || status == VTC_ERR_CORRUPT);
            packed[i] ^= (uint8_t)(1u << bit);
        }
    }
}

static void test_zstd__survives_each_allocation_failing(void **state)
{
    (void)state;
    for (uint64_t fail_at = 1;; fail_at++) {
        struct test_fault_allocator faults;
        struct vtci_memory small;
        struct vtci_zstd *zstd = NULL;
        size_t packed_bytes = 0;
        test_fault_allocator_init(&faults, fail_at);
        vtci_memory_init(&small, &faults.allocator, 0);
        vtc_status status = vtci_zstd_create(&small, &zstd);
        if (status == VTC_OK)
            status = vtci_zstd_compress(zstd, 3, text, 9000, packed, sizeof packed, &packed_bytes);
        if (status == VTC_OK)
            status = vtci_zstd_decompress(zstd, packed, packed_bytes, unpacked, 9000, NULL);
        vtci_zstd_free(zstd);
        assert_int_equal(faults.held_bytes, 0);
        if (faults.calls < fail_at) {
            assert_int_equal(status, VTC_OK);
            assert_true(fail_at > 3);
            break;
        }
        assert_int_equal(status, VTC_ERR_NO_MEMORY);
    }
}

/* Unpacks `len` bytes of `packed` in pieces; gives the status and how much came out. */
static vtc_status stream(uint64_t window_bytes_max, size_t len, size_t in_piece, size_t out_piece,
                         size_t *out_bytes, bool *out_may_end)
{
    struct vtci_zstd_stream *unpacker;
    struct vtci_stream_io io = {packed, 0, unpacked, 0};
    assert_int_equal(vtci_zstd_stream_create(&memory, window_bytes_max, &unpacker), VTC_OK);
    vtc_status status = VTC_OK;
    for (;;) {
        size_t unread = (size_t)(packed + len - io.in);
        if (io.in_left_bytes == 0)
            io.in_left_bytes = unread < in_piece ? unread : in_piece;
        bool at_end = io.in_left_bytes == 0;
        io.out_left_bytes = out_piece;
        assert_true(io.out + out_piece <= unpacked + sizeof unpacked);
        status = vtci_zstd_stream_step(unpacker, &io, NULL);
        if (status != VTC_OK || (at_end && io.out_left_bytes == out_piece))
            break;
    }
    *out_bytes = (size_t)(io.out - unpacked);
    *out_may_end = vtci_zstd_stream_may_end(unpacker);
    vtci_zstd_stream_free(unpacker);
    return status;
}

static void test_zstd_stream__takes_any_pieces_and_frames(void **state)
{
    (void)state;
    static const size_t pieces[] = {1, 3, 1000, sizeof packed};
    size_t first = pack(3, 20000);
    memcpy(packed + first, packed, first);
    static const uint8_t skippable[] = {0x5f, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 'a', 'b', 'c'};
    memcpy(packed + 2 * first, skippable, sizeof skippable);
    size_t len = 2 * first + sizeof skippable;
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < 3; j++) {
            size_t out_bytes = 0;
            bool may_end = false;
            assert_int_equal(stream(0, len, pieces[i], pieces[j], &out_bytes, &may_end), VTC_OK);
            assert_true(may_end);
            assert_int_equal(out_bytes, 40000);
            assert_memory_equal(unpacked, text, 20000);
            assert_memory_equal(unpacked + 20000, text, 20000);
        }
    }
}

static void test_zstd_stream__knows_that_the_input_is_cut(void **state)
{
    (void)state;
    size_t len = pack(3, 2000);
    for (size_t cut = 0; cut <= len; cut++) {
        size_t out_bytes = 0;
        bool may_end = false;
        assert_int_equal(stream(0, cut, 100, 100, &out_bytes, &may_end), VTC_OK);
        assert_int_equal(may_end, cut == 0 || cut == len);
        assert_true(out_bytes <= 2000);
        assert_memory_equal(unpacked, text, out_bytes);
    }
}

static void test_zstd_stream__refuses_other_bytes(void **state)
{
    (void)state;
    size_t len = pack(3, 2000);
    memcpy(packed + len, "garbage", 7);
    size_t out_bytes = 0;
    bool may_end;
    assert_int_equal(stream(0, len + 7, 100, 100, &out_bytes, &may_end), VTC_ERR_CORRUPT);
    assert_int_equal(out_bytes, 2000);
}

static void test_zstd_stream__grants_no_larger_window(void **state)
{
    (void)state;
    size_t out_bytes = 0;
    bool may_end;
    size_t len = pack_unsized(24, TEXT_BYTES);
    assert_int_equal(stream((uint64_t)1 << 23, len, len, 4096, &out_bytes, &may_end),
                     VTC_ERR_LIMIT);
    assert_int_equal(stream((uint64_t)1 << 24, len, len, 4096, &out_bytes, &may_end), VTC_OK);
    assert_int_equal(out_bytes, TEXT_BYTES);
    len = pack_unsized(28, TEXT_BYTES);
    assert_int_equal(stream(0, len, len, 4096, &out_bytes, &may_end), VTC_ERR_LIMIT);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_zstd__returns_what_it_was_given),
        TEST(test_zstd_compress__is_deterministic),
        TEST(test_zstd_compress__says_when_it_does_not_fit),
        TEST(test_zstd_decompress__takes_exactly_one_frame_of_the_size),
        TEST(test_zstd_decompress__of_a_frame_without_size_is_exact),
        TEST(test_zstd_decompress__survives_every_flipped_byte),
        TEST(test_zstd__survives_each_allocation_failing),
        TEST(test_zstd_stream__takes_any_pieces_and_frames),
        TEST(test_zstd_stream__knows_that_the_input_is_cut),
        TEST(test_zstd_stream__refuses_other_bytes),
        TEST(test_zstd_stream__grants_no_larger_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
