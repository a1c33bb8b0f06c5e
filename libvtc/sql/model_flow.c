/* Which slices a flow joins: the one that is open where it starts or steps, and the one that it ends
 * in: the next to begin on the track, or, where the event says so, the one that is open. */
#include "base/error.h"
#include "sql/model_internal.h"

static vtc_status join(struct vtci_model_maker *maker, uint32_t flow, uint32_t out, uint32_t in)
{
    struct vtci_model *model = maker->model;
    VTC_TRY(VTCI_ARRAY_RESERVE(&maker->trace->memory, model->flows, model->flow_capacity,
                               model->flow_count + 1));
    model->flows[model->flow_count++] = (struct vtci_flow){out, in, maker->flows[flow].id};
    return VTC_OK;
}

static void start(struct vtci_model_maker *maker, uint32_t flow,
                  const struct vtci_open_slice *slice)
{
    if (maker->flows[flow].slice != VTCI_NO_SLICE)
        return; /* a flow starts once */
    maker->flows[flow].slice = slice->slice;
    maker->flows[flow].start_ns = slice->start_ns;
}

/* From where the flow was to this slice; what began later is the one that it goes to. */
static vtc_status go_on(struct vtci_model_maker *maker, uint32_t flow,
                        const struct vtci_open_slice *slice)
{
    const struct vtci_flow_state *state = &maker->flows[flow];
    if (state->slice == VTCI_NO_SLICE)
        return VTC_OK;
    bool is_back = state->start_ns > slice->start_ns;
    return join(maker, flow, is_back ? slice->slice : state->slice,
                is_back ? state->slice : slice->slice);
}

static vtc_status step(struct vtci_model_maker *maker, uint32_t flow,
                       const struct vtci_open_slice *slice)
{
    VTC_TRY(go_on(maker, flow, slice));
    if (maker->flows[flow].slice != VTCI_NO_SLICE) {
        maker->flows[flow].slice = slice->slice;
        maker->flows[flow].start_ns = slice->start_ns;
    }
    return VTC_OK;
}

vtc_status vtci_flow_event(struct vtci_model_maker *maker, const struct vtci_model_event *event)
{
    struct vtci_lane *lane = &maker->lanes[event->place >> 4];
    enum vtci_model_kind kind = vtci_model_kind(event);
    uint32_t flow = (uint32_t)event->value;
    if (kind == VTCI_MODEL_FLOW_END) {
        VTC_TRY(VTCI_ARRAY_RESERVE(&maker->trace->memory, maker->pending, maker->pending_capacity,
                                   maker->pending_count + 1));
        maker->pending[maker->pending_count++] =
            (struct vtci_pending_flow){flow, lane->first_pending};
        lane->first_pending = (uint32_t)maker->pending_count;
        return VTC_OK;
    }
    if (lane->depth == 0)
        return VTC_OK;
    const struct vtci_open_slice *slice = &lane->stack[lane->depth - 1];
    if (kind == VTCI_MODEL_FLOW_START) {
        start(maker, flow, slice);
        return VTC_OK;
    }
    return kind == VTCI_MODEL_FLOW_STEP ? step(maker, flow, slice) : go_on(maker, flow, slice);
}

static vtc_status end_pending(struct vtci_model_maker *maker, struct vtci_lane *lane,
                              uint32_t slice)
{
    uint32_t next = lane->first_pending;
    lane->first_pending = 0;
    while (next) {
        const struct vtci_pending_flow *pending = &maker->pending[next - 1];
        uint32_t out = maker->flows[pending->flow].slice;
        if (out != VTCI_NO_SLICE)
            VTC_TRY(join(maker, pending->flow, out, slice));
        next = pending->next;
    }
    return VTC_OK;
}

vtc_status vtci_flow_slice(struct vtci_model_maker *maker, struct vtci_lane *lane,
                           const struct vtci_open_slice *slice)
{
    VTC_TRY(end_pending(maker, lane, slice->slice));
    uint32_t number = vtci_id_map_get(&maker->bound_ids, slice->slice);
    if (number == VTCI_ID_NONE)
        return VTC_OK;
    const struct vtci_bound_flow *bound = &maker->bound[number];
    if (bound->directions == (VTCI_BIND_OUT | VTCI_BIND_IN))
        return step(maker, bound->flow, slice);
    if (bound->directions == VTCI_BIND_OUT) {
        start(maker, bound->flow, slice);
        return VTC_OK;
    }
    return go_on(maker, bound->flow, slice);
}
