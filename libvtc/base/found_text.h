/* Bytes that were found where others were expected, for a message: as text where they are some. */
#ifndef VTCI_BASE_FOUND_TEXT_H
#define VTCI_BASE_FOUND_TEXT_H

#include <stddef.h>

#define VTCI_FOUND_SHOWN 16u /* bytes; of more, the first */

struct vtci_found_text {
    char text[VTCI_FOUND_SHOWN * 3 + 8];
};

/* `like this`, or in hexadecimal: 89 50 4e 47. Of no bytes: the end. */
const char *vtci_found_text(struct vtci_found_text *out, const void *bytes, size_t len_bytes);

#endif
