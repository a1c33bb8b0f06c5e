#include "base/error.h"
#include "base/limits.h"
#include "wire/top_list.h"
#include "wire/varint_rule.h"

static vtc_status malformed(const struct vtci_fields *fields, uint64_t offset,
                            struct vtc_error *err)
{
    return vtci_error_set(err, VTC_ERR_CORRUPT, offset, vtci_fields_rule(fields),
                          "the top list in the INDEX is malformed");
}

static vtc_status wrong(uint64_t offset, struct vtc_error *err, const char *what, uint64_t found)
{
    return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "IDX-3",
                          "the top list in the INDEX is wrong: %s, found %llu", what,
                          (unsigned long long)found);
}

static vtc_status wrong_track(uint64_t offset, struct vtc_error *err, const char *expected,
                              uint64_t found)
{
    return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "IDX-4",
                          "the top list in the INDEX is wrong: expected %s, found %llu", expected,
                          (unsigned long long)found);
}

/* SPEC: CON-2: a span takes eight bytes at least. */
static vtc_status take_count(struct vtci_fields *fields, uint64_t offset, size_t *out_span_count,
                             struct vtc_error *err)
{
    uint64_t count = vtci_fields_varint(fields);
    if (!fields->cursor.failed && count > VTCI_TOP_SPANS_MAX)
        return wrong(offset, err, "expected at most 1024 spans", count);
    if (fields->cursor.failed || count > vtci_cursor_left(&fields->cursor) / 8)
        return malformed(fields, offset, err);
    *out_span_count = (size_t)count;
    return VTC_OK;
}

vtc_status vtci_top_list_peek(const void *bytes, size_t len_bytes, uint64_t offset,
                              size_t *out_span_count, struct vtc_error *err)
{
    struct vtci_fields fields = vtci_fields_make(bytes, len_bytes);
    return take_count(&fields, offset, out_span_count, err);
}

static vtc_status take_text(struct vtci_fields *fields, uint64_t offset,
                            struct vtci_top_text *out_text, struct vtc_error *err)
{
    struct vtci_top_text text = {vtci_fields_varint(fields), {NULL, 0}};
    if (text.code == VTCI_TOP_TEXT) {
        uint64_t len_bytes = vtci_fields_varint(fields);
        text.text.data = vtci_cursor_take(&fields->cursor, len_bytes);
        if (!fields->cursor.failed && len_bytes > VTCI_TOP_TEXT_BYTES_MAX)
            return wrong(offset, err, "expected texts of at most 1024 bytes", len_bytes);
        text.text.len_bytes = (size_t)len_bytes;
    }
    if (fields->cursor.failed)
        return malformed(fields, offset, err);
    *out_text = text;
    return VTC_OK;
}

/* Durations are steps downwards; one beyond 64 bits is no duration. */
static vtc_status take_times(struct vtci_fields *fields, uint64_t offset,
                             struct vtci_top_list *list, struct vtc_error *err)
{
    struct vtci_top_span *spans = list->spans;
    uint64_t start_ns = 0;
    for (size_t i = 0; i < list->span_count; i++) {
        if (i == 0) {
            spans[i].duration_ns = vtci_fields_svarint(fields);
            continue;
        }
        uint64_t step_ns = vtci_fields_varint(fields);
        uint64_t room_ns = (uint64_t)spans[i - 1].duration_ns - (uint64_t)INT64_MIN;
        if (step_ns > room_ns)
            return wrong(offset, err, "expected durations of 64 bits and steps down", step_ns);
        spans[i].duration_ns = (int64_t)((uint64_t)spans[i - 1].duration_ns - step_ns);
    }
    for (size_t i = 0; i < list->span_count; i++) {
        start_ns += (uint64_t)vtci_fields_svarint(fields);
        spans[i].start_ns = (int64_t)start_ns;
    }
    return VTC_OK;
}

static vtc_status take_places(struct vtci_fields *fields, uint64_t offset,
                              struct vtci_top_list *list, struct vtc_error *err)
{
    struct vtci_top_span *spans = list->spans;
    size_t count = list->span_count;
    for (size_t i = 0; i < count; i++)
        spans[i].block = vtci_fields_varint(fields);
    for (size_t i = 0; i < count; i++) {
        uint64_t row = vtci_fields_varint(fields);
        if (row >= VTCI_BLOCK_ROWS_MAX)
            return wrong(offset, err, "expected a row of a block", row);
        spans[i].row = (uint32_t)row;
    }
    for (size_t i = 0; i < count; i++)
        spans[i].phase = vtci_cursor_u8(&fields->cursor);
    for (size_t i = 0; i < count; i++) {
        uint64_t track = vtci_fields_varint(fields);
        if (track >= UINT32_MAX)
            return wrong(offset, err, "expected a track", track);
        spans[i].track = (uint32_t)track;
    }
    return VTC_OK;
}

static vtc_status check_order(uint64_t offset, const struct vtci_top_list *list,
                              struct vtc_error *err)
{
    for (size_t i = 0; i < list->span_count; i++) {
        const struct vtci_top_span *span = &list->spans[i];
        if (span->phase != 'X' && span->phase != 'E')
            return wrong(offset, err, "expected phase X or E", span->phase);
        if (i && vtci_top_span_compare(span - 1, span) >= 0)
            return wrong(offset, err, "expected each span behind the one before it", i);
    }
    return VTC_OK;
}

static vtc_status take_tracks(struct vtci_fields *fields, uint64_t offset,
                              struct vtci_top_list *list, struct vtc_error *err)
{
    uint64_t count = vtci_fields_varint(fields), next = 0;
    if (fields->cursor.failed)
        return malformed(fields, offset, err);
    if (count > list->span_count)
        return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "IDX-4",
                              "expected names for at most %zu tracks, found %llu", list->span_count,
                              (unsigned long long)count);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t step = vtci_fields_varint(fields);
        struct vtci_top_track *track = &list->tracks[i];
        VTC_TRY(take_text(fields, offset, &track->process, err));
        VTC_TRY(take_text(fields, offset, &track->thread, err));
        if (step >= UINT32_MAX || next + step >= UINT32_MAX)
            return wrong_track(offset, err, "a track below 2^32 - 1, as a step", step);
        if (track->process.code > VTCI_TOP_NO_NAME)
            return wrong_track(offset, err, "the name of a process, or none", track->process.code);
        if (track->thread.code > VTCI_TOP_NO_NAME)
            return wrong_track(offset, err, "the name of a thread, or none", track->thread.code);
        track->track = (uint32_t)(next + step);
        next += step + 1;
    }
    list->track_count = (size_t)count;
    return VTC_OK;
}

vtc_status vtci_top_list_decode(const void *bytes, size_t len_bytes, uint64_t offset,
                                struct vtci_top_list *list, struct vtc_error *err)
{
    struct vtci_fields fields = vtci_fields_make(bytes, len_bytes);
    VTC_TRY(take_count(&fields, offset, &list->span_count, err));
    VTC_TRY(take_times(&fields, offset, list, err));
    VTC_TRY(take_places(&fields, offset, list, err));
    if (fields.cursor.failed)
        return malformed(&fields, offset, err);
    for (size_t i = 0; i < list->span_count; i++)
        VTC_TRY(take_text(&fields, offset, &list->spans[i].name, err));
    for (size_t i = 0; i < list->span_count; i++)
        VTC_TRY(take_text(&fields, offset, &list->spans[i].category, err));
    VTC_TRY(check_order(offset, list, err));
    return take_tracks(&fields, offset, list, err);
}
