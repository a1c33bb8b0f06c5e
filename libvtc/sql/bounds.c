/* From the first to the last moment that a slice or a counter speaks of. Flows, metadata and events
 * that no table has do not count, so it is not what the zone maps say where a trace has any. */
#include "base/error.h"
#include "sql/counters.h"
#include "sql/model.h"
#include "sql/open_block.h"

struct bounding {
    struct vtci_sql_trace *trace;
    bool has_any;
};

static void include(struct bounding *bounding, int64_t first_ns, int64_t last_ns)
{
    struct vtci_sql_trace *trace = bounding->trace;
    if (!bounding->has_any || first_ns < trace->start_ns)
        trace->start_ns = first_ns;
    if (!bounding->has_any || last_ns > trace->end_ns)
        trace->end_ns = last_ns;
    bounding->has_any = true;
}

/* A block of spans alone speaks of what its zone map says. */
static bool is_plain(const struct vtci_sql_trace *trace, uint64_t block,
                     const struct vtc_zone *zone)
{
    return zone->has_times && zone->first_ns >= 0 && zone->spans == zone->events &&
           vtc_reader_zone_phase(trace->reader, block, 'X') == zone->events;
}

static vtc_status include_block(struct bounding *bounding, uint64_t index)
{
    struct vtci_sql_trace *trace = bounding->trace;
    struct vtci_open_block *block;
    VTC_TRY(vtci_open_block_get(trace, index, vtci_slice_fields(trace, index), &block));
    vtc_status status = vtci_open_block_slices(trace, block);
    for (uint32_t i = 0; status == VTC_OK && i < block->slice_count; i++) {
        size_t event = block->slice_event[i];
        if (!(block->slice_flags[i] & VTCI_SLICE_IS))
            continue;
        int64_t start_ns = block->events->time_ns[event], dur_ns = 0;
        if (vtci_phase_is_begin(block->events->phase[event]))
            dur_ns = trace->model->begin_dur[block->slice_begin[i]];
        else if (block->events->phase[event] == 'X')
            dur_ns = block->events->duration_ns[event];
        if (dur_ns < 0)
            dur_ns = 0;
        include(bounding, start_ns, dur_ns > INT64_MAX - start_ns ? INT64_MAX : start_ns + dur_ns);
    }
    vtci_open_block_put(trace, block);
    return status;
}

vtc_status vtci_bounds_find(struct vtci_sql_trace *trace)
{
    struct bounding bounding = {trace, false};
    if (trace->has_bounds)
        return VTC_OK;
    trace->start_ns = trace->end_ns = 0;
    if (trace->summary.phases['B'] || trace->summary.phases['b'])
        VTC_TRY(vtci_model_make(trace, 0));
    for (uint64_t block = 0; block < trace->summary.blocks; block++) {
        struct vtc_zone zone;
        VTC_TRY(vtc_reader_zone(trace->reader, block, &zone));
        if (is_plain(trace, block, &zone))
            include(&bounding, zone.first_ns, zone.last_ns);
        else if (trace->slice_first[block] < trace->slice_first[block + 1])
            VTC_TRY(include_block(&bounding, block));
    }
    if (trace->summary.phases['C'])
        VTC_TRY(vtci_counters_make(trace));
    if (trace->counters && trace->counters->has_values)
        include(&bounding, trace->counters->first_ns, trace->counters->last_ns);
    /* A moment is given a length, as a viewer needs one. */
    if (bounding.has_any && trace->start_ns == trace->end_ns && trace->end_ns < INT64_MAX)
        trace->end_ns++;
    trace->has_bounds = true;
    return VTC_OK;
}
