#include "import/input_window.h"

#include <string.h>

#include "base/error.h"
#include "import/scan.h"

vtc_status vtci_window_init(struct vtci_window *window, struct vtci_memory *memory,
                            vtc_read_fn read, void *read_context)
{
    memset(window, 0, sizeof *window);
    window->memory = memory;
    window->read = read;
    window->read_context = read_context;
    window->count_lines = true;
    window->capacity_bytes = 2 * VTCI_READ_BYTES + VTCI_SCAN_PADDING;
    window->data = vtci_allocate_zeroed(memory, window->capacity_bytes);
    window->ahead = vtci_allocate(memory, VTCI_READ_BYTES);
    window->hasher = vtci_hasher_create(memory);
    window->end = window->data;
    if (window->data && window->ahead && window->hasher)
        return VTC_OK;
    vtci_window_free(window);
    return VTC_ERR_NO_MEMORY;
}

void vtci_window_free(struct vtci_window *window)
{
    vtci_release(window->memory, window->data, window->capacity_bytes);
    if (window->ahead)
        vtci_release(window->memory, window->ahead, VTCI_READ_BYTES);
    vtci_hasher_free(window->hasher);
    window->data = window->ahead = NULL;
    window->hasher = NULL;
}

static void count_breaks(struct vtci_window *window, const uint8_t *end)
{
    const uint8_t *pos = window->data;
    while ((pos = memchr(pos, '\n', (size_t)(end - pos))) != NULL) {
        pos++;
        window->lines_before++;
        window->last_break_offset = vtci_window_offset(window, pos);
    }
}

/* Moves what is kept to the front. */
static void slide(struct vtci_window *window, const uint8_t *keep)
{
    size_t gone = (size_t)(keep - window->data);
    size_t kept = (size_t)(window->end - keep);
    if (gone == 0)
        return;
    if (window->count_lines)
        count_breaks(window, keep);
    memmove(window->data, keep, kept);
    window->base_offset += gone;
    window->end = window->data + kept;
}

static vtc_status grow(struct vtci_window *window, struct vtc_error *err)
{
    size_t used = (size_t)(window->end - window->data);
    if (window->capacity_bytes - used >= VTCI_READ_BYTES + VTCI_SCAN_PADDING)
        return VTC_OK;
    size_t wanted = window->capacity_bytes * 2;
    uint8_t *data = vtci_reallocate(window->memory, window->data, window->capacity_bytes, wanted);
    if (!data)
        return vtci_error_memory(err, wanted);
    window->data = data;
    window->capacity_bytes = wanted;
    window->end = data + used;
    return VTC_OK;
}

/* One read, where there is room for it or ahead of that; *out_got counts what came to `bytes`. */
static vtc_status read_piece(struct vtci_window *window, uint8_t *bytes, size_t room,
                             size_t *out_got, struct vtc_error *err)
{
    if (window->ahead_pos == window->ahead_end) {
        bool direct = room >= VTCI_READ_BYTES;
        uint8_t *to = direct ? bytes : window->ahead;
        size_t offered = direct ? room : VTCI_READ_BYTES, got = 0;
        VTC_TRY(window->read(window->read_context, to, offered, &got, err));
        if (got > offered)
            return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                                  "a read of %zu bytes gave %zu", offered, got);
        window->at_eof = got == 0;
        *out_got = got;
        if (direct)
            return VTC_OK;
        window->ahead_pos = 0;
        window->ahead_end = got;
    }
    size_t waiting = window->ahead_end - window->ahead_pos;
    *out_got = waiting < room ? waiting : room;
    memcpy(bytes, window->ahead + window->ahead_pos, *out_got);
    window->ahead_pos += *out_got;
    return VTC_OK;
}

vtc_status vtci_window_fill(struct vtci_window *window, const uint8_t **keep, struct vtc_error *err)
{
    slide(window, *keep);
    *keep = window->data;
    VTC_TRY(grow(window, err));
    *keep = window->data;
    size_t used = (size_t)(window->end - window->data);
    size_t room = window->capacity_bytes - used - VTCI_SCAN_PADDING;
    size_t total = 0;
    while (total < room && !window->at_eof) {
        size_t got = 0;
        VTC_TRY(read_piece(window, window->data + used + total, room - total, &got, err));
        total += got;
    }
    vtci_hasher_update(window->hasher, window->data + used, total);
    window->end = window->data + used + total;
    memset(window->data + used + total, 0, VTCI_SCAN_PADDING);
    return VTC_OK;
}

void vtci_window_place(const struct vtci_window *window, const uint8_t *pos, uint64_t *out_line,
                       uint64_t *out_column)
{
    uint64_t line = window->lines_before + 1;
    uint64_t break_offset = window->last_break_offset;
    const uint8_t *at = window->data;
    while (at < pos && (at = memchr(at, '\n', (size_t)(pos - at))) != NULL) {
        at++;
        line++;
        break_offset = vtci_window_offset(window, at);
    }
    *out_line = line;
    *out_column = vtci_window_offset(window, pos) - break_offset + 1;
}
