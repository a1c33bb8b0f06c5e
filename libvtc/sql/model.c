#include "sql/model.h"

#include <stdlib.h>

#include "base/error.h"
#include "sql/model_internal.h"

#define EVENTS_BETWEEN_CHECKS (1u << 16)

void vtci_model_free(struct vtci_sql_trace *trace)
{
    struct vtci_model *model = trace->model;
    struct vtci_memory *memory = &trace->memory;
    if (!model)
        return;
    size_t slices = model->slice_count + 1, begins = model->begin_count + 1;
    vtci_release(memory, model->parent, slices * sizeof *model->parent);
    vtci_release(memory, model->depth, slices * sizeof *model->depth);
    vtci_release(memory, model->begin_slice, begins * sizeof *model->begin_slice);
    vtci_release(memory, model->begin_dur, begins * sizeof *model->begin_dur);
    vtci_release(memory, model->begin_end, begins * sizeof *model->begin_end);
    vtci_release(memory, model->within, slices * sizeof *model->within);
    vtci_id_map_free(&model->long_within_of);
    VTCI_ARRAY_FREE(memory, model->long_within, model->long_within_capacity);
    VTCI_ARRAY_FREE(memory, model->extra, model->extra_capacity);
    VTCI_ARRAY_FREE(memory, model->tracks, model->track_capacity);
    VTCI_ARRAY_FREE(memory, model->thread_tracks, model->thread_track_capacity);
    VTCI_ARRAY_FREE(memory, model->process_tracks, model->process_track_capacity);
    VTCI_ARRAY_FREE(memory, model->moved, model->moved_capacity);
    VTCI_ARRAY_FREE(memory, model->flows, model->flow_capacity);
    vtci_release(memory, model, sizeof *model);
    trace->model = NULL;
}

static vtc_status make_arrays(struct vtci_model_maker *maker)
{
    struct vtci_model *model = maker->model;
    struct vtci_sql_trace *trace = maker->trace;
    struct vtci_memory *memory = &trace->memory;
    model->slice_count = (size_t)trace->slice_first[trace->summary.blocks];
    model->begin_count = (size_t)trace->begin_first[trace->summary.blocks];
    size_t slices = model->slice_count + 1, begins = model->begin_count + 1;
    model->parent = vtci_allocate(memory, slices * sizeof *model->parent);
    model->depth = vtci_allocate_zeroed(memory, slices * sizeof *model->depth);
    model->begin_slice = vtci_allocate_zeroed(memory, begins * sizeof *model->begin_slice);
    model->begin_dur = vtci_allocate(memory, begins * sizeof *model->begin_dur);
    model->begin_end = vtci_allocate(memory, begins * sizeof *model->begin_end);
    if (!model->parent || !model->depth || !model->begin_slice || !model->begin_dur ||
        !model->begin_end)
        return VTC_ERR_NO_MEMORY;
    if (model->parts & VTCI_MODEL_WITHIN) {
        model->within = vtci_allocate_zeroed(memory, slices * sizeof *model->within);
        if (!model->within)
            return VTC_ERR_NO_MEMORY;
    }
    memset(model->parent, 0xFF, slices * sizeof *model->parent);       /* VTCI_NO_SLICE */
    memset(model->begin_dur, 0xFF, begins * sizeof *model->begin_dur); /* -1 */
    memset(model->begin_end, 0xFF, begins * sizeof *model->begin_end);
    uint32_t lane;
    while (maker->lane_count < vtci_first_extra_track(trace->threads))
        VTC_TRY(vtci_lanes_add(maker, &lane));
    return VTC_OK;
}

static vtc_status take_event(struct vtci_model_maker *maker, const struct vtci_model_event *event)
{
    uint32_t lane = event->place >> 4;
    switch (vtci_model_kind(event)) {
    case VTCI_MODEL_SPAN:
    case VTCI_MODEL_INSTANT:
    case VTCI_MODEL_BEGIN: return vtci_lane_begin(maker, lane, event);
    case VTCI_MODEL_END: return vtci_lane_end(maker, lane, event);
    case VTCI_MODEL_ASYNC_BEGIN:
    case VTCI_MODEL_ASYNC_INSTANT:
        VTC_TRY(vtci_async_lane(maker, event, &lane));
        return vtci_lane_begin(maker, lane, event);
    case VTCI_MODEL_ASYNC_END:
        VTC_TRY(vtci_async_lane(maker, event, &lane));
        return vtci_lane_end(maker, lane, event);
    default: return vtci_flow_event(maker, event);
    }
}

