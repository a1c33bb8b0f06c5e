#include "text_buffer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(struct text_buffer *buffer, size_t extra_bytes)
{
    if (extra_bytes <= buffer->capacity_bytes - buffer->len_bytes)
        return true;
    if (extra_bytes > SIZE_MAX / 2 - buffer->len_bytes) {
        buffer->has_failed = true;
        return false;
    }
    size_t capacity_bytes = 2 * (buffer->len_bytes + extra_bytes);
    char *data = realloc(buffer->data, capacity_bytes);
    if (!data) {
        buffer->has_failed = true;
        return false;
    }
    buffer->data = data;
    buffer->capacity_bytes = capacity_bytes;
    return true;
}

void text_buffer_clear(struct text_buffer *buffer)
{
    buffer->len_bytes = 0;
}

void text_buffer_free(struct text_buffer *buffer)
{
    free(buffer->data);
    memset(buffer, 0, sizeof *buffer);
}

void text_buffer_add(struct text_buffer *buffer, const char *text, size_t len_bytes)
{
    if (len_bytes == 0 || !reserve(buffer, len_bytes))
        return;
    memcpy(buffer->data + buffer->len_bytes, text, len_bytes);
    buffer->len_bytes += len_bytes;
}
