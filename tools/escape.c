#include "escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ESCAPED_BYTES_MAX = 4 };

/* Decodes one well-formed UTF-8 character; 0 when there is none. */
static size_t utf8_decode(const unsigned char *text, size_t len_bytes, uint32_t *out_character)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t needed = text[0] < 0x80   ? 1
                    : text[0] < 0xC2 ? 0
                    : text[0] < 0xE0 ? 2
                    : text[0] < 0xF0 ? 3
                    : text[0] < 0xF5 ? 4
                                     : 0;
    if (needed == 0 || needed > len_bytes)
        return 0;
    uint32_t character = needed == 1 ? text[0] : text[0] & (0x7Fu >> needed);
    for (size_t i = 1; i < needed; i++) {
        if ((text[i] & 0xC0) != 0x80)
            return 0;
        character = character << 6 | (text[i] & 0x3Fu);
    }
    if (character < least[needed] || character > 0x10FFFF ||
        (character >= 0xD800 && character <= 0xDFFF))
        return 0;
    *out_character = character;
    return needed;
}

static bool is_harmless(uint32_t character)
{
    if (character < 0x20 || (character >= 0x7F && character < 0xA0))
        return false;
    if (character >= 0x200B && character <= 0x200F) /* zero width, marks of direction */
        return false;
    if (character >= 0x2028 && character <= 0x202E) /* line breaks, embeddings, overrides */
        return false;
    if (character >= 0x2060 && character <= 0x206F) /* isolates and other invisible ones */
        return false;
    return character != 0x061C && character != 0xFEFF && character < 0xE0000;
}

size_t escape_character_bytes(const char *text, size_t len_bytes)
{
    uint32_t character = 0;
    return utf8_decode((const unsigned char *)text, len_bytes, &character);
}

static size_t printable_bytes(const char *text, size_t len_bytes)
{
    uint32_t character = 0;
    size_t bytes = utf8_decode((const unsigned char *)text, len_bytes, &character);
    return bytes && is_harmless(character) ? bytes : 0;
}

/* Writes what stands for the start of `text`; returns how many bytes of it that takes. */
static size_t escape_one(const char *text, size_t len_bytes, char out[ESCAPED_BYTES_MAX],
                         size_t *out_bytes)
{
    static const char from[] = "\n\t\r\\", to[] = "ntr\\";
    const char *special = text[0] ? strchr(from, text[0]) : NULL;
    size_t printable = special ? 0 : printable_bytes(text, len_bytes);
    if (printable) {
        memcpy(out, text, printable);
        *out_bytes = printable;
        return printable;
    }
    out[0] = '\\';
    if (special) {
        out[1] = to[special - from];
        *out_bytes = 2;
    } else {
        unsigned byte = (unsigned char)text[0];
        out[1] = (char)('0' + (byte >> 6));
        out[2] = (char)('0' + (byte >> 3 & 7));
        out[3] = (char)('0' + (byte & 7));
        *out_bytes = 4;
    }
    return 1;
}

void escape_print(FILE *stream, const char *text, size_t len_bytes)
{
    char out[ESCAPED_BYTES_MAX];
    size_t out_bytes = 0;
    for (size_t pos = 0; pos < len_bytes;) {
        pos += escape_one(text + pos, len_bytes - pos, out, &out_bytes);
        fwrite(out, 1, out_bytes, stream);
    }
}

void escape_print_json(FILE *stream, const char *json, size_t len_bytes)
{
    while (len_bytes > 0) {
        const char *backslash = memchr(json, '\\', len_bytes);
        size_t before_bytes = backslash ? (size_t)(backslash - json) : len_bytes;
        escape_print(stream, json, before_bytes);
        if (backslash)
            fputc('\\', stream);
        before_bytes += backslash != NULL;
        json += before_bytes;
        len_bytes -= before_bytes;
    }
}

char *escape_copy(const char *text, size_t len_bytes)
{
    if (len_bytes > (SIZE_MAX - 1) / ESCAPED_BYTES_MAX)
        return NULL;
    char *copy = malloc(len_bytes * ESCAPED_BYTES_MAX + 1);
    if (!copy)
        return NULL;
    char *end = copy;
    char out[ESCAPED_BYTES_MAX];
    size_t out_bytes = 0;
    for (size_t pos = 0; pos < len_bytes;) {
        pos += escape_one(text + pos, len_bytes - pos, out, &out_bytes);
        memcpy(end, out, out_bytes);
        end += out_bytes;
    }
    *end = '\0';
    return copy;
}
