#include "base/buffer.h"

#include "base/bytes.h"

void vtci_buffer_free(struct vtci_buffer *buffer)
{
    vtci_release(buffer->memory, buffer->data, buffer->capacity_bytes);
    vtci_buffer_init(buffer, buffer->memory);
}

vtc_status vtci_buffer_grow(struct vtci_buffer *buffer, size_t extra_bytes)
{
    if (extra_bytes > SIZE_MAX - buffer->len_bytes)
        return VTC_ERR_NO_MEMORY;
    return vtci_array_grow(buffer->memory, &buffer->data, &buffer->capacity_bytes, 1,
                           buffer->len_bytes + extra_bytes);
}

vtc_status vtci_buffer_append(struct vtci_buffer *buffer, const void *bytes, size_t len_bytes)
{
    vtc_status status = vtci_buffer_reserve(buffer, len_bytes);
    if (status != VTC_OK || len_bytes == 0)
        return status;
    memcpy(buffer->data + buffer->len_bytes, bytes, len_bytes);
    buffer->len_bytes += len_bytes;
    return VTC_OK;
}

vtc_status vtci_buffer_u8(struct vtci_buffer *buffer, uint8_t value)
{
    return vtci_buffer_append(buffer, &value, 1);
}

vtc_status vtci_buffer_u64(struct vtci_buffer *buffer, uint64_t value)
{
    uint8_t bytes[8];
    vtci_store_u64(bytes, value);
    return vtci_buffer_append(buffer, bytes, sizeof bytes);
}

vtc_status vtci_buffer_varint(struct vtci_buffer *buffer, uint64_t value)
{
    uint8_t bytes[10];
    size_t len = 0;
    while (value >= 0x80) {
        bytes[len++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    bytes[len++] = (uint8_t)value;
    return vtci_buffer_append(buffer, bytes, len);
}

vtc_status vtci_buffer_svarint(struct vtci_buffer *buffer, int64_t value)
{
    return vtci_buffer_varint(buffer, vtci_zigzag(value));
}

const uint8_t *vtci_cursor_take(struct vtci_cursor *cursor, uint64_t len_bytes)
{
    if (cursor->failed || len_bytes > vtci_cursor_left(cursor)) {
        cursor->failed = true;
        return NULL;
    }
    const uint8_t *taken = cursor->pos;
    cursor->pos += len_bytes;
    return taken;
}

uint8_t vtci_cursor_u8(struct vtci_cursor *cursor)
{
    const uint8_t *at = vtci_cursor_take(cursor, 1);
    return at ? *at : 0;
}

uint16_t vtci_cursor_u16(struct vtci_cursor *cursor)
{
    const uint8_t *at = vtci_cursor_take(cursor, 2);
    return at ? vtci_load_u16(at) : 0;
}

uint32_t vtci_cursor_u32(struct vtci_cursor *cursor)
{
    const uint8_t *at = vtci_cursor_take(cursor, 4);
    return at ? vtci_load_u32(at) : 0;
}

uint64_t vtci_cursor_u64(struct vtci_cursor *cursor)
{
    const uint8_t *at = vtci_cursor_take(cursor, 8);
    return at ? vtci_load_u64(at) : 0;
}

uint64_t vtci_cursor_varint(struct vtci_cursor *cursor)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        uint8_t byte = vtci_cursor_u8(cursor);
        if (cursor->failed)
            return 0;
        bool past_64_bits = shift == 63 && byte > 1;
        bool needless_zero = shift > 0 && byte == 0;
        if (past_64_bits || needless_zero)
            break;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    cursor->failed = true;
    return 0;
}

int64_t vtci_cursor_svarint(struct vtci_cursor *cursor)
{
    return vtci_unzigzag(vtci_cursor_varint(cursor));
}
