/* Damaged files: every prefix gives a prefix of the document or a clean status, and every flipped bit
 * is noticed or does no harm. ctest: timeout 600
 */
#include "support/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "damage/sample.h"
#include "vtc/verify.h"

static const int levels[] = {1, 3, 12};

static bool is_clean(vtc_status status)
{
    return status == VTC_OK || status == VTC_ERR_NOT_VTC || status == VTC_ERR_UNSUPPORTED ||
           status == VTC_ERR_CORRUPT || status == VTC_ERR_TRUNCATED || status == VTC_ERR_LIMIT;
}

static bool is_prefix(const struct bytes *part, const struct bytes *whole)
{
    return part->len_bytes <= whole->len_bytes &&
           (part->len_bytes == 0 || memcmp(part->data, whole->data, part->len_bytes) == 0);
}

/* A copy of exactly its length, so that a sanitizer sees a read past the end. */
static uint8_t *exact_copy(const uint8_t *data, size_t len_bytes)
{
    uint8_t *copy = malloc(len_bytes ? len_bytes : 1);
    assert_non_null(copy);
    memcpy(copy, data, len_bytes);
    return copy;
}

static void test_prefix__gives_a_prefix(void **state)
{
    (void)state;
    for (size_t l = 0; l < 3; l++) {
        struct bytes text = {0}, file = {0};
        size_t longest = 0;
        sample_file(&text, &file, 150, levels[l]);
        for (size_t len_bytes = 0; len_bytes < file.len_bytes; len_bytes++) {
            struct bytes back = {0}, part = {exact_copy(file.data, len_bytes), len_bytes, 0};
            struct vtc_error err = {0};
            vtc_status status = decompress_bytes(&part, 1, &back, &err);
            assert_true(is_clean(status));
            assert_true(is_prefix(&back, &text));
            if (status == VTC_OK) /* only the index may be missing */
                assert_int_equal(back.len_bytes, text.len_bytes);
            assert_true(back.len_bytes >= longest); /* more of the file never gives less */
            longest = back.len_bytes;
            free(part.data);
            bytes_free(&back);
        }
        assert_int_equal(longest, text.len_bytes);
        bytes_free(&text);
        bytes_free(&file);
    }
}

static void check_flip(const struct bytes *file, const struct bytes *text, size_t bit)
{
    struct bytes back = {0},
                 damaged = {exact_copy(file->data, file->len_bytes), file->len_bytes, 0};
    struct vtc_error err = {0};
    damaged.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    vtc_status status = decompress_bytes(&damaged, 1, &back, &err);
    bool same =
        back.len_bytes == text->len_bytes && memcmp(back.data, text->data, text->len_bytes) == 0;
    if (!is_clean(status) || (status == VTC_OK && !same))
        fail_msg("bit %zu: %s, %s", bit, vtc_status_name(status), same ? "same" : "other bytes");
    if (status == VTC_ERR_CORRUPT && err.rule[0] == '\0')
        fail_msg("bit %zu: no rule is named: %s", bit, err.message);
    free(damaged.data);
    bytes_free(&back);
}

static void test_flipped_bit__is_noticed_or_harmless(void **state)
{
    (void)state;
    for (size_t l = 0; l < 3; l++) {
        struct bytes text = {0}, file = {0};
        sample_file(&text, &file, 100, levels[l]);
        for (size_t bit = 0; bit < 8 * file.len_bytes; bit++)
            check_flip(&file, &text, bit);
        bytes_free(&text);
        bytes_free(&file);
    }
}

static void test_verify__finds_every_flip_in_a_payload(void **state)
{
    (void)state;
    struct bytes text = {0}, file = {0};
    sample_file(&text, &file, 100, 3);
    for (size_t at = 0; at + 24 < file.len_bytes; at++) {
        vtc_reader *reader;
        vtc_status status = VTC_ERR_CORRUPT;
        file.data[at] ^= 0x10;
        if (vtc_reader_open_memory(file.data, file.len_bytes, NULL, &reader, NULL) == VTC_OK) {
            status = vtc_verify(reader, NULL, NULL, NULL);
            vtc_reader_close(reader);
        }
        /* The minor version, compatible features and reserved bits are not covered by a rule, but
         * by a checksum. */
        if (status == VTC_OK)
            fail_msg("byte %zu is damaged, and nothing is found", at);
        file.data[at] ^= 0x10;
    }
    bytes_free(&text);
    bytes_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prefix__gives_a_prefix),
        cmocka_unit_test(test_flipped_bit__is_noticed_or_harmless),
        cmocka_unit_test(test_verify__finds_every_flip_in_a_payload),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
