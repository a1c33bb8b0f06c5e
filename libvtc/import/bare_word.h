/* Bare words: what stands in JSON without quotes and brackets. Which of them are values: SPEC 7.7. */
#ifndef VTCI_IMPORT_BARE_WORD_H
#define VTCI_IMPORT_BARE_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether the word is a literal of JSON, NaN, an infinity, or a number in a spelling of SPEC 7.11. */
bool vtci_word_is_value(const uint8_t *word, size_t len_bytes);

#endif
