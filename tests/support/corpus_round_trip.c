#include "support/corpus_round_trip.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/zstd_wrapper.h"
#include "support/cmocka_all.h"
#include "support/round_trip.h"

static bool ends_in(const char *name, const char *end)
{
    size_t len_bytes = strlen(name), end_bytes = strlen(end);
    return len_bytes >= end_bytes && strcmp(name + len_bytes - end_bytes, end) == 0;
}

static void read_file(const char *path, struct bytes *out)
{
    char piece[65536];
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("cannot read %s", path);
    for (size_t got; (got = fread(piece, 1, sizeof piece, file)) > 0;)
        bytes_append(out, piece, got);
    fclose(file);
}

static void unpack(struct bytes *packed, struct bytes *out)
{
    struct vtci_memory memory;
    struct vtci_stream *stream;
    static uint8_t piece[1 << 20];
    vtci_memory_init(&memory, NULL, 0);
    assert_int_equal(vtci_stream_create(&memory, VTCI_STREAM_ZSTD, 0, &stream, NULL), VTC_OK);
    struct vtci_stream_io io = {packed->data, packed->len_bytes, NULL, 0};
    do {
        io.out = piece;
        io.out_left_bytes = sizeof piece;
        assert_int_equal(vtci_stream_step(stream, &io, NULL), VTC_OK);
        bytes_append(out, piece, sizeof piece - io.out_left_bytes);
    } while (io.in_left_bytes || io.out_left_bytes == 0);
    assert_int_equal(vtci_stream_finish(stream, NULL), VTC_OK);
    vtci_stream_free(stream);
}

/* A trace of another kind stands among the edge cases: it has no trace events. */
static bool is_no_trace(const char *path)
{
    return strstr(path, "google_cloud_trace") != NULL;
}

static void check_trace(const char *path, const struct bytes *text, int level, unsigned threads)
{
    struct bytes file = {0}, back = {0};
    struct vtc_compress_result result;
    struct vtc_error err = {0};
    vtc_status status =
        compress_bytes(text->data, text->len_bytes, 0, level, threads, &file, &result, &err);
    if (is_no_trace(path)) {
        assert_int_equal(status, VTC_ERR_NOT_TRACE);
    } else {
        if (status == VTC_OK)
            status = decompress_bytes(&file, threads, &back, &err);
        if (status != VTC_OK || back.len_bytes != text->len_bytes ||
            memcmp(back.data, text->data, text->len_bytes) != 0)
            fail_msg("%s, level %d: %s: %s", path, level, vtc_status_name(status), err.message);
        if (result.raw_events * 1000 >= result.events && result.raw_events)
            fail_msg("%s: %llu of %llu events are raw text", path,
                     (unsigned long long)result.raw_events, (unsigned long long)result.events);
    }
    bytes_free(&file);
    bytes_free(&back);
}

unsigned corpus_round_trip(const char *directory, int level, unsigned threads)
{
    unsigned count = 0;
    DIR *listing = opendir(directory);
    if (!listing)
        fail_msg("cannot list %s", directory);
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        char path[4096];
        bool packed = ends_in(entry->d_name, ".json.zst");
        if (!packed && !ends_in(entry->d_name, ".json"))
            continue;
        struct bytes text = {0}, unpacked = {0};
        snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        read_file(path, &text);
        if (packed)
            unpack(&text, &unpacked);
        check_trace(path, packed ? &unpacked : &text, level, threads);
        bytes_free(&text);
        bytes_free(&unpacked);
        count++;
    }
    closedir(listing);
    return count;
}
