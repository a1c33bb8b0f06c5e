/* The events of each block that the model is made from. */
#include "base/error.h"
#include "sql/model_internal.h"
#include "sql/open_block.h"

struct gathering {
    struct vtci_model_maker *maker;
    struct vtci_open_block *block;
    const struct vtc_events *events;
    uint32_t end; /* the number of the next end */
};

static bool has_phase(const struct vtci_sql_trace *trace, uint64_t block, const char *phases)
{
    for (; *phases; phases++)
        if (vtc_reader_zone_phase(trace->reader, block, (uint8_t)*phases))
            return true;
    return false;
}

static vtc_status labels_of(struct gathering *gathering, size_t event, vtci_label *out_name,
                            vtci_label *out_category)
{
    struct vtci_labels *labels = &gathering->maker->trace->labels;
    const vtc_block *block = gathering->block->block;
    VTC_TRY(vtci_labels_of_string(labels, block, gathering->events->name[event], out_name));
    VTC_TRY(vtci_labels_of_string(labels, block, gathering->events->category[event], out_category));
    /* An empty one is none. */
    if (vtci_label_text(labels, *out_name).len_bytes == 0)
        *out_name = 0;
    if (vtci_label_text(labels, *out_category).len_bytes == 0)
        *out_category = 0;
    return VTC_OK;
}

static vtc_status add(struct gathering *gathering, size_t event, enum vtci_model_kind kind,
                      uint32_t place, uint64_t value, uint32_t number)
{
    struct vtci_model_event entry = {gathering->events->time_ns[event], value, number,
                                     place << 4 | (uint32_t)kind};
    if (place >= VTCI_MODEL_PLACES)
        return VTC_ERR_NO_MEMORY;
    return vtci_model_runs_add(&gathering->maker->runs, &entry);
}

static uint32_t utid_of(const struct gathering *gathering, size_t event)
{
    const struct vtci_threads *threads = gathering->maker->trace->threads;
    return threads->track_utid[vtci_track_place(threads, gathering->events->track[event])];
}

static vtc_status add_async(struct gathering *gathering, size_t event, enum vtci_model_kind kind,
                            uint32_t number)
{
    struct vtci_model_maker *maker = gathering->maker;
    const struct vtci_threads *threads = maker->trace->threads;
    struct vtci_json object = vtci_open_block_event(gathering->block, event);
    vtci_label name, category;
    uint32_t key;
    VTC_TRY(labels_of(gathering, event, &name, &category));
    VTC_TRY(vtci_model_async_key(maker, object, threads->threads[utid_of(gathering, event)].upid,
                                 category, &key));
    if (key == VTCI_ID_NONE)
        return VTC_OK;
    return add(gathering, event, kind, key, (uint64_t)name << 32 | category, number);
}

static vtc_status add_instant(struct gathering *gathering, size_t event, uint32_t number,
                              uint8_t flags)
{
    const struct vtci_threads *threads = gathering->maker->trace->threads;
    uint32_t utid = utid_of(gathering, event), lane = utid;
    if (flags & VTCI_SLICE_PROCESS)
        lane = (uint32_t)threads->thread_count + threads->threads[utid].upid;
    if (flags & VTCI_SLICE_GLOBAL)
        lane = vtci_first_extra_track(threads) - 1;
    return add(gathering, event, VTCI_MODEL_INSTANT, lane, 0, number);
}

static vtc_status add_begin(struct gathering *gathering, size_t event, uint32_t slice,
                            uint32_t begin)
{
    struct vtci_model_maker *maker = gathering->maker;
    vtci_label name, category;
    maker->model->begin_slice[begin] = slice;
    if (gathering->events->phase[event] == 'b')
        return add_async(gathering, event, VTCI_MODEL_ASYNC_BEGIN, begin);
    VTC_TRY(labels_of(gathering, event, &name, &category));
    if (name == 0)
        name = maker->trace->no_name;
    return add(gathering, event, VTCI_MODEL_BEGIN, utid_of(gathering, event),
               (uint64_t)name << 32 | category, begin);
}

static vtc_status add_slice(struct gathering *gathering, size_t event, uint32_t index)
{
    struct vtci_model_maker *maker = gathering->maker;
    const struct vtci_open_block *block = gathering->block;
    uint8_t phase = gathering->events->phase[event];
    uint32_t number = (uint32_t)maker->trace->slice_first[block->index] + index;
    if (maker->has_binds && (phase == 'X' || vtci_phase_is_begin(phase) || phase == 'n'))
        VTC_TRY(vtci_model_bind(maker, vtci_open_block_event(block, event), number));
    if (vtci_phase_is_begin(phase))
        return add_begin(gathering, event, number, block->slice_begin[index]);
    if (phase == 'X')
        return add(gathering, event, VTCI_MODEL_SPAN, utid_of(gathering, event),
                   (uint64_t)gathering->events->duration_ns[event], number);
    if (phase == 'n')
        return add_async(gathering, event, VTCI_MODEL_ASYNC_INSTANT, number);
    return add_instant(gathering, event, number, block->slice_flags[index]);
}

