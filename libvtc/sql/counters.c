#include "sql/counters.h"

#include "base/error.h"
#include "sql/threads.h"

/* A C event that is being read. */
struct reading {
    struct vtci_sql_trace *trace;
    struct vtci_counter_values *values;
    struct vtci_buffer name;
};

static vtc_status find_track(struct reading *reading, uint32_t upid, uint32_t *out_track)
{
    struct vtci_counters *counters = reading->trace->counters;
    vtci_label name;
    VTC_TRY(vtci_labels_add(&reading->trace->labels, (const char *)reading->name.data,
                            reading->name.len_bytes, false, false, &name));
    uint64_t id = (uint64_t)upid << 32 | name;
    *out_track = vtci_id_map_get(&counters->ids, id);
    if (*out_track != VTCI_ID_NONE)
        return VTC_OK;
    VTC_TRY(VTCI_ARRAY_RESERVE(&reading->trace->memory, counters->tracks, counters->track_capacity,
                               counters->track_count + 1));
    *out_track = (uint32_t)counters->track_count++;
    counters->tracks[*out_track] = (struct vtci_counter_track){upid, name};
    return vtci_id_map_put(&counters->ids, id, *out_track);
}

static bool take_number(struct vtci_json value, double *out_value)
{
    if (value.kind != VTCI_JSON_NUMBER && value.kind != VTCI_JSON_STRING)
        return false;
    if (value.len_bytes == 0 || !memchr("-+.0123456789", value.data[0], 13))
        return false;
    *out_value = vtci_json_number(value.data, value.len_bytes).real;
    return true;
}

/* The name of all counters of an event: its own, its id where that is a string, and a space. */
static vtc_status begin_name(struct reading *reading, struct vtci_json event)
{
    struct vtci_json name = vtci_json_member(event, "name"), id = vtci_json_member(event, "id");
    reading->name.len_bytes = 0;
    if (name.kind == VTCI_JSON_STRING)
        VTC_TRY(vtci_json_unescape(&reading->name, name.data, name.len_bytes));
    if (id.kind == VTCI_JSON_STRING && id.len_bytes) {
        VTC_TRY(vtci_buffer_append(&reading->name, " id: ", 5));
        VTC_TRY(vtci_json_unescape(&reading->name, id.data, id.len_bytes));
    }
    return vtci_buffer_u8(&reading->name, ' ');
}

static vtc_status read_event(struct reading *reading, const struct vtci_open_block *block,
                             size_t event)
{
    struct vtci_sql_trace *trace = reading->trace;
    struct vtci_counter_values *values = reading->values;
    struct vtci_json object = vtci_open_block_event(block, event), key, value;
    struct vtci_json args = vtci_json_member(object, "args");
    size_t place = vtci_track_place(trace->threads, block->events->track[event]);
    uint32_t upid = trace->threads->threads[trace->threads->track_utid[place]].upid;
    int64_t time_ns = block->events->time_ns[event];
    if (time_ns < 0 || args.kind != VTCI_JSON_OBJECT)
        return VTC_OK;
    VTC_TRY(begin_name(reading, object));
    size_t prefix_bytes = reading->name.len_bytes;
    struct vtci_json_walk walk = vtci_json_walk_into(args);
    while (vtci_json_walk_next(&walk, &key, &value)) {
        struct vtci_counter_value counted = {time_ns, 0, 0};
        if (!take_number(value, &counted.value))
            continue;
        reading->name.len_bytes = prefix_bytes;
        VTC_TRY(vtci_json_unescape(&reading->name, key.data, key.len_bytes));
        VTC_TRY(find_track(reading, upid, &counted.track));
        VTC_TRY(VTCI_ARRAY_RESERVE(&trace->memory, values->values, values->capacity,
                                   values->count + 1));
        values->values[values->count++] = counted;
    }
    return VTC_OK;
}

vtc_status vtci_counters_read(struct vtci_sql_trace *trace, uint64_t index,
                              struct vtci_counter_values *values)
{
    struct reading reading = {.trace = trace, .values = values};
    struct vtci_open_block *block;
    if (vtc_reader_zone_phase(trace->reader, index, 'C') == 0)
        return VTC_OK;
    VTC_TRY(vtci_threads_make(trace));
    VTC_TRY(vtci_open_block_get(trace, index, VTC_FIELD_TIME | VTC_FIELD_TRACK, &block));
    vtci_buffer_init(&reading.name, &trace->memory);
    vtc_status status = vtci_open_block_texts(trace, block);
    for (size_t event = 0; status == VTC_OK && event < block->events->count; event++)
        if (block->events->phase[event] == 'C')
            status = read_event(&reading, block, event);
    vtci_buffer_free(&reading.name);
    vtci_open_block_put(trace, block);
    return vtci_sql_fail(trace, status);
}

vtc_status vtci_counters_make(struct vtci_sql_trace *trace)
{
    if (trace->counters)
        return VTC_OK;
    struct vtci_counters *counters = vtci_allocate_zeroed(&trace->memory, sizeof *counters);
    struct vtci_counter_values values = {NULL, 0, 0};
    if (!counters)
        return vtci_sql_fail(trace, VTC_ERR_NO_MEMORY);
    trace->counters = counters;
    vtci_id_map_init(&counters->ids, &trace->memory);
    vtc_status status = VTC_OK;
    for (uint64_t block = 0; status == VTC_OK && block < trace->summary.blocks; block++) {
        values.count = 0;
        status = vtci_counters_read(trace, block, &values);
        for (size_t i = 0; status == VTC_OK && i < values.count; i++) {
            int64_t time_ns = values.values[i].time_ns;
            if (!counters->has_values || time_ns < counters->first_ns)
                counters->first_ns = time_ns;
            if (!counters->has_values || time_ns > counters->last_ns)
                counters->last_ns = time_ns;
            counters->has_values = true;
        }
    }
    VTCI_ARRAY_FREE(&trace->memory, values.values, values.capacity);
    if (status != VTC_OK)
        vtci_counters_free(trace);
    return status;
}

void vtci_counters_free(struct vtci_sql_trace *trace)
{
    struct vtci_counters *counters = trace->counters;
    if (!counters)
        return;
    VTCI_ARRAY_FREE(&trace->memory, counters->tracks, counters->track_capacity);
    vtci_id_map_free(&counters->ids);
    vtci_release(&trace->memory, counters, sizeof *counters);
    trace->counters = NULL;
}
