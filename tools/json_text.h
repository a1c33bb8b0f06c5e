/* The text between the quotes of a JSON string, as it stood in a trace, and what it says. */
#ifndef VTC_TOOLS_JSON_TEXT_H
#define VTC_TOOLS_JSON_TEXT_H

#include <stddef.h>

/* Undoes the escapes; what is none stays as it is. A lone surrogate becomes its three bytes.
 * `out` has room for `len_bytes`; returns how many were written. */
size_t json_text_decode(const char *text, size_t len_bytes, char *out);

#endif
