#include "import/key_match.h"

#include <string.h>

static unsigned hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10u : 16u;
}

/* The letter of an escape `\uXXXX` at `text`; 0: it is none. */
static unsigned escaped_letter(const uint8_t *text, size_t len_bytes)
{
    unsigned letter = 0;
    if (len_bytes < 6 || text[1] != 'u')
        return 0;
    for (int i = 2; i < 6; i++) {
        unsigned digit = hex_digit(text[i]);
        if (digit > 15)
            return 0;
        letter = letter * 16 + digit;
    }
    return letter;
}

bool vtci_key_is(const uint8_t *key, size_t len_bytes, const char *name)
{
    size_t name_bytes = strlen(name), at = 0;
    if (len_bytes == name_bytes && memcmp(key, name, len_bytes) == 0)
        return true;
    for (size_t i = 0; i < name_bytes; i++) {
        bool escaped = at < len_bytes && key[at] == '\\';
        unsigned letter = at >= len_bytes ? 0
                          : escaped       ? escaped_letter(key + at, len_bytes - at)
                                          : key[at];
        if (letter != (uint8_t)name[i])
            return false;
        at += escaped ? 6 : 1;
    }
    return at == len_bytes;
}
