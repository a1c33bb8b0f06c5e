#include "read/frame_read.h"

#include "base/error.h"
#include "base/limits.h"

/* `len_bytes` bytes at `offset`, which the caller knows to lie within the file. */
static vtc_status fetch(struct vtci_file *file, uint64_t offset, size_t len_bytes,
                        struct vtci_buffer *room, const uint8_t **out_bytes, struct vtc_error *err)
{
    *out_bytes = vtci_file_borrow(file, offset, len_bytes);
    if (*out_bytes)
        return VTC_OK;
    room->len_bytes = 0;
    if (vtci_buffer_reserve(room, len_bytes) != VTC_OK)
        return vtci_error_memory(err, len_bytes);
    VTC_TRY(vtci_file_pread_exact(file, offset, room->data, len_bytes, err));
    room->len_bytes = len_bytes;
    *out_bytes = room->data;
    return VTC_OK;
}

static vtc_status outside(uint64_t offset, uint64_t file_bytes, struct vtc_error *err)
{
    return vtci_error_set(err, VTC_ERR_TRUNCATED, offset, "FRM-1",
                          "expected a whole frame, found the end of the file at %llu",
                          (unsigned long long)file_bytes);
}

vtc_status vtci_frame_read_head(struct vtci_file *file, uint64_t file_bytes, uint64_t offset,
                                struct vtci_buffer *room, struct vtci_frame_view *out_view,
                                struct vtc_error *err)
{
    const uint8_t *bytes;
    struct vtci_frame frame;
    if (offset >= file_bytes)
        return outside(offset, file_bytes, err);
    uint64_t left_bytes = file_bytes - offset;
    size_t fixed_bytes =
        left_bytes < VTCI_FRAME_FIXED_BYTES ? (size_t)left_bytes : VTCI_FRAME_FIXED_BYTES;
    VTC_TRY(fetch(file, offset, fixed_bytes, room, &bytes, err));
    VTC_TRY(vtci_frame_peek(bytes, fixed_bytes, offset, &frame, err));
    if (vtci_frame_payload_pos(&frame) > left_bytes)
        return outside(offset, file_bytes, err);
    VTC_TRY(fetch(file, offset, vtci_frame_payload_pos(&frame), room, &bytes, err));
    VTC_TRY(vtci_frame_verify_head(&frame, bytes, vtci_frame_payload_pos(&frame), offset, err));
    if (vtci_frame_total_bytes(&frame) > left_bytes)
        return outside(offset, file_bytes, err);
    *out_view = (struct vtci_frame_view){frame, offset, bytes + VTCI_FRAME_FIXED_BYTES, NULL};
    return VTC_OK;
}

vtc_status vtci_frame_read(struct vtci_file *file, uint64_t offset, uint64_t frame_bytes,
                           uint8_t type, struct vtci_buffer *room, struct vtci_frame_view *out_view,
                           struct vtc_error *err)
{
    const uint8_t *bytes;
    struct vtci_frame frame;
    if (frame_bytes < VTCI_FRAME_OVERHEAD_BYTES ||
        frame_bytes >
            (uint64_t)VTCI_FRAME_OVERHEAD_BYTES + VTCI_META_BYTES_MAX + VTCI_PAYLOAD_BYTES_MAX)
        return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "FRM-2",
                              "expected a frame, found one of %llu bytes",
                              (unsigned long long)frame_bytes);
    VTC_TRY(fetch(file, offset, (size_t)frame_bytes, room, &bytes, err));
    VTC_TRY(vtci_frame_peek(bytes, (size_t)frame_bytes, offset, &frame, err));
    VTC_TRY(vtci_frame_verify_head(&frame, bytes, (size_t)frame_bytes, offset, err));
    if (vtci_frame_total_bytes(&frame) != frame_bytes || frame.type != type)
        return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "IDX-2",
                              "expected a frame of type %u and %llu bytes, found type %u and %llu",
                              type, (unsigned long long)frame_bytes, frame.type,
                              (unsigned long long)vtci_frame_total_bytes(&frame));
    const uint8_t *payload = bytes + vtci_frame_payload_pos(&frame);
    VTC_TRY(vtci_frame_verify_payload(&frame, payload, offset, err));
    *out_view = (struct vtci_frame_view){frame, offset, bytes + VTCI_FRAME_FIXED_BYTES, payload};
    return VTC_OK;
}

