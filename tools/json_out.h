/* Writing JSON to a stream: commas, indentation and strings are looked after, nesting is the
 * caller's. Errors stay in the stream (ferror).
 */
#ifndef VTC_TOOLS_JSON_OUT_H
#define VTC_TOOLS_JSON_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct json_out {
    FILE *stream;
    unsigned depth;
    bool is_first;   /* nothing stands yet in the object or array that is open */
    bool has_key;    /* a key was just written */
    bool is_compact; /* on one line */
};

void json_begin(struct json_out *out, char bracket); /* '{' or '[' */
void json_end(struct json_out *out, char bracket);   /* '}' or ']' */
void json_key(struct json_out *out, const char *key);
void json_string(struct json_out *out, const char *text, size_t len_bytes);
void json_text(struct json_out *out, const char *text); /* a C string */
void json_unsigned(struct json_out *out, uint64_t value);
void json_signed(struct json_out *out, int64_t value);
void json_number(struct json_out *out, double value, int decimals);
void json_raw(struct json_out *out, const char *text, size_t len_bytes); /* JSON already */
void json_bool(struct json_out *out, bool value);
void json_null(struct json_out *out);
void json_finish(struct json_out *out); /* the last line break */

#endif
