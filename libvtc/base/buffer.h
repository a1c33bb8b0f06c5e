/* A growable run of bytes, and a cursor that reads one without ever passing its end.
 *
 * The buffer is the only place where encoded structures are put together; the cursor the only way
 * in which they are taken apart. A cursor that met the end stays `failed`, so a decoder may read a
 * whole structure and ask once.
 */
#ifndef VTCI_BASE_BUFFER_H
#define VTCI_BASE_BUFFER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "vtc/status.h"

struct vtci_buffer {
    struct vtci_memory *memory;
    uint8_t *data;
    size_t len_bytes;
    size_t capacity_bytes;
};

static inline void vtci_buffer_init(struct vtci_buffer *buffer, struct vtci_memory *memory)
{
    buffer->memory = memory;
    buffer->data = NULL;
    buffer->len_bytes = 0;
    buffer->capacity_bytes = 0;
}

void vtci_buffer_free(struct vtci_buffer *buffer);

/* Makes room for `extra_bytes` more; the bytes are written by the caller, who then adds to len. */
VTC_NODISCARD vtc_status vtci_buffer_grow(struct vtci_buffer *buffer, size_t extra_bytes);

VTC_NODISCARD static inline vtc_status vtci_buffer_reserve(struct vtci_buffer *buffer,
                                                           size_t extra_bytes)
{
    return extra_bytes <= buffer->capacity_bytes - buffer->len_bytes
               ? VTC_OK
               : vtci_buffer_grow(buffer, extra_bytes);
}

VTC_NODISCARD vtc_status vtci_buffer_append(struct vtci_buffer *buffer, const void *bytes,
                                            size_t len_bytes);
VTC_NODISCARD vtc_status vtci_buffer_u8(struct vtci_buffer *buffer, uint8_t value);
VTC_NODISCARD vtc_status vtci_buffer_u64(struct vtci_buffer *buffer, uint64_t value);
VTC_NODISCARD vtc_status vtci_buffer_varint(struct vtci_buffer *buffer, uint64_t value);
/* Varint of the zigzag form. */
VTC_NODISCARD vtc_status vtci_buffer_svarint(struct vtci_buffer *buffer, int64_t value);

struct vtci_cursor {
    const uint8_t *pos;
    const uint8_t *end;
    bool failed;
};

static inline struct vtci_cursor vtci_cursor_make(const void *data, size_t len_bytes)
{
    const uint8_t *start = data;
    struct vtci_cursor cursor = {start, start ? start + len_bytes : start, false};
    return cursor;
}

static inline size_t vtci_cursor_left(const struct vtci_cursor *cursor)
{
    return (size_t)(cursor->end - cursor->pos);
}

/* Borrow `len_bytes` bytes and step over them; NULL, and `failed`, when fewer are left. */
const uint8_t *vtci_cursor_take(struct vtci_cursor *cursor, uint64_t len_bytes);
uint8_t vtci_cursor_u8(struct vtci_cursor *cursor);
uint16_t vtci_cursor_u16(struct vtci_cursor *cursor);
uint32_t vtci_cursor_u32(struct vtci_cursor *cursor);
uint64_t vtci_cursor_u64(struct vtci_cursor *cursor);
/* SPEC: NUM-2. Fails on more than 10 bytes, on bits past 64, and on a needless last zero byte. */
uint64_t vtci_cursor_varint(struct vtci_cursor *cursor);
int64_t vtci_cursor_svarint(struct vtci_cursor *cursor);

#endif
