#include "base/bytes.h"
#include "base/checksum.h"
#include "base/error.h"
#include "base/found_text.h"
#include "base/limits.h"
#include "wire/frame.h"

static const uint8_t sync_mark[4] = {0xf7, 'V', 'T', 'F'};

/* SPEC: FRM-1, FRM-2. Flag bits 1 to 7 and the reserved field are not looked at: FRM-4. */
vtc_status vtci_frame_peek(const void *bytes, size_t len_bytes, uint64_t offset,
                           struct vtci_frame *out_frame, struct vtc_error *err)
{
    const uint8_t *at = bytes;
    size_t sync_len = len_bytes < sizeof sync_mark ? len_bytes : sizeof sync_mark;
    struct vtci_found_text text;
    if (sync_len && memcmp(at, sync_mark, sync_len) != 0)
        return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "FRM-1",
                              "expected the sync mark of a frame, found %s",
                              vtci_found_text(&text, at, sync_len));
    if (len_bytes < VTCI_FRAME_FIXED_BYTES)
        return vtci_error_set(err, VTC_ERR_TRUNCATED, offset, "FRM-1",
                              "expected the 24 bytes that begin a frame, found %zu", len_bytes);
    struct vtci_frame frame;
    frame.type = at[4];
    frame.flags = at[5];
    frame.head_bytes = vtci_load_u32(at + 8);
    frame.payload_bytes = vtci_load_u32(at + 12);
    frame.payload_checksum = vtci_load_u64(at + 16);
    if (frame.head_bytes > VTCI_META_BYTES_MAX)
        return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "FRM-2",
                              "expected a head of at most %u bytes, found %u", VTCI_META_BYTES_MAX,
                              frame.head_bytes);
    if (frame.payload_bytes > VTCI_PAYLOAD_BYTES_MAX)
        return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "FRM-2",
                              "expected a payload of at most %u bytes, found %u",
                              VTCI_PAYLOAD_BYTES_MAX, frame.payload_bytes);
    *out_frame = frame;
    return VTC_OK;
}

/* SPEC: FRM-3, CON-1. */
vtc_status vtci_frame_verify_head(const struct vtci_frame *frame, const void *bytes,
                                  size_t len_bytes, uint64_t offset, struct vtc_error *err)
{
    const uint8_t *at = bytes;
    size_t summed_bytes = (size_t)VTCI_FRAME_FIXED_BYTES + frame->head_bytes;
    if (len_bytes < summed_bytes + 8)
        return vtci_error_set(err, VTC_ERR_TRUNCATED, offset, "FRM-3",
                              "expected a head of %zu bytes, found %zu", summed_bytes + 8,
                              len_bytes);
    uint64_t expected = vtci_load_u64(at + summed_bytes);
    uint64_t found = vtci_checksum(at, summed_bytes);
    if (expected != found)
        return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "FRM-3",
                              "expected checksum %016llx of the frame's head, found %016llx",
                              (unsigned long long)expected, (unsigned long long)found);
    return VTC_OK;
}

/* SPEC: FRM-3, CON-1. */
vtc_status vtci_frame_verify_payload(const struct vtci_frame *frame, const void *payload,
                                     uint64_t offset, struct vtc_error *err)
{
    uint64_t found = vtci_checksum(payload, frame->payload_bytes);
    if (frame->payload_checksum != found)
        return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "FRM-3",
                              "expected checksum %016llx of the frame's payload, found %016llx",
                              (unsigned long long)frame->payload_checksum,
                              (unsigned long long)found);
    return VTC_OK;
}

bool vtci_frame_is_known(uint8_t type)
{
    return type >= VTCI_FRAME_DEFINITIONS && type <= VTCI_FRAME_INDEX;
}

const char *vtci_frame_type_name(uint8_t type)
{
    static const char *const names[] = {"?", "DEFINITIONS", "BLOCK", "TEXT", "DOCUMENT", "INDEX"};
    return names[vtci_frame_is_known(type) ? type : 0];
}

const uint8_t *vtci_frame_find_sync(const void *bytes, size_t len_bytes)
{
    const uint8_t *at = bytes;
    const uint8_t *end = at + len_bytes;
    while ((size_t)(end - at) >= sizeof sync_mark) {
        at = memchr(at, sync_mark[0], (size_t)(end - at) - (sizeof sync_mark - 1));
        if (!at || memcmp(at, sync_mark, sizeof sync_mark) == 0)
            return at;
        at++;
    }
    return NULL;
}
