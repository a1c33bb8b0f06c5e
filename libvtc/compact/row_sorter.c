/* Rows into the arena, and the arena into runs; see row_sorter.h. */
#include "base/bytes.h"
#include "base/error.h"
#include "compact/row_sorter_internal.h"

static const char separator[2] = {',', '\n'};
#define SPILL_BUFFER_BYTES ((size_t)256 << 10)

vtc_status vtci_row_sorter_create(struct vtci_memory *memory, const struct vtci_merge_lanes *lanes,
                                  size_t budget_bytes, vtci_spill_fn open_spill,
                                  void *spill_context, struct vtci_row_sorter **out_sorter,
                                  struct vtc_error *err)
{
    struct vtci_row_sorter *sorter = vtci_allocate_zeroed(memory, sizeof *sorter);
    if (!sorter)
        return vtci_error_memory(err, sizeof *sorter);
    sorter->memory = memory;
    sorter->lanes = lanes;
    sorter->budget_bytes = budget_bytes;
    sorter->open_spill = open_spill;
    sorter->spill_context = spill_context;
    *out_sorter = sorter;
    return VTC_OK;
}

static void free_chunk(struct vtci_row_sorter *sorter, struct vtci_sort_chunk *chunk)
{
    vtci_release(sorter->memory, chunk->data, chunk->capacity_bytes);
    sorter->chunk_bytes -= chunk->capacity_bytes;
}

static void free_arena(struct vtci_row_sorter *sorter)
{
    for (size_t i = 0; i < sorter->chunk_count; i++)
        free_chunk(sorter, &sorter->chunks[i]);
    sorter->chunk_count = 0;
    VTCI_ARRAY_FREE(sorter->memory, sorter->pieces, sorter->piece_capacity);
    sorter->pieces = NULL;
    sorter->piece_capacity = 0;
    sorter->piece_count = 0;
}

void vtci_row_sorter_free(struct vtci_row_sorter *sorter)
{
    if (!sorter)
        return;
    struct vtci_memory *memory = sorter->memory;
    free_arena(sorter);
    for (size_t i = 0; i < sorter->run_count; i++)
        vtci_release(memory, sorter->runs[i].buffer, VTCI_SORT_CURSOR_BYTES);
    VTCI_ARRAY_FREE(memory, sorter->chunks, sorter->chunk_capacity);
    VTCI_ARRAY_FREE(memory, sorter->chains, sorter->chain_capacity);
    VTCI_ARRAY_FREE(memory, sorter->present, sorter->present_capacity);
    VTCI_ARRAY_FREE(memory, sorter->runs, sorter->run_capacity);
    vtci_file_close(sorter->spill);
    vtci_release(memory, sorter, sizeof *sorter);
}

uint64_t vtci_row_sorter_rows(const struct vtci_row_sorter *sorter)
{
    return sorter->rows;
}

uint64_t vtci_row_sorter_spilled_bytes(const struct vtci_row_sorter *sorter)
{
    return sorter->spill_bytes;
}

/* --- spilling --------------------------------------------------------------------------------- */

static vtc_status flush(struct vtci_row_sorter *sorter, struct vtci_buffer *buffer,
                        struct vtc_error *err)
{
    VTC_TRY(vtci_file_append(sorter->spill, buffer->data, buffer->len_bytes, err));
    sorter->spill_bytes += buffer->len_bytes;
    buffer->len_bytes = 0;
    return VTC_OK;
}

static vtc_status write_bytes(struct vtci_row_sorter *sorter, struct vtci_buffer *buffer,
                              const void *bytes, size_t len_bytes, struct vtc_error *err)
{
    if (len_bytes > buffer->capacity_bytes - buffer->len_bytes)
        VTC_TRY(flush(sorter, buffer, err));
    if (len_bytes > buffer->capacity_bytes) {
        sorter->spill_bytes += len_bytes;
        return vtci_file_append(sorter->spill, bytes, len_bytes, err);
    }
    return vtci_buffer_append(buffer, bytes, len_bytes);
}

static vtc_status write_index(struct vtci_row_sorter *sorter, struct vtci_buffer *buffer,
                              struct vtc_error *err)
{
    for (size_t i = 0; i < sorter->present_count; i++) {
        uint32_t lane = sorter->present[i];
        uint64_t lane_bytes = 0;
        for (uint32_t at = sorter->chains[lane].first; at; at = sorter->pieces[at - 1].next)
            lane_bytes += sorter->pieces[at - 1].len_bytes;
        uint8_t entry[VTCI_SORT_ENTRY_BYTES];
        vtci_store_u32(entry, lane);
        vtci_store_u64(entry + 4, lane_bytes);
        VTC_TRY(write_bytes(sorter, buffer, entry, sizeof entry, err));
    }
    return VTC_OK;
}

