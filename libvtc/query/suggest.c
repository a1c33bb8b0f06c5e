#include "query/suggest.h"

#include <string.h>

enum { WORD_BYTES_MAX = 31 };

static char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Row by row of the table of distances between all prefixes; three rows are enough. */
static size_t distance(const char *a, size_t a_bytes, const char *b, size_t b_bytes)
{
    size_t rows[3][WORD_BYTES_MAX + 1];
    for (size_t j = 0; j <= b_bytes; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_bytes; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *second = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_bytes; j++) {
            size_t change = above[j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));
            row[j] = least(change, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1]))
                row[j] = least(row[j], second[j - 2] + 1);
        }
    }
    return rows[a_bytes % 3][b_bytes];
}

const char *vtci_suggest(const char *word, size_t len_bytes, const char *const *known,
                         size_t known_count)
{
    const char *nearest = NULL;
    size_t nearest_distance = len_bytes < 3 ? 2 : len_bytes / 3 + 1; /* not as far as this */
    if (len_bytes == 0 || len_bytes > WORD_BYTES_MAX)
        return NULL;
    for (size_t i = 0; i < known_count; i++) {
        size_t known_bytes = strlen(known[i]);
        if (known_bytes > WORD_BYTES_MAX)
            continue;
        size_t found = distance(word, len_bytes, known[i], known_bytes);
        if (found >= nearest_distance)
            continue;
        nearest = known[i];
        nearest_distance = found;
    }
    return nearest;
}
