/* What the tests of the compactor share: a directory of its own, files in it, documents back. */
#ifndef VTC_TESTS_COMPACT_COMPACT_FIXTURE_H
#define VTC_TESTS_COMPACT_COMPACT_FIXTURE_H

#include "support/cmocka_all.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/round_trip.h"
#include "vtc/compact.h"

static char directory[64];

static int setup(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/vtc-compact-XXXXXX");
    return mkdtemp(directory) ? 0 : -1;
}

static inline int names_in_directory(void)
{
    int count = 0;
    DIR *stream = opendir(directory);
    for (const struct dirent *entry; stream && (entry = readdir(stream)) != NULL;)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(stream);
    return count;
}

static int teardown(void **state)
{
    (void)state;
    DIR *stream = opendir(directory);
    for (const struct dirent *entry; stream && (entry = readdir(stream)) != NULL;) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        unlink(path);
    }
    closedir(stream);
    return rmdir(directory);
}

/* A path in the directory; good until the eighth next call. */
static inline const char *place(const char *name)
{
    static char paths[8][512];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", directory, name);
    return path;
}

static inline void write_file(const char *path, const void *bytes, size_t len_bytes)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len_bytes, file), len_bytes);
    assert_int_equal(fclose(file), 0);
}

static inline void read_file(const char *path, struct bytes *to)
{
    char piece[4096];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    for (size_t got; (got = fread(piece, 1, sizeof piece, file)) > 0;)
        bytes_append(to, piece, got);
    fclose(file);
}

/* A vtc file of a document. */
static inline void write_document(const char *path, const char *text, size_t len_bytes)
{
    struct bytes packed = {0};
    assert_int_equal(compress_bytes(text, len_bytes, 0, 1, 0, &packed, NULL, NULL), VTC_OK);
    write_file(path, packed.data, packed.len_bytes);
    bytes_free(&packed);
}

/* The document of a file of blocks; checks its hash. */
static inline void read_document(const char *path, struct bytes *to)
{
    struct bytes packed = {0};
    read_file(path, &packed);
    assert_int_equal(decompress_bytes(&packed, 0, to, NULL), VTC_OK);
    bytes_free(&packed);
}

static inline void assert_document(const char *path, const char *text)
{
    struct bytes found = {0};
    read_document(path, &found);
    bytes_append(&found, "", 1);
    assert_string_equal((const char *)found.data, text);
    bytes_free(&found);
}

#endif
