#include "sql/trace.h"

#include "base/error.h"
#include "query/answer.h"
#include "sql/counters.h"
#include "sql/model.h"
#include "sql/open_block.h"
#include "sql/threads.h"

static const uint8_t slice_phases[] = {'X', 'B', 'i', 'I', 'R', 'b', 'n'};
static const uint8_t begin_phases[] = {'B', 'b'};
static const uint8_t end_phases[] = {'E', 'e'};

static uint64_t count_phases(const struct vtci_sql_trace *trace, uint64_t block,
                             const uint8_t *phases, size_t count)
{
    uint64_t events = 0;
    for (size_t i = 0; i < count; i++)
        events += vtc_reader_zone_phase(trace->reader, block, phases[i]);
    return events;
}

static vtc_status count_blocks(struct vtci_sql_trace *trace)
{
    uint64_t blocks = trace->summary.blocks;
    if (blocks >= SIZE_MAX / sizeof(uint64_t) / 4)
        return VTC_ERR_NO_MEMORY;
    uint64_t *room = vtci_allocate(&trace->memory, 4 * ((size_t)blocks + 1) * sizeof *room);
    if (!room)
        return VTC_ERR_NO_MEMORY;
    trace->slice_first = room;
    trace->begin_first = room + (blocks + 1);
    trace->end_first = room + 2 * (blocks + 1);
    trace->event_first = room + 3 * (blocks + 1);
    uint64_t slices = 0, begins = 0, ends = 0, events = 0;
    for (uint64_t block = 0;; block++) {
        struct vtc_zone zone;
        trace->slice_first[block] = slices;
        trace->begin_first[block] = begins;
        trace->end_first[block] = ends;
        trace->event_first[block] = events;
        if (block == blocks)
            break;
        VTC_TRY(vtc_reader_zone(trace->reader, block, &zone));
        events += zone.events;
        slices += count_phases(trace, block, slice_phases, sizeof slice_phases);
        begins += count_phases(trace, block, begin_phases, sizeof begin_phases);
        ends += count_phases(trace, block, end_phases, sizeof end_phases);
    }
    if (slices > VTCI_SLICES_MAX || ends > VTCI_SLICES_MAX)
        return vtci_error_set(&trace->err, VTC_ERR_LIMIT, VTC_NO_OFFSET, NULL,
                              "expected at most %u slices for SQL, found %llu", VTCI_SLICES_MAX,
                              (unsigned long long)(slices > ends ? slices : ends));
    return VTC_OK;
}

static vtc_status init(struct vtci_sql_trace *trace, vtc_reader *reader)
{
    static const char no_name[] = "[No name]";
    trace->reader = reader;
    vtc_reader_summary(reader, &trace->summary);
    VTC_TRY(vtci_labels_init(&trace->labels, &trace->memory));
    VTC_TRY(
        vtci_labels_add(&trace->labels, no_name, sizeof no_name - 1, false, true, &trace->no_name));
    return count_blocks(trace);
}

vtc_status vtci_sql_trace_open(vtc_reader *reader, size_t memory_limit_bytes,
                               const struct vtc_allocator *allocator,
                               struct vtci_sql_trace **out_trace, struct vtc_error *err)
{
    struct vtci_memory memory;
    size_t limit_bytes = memory_limit_bytes ? memory_limit_bytes : VTCI_SQL_MEMORY_BYTES;
    vtci_memory_init(&memory, allocator, limit_bytes);
    struct vtci_sql_trace *trace =
        memory.allocator.allocate(memory.allocator.context, sizeof *trace);
    if (!trace)
        return vtci_error_memory(err, sizeof *trace);
    memset(trace, 0, sizeof *trace);
    vtci_memory_init(&trace->memory, &memory.allocator, limit_bytes);
    vtc_status status = vtci_sql_fail(trace, init(trace, reader));
    if (status != VTC_OK) {
        if (err)
            *err = trace->err;
        vtci_sql_trace_close(trace);
        return status;
    }
    *out_trace = trace;
    return VTC_OK;
}

void vtci_sql_trace_close(struct vtci_sql_trace *trace)
{
    if (!trace)
        return;
    vtci_losses_free(trace);
    vtci_name_rows_free(trace);
    vtci_counters_free(trace);
    vtci_model_free(trace);
    vtci_threads_free(trace);
    vtci_open_blocks_free(trace);
    vtci_labels_free(&trace->labels);
    if (trace->slice_first)
        vtci_release(&trace->memory, trace->slice_first,
                     4 * ((size_t)trace->summary.blocks + 1) * sizeof *trace->slice_first);
    struct vtc_allocator allocator = trace->memory.allocator;
    allocator.release(allocator.context, trace, sizeof *trace);
}

vtc_status vtci_sql_fail(struct vtci_sql_trace *trace, vtc_status status)
{
    if (status == VTC_OK || trace->err.code == status)
        return status;
    if (status == VTC_ERR_NO_MEMORY)
        return vtci_error_set(&trace->err, status, VTC_NO_OFFSET, NULL,
                              "the tables do not fit into the memory limit of %zu bytes",
                              trace->memory.limit_bytes);
    return vtci_error_set(&trace->err, status, VTC_NO_OFFSET, NULL, "%s", vtc_status_name(status));
}

vtc_status vtci_sql_check(struct vtci_sql_trace *trace)
{
    return trace->query ? vtci_query_check(trace->query, &trace->err) : VTC_OK;
}

uint64_t vtci_block_of(const struct vtci_sql_trace *trace, const uint64_t *first, uint64_t number)
{
    uint64_t low = 0, high = trace->summary.blocks;
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if (first[middle] <= number)
            low = middle;
        else
            high = middle;
    }
    return low;
}
