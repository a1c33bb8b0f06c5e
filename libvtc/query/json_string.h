/* The text between the quotes of a JSON string, as it stands in a trace, and what it says. */
#ifndef VTCI_QUERY_JSON_STRING_H
#define VTCI_QUERY_JSON_STRING_H

#include <stddef.h>

/* Undoes the escapes; what is none stays as it is. A lone surrogate becomes its three bytes.
 * `out` has room for `len_bytes`; returns how many were written. */
size_t vtci_json_string_decode(const char *text, size_t len_bytes, char *out);

#endif