static vtc_status write_texts(struct vtci_row_sorter *sorter, struct vtci_buffer *buffer,
                              struct vtc_error *err)
{
    for (size_t i = 0; i < sorter->present_count; i++) {
        uint32_t at = sorter->chains[sorter->present[i]].first;
        for (; at; at = sorter->pieces[at - 1].next)
            VTC_TRY(write_bytes(sorter, buffer, sorter->pieces[at - 1].data,
                                sorter->pieces[at - 1].len_bytes, err));
    }
    return flush(sorter, buffer, err);
}

static void empty_arena(struct vtci_row_sorter *sorter)
{
    for (size_t i = 0; i < sorter->present_count; i++)
        sorter->chains[sorter->present[i]] = (struct vtci_sort_chain){0, 0};
    size_t kept = 0;
    for (size_t i = 0; i < sorter->chunk_count; i++) {
        if (sorter->chunks[i].capacity_bytes == VTCI_SORT_CHUNK_BYTES)
            sorter->chunks[kept++] = sorter->chunks[i];
        else
            free_chunk(sorter, &sorter->chunks[i]);
    }
    sorter->chunk_count = kept;
    sorter->current = sorter->used_bytes = 0;
    sorter->piece_count = sorter->present_count = 0;
}

static vtc_status spill(struct vtci_row_sorter *sorter, struct vtc_error *err)
{
    if (!sorter->spill)
        VTC_TRY(sorter->open_spill(sorter->spill_context, &sorter->spill, err));
    VTC_TRY(VTCI_ARRAY_RESERVE(sorter->memory, sorter->runs, sorter->run_capacity,
                               sorter->run_count + 1));
    struct vtci_buffer buffer;
    vtci_buffer_init(&buffer, sorter->memory);
    VTC_TRY(vtci_buffer_reserve(&buffer, SPILL_BUFFER_BYTES));
    vtci_merge_lanes_sort(sorter->lanes, sorter->present, sorter->present_count);
    struct vtci_sort_run run = {.index_offset = sorter->spill_bytes,
                                .entries_left = sorter->present_count};
    run.data_offset = run.index_offset + run.entries_left * VTCI_SORT_ENTRY_BYTES;
    vtc_status status = write_index(sorter, &buffer, err);
    if (status == VTC_OK)
        status = write_texts(sorter, &buffer, err);
    vtci_buffer_free(&buffer);
    VTC_TRY(status);
    sorter->runs[sorter->run_count++] = run;
    empty_arena(sorter);
    return VTC_OK;
}

/* --- rows in ---------------------------------------------------------------------------------- */

/* Room for the chain of a lane that was met for the first time. */
static vtc_status reserve_lane(struct vtci_row_sorter *sorter, uint32_t lane)
{
    size_t before = sorter->chain_capacity;
    VTC_TRY(VTCI_ARRAY_RESERVE(sorter->memory, sorter->chains, sorter->chain_capacity,
                               (size_t)lane + 1));
    if (sorter->chain_capacity > before)
        memset(&sorter->chains[before], 0,
               (sorter->chain_capacity - before) * sizeof *sorter->chains);
    return VTCI_ARRAY_RESERVE(sorter->memory, sorter->present, sorter->present_capacity,
                              sorter->present_count + 1);
}

static vtc_status next_chunk(struct vtci_row_sorter *sorter, size_t needed_bytes)
{
    bool is_large = needed_bytes > VTCI_SORT_CHUNK_BYTES;
    if (!is_large && sorter->current < sorter->chunk_count &&
        sorter->chunks[sorter->current].capacity_bytes == VTCI_SORT_CHUNK_BYTES) {
        sorter->current++;
        sorter->used_bytes = 0;
        return VTC_OK;
    }
    VTC_TRY(VTCI_ARRAY_RESERVE(sorter->memory, sorter->chunks, sorter->chunk_capacity,
                               sorter->chunk_count + 1));
    size_t capacity_bytes = is_large ? needed_bytes : VTCI_SORT_CHUNK_BYTES;
    uint8_t *data = vtci_allocate(sorter->memory, capacity_bytes);
    if (!data)
        return VTC_ERR_NO_MEMORY;
    /* What is kept from an earlier run stays behind the one being filled. */
    struct vtci_sort_chunk *chunk = &sorter->chunks[sorter->current];
    memmove(chunk + 1, chunk, (sorter->chunk_count - sorter->current) * sizeof *chunk);
    *chunk = (struct vtci_sort_chunk){data, capacity_bytes};
    sorter->chunk_count++;
    sorter->chunk_bytes += capacity_bytes;
    sorter->current++;
    sorter->used_bytes = 0;
    return VTC_OK;
}

static bool fits_chunk(const struct vtci_row_sorter *sorter, size_t needed_bytes)
{
    return sorter->current &&
           needed_bytes <= sorter->chunks[sorter->current - 1].capacity_bytes - sorter->used_bytes;
}

