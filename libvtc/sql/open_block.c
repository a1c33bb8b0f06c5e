#include "sql/open_block.h"

#include "base/error.h"
#include "query/answer.h"
#include "sql/threads.h"

static void close_block(struct vtci_sql_trace *trace, struct vtci_open_block *block)
{
    size_t count = block->slice_count ? block->slice_count : 1;
    vtci_release(&trace->memory, block->slice_event, count * sizeof *block->slice_event);
    vtci_release(&trace->memory, block->slice_flags, count);
    vtci_release(&trace->memory, block->slice_begin, count * sizeof *block->slice_begin);
    vtci_release(&trace->memory, block->end_event,
                 (block->end_count + 1) * sizeof *block->end_event);
    vtci_open_members_free(trace, block);
    vtc_block_close(block->block);
    vtci_release(&trace->memory, block, sizeof *block);
}

/* Closes the last of the list that nothing pins. */
static void evict(struct vtci_sql_trace *trace)
{
    struct vtci_open_block **last = NULL;
    size_t unpinned = 0;
    for (struct vtci_open_block **at = &trace->cache; *at; at = &(*at)->next) {
        if ((*at)->pins == 0) {
            last = at;
            unpinned++;
        }
    }
    if (unpinned <= VTCI_OPEN_BLOCKS)
        return;
    struct vtci_open_block *block = *last;
    *last = block->next;
    close_block(trace, block);
}

void vtci_open_blocks_free(struct vtci_sql_trace *trace)
{
    while (trace->cache) {
        struct vtci_open_block *block = trace->cache;
        trace->cache = block->next;
        close_block(trace, block);
    }
}

static struct vtci_open_block *find(struct vtci_sql_trace *trace, uint64_t index, unsigned fields)
{
    for (struct vtci_open_block **at = &trace->cache; *at; at = &(*at)->next) {
        struct vtci_open_block *block = *at;
        if (block->index != index || (block->fields & fields) != fields)
            continue;
        *at = block->next;
        block->next = trace->cache;
        trace->cache = block;
        return block;
    }
    return NULL;
}

vtc_status vtci_open_block_get(struct vtci_sql_trace *trace, uint64_t index, unsigned fields,
                               struct vtci_open_block **out_block)
{
    struct vtci_open_block *block = find(trace, index, fields);
    if (!block) {
        VTC_TRY(vtci_sql_check(trace));
        block = vtci_allocate_zeroed(&trace->memory, sizeof *block);
        if (!block)
            return vtci_sql_fail(trace, VTC_ERR_NO_MEMORY);
        vtc_status status =
            vtc_block_open(trace->reader, index, fields, &block->block, &trace->err);
        if (status != VTC_OK) {
            vtci_release(&trace->memory, block, sizeof *block);
            return vtci_sql_fail(trace, status);
        }
        if (trace->query)
            atomic_fetch_add_explicit(&trace->query->blocks_read, 1, memory_order_relaxed);
        block->index = index;
        block->fields = fields;
        block->events = vtc_block_events(block->block);
        block->next = trace->cache;
        trace->cache = block;
    }
    block->pins++;
    evict(trace);
    *out_block = block;
    return VTC_OK;
}

void vtci_open_block_put(struct vtci_sql_trace *trace, struct vtci_open_block *block)
{
    if (!block)
        return;
    block->pins--;
    evict(trace);
}

vtc_status vtci_open_block_texts(struct vtci_sql_trace *trace, struct vtci_open_block *block)
{
    if (block->texts.data)
        return VTC_OK;
    return vtci_sql_fail(trace, vtc_block_texts(block->block, &block->texts, &trace->err));
}

bool vtci_json_has_async_id(struct vtci_json event)
{
    struct vtci_json id = vtci_json_member(event, "id");
    if (id.kind == VTCI_JSON_NUMBER || id.kind == VTCI_JSON_STRING)
        return true;
    struct vtci_json both = vtci_json_member(event, "id2");
    struct vtci_json global = vtci_json_member(both, "global");
    struct vtci_json local = vtci_json_member(both, "local");
    return global.kind == VTCI_JSON_NUMBER || global.kind == VTCI_JSON_STRING ||
           local.kind == VTCI_JSON_NUMBER || local.kind == VTCI_JSON_STRING;
}

static bool has_phase(const struct vtci_sql_trace *trace, uint64_t index, const char *phases)
{
    for (; *phases; phases++)
        if (vtc_reader_zone_phase(trace->reader, index, (uint8_t)*phases))
            return true;
    return false;
}

unsigned vtci_slice_fields(const struct vtci_sql_trace *trace, uint64_t index)
{
    unsigned fields = VTC_FIELD_TIME | VTC_FIELD_DURATION;
    return has_phase(trace, index, "iIRbn") ? fields | VTC_FIELD_TRACK : fields;
}

