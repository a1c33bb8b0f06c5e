/* Open slices of a track: what ends, what is within what. */
#include "base/error.h"
#include "sql/model_internal.h"

vtc_status vtci_lanes_add(struct vtci_model_maker *maker, uint32_t *out_lane)
{
    VTC_TRY(VTCI_ARRAY_RESERVE(&maker->trace->memory, maker->lanes, maker->lane_capacity,
                               maker->lane_count + 1));
    *out_lane = (uint32_t)maker->lane_count++;
    memset(&maker->lanes[*out_lane], 0, sizeof *maker->lanes);
    maker->lanes[*out_lane].spill = VTCI_ID_NONE;
    return VTC_OK;
}

vtc_status vtci_lane_extra(struct vtci_model_maker *maker, enum vtci_track_kind kind, uint32_t of,
                           vtci_label name, uint32_t *out_lane)
{
    struct vtci_model *model = maker->model;
    VTC_TRY(VTCI_ARRAY_RESERVE(&maker->trace->memory, model->extra, model->extra_capacity,
                               model->extra_count + 1));
    VTC_TRY(vtci_lanes_add(maker, out_lane));
    model->extra[model->extra_count++] = (struct vtci_extra_track){kind, of, name};
    return VTC_OK;
}

static int64_t end_of(int64_t start_ns, int64_t duration_ns)
{
    return duration_ns > INT64_MAX - start_ns ? INT64_MAX : start_ns + duration_ns;
}

/* The span at `at` is over; the begins within it that still wait end with it. */
static void close_within(struct vtci_model_maker *maker, struct vtci_lane *lane, size_t at)
{
    int64_t end_ns = lane->stack[at].end_ns;
    for (size_t i = at + 1; i < lane->depth; i++) {
        const struct vtci_open_slice *child = &lane->stack[i];
        if (child->end_ns == VTCI_STILL_OPEN)
            maker->model->begin_dur[child->begin] = end_ns - child->start_ns;
    }
    lane->depth = at;
}

/* Takes from the stack what is over at `time_ns`. False when a span of `duration_ns` (below 0: it is
 * no span) would overlap one that stays. */
static bool close_until(struct vtci_model_maker *maker, struct vtci_lane *lane, int64_t time_ns,
                        int64_t duration_ns)
{
    bool has_waiting = false;
    for (size_t i = lane->depth; i-- > 0;) {
        const struct vtci_open_slice *slice = &lane->stack[i];
        if (slice->end_ns == VTCI_STILL_OPEN) {
            has_waiting = true;
        } else if (has_waiting) {
            if (time_ns > slice->end_ns) {
                close_within(maker, lane, i);
                has_waiting = false;
            }
        } else if (slice->end_ns < time_ns ||
                   (slice->end_ns == time_ns &&
                    !(slice->end_ns == slice->start_ns && duration_ns == 0))) {
            lane->depth = i;
        } else if (duration_ns >= 0 && time_ns < slice->end_ns &&
                   end_of(time_ns, duration_ns) > slice->end_ns) {
            return false;
        }
    }
    return true;
}

static vtc_status note_track(struct vtci_model_maker *maker, uint32_t slice, uint32_t lane)
{
    struct vtci_model *model = maker->model;
    if (lane < vtci_first_extra_track(maker->trace->threads))
        return VTC_OK;
    VTC_TRY(VTCI_ARRAY_RESERVE(&maker->trace->memory, model->moved, model->moved_capacity,
                               model->moved_count + 1));
    model->moved[model->moved_count++] = (struct vtci_slice_track){slice, lane};
    return VTC_OK;
}

static vtc_status push(struct vtci_model_maker *maker, uint32_t number,
                       const struct vtci_open_slice *slice)
{
    struct vtci_lane *lane = &maker->lanes[number];
    struct vtci_model *model = maker->model;
    VTC_TRY(
        VTCI_ARRAY_RESERVE(&maker->trace->memory, lane->stack, lane->capacity, lane->depth + 1));
    if (lane->depth) {
        uint32_t parent = lane->stack[lane->depth - 1].slice;
        model->parent[slice->slice] = parent;
        if (model->within && slice->end_ns != VTCI_STILL_OPEN)
            VTC_TRY(vtci_within_add(maker->trace, parent, slice->end_ns - slice->start_ns));
        model->depth[slice->slice] =
            (uint16_t)(lane->depth < VTCI_DEPTH_MAX ? lane->depth : VTCI_DEPTH_MAX);
    }
    lane->stack[lane->depth++] = *slice;
    lane->is_used = true;
    VTC_TRY(note_track(maker, slice->slice, number));
    return maker->with_flows ? vtci_flow_slice(maker, lane, slice) : VTC_OK;
}

/* The lane behind one that a span does not fit on. */
static vtc_status next_lane(struct vtci_model_maker *maker, uint32_t *lane, uint32_t utid)
{
    uint32_t spill = maker->lanes[*lane].spill;
    if (spill == VTCI_ID_NONE) {
        VTC_TRY(vtci_lane_extra(maker, VTCI_TRACK_SPILL, utid, 0, &spill));
        maker->lanes[*lane].spill = spill;
    }
    *lane = spill;
    return VTC_OK;
}

vtc_status vtci_lane_begin(struct vtci_model_maker *maker, uint32_t lane,
                           const struct vtci_model_event *event)
{
    enum vtci_model_kind kind = vtci_model_kind(event);
    bool waits = kind == VTCI_MODEL_BEGIN || kind == VTCI_MODEL_ASYNC_BEGIN;
    int64_t duration_ns = waits ? -1 : kind == VTCI_MODEL_SPAN ? (int64_t)event->value : 0;
    struct vtci_open_slice slice = {.start_ns = event->time_ns,
                                    .end_ns = waits ? VTCI_STILL_OPEN
                                                    : end_of(event->time_ns, duration_ns),
                                    .slice = event->number};
    if (waits) {
        slice.name = (vtci_label)(event->value >> 32);
        slice.category = (vtci_label)event->value;
        slice.begin = event->number;
        slice.slice = maker->model->begin_slice[event->number];
    }
    uint32_t utid = lane;
    while (!close_until(maker, &maker->lanes[lane], event->time_ns, duration_ns))
        VTC_TRY(next_lane(maker, &lane, utid));
    return push(maker, lane, &slice);
}

vtc_status vtci_lane_end(struct vtci_model_maker *maker, uint32_t number,
                         const struct vtci_model_event *event)
{
    struct vtci_lane *lane = &maker->lanes[number];
    vtci_label name = (vtci_label)(event->value >> 32), category = (vtci_label)event->value;
    close_until(maker, lane, event->time_ns, -1);
    for (size_t i = lane->depth; i-- > 0;) {
        struct vtci_open_slice *slice = &lane->stack[i];
        if (slice->end_ns != VTCI_STILL_OPEN || (category && category != slice->category) ||
            (name && name != slice->name))
            continue;
        maker->model->begin_dur[slice->begin] = event->time_ns - slice->start_ns;
        maker->model->begin_end[slice->begin] = event->number;
        slice->end_ns = event->time_ns;
        if (i + 1 == lane->depth)
            lane->depth--;
        break;
    }
    return VTC_OK;
}
