#include <string.h>

#include "base/bytes.h"
#include "base/checksum.h"
#include "wire/trailer.h"

/* SPEC: IDX-1. */
void vtci_trailer_encode(uint64_t index_offset, uint8_t out_bytes[VTCI_TRAILER_BYTES])
{
    static const uint8_t magic[8] = {'V', 'T', 'C', 'E', 'N', 'D', '\r', '\n'};
    vtci_store_u64(out_bytes, index_offset);
    vtci_store_u64(out_bytes + 8, vtci_checksum(out_bytes, 8));
    memcpy(out_bytes + 16, magic, sizeof magic);
}
