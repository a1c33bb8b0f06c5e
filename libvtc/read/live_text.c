#include "read/live_text.h"

#include <stdlib.h>

#include "base/error.h"
#include "read/live_text_internal.h"

enum { SMALL_BYTES = 64 << 10 };

void vtci_live_text_init(struct vtci_live_text *text, struct vtci_memory *memory,
                         struct vtci_live_scan *scan, bool follow)
{
    memset(text, 0, sizeof *text);
    text->memory = memory;
    text->scan = scan;
    text->follow = follow;
    vtci_live_map_init(&text->track_ids, memory);
    vtci_buffer_init(&text->window, memory);
    vtci_buffer_init(&text->row, memory);
    vtci_buffer_init(&text->pending, memory);
    vtci_buffer_init(&text->small, memory);
    vtci_buffer_init(&text->again, memory);
}

void vtci_live_text_free(struct vtci_live_text *text)
{
    for (size_t i = 0; i < text->track_count; i++)
        vtci_live_text_track_free(text, &text->tracks[i]);
    VTCI_ARRAY_FREE(text->memory, text->tracks, text->track_capacity);
    vtci_live_map_free(&text->track_ids);
    vtci_buffer_free(&text->window);
    vtci_buffer_free(&text->row);
    vtci_buffer_free(&text->pending);
    vtci_buffer_free(&text->small);
    vtci_buffer_free(&text->again);
}

/* --- tracks ---------------------------------------------------------------------------------- */

static vtc_status add_track(struct vtci_live_text *text, uint32_t writer, uint64_t thread_id,
                            struct vtc_text name)
{
    if (vtci_live_map_find(&text->track_ids, writer) != VTCI_LIVE_MAP_NONE)
        return VTC_OK;
    VTC_TRY(VTCI_ARRAY_RESERVE(text->memory, text->tracks, text->track_capacity,
                               text->track_count + 1));
    VTC_TRY(vtci_live_map_add(&text->track_ids, writer, 0));
    struct vtci_live_track track = {.writer = writer, .thread_id = thread_id, .name = name};
    vtci_buffer_init(&track.args, text->memory);
    text->tracks[text->track_count++] = track;
    return VTC_OK;
}

static int compare_tracks(const void *left, const void *right)
{
    const struct vtci_live_track *a = left, *b = right;
    if (a->thread_id != b->thread_id)
        return a->thread_id < b->thread_id ? -1 : 1;
    return a->writer < b->writer ? -1 : a->writer > b->writer;
}

vtc_status vtci_live_text_start(struct vtci_live_text *text, struct vtc_error *err)
{
    const struct vtci_live_scan *scan = text->scan;
    const struct vtc_text no_name = {NULL, 0};
    vtc_status status = VTC_OK;
    if (text->follow && text->stage == VTCI_LIVE_DONE && text->is_over)
        return VTC_OK;
    for (size_t i = 0; i < scan->names.writer_count && status == VTC_OK; i++) {
        const struct vtci_live_writer_name *writer = &scan->names.writers[i];
        status = add_track(text, writer->id, writer->thread_id, writer->name);
    }
    for (size_t i = 0; i < scan->shard_count && status == VTC_OK; i++)
        status = add_track(text, scan->shards[i].writer, scan->shards[i].writer, no_name);
    if (status != VTC_OK)
        return vtci_error_memory(err, 0);
    if (text->track_count)
        qsort(text->tracks, text->track_count, sizeof *text->tracks, compare_tracks);
    for (size_t i = 0; i < text->track_count; i++)
        text->tracks[i].shard = vtci_live_map_find(&scan->shard_ids, text->tracks[i].writer);
    text->stage = text->has_rows ? VTCI_LIVE_TRACKS : VTCI_LIVE_HEAD;
    text->track = 0;
    text->is_in_track = false;
    text->window_pages = 0;
    text->is_over = !scan->is_running;
    return VTC_OK;
}

/* --- the whole ------------------------------------------------------------------------------- */

static vtc_status give_head(struct vtci_live_text *text)
{
    static const char frame[] = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n";
    const struct vtci_live_scan *scan = text->scan;
    if (!text->follow)
        VTC_TRY(vtci_live_text_give(text, (const uint8_t *)frame, sizeof frame - 1));
    if (scan->names.process.data)
        VTC_TRY(vtci_live_text_name(text, "process_name", scan->session.pid, scan->names.process));
    return vtci_live_text_session(text);
}

static vtc_status advance(struct vtci_live_text *text, struct vtc_error *err)
{
    static const char frame[] = "\n]}\n";
    vtc_status status = VTC_OK;
    switch (text->stage) {
    case VTCI_LIVE_HEAD:
        status = give_head(text);
        text->stage = VTCI_LIVE_TRACKS;
        break;
    case VTCI_LIVE_TRACKS:
        if (text->track < text->track_count)
            return vtci_live_text_track(text, err);
        text->stage = VTCI_LIVE_FOOT;
        break;
    case VTCI_LIVE_FOOT:
        if (!text->follow)
            status = vtci_live_text_give(text, (const uint8_t *)frame, sizeof frame - 1);
        else if (text->is_over)
            status = vtci_live_text_session(text);
        text->stage = VTCI_LIVE_DONE;
        break;
    case VTCI_LIVE_DONE: break;
    }
    return status == VTC_OK ? VTC_OK : vtci_error_memory(err, 0);
}

static vtc_status run(struct vtci_live_text *text, uint8_t *buffer, size_t capacity_bytes,
                      struct vtc_error *err)
{
    text->pos = buffer;
    text->end = buffer + capacity_bytes;
    while (text->stage != VTCI_LIVE_DONE && vtci_live_text_has_room(text))
        VTC_TRY(advance(text, err));
    return VTC_OK;
}

/* Takes from `from`, of which `*pos` bytes were taken before. */
static size_t drain(struct vtci_buffer *from, size_t *pos, uint8_t *to, size_t capacity_bytes)
{
    size_t left = from->len_bytes - *pos;
    size_t bytes = left < capacity_bytes ? left : capacity_bytes;
    if (bytes)
        memcpy(to, from->data + *pos, bytes);
    *pos += bytes;
    if (*pos == from->len_bytes) {
        from->len_bytes = 0;
        *pos = 0;
    }
    return bytes;
}

vtc_status vtci_live_text_fill(struct vtci_live_text *text, void *buffer, size_t capacity_bytes,
                               size_t *out_bytes, struct vtc_error *err)
{
    uint8_t *to = buffer;
    text->err = err;
    size_t given = drain(&text->small, &text->small_pos, to, capacity_bytes);
    given += drain(&text->pending, &text->pending_pos, to + given, capacity_bytes - given);
    if (given == 0 && capacity_bytes >= SMALL_BYTES) {
        VTC_TRY(run(text, to, capacity_bytes, err));
        given = (size_t)(text->pos - to);
    } else if (given == 0 && capacity_bytes) {
        if (vtci_buffer_reserve(&text->small, SMALL_BYTES) != VTC_OK)
            return vtci_error_memory(err, SMALL_BYTES);
        VTC_TRY(run(text, text->small.data, SMALL_BYTES, err));
        text->small.len_bytes = (size_t)(text->pos - text->small.data);
        given = drain(&text->small, &text->small_pos, to, capacity_bytes);
    }
    *out_bytes = given;
    return VTC_OK;
}
