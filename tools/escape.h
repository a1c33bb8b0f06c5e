/* Text of a stranger, made safe for a terminal.
 *
 * Names in a trace can hold anything, escape sequences included. What is printable UTF-8 stays; all
 * else becomes `\n`, `\t`, `\r` or octal by byte (`\033`), and a backslash doubles, so that the
 * result is unambiguous. Characters that turn the direction of text are escaped as well: they can
 * make a line read as something else.
 */
#ifndef VTC_TOOLS_ESCAPE_H
#define VTC_TOOLS_ESCAPE_H

#include <stddef.h>
#include <stdio.h>

/* Bytes of the well-formed UTF-8 character that begins at `text`; 0 when there is none.
 * `len_bytes` is at least 1. */
size_t escape_character_bytes(const char *text, size_t len_bytes);

void escape_print(FILE *stream, const char *text, size_t len_bytes);
/* The same for JSON text, which has its own escapes: a backslash stays one. */
void escape_print_json(FILE *stream, const char *json, size_t len_bytes);

/* A string on the heap; NULL without memory. */
char *escape_copy(const char *text, size_t len_bytes);

#endif
