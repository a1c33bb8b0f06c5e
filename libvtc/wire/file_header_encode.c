#include "base/bytes.h"
#include "base/checksum.h"
#include "wire/file_header.h"

/* SPEC: HDR-1, HDR-2. */
void vtci_file_header_encode(uint8_t out_bytes[VTCI_FILE_HEADER_BYTES])
{
    static const uint8_t magic[8] = {0x89, 'V', 'T', 'C', '\r', '\n', 0x1a, '\n'};
    memset(out_bytes, 0, VTCI_FILE_HEADER_BYTES);
    memcpy(out_bytes, magic, sizeof magic);
    vtci_store_u16(out_bytes + 8, VTCI_VERSION_MAJOR);
    vtci_store_u16(out_bytes + 10, VTCI_VERSION_MINOR);
    vtci_store_u64(out_bytes + 24, vtci_checksum(out_bytes, 24));
}