static int compare_moved(const void *a, const void *b)
{
    const struct vtci_slice_track *left = a, *right = b;
    return left->slice < right->slice ? -1 : left->slice > right->slice;
}

static vtc_status make(struct vtci_model_maker *maker)
{
    struct vtci_model_event event;
    vtc_status status;
    VTC_TRY(make_arrays(maker));
    VTC_TRY(vtci_model_gather(maker));
    for (uint32_t count = 1;
         (status = vtci_model_runs_next(&maker->runs, &event, &maker->trace->err)) == VTC_OK;
         count++) {
        VTC_TRY(take_event(maker, &event));
        if (count % EVENTS_BETWEEN_CHECKS == 0)
            VTC_TRY(vtci_sql_check(maker->trace));
    }
    if (status != VTC_END)
        return status;
    if (maker->model->within)
        VTC_TRY(vtci_within_add_begins(maker->trace));
    if (maker->model->moved_count)
        qsort(maker->model->moved, maker->model->moved_count, sizeof *maker->model->moved,
              compare_moved);
    return vtci_model_list_tracks(maker);
}

static bool has_column(const struct vtci_sql_trace *trace, const char *path)
{
    static const char *const types[] = {"NUMBER", "STRING", "NODE"};
    uint32_t column;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (vtc_reader_find_column(trace->reader, path, types[i], &column) == VTC_OK)
            return true;
    return false;
}

static void free_maker(struct vtci_model_maker *maker)
{
    struct vtci_memory *memory = &maker->trace->memory;
    for (size_t i = 0; i < maker->lane_count; i++)
        VTCI_ARRAY_FREE(memory, maker->lanes[i].stack, maker->lanes[i].capacity);
    VTCI_ARRAY_FREE(memory, maker->lanes, maker->lane_capacity);
    VTCI_ARRAY_FREE(memory, maker->flows, maker->flow_capacity);
    VTCI_ARRAY_FREE(memory, maker->bound, maker->bound_capacity);
    VTCI_ARRAY_FREE(memory, maker->pending, maker->pending_capacity);
    vtci_id_map_free(&maker->flow_ids);
    vtci_id_map_free(&maker->bound_ids);
    vtci_async_free(maker);
    vtci_model_runs_free(&maker->runs);
    vtci_buffer_free(&maker->scratch);
}

vtc_status vtci_model_make(struct vtci_sql_trace *trace, unsigned parts)
{
    if (trace->model && (parts & ~trace->model->parts) == 0)
        return VTC_OK;
    parts |= trace->model ? trace->model->parts : 0;
    bool with_flows = parts & VTCI_MODEL_FLOWS;
    vtci_model_free(trace);
    VTC_TRY(vtci_threads_make(trace));
    struct vtci_model_maker maker = {.trace = trace, .with_flows = with_flows};
    struct vtci_memory *memory = &trace->memory;
    maker.model = trace->model = vtci_allocate_zeroed(memory, sizeof *trace->model);
    if (!maker.model)
        return vtci_sql_fail(trace, VTC_ERR_NO_MEMORY);
    maker.model->parts = parts;
    vtci_id_map_init(&maker.model->long_within_of, memory);
    maker.has_binds = with_flows && has_column(trace, "bind_id");
    vtci_id_map_init(&maker.async_ids, memory);
    vtci_id_map_init(&maker.async_set_ids, memory);
    vtci_id_map_init(&maker.async_held, memory);
    vtci_id_map_init(&maker.flow_ids, memory);
    vtci_id_map_init(&maker.bound_ids, memory);
    vtci_buffer_init(&maker.scratch, memory);
    vtc_status status = make(&maker);
    free_maker(&maker);
    if (status != VTC_OK)
        vtci_model_free(trace);
    return vtci_sql_fail(trace, status);
}

uint32_t vtci_model_moved(const struct vtci_model *model, uint32_t slice)
{
    size_t low = 0, high = model->moved_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (model->moved[middle].slice < slice)
            low = middle + 1;
        else
            high = middle;
    }
    return low < model->moved_count && model->moved[low].slice == slice ? model->moved[low].track
                                                                        : VTCI_NO_SLICE;
}
