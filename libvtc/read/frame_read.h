/* Frames of a file in memory: read, or borrowed where the file lies in memory. SPEC: FRM-1, FRM-3 */
#ifndef VTCI_READ_FRAME_READ_H
#define VTCI_READ_FRAME_READ_H

#include "base/buffer.h"
#include "io/file.h"
#include "vtc/status.h"
#include "wire/frame.h"

struct vtci_frame_view {
    struct vtci_frame frame;
    uint64_t offset;
    const uint8_t *head;
    const uint8_t *payload; /* NULL when only the head was read */
};

/* Reads the fixed part and the head of the frame at `offset` of a file of `file_bytes` bytes, and
 * checks its checksum. TRUNCATED when the frame (payload included) does not lie within the file.
 * `room` is overwritten; the view borrows from it, or from the file. */
VTC_NODISCARD vtc_status vtci_frame_read_head(struct vtci_file *file, uint64_t file_bytes,
                                              uint64_t offset, struct vtci_buffer *room,
                                              struct vtci_frame_view *out_view,
                                              struct vtc_error *err);

/* Reads a frame whose length and type are known, and checks both checksums. SPEC: IDX-2 */
VTC_NODISCARD vtc_status vtci_frame_read(struct vtci_file *file, uint64_t offset,
                                         uint64_t frame_bytes, uint8_t type,
                                         struct vtci_buffer *room, struct vtci_frame_view *out_view,
                                         struct vtc_error *err);

/* Whether a sync mark stands at `offset`. */
VTC_NODISCARD vtc_status vtci_frame_follows(struct vtci_file *file, uint64_t file_bytes,
                                            uint64_t offset, bool *out_follows,
                                            struct vtc_error *err);

/* The first offset at or after `offset` where a frame begins whose head is right; `file_bytes` when
 * there is none. For recovery: SPEC 11. Heads are only checksummed within *budget_bytes, which is
 * used up over all calls for a file: else a file full of sync marks would take for ever. */
VTC_NODISCARD vtc_status vtci_frame_resync(struct vtci_file *file, uint64_t file_bytes,
                                           uint64_t offset, uint64_t *budget_bytes,
                                           struct vtci_buffer *room, uint64_t *out_offset,
                                           struct vtc_error *err);
static inline uint64_t vtci_frame_resync_budget(uint64_t file_bytes)
{
    return (64u << 20) + 2 * file_bytes;
}

#endif
