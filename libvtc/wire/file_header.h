/* The first 32 bytes of a file. SPEC 7.1: HDR-1, HDR-2, HDR-3, HDR-4. */
#ifndef VTCI_WIRE_FILE_HEADER_H
#define VTCI_WIRE_FILE_HEADER_H

#include <stddef.h>
#include <stdint.h>

#include "vtc/status.h"

#define VTCI_FILE_HEADER_BYTES 32
#define VTCI_VERSION_MAJOR 1
#define VTCI_VERSION_MINOR 0

struct vtci_file_header {
    uint16_t major;
    uint16_t minor;
    uint32_t incompatible; /* features: bits */
    uint32_t compatible;
};

/* Incompatible features: bits. SPEC: LIV-1 */
#define VTCI_FEATURES_KNOWN 0x1u /* a live file */

/* Writes the header of a version 1.0 file without features. */
void vtci_file_header_encode(uint8_t out_bytes[VTCI_FILE_HEADER_BYTES]);

/* A caller looks at `incompatible` itself: a live file has no frames.
 * `len_bytes` may be less than 32: NOT_VTC when what is there is not the magic, TRUNCATED when it is.
 * NOT_VTC, TRUNCATED, CORRUPT (checksum) or UNSUPPORTED. */
VTC_NODISCARD vtc_status vtci_file_header_decode(const void *bytes, size_t len_bytes,
                                                 struct vtci_file_header *out_header,
                                                 struct vtc_error *err);

#endif
