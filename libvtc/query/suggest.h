/* The known word that is nearest to one that is not known. */
#ifndef VTCI_QUERY_SUGGEST_H
#define VTCI_QUERY_SUGGEST_H

#include <stddef.h>

/* By edit distance (a letter more, less, another, or two exchanged), letters of either case alike;
 * NULL when nothing is near. Of equally near ones the first. */
const char *vtci_suggest(const char *word, size_t len_bytes, const char *const *known,
                         size_t known_count);

#endif
