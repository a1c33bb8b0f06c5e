#include "base/error.h"
#include "wire/file_header.h"
#include "wire/frame.h"
#include "wire/index.h"
#include "wire/varint_rule.h"

static vtc_status disagrees(uint64_t offset, struct vtc_error *err, const char *what)
{
    return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "IDX-2", "the INDEX is wrong: %s", what);
}

vtc_status vtci_index_decode_begin(const void *payload, size_t len_bytes, uint64_t index_offset,
                                   struct vtci_index_cursor *out_cursor, struct vtc_error *err)
{
    struct vtci_index_cursor cursor;
    cursor.cursor = vtci_cursor_make(payload, len_bytes);
    cursor.frames_left = vtci_cursor_varint(&cursor.cursor);
    cursor.next_offset = VTCI_FILE_HEADER_BYTES;
    cursor.index_offset = index_offset;
    cursor.top = cursor.totals = (struct vtci_bytes){NULL, 0};
    /* Two bytes each at least: CON-2. */
    if (cursor.cursor.failed || cursor.frames_left > vtci_cursor_left(&cursor.cursor) / 2)
        return disagrees(index_offset, err, "it has no room for its frames");
    *out_cursor = cursor;
    return VTC_OK;
}

/* A part of its own behind the last frame; none where the INDEX ends, or its length is 0. */
static void take_part(struct vtci_fields *fields, struct vtci_bytes *out_part)
{
    if (fields->cursor.failed || vtci_cursor_left(&fields->cursor) == 0)
        return;
    uint64_t len_bytes = vtci_fields_varint(fields);
    const uint8_t *data = vtci_cursor_take(&fields->cursor, len_bytes);
    if (!fields->cursor.failed && len_bytes > 0)
        *out_part = (struct vtci_bytes){data, (size_t)len_bytes};
}

/* What stands behind the last frame. */
static vtc_status decode_end(struct vtci_index_cursor *cursor, struct vtc_error *err)
{
    struct vtci_fields fields = {cursor->cursor, false};
    take_part(&fields, &cursor->top);
    take_part(&fields, &cursor->totals);
    if (fields.cursor.failed || vtci_cursor_left(&fields.cursor) != 0)
        return vtci_error_set(err, VTC_ERR_CORRUPT, cursor->index_offset, vtci_fields_rule(&fields),
                              "expected a top list and name totals to end the INDEX, found that "
                              "they do not");
    cursor->cursor = fields.cursor;
    if (cursor->next_offset != cursor->index_offset)
        return disagrees(cursor->index_offset, err, "its frames do not end where it begins");
    return VTC_END;
}

/* SPEC: IDX-2, as far as the INDEX alone can tell. */
vtc_status vtci_index_decode_next(struct vtci_index_cursor *cursor,
                                  struct vtci_index_entry *out_entry, struct vtc_error *err)
{
    if (cursor->frames_left == 0)
        return decode_end(cursor, err);
    struct vtci_index_entry entry;
    entry.type = vtci_cursor_u8(&cursor->cursor);
    entry.frame_bytes = vtci_cursor_varint(&cursor->cursor);
    entry.offset = cursor->next_offset;
    if (cursor->cursor.failed)
        return disagrees(cursor->index_offset, err, "it is too short");
    if (entry.frame_bytes < VTCI_FRAME_OVERHEAD_BYTES ||
        entry.frame_bytes > cursor->index_offset - cursor->next_offset)
        return disagrees(cursor->index_offset, err, "a frame's length");
    memset(&entry.zone, 0, sizeof entry.zone);
    entry.zone_bytes = NULL;
    entry.zone_len_bytes = 0;
    if (entry.type == VTCI_FRAME_BLOCK) {
        entry.zone_bytes = cursor->cursor.pos;
        VTC_TRY(vtci_zone_map_decode(&cursor->cursor, cursor->index_offset, &entry.zone, err));
        entry.zone_len_bytes = (size_t)(cursor->cursor.pos - entry.zone_bytes);
    }
    cursor->next_offset += entry.frame_bytes;
    cursor->frames_left--;
    *out_entry = entry;
    return VTC_OK;
}