/* Whether one chunk more, or more pieces, would go beyond the budget. */
static bool is_full(const struct vtci_row_sorter *sorter, size_t needed_bytes)
{
    if (sorter->piece_count == 0)
        return false;
    size_t piece_bytes = sorter->piece_capacity * sizeof *sorter->pieces;
    if (sorter->piece_count == sorter->piece_capacity &&
        sorter->chunk_bytes + 3 * piece_bytes > sorter->budget_bytes)
        return true;
    if (fits_chunk(sorter, needed_bytes))
        return false;
    size_t chunk_bytes = needed_bytes > VTCI_SORT_CHUNK_BYTES    ? needed_bytes
                         : sorter->current < sorter->chunk_count ? 0
                                                                 : VTCI_SORT_CHUNK_BYTES;
    return sorter->chunk_bytes + chunk_bytes + piece_bytes > sorter->budget_bytes;
}

static vtc_status add_piece(struct vtci_row_sorter *sorter, uint32_t lane, const uint8_t *data)
{
    VTC_TRY(VTCI_ARRAY_RESERVE(sorter->memory, sorter->pieces, sorter->piece_capacity,
                               sorter->piece_count + 1));
    VTC_TRY(reserve_lane(sorter, lane));
    sorter->pieces[sorter->piece_count++] = (struct vtci_sort_piece){data, 0, 0};
    struct vtci_sort_chain *chain = &sorter->chains[lane];
    if (chain->first)
        sorter->pieces[chain->last - 1].next = (uint32_t)sorter->piece_count;
    else {
        chain->first = (uint32_t)sorter->piece_count;
        sorter->present[sorter->present_count++] = lane;
    }
    chain->last = (uint32_t)sorter->piece_count;
    sorter->last_lane = lane;
    return VTC_OK;
}

vtc_status vtci_row_sorter_put(struct vtci_row_sorter *sorter, uint32_t lane, const void *row,
                               size_t len_bytes, struct vtc_error *err)
{
    size_t needed_bytes = len_bytes + sizeof separator;
    bool is_new =
        !sorter->piece_count || sorter->last_lane != lane || !fits_chunk(sorter, needed_bytes);
    if (is_new) {
        if (is_full(sorter, needed_bytes))
            VTC_TRY(spill(sorter, err));
        vtc_status status = VTC_OK;
        if (!fits_chunk(sorter, needed_bytes))
            status = next_chunk(sorter, needed_bytes);
        if (status == VTC_OK)
            status = add_piece(sorter, lane,
                               sorter->chunks[sorter->current - 1].data + sorter->used_bytes);
        if (status != VTC_OK)
            return vtci_error_set(err, status, VTC_NO_OFFSET, NULL,
                                  "the memory limit is too low for %zu bytes of one event",
                                  len_bytes);
    }
    uint8_t *to = sorter->chunks[sorter->current - 1].data + sorter->used_bytes;
    memcpy(to, row, len_bytes);
    memcpy(to + len_bytes, separator, sizeof separator);
    sorter->used_bytes += needed_bytes;
    sorter->pieces[sorter->piece_count - 1].len_bytes += needed_bytes;
    sorter->text_bytes += needed_bytes;
    sorter->rows++;
    return VTC_OK;
}

/* --- getting ready for reading ---------------------------------------------------------------- */

static vtc_status open_runs(struct vtci_row_sorter *sorter)
{
    for (size_t i = 0; i < sorter->run_count; i++) {
        sorter->runs[i].buffer = vtci_allocate(sorter->memory, VTCI_SORT_CURSOR_BYTES);
        if (!sorter->runs[i].buffer)
            return VTC_ERR_NO_MEMORY;
    }
    /* All lanes, whatever run they are in. */
    size_t count = sorter->lanes->count;
    VTC_TRY(VTCI_ARRAY_RESERVE(sorter->memory, sorter->present, sorter->present_capacity, count));
    for (size_t i = 0; i < count; i++)
        sorter->present[i] = (uint32_t)i;
    sorter->present_count = count;
    return VTC_OK;
}

vtc_status vtci_row_sorter_finish(struct vtci_row_sorter *sorter, struct vtc_error *err)
{
    if (sorter->run_count && sorter->piece_count)
        VTC_TRY(spill(sorter, err));
    if (sorter->run_count) {
        free_arena(sorter);
        if (open_runs(sorter) != VTC_OK)
            return vtci_error_set(err, VTC_ERR_NO_MEMORY, VTC_NO_OFFSET, NULL,
                                  "the memory limit is too low to merge %zu runs",
                                  sorter->run_count);
    }
    vtci_merge_lanes_sort(sorter->lanes, sorter->present, sorter->present_count);
    sorter->rows_left_bytes = sorter->rows ? sorter->text_bytes - sizeof separator : 0;
    return VTC_OK;
}
