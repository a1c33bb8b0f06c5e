/* A growable text: for one cell of a table, one field of a CSV line. */
#ifndef VTC_TOOLS_TEXT_BUFFER_H
#define VTC_TOOLS_TEXT_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#include "vtc/reader.h"

struct text_buffer {
    char *data;
    size_t len_bytes;
    size_t capacity_bytes;
    bool has_failed; /* memory ran out at some time */
};

void text_buffer_clear(struct text_buffer *buffer);
void text_buffer_free(struct text_buffer *buffer);
void text_buffer_add(struct text_buffer *buffer, const char *text, size_t len_bytes);
/* What text between JSON quotes says. */
void text_buffer_add_string(struct text_buffer *buffer, struct vtc_text text);
/* What a JSON value says: a string without its quotes, anything else as it is. */
void text_buffer_add_value(struct text_buffer *buffer, struct vtc_text text);

#endif
