/* The parts of making a model. See model.h. */
#ifndef VTCI_SQL_MODEL_INTERNAL_H
#define VTCI_SQL_MODEL_INTERNAL_H

#include "sql/id_map.h"
#include "sql/json.h"
#include "sql/model.h"
#include "sql/model_runs.h"

#define VTCI_STILL_OPEN INT64_MIN

/* A slice that has begun and was not taken from its stack yet. */
struct vtci_open_slice {
    int64_t start_ns;
    int64_t end_ns; /* VTCI_STILL_OPEN: a begin that waits for its end */
    uint32_t slice;
    uint32_t begin; /* its number as a begin */
    vtci_label name;
    vtci_label category;
};

/* A track and what is open on it. */
struct vtci_lane {
    struct vtci_open_slice *stack;
    size_t depth, capacity;
    bool is_used;           /* a slice was on it */
    uint32_t spill;         /* the lane for what overlaps here; VTCI_ID_NONE: none yet */
    uint32_t first_pending; /* + 1, of the flows that end in the next slice */
};

/* Where a flow last was. */
struct vtci_flow_state {
    uint64_t id;
    uint32_t slice; /* VTCI_NO_SLICE: nowhere yet */
    int64_t start_ns;
};

struct vtci_pending_flow {
    uint32_t flow;
    uint32_t next; /* + 1 */
};

enum vtci_bind { VTCI_BIND_OUT = 1, VTCI_BIND_IN = 2 };
struct vtci_bound_flow {
    uint32_t flow;
    unsigned directions;
};

/* An async event's identity: what Perfetto calls its cookie, and where it is good. */
struct vtci_async_key {
    uint32_t upid; /* VTCI_ID_NONE: the id is good for the whole trace */
    vtci_label root_name;
    bool has_root;
};

/* The tracks of one name, one for each key that has something open. */
struct vtci_async_track {
    uint32_t key;
    uint32_t nesting;
    uint32_t lane;
};

struct vtci_async_set {
    struct vtci_async_track *tracks;
    size_t count, capacity;
    uint32_t *idle; /* a heap: tracks that had nothing open when they were put here */
    size_t idle_count, idle_capacity;
};

struct vtci_model_maker {
    struct vtci_sql_trace *trace;
    struct vtci_model *model;
    struct vtci_model_runs runs;
    bool with_flows;
    bool has_binds;

    struct vtci_lane *lanes;
    size_t lane_count, lane_capacity;

    struct vtci_id_map async_ids; /* by what tells keys apart */
    struct vtci_async_key *async_keys;
    size_t async_key_count, async_key_capacity;
    struct vtci_id_map async_set_ids; /* (upid + 1) << 32 | name */
    struct vtci_async_set *async_sets;
    size_t async_set_count, async_set_capacity;
    struct vtci_id_map async_held; /* set << 32 | key: its track in the set */

    struct vtci_id_map flow_ids;
    struct vtci_flow_state *flows;
    size_t flow_count, flow_capacity;
    struct vtci_id_map bound_ids; /* by slice */
    struct vtci_bound_flow *bound;
    size_t bound_count, bound_capacity;
    struct vtci_pending_flow *pending;
    size_t pending_count, pending_capacity;
    struct vtci_buffer scratch;
};

/* model_gather.c: the runs of all blocks. */
VTC_NODISCARD vtc_status vtci_model_gather(struct vtci_model_maker *maker);

/* model_keys.c: numbers for async events and flows, from their texts. `out_key` is VTCI_ID_NONE
 * where there is no id. */
VTC_NODISCARD vtc_status vtci_model_async_key(struct vtci_model_maker *maker,
                                              struct vtci_json event, uint32_t upid,
                                              vtci_label category, uint32_t *out_key);
VTC_NODISCARD vtc_status vtci_model_flow_key(struct vtci_model_maker *maker, struct vtci_json event,
                                             vtci_label name, vtci_label category,
                                             uint32_t *out_flow);
/* Notes the flow that a slice names itself by `bind_id`. */
VTC_NODISCARD vtc_status vtci_model_bind(struct vtci_model_maker *maker, struct vtci_json event,
                                         uint32_t slice);

/* model_stack.c */
VTC_NODISCARD vtc_status vtci_lanes_add(struct vtci_model_maker *maker, uint32_t *out_lane);
VTC_NODISCARD vtc_status vtci_lane_extra(struct vtci_model_maker *maker, enum vtci_track_kind kind,
                                         uint32_t of, vtci_label name, uint32_t *out_lane);
/* Puts a slice on a lane; a SPAN that overlaps goes on to the lanes behind it. */
VTC_NODISCARD vtc_status vtci_lane_begin(struct vtci_model_maker *maker, uint32_t lane,
                                         const struct vtci_model_event *event);
VTC_NODISCARD vtc_status vtci_lane_end(struct vtci_model_maker *maker, uint32_t lane,
                                       const struct vtci_model_event *event);

/* model_tracks.c: the lists of tracks, once all slices are on theirs. */
VTC_NODISCARD vtc_status vtci_model_list_tracks(struct vtci_model_maker *maker);

/* model_async.c: the lane that an async event is on. */
VTC_NODISCARD vtc_status vtci_async_lane(struct vtci_model_maker *maker,
                                         const struct vtci_model_event *event, uint32_t *out_lane);
void vtci_async_free(struct vtci_model_maker *maker);

/* model_flow.c */
VTC_NODISCARD vtc_status vtci_flow_event(struct vtci_model_maker *maker,
                                         const struct vtci_model_event *event);
/* A slice has begun: flows that wait for one on the lane, and the one that it names itself. */
VTC_NODISCARD vtc_status vtci_flow_slice(struct vtci_model_maker *maker, struct vtci_lane *lane,
                                         const struct vtci_open_slice *slice);

#endif