vtc_status vtci_frame_follows(struct vtci_file *file, uint64_t file_bytes, uint64_t offset,
                              bool *out_follows, struct vtc_error *err)
{
    uint8_t mark[4];
    *out_follows = false;
    if (offset >= file_bytes || file_bytes - offset < sizeof mark)
        return VTC_OK;
    VTC_TRY(vtci_file_pread_exact(file, offset, mark, sizeof mark, err));
    *out_follows = vtci_frame_find_sync(mark, sizeof mark) != NULL;
    return VTC_OK;
}

/* Whether a frame with a right head begins at `offset`, where a sync mark stands. */
static vtc_status try_head(struct vtci_file *file, uint64_t file_bytes, uint64_t offset,
                           uint64_t *budget_bytes, struct vtci_buffer *room, bool *out_right)
{
    const uint8_t *bytes;
    struct vtci_frame frame;
    struct vtci_frame_view view;
    *out_right = false;
    if (file_bytes - offset < VTCI_FRAME_OVERHEAD_BYTES)
        return VTC_OK;
    VTC_TRY(fetch(file, offset, VTCI_FRAME_FIXED_BYTES, room, &bytes, NULL));
    if (vtci_frame_peek(bytes, VTCI_FRAME_FIXED_BYTES, offset, &frame, NULL) != VTC_OK ||
        vtci_frame_total_bytes(&frame) > file_bytes - offset ||
        vtci_frame_payload_pos(&frame) > *budget_bytes)
        return VTC_OK;
    *budget_bytes -= vtci_frame_payload_pos(&frame);
    vtc_status status = vtci_frame_read_head(file, file_bytes, offset, room, &view, NULL);
    *out_right = status == VTC_OK;
    return status == VTC_ERR_CORRUPT || status == VTC_ERR_TRUNCATED ? VTC_OK : status;
}

vtc_status vtci_frame_resync(struct vtci_file *file, uint64_t file_bytes, uint64_t offset,
                             uint64_t *budget_bytes, struct vtci_buffer *room, uint64_t *out_offset,
                             struct vtc_error *err)
{
    enum { PIECE_BYTES = 64 << 10, MARK_BYTES = 4 };
    struct vtci_buffer piece;
    vtc_status status = VTC_OK;
    bool found = false;
    vtci_buffer_init(&piece, room->memory);
    while (status == VTC_OK && !found && offset < file_bytes) {
        uint64_t left_bytes = file_bytes - offset;
        size_t piece_bytes = left_bytes < PIECE_BYTES ? (size_t)left_bytes : PIECE_BYTES;
        const uint8_t *bytes;
        status = fetch(file, offset, piece_bytes, &piece, &bytes, err);
        if (status != VTC_OK)
            break;
        const uint8_t *end = bytes + piece_bytes, *sync = bytes;
        while (status == VTC_OK && !found &&
               (sync = vtci_frame_find_sync(sync, (size_t)(end - sync))) != NULL) {
            *out_offset = offset + (uint64_t)(sync - bytes);
            status = try_head(file, file_bytes, *out_offset, budget_bytes, room, &found);
            sync++;
        }
        /* A mark may begin in the last three bytes. */
        offset += piece_bytes == left_bytes ? piece_bytes : piece_bytes - (MARK_BYTES - 1);
    }
    vtci_buffer_free(&piece);
    if (status != VTC_OK)
        return status == VTC_ERR_NO_MEMORY ? vtci_error_memory(err, 0) : status;
    if (!found)
        *out_offset = file_bytes;
    return VTC_OK;
}
