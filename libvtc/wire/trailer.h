/* The last 24 bytes of a complete file. SPEC 7.8: IDX-1. */
#ifndef VTCI_WIRE_TRAILER_H
#define VTCI_WIRE_TRAILER_H

#include <stdbool.h>
#include <stdint.h>

#define VTCI_TRAILER_BYTES 24

void vtci_trailer_encode(uint64_t index_offset, uint8_t out_bytes[VTCI_TRAILER_BYTES]);
/* False when these bytes are no trailer: then the file is read by walking the chain. */
bool vtci_trailer_decode(const uint8_t bytes[VTCI_TRAILER_BYTES], uint64_t *out_index_offset);

#endif
