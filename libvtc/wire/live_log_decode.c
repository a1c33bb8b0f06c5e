#include "base/buffer.h"
#include "base/checksum.h"
#include "wire/live_decode.h"

static const uint8_t record_mark[2] = {0x4C, 0x56};

/* SPEC: LIV-10, LIV-11. */
bool vtci_live_log_next(const uint8_t *bytes, size_t len_bytes, size_t *pos,
                        struct vtci_live_log_record *out_record, uint64_t *bad_count)
{
    for (size_t at = *pos; at + VTCI_LIVE_LOG_HEADER_BYTES <= len_bytes; at += 8) {
        const uint8_t *header = bytes + at;
        if (memcmp(header, record_mark, sizeof record_mark) != 0 || header[3] != 0)
            continue;
        uint8_t type = header[2];
        uint32_t body_bytes = vtci_load_u32(header + 4);
        const uint8_t *body = header + VTCI_LIVE_LOG_HEADER_BYTES;
        if (body_bytes > len_bytes - at - VTCI_LIVE_LOG_HEADER_BYTES ||
            vtci_load_u64(header + 8) != vtci_checksum_seeded(body, body_bytes, type)) {
            (*bad_count)++;
            continue;
        }
        struct vtci_live_log_record record = {type, at, body, body_bytes};
        *out_record = record;
        *pos = at + vtci_live_log_bytes(body_bytes);
        return true;
    }
    *pos = len_bytes;
    return false;
}

static bool is_id(uint32_t id)
{
    return id != 0 && id <= VTCI_LIVE_ID_MAX;
}

static uint32_t take_rest(struct vtci_cursor *cursor, const uint8_t **out_bytes)
{
    size_t left = vtci_cursor_left(cursor);
    *out_bytes = vtci_cursor_take(cursor, left);
    return (uint32_t)left;
}

bool vtci_live_string_decode(const struct vtci_live_log_record *record,
                             struct vtci_live_string_body *out_body)
{
    struct vtci_cursor cursor = vtci_cursor_make(record->body, record->body_bytes);
    struct vtci_live_string_body body;
    body.id = vtci_cursor_u32(&cursor);
    body.text_bytes = take_rest(&cursor, &body.text);
    *out_body = body;
    return !cursor.failed && is_id(body.id);
}

bool vtci_live_site_decode(const struct vtci_live_log_record *record,
                           struct vtci_live_site_body *out_body)
{
    struct vtci_cursor cursor = vtci_cursor_make(record->body, record->body_bytes);
    struct vtci_live_site_body body;
    body.id = vtci_cursor_u32(&cursor);
    body.phase = vtci_cursor_u8(&cursor);
    body.flags = vtci_cursor_u8(&cursor);
    body.arg_count = vtci_cursor_u16(&cursor);
    body.name = vtci_cursor_u32(&cursor);
    body.category = vtci_cursor_u32(&cursor);
    body.address = vtci_cursor_u64(&cursor);
    body.args = vtci_cursor_take(&cursor, (uint64_t)body.arg_count * 8);
    if (cursor.failed || vtci_cursor_left(&cursor) != 0 || !is_id(body.id))
        return false;
    for (unsigned i = 0; i < body.arg_count; i++) {
        uint32_t type = vtci_load_u32(body.args + (size_t)i * 8 + 4);
        if (type < 1 || type > 7)
            return false;
    }
    *out_body = body;
    return true;
}

bool vtci_live_writer_decode(const struct vtci_live_log_record *record,
                             struct vtci_live_writer_body *out_body)
{
    struct vtci_cursor cursor = vtci_cursor_make(record->body, record->body_bytes);
    struct vtci_live_writer_body body;
    body.id = vtci_cursor_u32(&cursor);
    body.flags = vtci_cursor_u32(&cursor);
    body.thread_id = vtci_cursor_u64(&cursor);
    body.name_bytes = take_rest(&cursor, &body.name);
    *out_body = body;
    return !cursor.failed && is_id(body.id);
}

bool vtci_live_clock_decode(const struct vtci_live_log_record *record,
                            struct vtci_clock_point *out_point)
{
    struct vtci_cursor cursor = vtci_cursor_make(record->body, record->body_bytes);
    struct vtci_clock_point point;
    point.ticks = vtci_cursor_u64(&cursor);
    point.monotonic_ns = (int64_t)vtci_cursor_u64(&cursor);
    point.realtime_ns = (int64_t)vtci_cursor_u64(&cursor);
    *out_point = point;
    return !cursor.failed && vtci_cursor_left(&cursor) == 0;
}

bool vtci_live_module_decode(const struct vtci_live_log_record *record,
                             struct vtci_live_module_body *out_body)
{
    struct vtci_cursor cursor = vtci_cursor_make(record->body, record->body_bytes);
    struct vtci_live_module_body body;
    body.start = vtci_cursor_u64(&cursor);
    body.end = vtci_cursor_u64(&cursor);
    body.offset = vtci_cursor_u64(&cursor);
    body.build_id_bytes = vtci_cursor_u32(&cursor);
    body.build_id = vtci_cursor_take(&cursor, body.build_id_bytes);
    body.path_bytes = take_rest(&cursor, &body.path);
    *out_body = body;
    return !cursor.failed;
}
