/* From columns to arrays by event: see event_fields.h. */
#include "read/event_fields.h"

/* Which rows are events, and their phases. */
static vtc_status make_rows(struct vtci_event_maker *maker)
{
    vtc_block *block = maker->block;
    const struct vtci_event_plan *plan = &block->definitions->events;
    const struct vtci_values *root;
    VTC_TRY(vtci_block_decoder_column(block->decoder, VTCI_COLUMN_ROOT, &root, maker->err));
    if (root->count != block->rows)
        return vtci_error_set(maker->err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "BLK-4",
                              "expected %zu rows, found %zu", block->rows, root->count);
    maker->used = vtci_arena_array_zeroed(&block->arena, plan->shape_count, 1);
    maker->steps = vtci_event_array(maker, plan->shape_count, sizeof *maker->steps);
    maker->runs = vtci_event_array(maker, block->rows, sizeof *maker->runs);
    uint32_t *rows = vtci_event_array(maker, block->rows, sizeof *rows);
    uint8_t *phases = vtci_event_array(maker, block->rows, sizeof *phases);
    if (!rows || !phases || !maker->used || !maker->steps || !maker->runs)
        return VTC_ERR_NO_MEMORY;
    size_t count = 0;
    for (size_t row = 0; row < block->rows;) {
        uint64_t local = (uint64_t)root->values[row];
        if (local >= plan->shape_count)
            return vtci_error_set(maker->err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "ROW-1",
                                  "expected one of %zu shapes, found %llu", plan->shape_count - 1,
                                  (unsigned long long)local);
        size_t first = row;
        while (row < block->rows && (uint64_t)root->values[row] == local)
            row++;
        maker->used[local] = 1;
        maker->runs[maker->run_count++] =
            (struct vtci_shape_run){(uint32_t)local, (uint32_t)(row - first)};
        if (!plan->shapes[local].is_event)
            continue;
        memset(phases + count, plan->shapes[local].phase, row - first);
        for (size_t i = first; i < row; i++)
            rows[count++] = (uint32_t)i;
    }
    block->all.count = count;
    block->all.row = rows;
    block->all.phase = phases;
    maker->phases = phases;
    return VTC_OK;
}

/* The arrays of `fields`, which the block does not have yet. */
static vtc_status make_arrays(struct vtci_event_maker *maker, unsigned fields)
{
    struct vtci_event_arrays arrays = {.phase = maker->phases};
    struct vtc_events *all = &maker->block->all;
    if (fields & VTC_FIELD_TIME)
        VTC_TRY(vtci_fill_times(maker, VTCI_EVENT_TS, &arrays.time_ns));
    if (fields & VTC_FIELD_DURATION)
        VTC_TRY(vtci_fill_times(maker, VTCI_EVENT_DUR, &arrays.duration_ns));
    if (fields & VTC_FIELD_TRACK)
        VTC_TRY(vtci_fill_tracks(maker, &arrays.track));
    if (fields & VTC_FIELD_NAME)
        VTC_TRY(vtci_fill_strings(maker, VTCI_EVENT_NAME, true, &arrays.name));
    if (fields & VTC_FIELD_CATEGORY)
        VTC_TRY(vtci_fill_strings(maker, VTCI_EVENT_CAT, true, &arrays.category));
    if (fields & VTC_FIELD_ID)
        VTC_TRY(vtci_fill_strings(maker, VTCI_EVENT_ID, false, &arrays.id));
    if (maker->used[0])
        VTC_TRY(vtci_block_fill_raw(maker->block, &arrays, maker->err));
    all->time_ns = arrays.time_ns ? arrays.time_ns : all->time_ns;
    all->duration_ns = arrays.duration_ns ? arrays.duration_ns : all->duration_ns;
    all->track = arrays.track ? arrays.track : all->track;
    all->name = arrays.name ? arrays.name : all->name;
    all->category = arrays.category ? arrays.category : all->category;
    all->id = arrays.id ? arrays.id : all->id;
    return VTC_OK;
}

vtc_status vtci_block_make_events(vtc_block *block, struct vtc_error *err)
{
    struct vtci_event_maker *maker = vtci_arena_array_zeroed(&block->arena, 1, sizeof *maker);
    if (!maker)
        return VTC_ERR_NO_MEMORY;
    maker->block = block;
    maker->err = err;
    VTC_TRY(make_rows(maker));
    VTC_TRY(make_arrays(maker, block->fields));
    block->events = block->all;
    block->maker = maker;
    return VTC_OK;
}

vtc_status vtc_block_add_fields(vtc_block *block, unsigned fields, struct vtc_error *err)
{
    if ((fields & ~(unsigned)VTC_FIELD_ALL) || block->filter.has_track || block->filter.has_range)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "expected a block without a filter and known fields, found %#x",
                              fields);
    block->maker->err = err;
    vtc_status status = make_arrays(block->maker, fields & ~block->fields);
    if (status != VTC_OK)
        return vtci_block_fail(block, status, err);
    block->fields |= fields;
    block->events = block->all;
    return VTC_OK;
}
