/* Any bytes as a document: what is accepted comes back byte for byte; what is not is refused for the
 * one of the reasons that there are. The first byte chooses the level, the second how much one read
 * gives.
 */
#include <stdio.h>

#include "memory_io.h"
#include "vtc/decompress.h"

static void fail(const char *what, const struct vtc_error *err)
{
    fprintf(stderr, "%s: %s: %s\n", what, vtc_status_name(err->code), err->message);
    abort();
}

static void check_back(const struct memory_out *file, const uint8_t *text, size_t len_bytes)
{
    struct memory_out back = {NULL, 0, 0};
    struct vtc_error err = {0};
    vtc_reader *reader;
    if (vtc_reader_open_memory(file->data, file->len_bytes, NULL, &reader, &err) != VTC_OK)
        fail("open", &err);
    if (vtc_decompress(reader, memory_write, &back, NULL, NULL, &err) != VTC_OK)
        fail("decompress", &err);
    if (back.len_bytes != len_bytes || (len_bytes && memcmp(back.data, text, len_bytes) != 0))
        fail("other bytes came back", &err);
    vtc_reader_close(reader);
    free(back.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int levels[] = {1, 3, 6, 12};
    if (size < 2)
        return 0;
    struct memory_in in = {data + 2, size - 2, data[1]};
    struct memory_out file = {NULL, 0, 0};
    struct vtc_compress_opts opts = {.struct_size = sizeof opts, .level = levels[data[0] & 3]};
    struct vtc_error err = {0};
    vtc_status status = vtc_compress(memory_read, &in, memory_write, &file, &opts, NULL, &err);
    if (status == VTC_OK)
        check_back(&file, data + 2, size - 2);
    else if (status != VTC_ERR_NOT_JSON && status != VTC_ERR_NOT_TRACE && status != VTC_ERR_LIMIT)
        fail("compress", &err);
    free(file.data);
    return 0;
}
