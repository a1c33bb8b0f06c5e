/* The part of the input that is in memory: a run of bytes that slides over the document.
 *
 *     data ....[kept ............................ end] 64 bytes of zero
 *              ^ offset_of(kept) in the document
 *
 * A fill reads until its room is full, however little one read gives: where the window ends is a
 * function of the document alone, and so is all that depends on it. A read is always given room for
 * VTCI_READ_BYTES; what is too much waits in `ahead` for the next fill.
 *
 * Every byte that comes in goes through the document's hash once. The window grows when what must be
 * kept does not fit; how far it may is the caller's to decide. While `count_lines` is set, line
 * breaks that slide out are counted, so that an error can name its line.
 */
#ifndef VTCI_IMPORT_INPUT_WINDOW_H
#define VTCI_IMPORT_INPUT_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/checksum.h"
#include "base/memory.h"
#include "vtc/compress.h"

#define VTCI_READ_BYTES ((size_t)64 << 10)

struct vtci_window {
    struct vtci_memory *memory;
    vtc_read_fn read;
    void *read_context;
    struct vtci_hasher *hasher;
    uint8_t *data;
    size_t capacity_bytes;
    uint8_t *ahead; /* VTCI_READ_BYTES, of which [ahead_pos, ahead_end) wait */
    size_t ahead_pos, ahead_end;
    const uint8_t *end;   /* of what is there */
    uint64_t base_offset; /* of data[0] in the document */
    bool at_eof;
    bool count_lines;
    uint64_t lines_before;      /* line breaks before data[0] */
    uint64_t last_break_offset; /* of the last of them, + 1; 0: none */
};

VTC_NODISCARD vtc_status vtci_window_init(struct vtci_window *window, struct vtci_memory *memory,
                                          vtc_read_fn read, void *read_context);
void vtci_window_free(struct vtci_window *window);

/* Forgets what is before *keep and reads more behind it; *keep moves to its new place. Sets at_eof
 * when there is no more behind what it read. */
VTC_NODISCARD vtc_status vtci_window_fill(struct vtci_window *window, const uint8_t **keep,
                                          struct vtc_error *err);

static inline uint64_t vtci_window_offset(const struct vtci_window *window, const uint8_t *pos)
{
    return window->base_offset + (uint64_t)(pos - window->data);
}

/* 1-based line and column of a place in the window; only right while lines are counted. */
void vtci_window_place(const struct vtci_window *window, const uint8_t *pos, uint64_t *out_line,
                       uint64_t *out_column);

#endif
