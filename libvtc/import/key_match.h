/* Keys that count, in whatever spelling: "tr\u0061ceEvents" is traceEvents. */
#ifndef VTCI_IMPORT_KEY_MATCH_H
#define VTCI_IMPORT_KEY_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether the text between a key's quotes says `name`, which is of ASCII letters. */
bool vtci_key_is(const uint8_t *key, size_t len_bytes, const char *name);

#endif