static vtc_status add_end(struct gathering *gathering, size_t event, uint32_t number)
{
    vtci_label name, category;
    if (gathering->events->time_ns[event] < 0)
        return VTC_OK;
    if (gathering->events->phase[event] == 'e') {
        const struct vtci_threads *threads = gathering->maker->trace->threads;
        size_t place = vtci_track_place(threads, gathering->events->track[event]);
        if (!(threads->track_has[place] & VTCI_HAS_PID))
            return VTC_OK;
        return add_async(gathering, event, VTCI_MODEL_ASYNC_END, number);
    }
    VTC_TRY(labels_of(gathering, event, &name, &category));
    return add(gathering, event, VTCI_MODEL_END, utid_of(gathering, event),
               (uint64_t)name << 32 | category, number);
}

static vtc_status add_flow(struct gathering *gathering, size_t event)
{
    struct vtci_json object = vtci_open_block_event(gathering->block, event);
    uint8_t phase = gathering->events->phase[event];
    vtci_label name, category;
    uint32_t flow;
    if (gathering->events->time_ns[event] < 0)
        return VTC_OK;
    VTC_TRY(labels_of(gathering, event, &name, &category));
    VTC_TRY(vtci_model_flow_key(gathering->maker, object, name, category, &flow));
    if (flow == VTCI_ID_NONE)
        return VTC_OK;
    enum vtci_model_kind kind = phase == 's'   ? VTCI_MODEL_FLOW_START
                                : phase == 't' ? VTCI_MODEL_FLOW_STEP
                                : vtci_json_is(vtci_json_member(object, "bp"), "e")
                                    ? VTCI_MODEL_FLOW_END_HERE
                                    : VTCI_MODEL_FLOW_END;
    return add(gathering, event, kind, utid_of(gathering, event), flow, 0);
}

static vtc_status add_events(struct gathering *gathering)
{
    struct vtci_model_maker *maker = gathering->maker;
    const struct vtc_events *events = gathering->events;
    uint32_t slice = 0;
    for (size_t event = 0; event < events->count; event++) {
        uint8_t phase = events->phase[event];
        if (vtci_phase_is_slice(phase)) {
            if (gathering->block->slice_flags[slice] & VTCI_SLICE_IS)
                VTC_TRY(add_slice(gathering, event, slice));
            slice++;
        } else if (vtci_phase_is_end(phase)) {
            VTC_TRY(add_end(gathering, event, gathering->end++));
        } else if (maker->with_flows && (phase == 's' || phase == 't' || phase == 'f')) {
            VTC_TRY(add_flow(gathering, event));
        }
    }
    return VTC_OK;
}

static vtc_status gather_block(struct vtci_model_maker *maker, uint64_t index)
{
    struct vtci_sql_trace *trace = maker->trace;
    bool wants_flows = maker->with_flows && has_phase(trace, index, "stf");
    struct gathering gathering = {.maker = maker, .end = (uint32_t)trace->end_first[index]};
    unsigned fields = vtci_slice_fields(trace, index) | VTC_FIELD_TRACK;
    if (wants_flows || has_phase(trace, index, "BEben"))
        fields |= VTC_FIELD_NAME | VTC_FIELD_CATEGORY;
    VTC_TRY(vtci_open_block_get(trace, index, fields, &gathering.block));
    gathering.events = gathering.block->events;
    vtc_status status = vtci_open_block_slices(trace, gathering.block);
    if (status == VTC_OK && (wants_flows || maker->has_binds || has_phase(trace, index, "e")))
        status = vtci_open_block_texts(trace, gathering.block);
    if (status == VTC_OK)
        status = add_events(&gathering);
    if (status == VTC_OK)
        status = vtci_model_runs_end(&maker->runs, &trace->err);
    vtci_open_block_put(trace, gathering.block);
    return status;
}

static uint64_t count_events(const struct vtci_model_maker *maker)
{
    const struct vtc_summary *summary = &maker->trace->summary;
    uint64_t blocks = summary->blocks;
    uint64_t count = maker->trace->slice_first[blocks] + maker->trace->end_first[blocks];
    if (maker->with_flows)
        count += summary->phases['s'] + summary->phases['t'] + summary->phases['f'];
    return count;
}

vtc_status vtci_model_gather(struct vtci_model_maker *maker)
{
    struct vtci_sql_trace *trace = maker->trace;
    VTC_TRY(vtci_model_runs_init(&maker->runs, &trace->memory, count_events(maker), &trace->err));
    for (uint64_t index = 0; index < trace->summary.blocks; index++)
        VTC_TRY(gather_block(maker, index));
    return vtci_model_runs_merge(&maker->runs, &trace->err);
}
