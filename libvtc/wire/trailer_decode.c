#include <string.h>

#include "base/bytes.h"
#include "base/checksum.h"
#include "wire/trailer.h"

/* SPEC: IDX-1. */
bool vtci_trailer_decode(const uint8_t bytes[VTCI_TRAILER_BYTES], uint64_t *out_index_offset)
{
    static const uint8_t magic[8] = {'V', 'T', 'C', 'E', 'N', 'D', '\r', '\n'};
    if (memcmp(bytes + 16, magic, sizeof magic) != 0 ||
        vtci_load_u64(bytes + 8) != vtci_checksum(bytes, 8))
        return false;
    *out_index_offset = vtci_load_u64(bytes);
    return true;
}
