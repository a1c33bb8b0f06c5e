/* What describes packed bytes: their length, how they are stored, and in how many bytes.
 * The packing itself is codec's. SPEC 7.2: PCK-1; 7.3: TXT-1; 7.5: BLK-1.
 */
#ifndef VTCI_WIRE_PACKED_H
#define VTCI_WIRE_PACKED_H

#include <stdint.h>

#include "base/buffer.h"
#include "vtc/status.h"

enum vtci_packed_method { VTCI_PACKED_STORED = 0, VTCI_PACKED_ZSTD = 1 };

struct vtci_packed {
    uint64_t original_bytes; /* n */
    uint64_t stored_bytes;   /* s */
    uint8_t method;          /* enum vtci_packed_method */
};

/* The head of TEXT, DEFINITIONS and INDEX frames: varint n, u8 method. */
VTC_NODISCARD vtc_status vtci_packed_head_encode(struct vtci_buffer *out, uint64_t original_bytes,
                                                 uint8_t method);
/* `payload_bytes` are the stored bytes; `min_bytes`, `max_bytes` bound n, and `rule` (may be NULL)
 * is named when it is outside. */
VTC_NODISCARD vtc_status vtci_packed_head_decode(const void *bytes, size_t len_bytes,
                                                 uint32_t payload_bytes, uint64_t min_bytes,
                                                 uint64_t max_bytes, const char *rule,
                                                 uint64_t offset, struct vtci_packed *out_packed,
                                                 struct vtc_error *err);

#endif
