/* A growable text: a cell of a table, the words of a question. */
#ifndef VTC_TOOLS_TEXT_BUFFER_H
#define VTC_TOOLS_TEXT_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

struct text_buffer {
    char *data;
    size_t len_bytes;
    size_t capacity_bytes;
    bool has_failed; /* memory ran out at some time */
};

void text_buffer_clear(struct text_buffer *buffer);
void text_buffer_free(struct text_buffer *buffer);
void text_buffer_add(struct text_buffer *buffer, const char *text, size_t len_bytes);

#endif
