/* Frames: what a file is a chain of. SPEC 7.2: FRM-1, FRM-2, FRM-3, FRM-4.
 *
 *     | sync type flags reserved m p payload-checksum | head | head-checksum | payload |
 *     |<------------- 24, the fixed part ------------>|<-m ->|<----- 8 ----->|<-- p -->|
 *
 * Reading is in steps, so that nothing is allocated or used before it was checked: *peek* looks at
 * the fixed part, *verify_head* at the checksum over it and the head, *verify_payload* at the
 * payload. The fixed part is not trustworthy before verify_head, but its lengths are within FRM-2.
 */
#ifndef VTCI_WIRE_FRAME_H
#define VTCI_WIRE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "vtc/status.h"

#define VTCI_FRAME_FIXED_BYTES 24
#define VTCI_FRAME_OVERHEAD_BYTES 32 /* the fixed part and the head's checksum */
#define VTCI_FRAME_SKIPPABLE 0x01    /* flag */

enum vtci_frame_type {
    VTCI_FRAME_DEFINITIONS = 1,
    VTCI_FRAME_BLOCK = 2,
    VTCI_FRAME_TEXT = 3,
    VTCI_FRAME_DOCUMENT = 4,
    VTCI_FRAME_INDEX = 5
};

struct vtci_frame {
    uint8_t type;
    uint8_t flags;
    uint32_t head_bytes;
    uint32_t payload_bytes;
    uint64_t payload_checksum;
};

/* The whole frame's length, where its head begins and where its payload begins, from its start. */
static inline uint64_t vtci_frame_total_bytes(const struct vtci_frame *frame)
{
    return (uint64_t)VTCI_FRAME_OVERHEAD_BYTES + frame->head_bytes + frame->payload_bytes;
}
static inline size_t vtci_frame_payload_pos(const struct vtci_frame *frame)
{
    return (size_t)VTCI_FRAME_OVERHEAD_BYTES + frame->head_bytes;
}

/* Appends a whole frame. ARGUMENT when head or payload are longer than FRM-2 allows. */
VTC_NODISCARD vtc_status vtci_frame_append(struct vtci_buffer *out, uint8_t type, uint8_t flags,
                                           const void *head, size_t head_len_bytes,
                                           const void *payload, size_t payload_len_bytes);
/* Appends all but the payload, which the caller writes right after it. */
VTC_NODISCARD vtc_status vtci_frame_append_head(struct vtci_buffer *out, uint8_t type,
                                                uint8_t flags, const void *head,
                                                size_t head_len_bytes, const void *payload,
                                                size_t payload_len_bytes);

/* `offset` is where the frame begins in the file; errors name it.
 * `len_bytes` is what there is from its start on; TRUNCATED when that is less than 24 bytes. */
VTC_NODISCARD vtc_status vtci_frame_peek(const void *bytes, size_t len_bytes, uint64_t offset,
                                         struct vtci_frame *out_frame, struct vtc_error *err);
/* `bytes` holds at least the fixed part, the head and its checksum (`vtci_frame_payload_pos`). */
VTC_NODISCARD vtc_status vtci_frame_verify_head(const struct vtci_frame *frame, const void *bytes,
                                                size_t len_bytes, uint64_t offset,
                                                struct vtc_error *err);
/* `payload` has frame->payload_bytes bytes. */
VTC_NODISCARD vtc_status vtci_frame_verify_payload(const struct vtci_frame *frame,
                                                   const void *payload, uint64_t offset,
                                                   struct vtc_error *err);
/* Whether a reader of version 1.0 knows the type. */
bool vtci_frame_is_known(uint8_t type);
/* "BLOCK" and so on; "?" */
const char *vtci_frame_type_name(uint8_t type);

/* The first sync mark at or after `bytes`; NULL. For recovery (SPEC 11). */
const uint8_t *vtci_frame_find_sync(const void *bytes, size_t len_bytes);

#endif
