#include "json_out.h"

#include <inttypes.h>
#include <string.h>

#include "escape.h"

/* What stands before a value or a key. */
static void json_place(struct json_out *out)
{
    if (out->has_key) {
        out->has_key = false;
        return;
    }
    if (out->depth == 0)
        return;
    if (out->is_compact) {
        fputs(out->is_first ? "" : ",", out->stream);
    } else {
        fputs(out->is_first ? "\n" : ",\n", out->stream);
        fprintf(out->stream, "%*s", (int)(2 * out->depth), "");
    }
    out->is_first = false;
}

void json_begin(struct json_out *out, char bracket)
{
    json_place(out);
    fputc(bracket, out->stream);
    out->depth++;
    out->is_first = true;
}

void json_end(struct json_out *out, char bracket)
{
    out->depth--;
    if (!out->is_first && !out->is_compact)
        fprintf(out->stream, "\n%*s", (int)(2 * out->depth), "");
    fputc(bracket, out->stream);
    out->is_first = false;
}

/* A surrogate on its own, in the three bytes that UTF-8 would give it; 0 when it is none. */
static unsigned lone_surrogate(const unsigned char *text, size_t len_bytes)
{
    if (len_bytes < 3 || text[0] != 0xED || text[1] < 0xA0 || text[1] > 0xBF ||
        (text[2] & 0xC0) != 0x80)
        return 0;
    return 0xD000u | (text[1] & 0x3Fu) << 6 | (text[2] & 0x3Fu);
}

/* Writes what stands for the start of `text` in a string; returns how many bytes that takes. */
static size_t json_character(FILE *stream, const char *text, size_t len_bytes)
{
    unsigned char byte = (unsigned char)text[0];
    if (byte == '"' || byte == '\\') {
        fprintf(stream, "\\%c", byte);
        return 1;
    }
    if (byte == '\n' || byte == '\t') {
        fputs(byte == '\n' ? "\\n" : "\\t", stream);
        return 1;
    }
    if (byte < 0x20 || byte == 0x7F) {
        fprintf(stream, "\\u%04x", byte);
        return 1;
    }
    unsigned surrogate = lone_surrogate((const unsigned char *)text, len_bytes);
    if (surrogate) {
        fprintf(stream, "\\u%04x", surrogate);
        return 3;
    }
    size_t bytes = escape_character_bytes(text, len_bytes);
    if (bytes == 0) {
        fputs("\\ufffd", stream); /* JSON cannot say a byte that is no UTF-8 */
        return 1;
    }
    fwrite(text, 1, bytes, stream);
    return bytes;
}

static void json_quoted(struct json_out *out, const char *text, size_t len_bytes)
{
    fputc('"', out->stream);
    for (size_t pos = 0; pos < len_bytes;)
        pos += json_character(out->stream, text + pos, len_bytes - pos);
    fputc('"', out->stream);
}

void json_key(struct json_out *out, const char *key)
{
    json_place(out);
    json_quoted(out, key, strlen(key));
    fputs(out->is_compact ? ":" : ": ", out->stream);
    out->has_key = true;
}

void json_string(struct json_out *out, const char *text, size_t len_bytes)
{
    json_place(out);
    json_quoted(out, text, len_bytes);
}

void json_text(struct json_out *out, const char *text)
{
    json_string(out, text, strlen(text));
}

void json_unsigned(struct json_out *out, uint64_t value)
{
    json_place(out);
    fprintf(out->stream, "%" PRIu64, value);
}

void json_signed(struct json_out *out, int64_t value)
{
    json_place(out);
    fprintf(out->stream, "%" PRId64, value);
}

void json_number(struct json_out *out, double value, int decimals)
{
    json_place(out);
    fprintf(out->stream, "%.*f", decimals, value);
}

void json_raw(struct json_out *out, const char *text, size_t len_bytes)
{
    json_place(out);
    fwrite(text, 1, len_bytes, out->stream);
}

void json_bool(struct json_out *out, bool value)
{
    json_place(out);
    fputs(value ? "true" : "false", out->stream);
}

void json_null(struct json_out *out)
{
    json_place(out);
    fputs("null", out->stream);
}

void json_finish(struct json_out *out)
{
    fputc('\n', out->stream);
}