/* What an instant or async event is; the rows' texts are there. */
static uint8_t judge_by_text(const struct vtci_sql_trace *trace,
                             const struct vtci_open_block *block, size_t event)
{
    const struct vtc_events *events = block->events;
    struct vtci_json object = vtci_open_block_event(block, event);
    uint8_t has = trace->threads->track_has[vtci_track_place(trace->threads, events->track[event])];
    if (events->phase[event] == 'b' || events->phase[event] == 'n')
        return (has & VTCI_HAS_PID) && vtci_json_has_async_id(object) ? VTCI_SLICE_IS : 0;
    struct vtci_json scope = vtci_json_member(object, "s");
    if (vtci_json_is(scope, "g"))
        return VTCI_SLICE_IS | VTCI_SLICE_GLOBAL;
    if (vtci_json_is(scope, "p"))
        return has & VTCI_HAS_PID ? VTCI_SLICE_IS | VTCI_SLICE_PROCESS : 0;
    return has & VTCI_HAS_TID ? VTCI_SLICE_IS : 0;
}

static uint8_t judge(const struct vtci_sql_trace *trace, const struct vtci_open_block *block,
                     size_t event)
{
    const struct vtc_events *events = block->events;
    if (events->time_ns[event] < 0) /* VTC_NO_TIME too */
        return 0;
    if (events->phase[event] == 'B')
        return VTCI_SLICE_IS;
    if (events->phase[event] == 'X')
        return events->duration_ns[event] >= 0 ? VTCI_SLICE_IS : 0;
    return judge_by_text(trace, block, event);
}

static vtc_status wrong_zone(struct vtci_sql_trace *trace, const struct vtci_open_block *block)
{
    struct vtc_zone zone;
    VTC_TRY(vtc_reader_zone(trace->reader, block->index, &zone));
    return vtci_error_set(&trace->err, VTC_ERR_CORRUPT, zone.file_offset, "ZON-4",
                          "expected the events by phase that the zone map says, found others");
}

static vtc_status fill(struct vtci_sql_trace *trace, struct vtci_open_block *block)
{
    const struct vtc_events *events = block->events;
    uint32_t begin = (uint32_t)trace->begin_first[block->index], slice = 0;
    for (size_t event = 0; event < events->count; event++) {
        uint8_t phase = events->phase[event];
        if (!vtci_phase_is_slice(phase))
            continue;
        if (slice == block->slice_count)
            return wrong_zone(trace, block);
        block->slice_event[slice] = (uint32_t)event;
        block->slice_flags[slice] = judge(trace, block, event);
        if (vtci_phase_is_begin(phase)) {
            if (!block->slice_begin || begin == trace->begin_first[block->index + 1])
                return wrong_zone(trace, block);
            block->slice_begin[slice] = begin++;
        }
        slice++;
    }
    return slice == block->slice_count ? VTC_OK : wrong_zone(trace, block);
}

vtc_status vtci_open_block_slices(struct vtci_sql_trace *trace, struct vtci_open_block *block)
{
    if (block->has_slices)
        return VTC_OK;
    const uint64_t *first = trace->slice_first + block->index;
    size_t count = (size_t)(first[1] - first[0]), room = count ? count : 1;
    if (has_phase(trace, block->index, "iIRbn")) {
        VTC_TRY(vtci_threads_make(trace));
        VTC_TRY(vtci_open_block_texts(trace, block));
    }
    if (!block->slice_event) {
        block->slice_count = (uint32_t)count;
        block->slice_event = vtci_allocate(&trace->memory, room * sizeof *block->slice_event);
        block->slice_flags = vtci_allocate(&trace->memory, room);
        if (has_phase(trace, block->index, "Bb"))
            block->slice_begin = vtci_allocate(&trace->memory, room * sizeof *block->slice_begin);
        if (!block->slice_event || !block->slice_flags ||
            (has_phase(trace, block->index, "Bb") && !block->slice_begin)) {
            vtci_release(&trace->memory, block->slice_event, room * sizeof *block->slice_event);
            vtci_release(&trace->memory, block->slice_flags, room);
            block->slice_event = NULL;
            block->slice_flags = NULL;
            return vtci_sql_fail(trace, VTC_ERR_NO_MEMORY);
        }
    }
    VTC_TRY(vtci_sql_fail(trace, fill(trace, block)));
    block->has_slices = true;
    return VTC_OK;
}

vtc_status vtci_open_block_end(struct vtci_sql_trace *trace, struct vtci_open_block *block,
                               uint64_t end, size_t *out_event)
{
    const struct vtc_events *events = block->events;
    if (!block->end_event) {
        const uint64_t *first = trace->end_first + block->index;
        size_t count = (size_t)(first[1] - first[0]), found = 0;
        uint32_t *ends = vtci_allocate(&trace->memory, (count + 1) * sizeof *ends);
        if (!ends)
            return vtci_sql_fail(trace, VTC_ERR_NO_MEMORY);
        for (size_t event = 0; event < events->count && found < count; event++)
            if (vtci_phase_is_end(events->phase[event]))
                ends[found++] = (uint32_t)event;
        for (; found < count; found++)
            ends[found] = UINT32_MAX;
        block->end_event = ends;
        block->end_count = count;
    }
    *out_event = end < block->end_count && block->end_event[end] != UINT32_MAX
                     ? block->end_event[end]
                     : SIZE_MAX;
    return VTC_OK;
}
