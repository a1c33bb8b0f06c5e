#include "support/round_trip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bytes_append(struct bytes *bytes, const void *data, size_t len_bytes)
{
    if (len_bytes > bytes->capacity_bytes - bytes->len_bytes) {
        bytes->capacity_bytes = (bytes->len_bytes + len_bytes) * 2;
        bytes->data = realloc(bytes->data, bytes->capacity_bytes);
        if (!bytes->data)
            abort();
    }
    if (len_bytes)
        memcpy(bytes->data + bytes->len_bytes, data, len_bytes);
    bytes->len_bytes += len_bytes;
}

void bytes_text(struct bytes *bytes, const char *text)
{
    bytes_append(bytes, text, strlen(text));
}

void bytes_free(struct bytes *bytes)
{
    free(bytes->data);
    memset(bytes, 0, sizeof *bytes);
}

struct source {
    const uint8_t *pos;
    size_t left_bytes;
    size_t piece_bytes;
};

static vtc_status read_source(void *context, void *buffer, size_t capacity_bytes, size_t *out_bytes,
                              struct vtc_error *err)
{
    struct source *source = context;
    size_t len_bytes = source->left_bytes;
    (void)err;
    if (len_bytes > capacity_bytes)
        len_bytes = capacity_bytes;
    if (source->piece_bytes && len_bytes > source->piece_bytes)
        len_bytes = source->piece_bytes;
    if (len_bytes)
        memcpy(buffer, source->pos, len_bytes);
    source->pos += len_bytes;
    source->left_bytes -= len_bytes;
    *out_bytes = len_bytes;
    return VTC_OK;
}

static vtc_status write_bytes(void *context, const void *bytes, size_t len_bytes,
                              struct vtc_error *err)
{
    (void)err;
    bytes_append(context, bytes, len_bytes);
    return VTC_OK;
}

vtc_status compress_bytes(const void *text, size_t len_bytes, size_t piece_bytes, int level,
                          unsigned threads, struct bytes *out, struct vtc_compress_result *result,
                          struct vtc_error *err)
{
    struct source source = {text, len_bytes, piece_bytes};
    struct vtc_compress_opts opts = {.struct_size = sizeof opts,
                                     .level = level,
                                     .threads = threads};
    return vtc_compress(read_source, &source, write_bytes, out, &opts, result, err);
}

vtc_status decompress_bytes(const struct bytes *file, unsigned threads, struct bytes *out,
                            struct vtc_error *err)
{
    vtc_reader *reader;
    struct vtc_decompress_opts opts = {.struct_size = sizeof opts, .threads = threads};
    vtc_status status = vtc_reader_open_memory(file->data, file->len_bytes, NULL, &reader, err);
    if (status != VTC_OK)
        return status;
    status = vtc_decompress(reader, write_bytes, out, &opts, NULL, err);
    vtc_reader_close(reader);
    return status;
}

bool round_trips(const void *text, size_t len_bytes, size_t piece_bytes, int level,
                 struct vtc_compress_result *result)
{
    struct bytes file = {0}, back = {0};
    struct vtc_error err = {0};
    vtc_status status = compress_bytes(text, len_bytes, piece_bytes, level, 1, &file, result, &err);
    const char *step = "compress";
    if (status == VTC_OK) {
        step = "decompress";
        status = decompress_bytes(&file, 1, &back, &err);
    }
    bool same = status == VTC_OK && back.len_bytes == len_bytes &&
                (len_bytes == 0 || memcmp(back.data, text, len_bytes) == 0);
    if (status != VTC_OK)
        fprintf(stderr, "%s: %s: %s (offset %llu, rule %s)\n", step, vtc_status_name(status),
                err.message, (unsigned long long)err.offset, err.rule);
    else if (!same)
        fprintf(stderr, "level %d: %zu bytes came back for %zu\n", level, back.len_bytes,
                len_bytes);
    bytes_free(&file);
    bytes_free(&back);
    return same;
}
