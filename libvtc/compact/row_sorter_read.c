/* The sorted rows as one document; see row_sorter.h. */
#include "base/bytes.h"
#include "base/error.h"
#include "compact/row_sorter_internal.h"

enum { PART_HEAD, PART_ROWS, PART_TAIL, PART_END };

static const char head[] = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n";
static const char tail[] = "\n]}\n";

static size_t copy_part(struct vtci_row_sorter *sorter, const char *part, size_t part_bytes,
                        uint8_t *to, size_t capacity_bytes)
{
    size_t len_bytes = part_bytes - sorter->part_pos;
    if (len_bytes > capacity_bytes)
        len_bytes = capacity_bytes;
    memcpy(to, part + sorter->part_pos, len_bytes);
    sorter->part_pos += len_bytes;
    if (sorter->part_pos == part_bytes) {
        sorter->part_pos = 0;
        sorter->part++;
    }
    return len_bytes;
}

/* The next lane of a run in the spill file; false at its end. */
static vtc_status peek(struct vtci_row_sorter *sorter, struct vtci_sort_run *run,
                       const uint8_t **out_entry, struct vtc_error *err)
{
    *out_entry = NULL;
    if (run->pos == run->buffered) {
        size_t entries = VTCI_SORT_CURSOR_BYTES / VTCI_SORT_ENTRY_BYTES;
        entries = run->entries_left < entries ? run->entries_left : entries;
        if (entries == 0)
            return VTC_OK;
        size_t len_bytes = entries * VTCI_SORT_ENTRY_BYTES;
        VTC_TRY(
            vtci_file_pread_exact(sorter->spill, run->index_offset, run->buffer, len_bytes, err));
        run->index_offset += len_bytes;
        run->entries_left -= entries;
        run->buffered = entries;
        run->pos = 0;
    }
    *out_entry = run->buffer + run->pos * VTCI_SORT_ENTRY_BYTES;
    return VTC_OK;
}

static vtc_status next_spilled(struct vtci_row_sorter *sorter, struct vtc_error *err)
{
    for (;;) {
        if (sorter->run_pos == sorter->run_count) {
            sorter->run_pos = 0;
            sorter->lane_pos++;
        }
        if (sorter->lane_pos == sorter->present_count)
            return vtci_error_set(err, VTC_ERR_INTERNAL, VTC_NO_OFFSET, NULL,
                                  "the temporary file ends %llu bytes early",
                                  (unsigned long long)sorter->rows_left_bytes);
        struct vtci_sort_run *run = &sorter->runs[sorter->run_pos++];
        const uint8_t *entry;
        VTC_TRY(peek(sorter, run, &entry, err));
        if (!entry || vtci_load_u32(entry) != sorter->present[sorter->lane_pos])
            continue;
        sorter->left_bytes = vtci_load_u64(entry + 4);
        sorter->offset = run->data_offset;
        run->data_offset += sorter->left_bytes;
        run->pos++;
        return VTC_OK;
    }
}

static void next_piece(struct vtci_row_sorter *sorter)
{
    if (!sorter->piece)
        sorter->piece = sorter->chains[sorter->present[sorter->lane_pos++]].first;
    const struct vtci_sort_piece *piece = &sorter->pieces[sorter->piece - 1];
    sorter->bytes = piece->data;
    sorter->left_bytes = piece->len_bytes;
    sorter->piece = piece->next;
}

static vtc_status copy_rows(struct vtci_row_sorter *sorter, uint8_t *to, size_t capacity_bytes,
                            size_t *out_bytes, struct vtc_error *err)
{
    if (sorter->left_bytes == 0 && sorter->run_count)
        VTC_TRY(next_spilled(sorter, err));
    else if (sorter->left_bytes == 0)
        next_piece(sorter);
    uint64_t len_bytes = sorter->left_bytes;
    if (len_bytes > sorter->rows_left_bytes)
        len_bytes = sorter->rows_left_bytes;
    if (len_bytes > capacity_bytes)
        len_bytes = capacity_bytes;
    if (sorter->run_count) {
        VTC_TRY(vtci_file_pread_exact(sorter->spill, sorter->offset, to, (size_t)len_bytes, err));
        sorter->offset += len_bytes;
    } else {
        memcpy(to, sorter->bytes, (size_t)len_bytes);
        sorter->bytes += len_bytes;
    }
    sorter->left_bytes -= len_bytes;
    sorter->rows_left_bytes -= len_bytes;
    *out_bytes = (size_t)len_bytes;
    return VTC_OK;
}

vtc_status vtci_row_sorter_read(void *context, void *buffer, size_t capacity_bytes,
                                size_t *out_bytes, struct vtc_error *err)
{
    struct vtci_row_sorter *sorter = context;
    uint8_t *to = buffer;
    size_t done_bytes = 0;
    while (done_bytes < capacity_bytes && sorter->part != PART_END) {
        size_t step_bytes = 0;
        size_t room_bytes = capacity_bytes - done_bytes;
        if (sorter->part == PART_HEAD)
            step_bytes = copy_part(sorter, head, sizeof head - 1, to, room_bytes);
        else if (sorter->part == PART_TAIL)
            step_bytes = copy_part(sorter, tail, sizeof tail - 1, to, room_bytes);
        else if (sorter->rows_left_bytes == 0)
            sorter->part = PART_TAIL;
        else
            VTC_TRY(copy_rows(sorter, to, room_bytes, &step_bytes, err));
        to += step_bytes;
        done_bytes += step_bytes;
    }
    *out_bytes = done_bytes;
    return VTC_OK;
}
