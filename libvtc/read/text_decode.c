/* What the text of a JSON string says. */
#include <stdbool.h>
#include <string.h>

#include "vtc/reader.h"

static bool hex4(const char *text, size_t len_bytes, uint32_t *out_unit)
{
    uint32_t unit = 0;
    if (len_bytes < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        static const char digits[] = "0123456789abcdef0123456789ABCDEF";
        const char *digit = text[i] ? strchr(digits, text[i]) : NULL;
        if (!digit)
            return false;
        unit = unit << 4 | (uint32_t)((digit - digits) & 15);
    }
    *out_unit = unit;
    return true;
}

static size_t utf8_encode(uint32_t character, char *out)
{
    if (character < 0x80) {
        out[0] = (char)character;
        return 1;
    }
    size_t bytes = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = bytes - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (character & 0x3F));
        character >>= 6;
    }
    out[0] = (char)(lead[bytes] | character);
    return bytes;
}

/* `text` is at "\u". Returns the bytes used, 0 when it is malformed. */
static size_t decode_unit(const char *text, size_t len_bytes, char *out, size_t *out_bytes)
{
    uint32_t unit = 0, low = 0;
    if (!hex4(text + 2, len_bytes - 2, &unit))
        return 0;
    if (unit >= 0xD800 && unit < 0xDC00 && len_bytes >= 12 && text[6] == '\\' && text[7] == 'u' &&
        hex4(text + 8, len_bytes - 8, &low) && low >= 0xDC00 && low < 0xE000) {
        *out_bytes = utf8_encode(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00), out);
        return 12;
    }
    *out_bytes = utf8_encode(unit, out);
    return 6;
}

size_t vtc_text_decode(struct vtc_text quoted, char *out)
{
    const char *text = quoted.data;
    size_t len_bytes = quoted.len_bytes;
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    char *end = out;
    for (size_t pos = 0; pos < len_bytes;) {
        const char *simple = NULL;
        if (text[pos] == '\\' && pos + 1 < len_bytes) {
            size_t bytes = 0, used = 0;
            if (text[pos + 1] == 'u')
                used = decode_unit(text + pos, len_bytes - pos, end, &bytes);
            if (used) {
                end += bytes;
                pos += used;
                continue;
            }
            simple = text[pos + 1] ? strchr(from, text[pos + 1]) : NULL;
        }
        *end++ = simple ? to[simple - from] : text[pos];
        pos += simple ? 2 : 1;
    }
    return (size_t)(end - out);
}
