#include "import/bare_word.h"

#include <string.h>

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static const uint8_t *skip_digits(const uint8_t *pos, const uint8_t *end)
{
    while (pos < end && is_digit(*pos))
        pos++;
    return pos;
}

static const uint8_t *skip_sign(const uint8_t *pos, const uint8_t *end)
{
    return pos < end && (*pos == '-' || *pos == '+') ? pos + 1 : pos;
}

static bool is_number(const uint8_t *pos, const uint8_t *end)
{
    const uint8_t *start = skip_sign(pos, end);
    pos = skip_digits(start, end);
    size_t digits = (size_t)(pos - start);
    if (pos < end && *pos == '.') {
        const uint8_t *fraction = pos + 1;
        pos = skip_digits(fraction, end);
        digits += (size_t)(pos - fraction);
    }
    if (digits == 0 || pos == end)
        return digits > 0;
    if (*pos != 'e' && *pos != 'E')
        return false;
    start = skip_sign(pos + 1, end);
    return start < end && skip_digits(start, end) == end;
}

bool vtci_word_is_value(const uint8_t *word, size_t len_bytes)
{
    static const struct {
        uint8_t len_bytes;
        char text[10];
    } words[] = {{4, "true"}, {5, "false"},    {4, "null"},
                 {3, "NaN"},  {8, "Infinity"}, {9, "-Infinity"}};
    if (len_bytes && (is_digit(word[0]) || (len_bytes > 1 && is_digit(word[1]))))
        return is_number(word, word + len_bytes);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].len_bytes == len_bytes && memcmp(words[i].text, word, len_bytes) == 0)
            return true;
    return is_number(word, word + len_bytes);
}
