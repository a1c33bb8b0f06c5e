/* Compress a text, open what came of it, decompress, compare: what most tests of the importer do. */
#ifndef VTC_TESTS_SUPPORT_ROUND_TRIP_H
#define VTC_TESTS_SUPPORT_ROUND_TRIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vtc/compress.h"
#include "vtc/decompress.h"
#include "vtc/reader.h"

struct bytes {
    uint8_t *data;
    size_t len_bytes;
    size_t capacity_bytes;
};

void bytes_append(struct bytes *bytes, const void *data, size_t len_bytes);
void bytes_text(struct bytes *bytes, const char *text);
void bytes_free(struct bytes *bytes);

/* `piece_bytes`: how much one read gives at most (0: all). */
vtc_status compress_bytes(const void *text, size_t len_bytes, size_t piece_bytes, int level,
                          unsigned threads, struct bytes *out, struct vtc_compress_result *result,
                          struct vtc_error *err);
vtc_status decompress_bytes(const struct bytes *file, unsigned threads, struct bytes *out,
                            struct vtc_error *err);
/* Compresses and decompresses; true when the same bytes came back. Says on stderr what went wrong. */
bool round_trips(const void *text, size_t len_bytes, size_t piece_bytes, int level,
                 struct vtc_compress_result *result);

#endif
