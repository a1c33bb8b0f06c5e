/* ctest: labels threads
 * Whatever one thread can do within a limit of memory, any number can: jobs for which there is no room
 * beside the others are done alone. */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "support/round_trip.h"

enum { EVENTS = 270000, STEP_BYTES = 1 << 20, LIMITS = 14 };

/* Each name comes once, so that blocks hold much text. */
static void make_text(struct bytes *text)
{
    for (unsigned i = 0; i < EVENTS; i++) {
        char event[120];
        snprintf(event, sizeof event, "%s{\"ph\":\"X\",\"ts\":%u,\"dur\":1,\"name\":\"%030u\"}",
                 i ? ",\n" : "[", i, i * 7919u);
        bytes_text(text, event);
    }
    bytes_text(text, "]");
}

struct compared {
    const struct bytes *text;
    size_t at;
    int differs;
};

static vtc_status compare(void *context, const void *bytes, size_t len_bytes, struct vtc_error *err)
{
    struct compared *compared = context;
    (void)err;
    if (len_bytes > compared->text->len_bytes - compared->at ||
        memcmp(bytes, compared->text->data + compared->at, len_bytes) != 0)
        compared->differs = 1;
    else
        compared->at += len_bytes;
    return VTC_OK;
}

static vtc_status decompress_within(const struct bytes *file, const struct bytes *text,
                                    size_t limit_bytes, unsigned threads)
{
    struct vtc_reader_opts opts = {.struct_size = sizeof opts, .memory_limit_bytes = limit_bytes};
    struct vtc_decompress_opts how = {.struct_size = sizeof how, .threads = threads};
    struct compared compared = {text, 0, 0};
    struct vtc_error err;
    vtc_reader *reader = NULL;
    vtc_status status = vtc_reader_open_memory(file->data, file->len_bytes, &opts, &reader, &err);
    if (status == VTC_OK)
        status = vtc_decompress(reader, compare, &compared, &how, NULL, &err);
    if (status == VTC_OK)
        assert_true(compared.at == text->len_bytes && !compared.differs);
    vtc_reader_close(reader);
    return status;
}

static void test_decompress__needs_no_more_with_more_threads(void **state)
{
    (void)state;
    static const unsigned threads[] = {2, 4, 64};
    struct bytes text = {0}, file = {0};
    struct vtc_error err;
    size_t least_bytes = STEP_BYTES;
    make_text(&text);
    assert_int_equal(compress_bytes(text.data, text.len_bytes, 0, 3, 1, &file, NULL, &err), VTC_OK);
    while (decompress_within(&file, &text, least_bytes, 1) != VTC_OK) {
        assert_true(least_bytes < (size_t)256 << 20);
        least_bytes += STEP_BYTES;
    }
    for (size_t i = 0; i < LIMITS; i += i < 4 ? 1 : 5)
        for (size_t k = 0; k < sizeof threads / sizeof *threads; k++)
            assert_int_equal(decompress_within(&file, &text, least_bytes + i * i * STEP_BYTES / 4,
                                               threads[k]),
                             VTC_OK);
    bytes_free(&text);
    bytes_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decompress__needs_no_more_with_more_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
