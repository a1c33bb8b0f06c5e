/* The spans that end in a block: X events, and E events with the B that they end, which is in the
 * block itself or among its carried spans (SPEC 7.5, 10). An E that has a carried span ends no B of
 * the block: the writer looked there first.
 */
#include "base/error.h"
#include "base/limits.h"
#include "column/event_time.h"
#include "column/open_spans.h"
#include "read/block_internal.h"

/* The same arrays, to be written. */
struct span_arrays {
    uint32_t *row;
    uint8_t *phase;
    int64_t *start_ns;
    int64_t *duration_ns;
    uint32_t *track;
    vtc_string *name;
    vtc_string *category;
    uint32_t *begin_row;
};

struct pairing {
    vtc_block *block;
    struct vtc_error *err;
    struct vtci_open_spans open;
    bool is_filtered;
    uint64_t name_column; /* + 1, of the STRING column; above any string's when there is none */
    uint64_t category_column;
    const struct vtci_carried *carried;
    size_t carried_count;
    size_t carried_next;
    struct span_arrays arrays;
    size_t count;
};

/* Names with ids are told by them, others by their text (column/open_spans.h). */
static struct vtci_label label_of(const struct pairing *pairing, uint64_t column, vtc_string string)
{
    struct vtci_label label = {0, true, {NULL, 0}};
    if (string == VTC_NO_STRING)
        return label;
    label.absent = false;
    if (string < VTC_STRING_LOCAL && string >> 32 == column) {
        label.id = (uint32_t)string;
        return label;
    }
    struct vtc_text text = vtc_block_string(pairing->block, string);
    label.text = (struct vtci_bytes){(const uint8_t *)text.data, text.len_bytes};
    return label;
}

/* SPEC: ZON-2: bounds are inclusive. */
static bool is_wanted(const struct vtc_filter *filter, uint32_t track, int64_t start_ns,
                      int64_t duration_ns)
{
    if (filter->has_track && track != filter->track)
        return false;
    if (!filter->has_range)
        return true;
    int64_t end_ns = vtci_time_sum(start_ns, duration_ns);
    return (start_ns < end_ns ? start_ns : end_ns) <= filter->to_ns &&
           (start_ns < end_ns ? end_ns : start_ns) >= filter->from_ns;
}

static inline void add_span(struct pairing *pairing, size_t event, uint32_t begin_row,
                            int64_t start_ns, int64_t duration_ns, vtc_string name,
                            vtc_string category)
{
    const struct vtc_events *events = &pairing->block->all;
    struct span_arrays *arrays = &pairing->arrays;
    if (pairing->is_filtered &&
        !is_wanted(&pairing->block->filter, events->track[event], start_ns, duration_ns))
        return;
    size_t i = pairing->count++;
    arrays->row[i] = events->row[event];
    arrays->phase[i] = events->phase[event];
    arrays->start_ns[i] = start_ns;
    arrays->duration_ns[i] = duration_ns;
    arrays->track[i] = events->track[event];
    arrays->name[i] = name;
    arrays->category[i] = category;
    arrays->begin_row[i] = begin_row;
}

static vtc_status add_carried(struct pairing *pairing, size_t event,
                              const struct vtci_carried *carried)
{
    const struct vtc_events *events = &pairing->block->all;
    vtc_string name = events->name[event], category = events->category[event];
    if (carried->name.len_bytes)
        VTC_TRY(vtci_block_local(pairing->block, carried->name, &name));
    if (carried->category.len_bytes)
        VTC_TRY(vtci_block_local(pairing->block, carried->category, &category));
    add_span(pairing, event, VTC_NO_ROW, carried->start_ns,
             vtci_time_difference(events->time_ns[event], carried->start_ns), name, category);
    return VTC_OK;
}

static vtc_status end_span(struct pairing *pairing, size_t event)
{
    const struct vtc_events *events = &pairing->block->all;
    const struct vtci_carried *carried = pairing->carried;
    size_t *next = &pairing->carried_next;
    while (*next < pairing->carried_count && carried[*next].row < events->row[event])
        (*next)++;
    if (*next < pairing->carried_count && carried[*next].row == events->row[event])
        return add_carried(pairing, event, &carried[*next]);
    struct vtci_label name = label_of(pairing, pairing->name_column, events->name[event]);
    struct vtci_open_span span;
    uint32_t track = events->track[event];
    uint32_t stack =
        track == VTC_NO_TRACK ? (uint32_t)pairing->block->definitions->schema.track_count : track;
    if (!vtci_open_spans_end(&pairing->open, stack, &name, &span))
        return VTC_OK;
    size_t begin = (size_t)span.tag;
    vtci_open_span_release(&pairing->open, &span);
    add_span(pairing, event, events->row[begin], span.start_ns,
             vtci_time_difference(events->time_ns[event], span.start_ns),
             events->name[begin] ? events->name[begin] : events->name[event],
             events->category[begin] ? events->category[begin] : events->category[event]);
    return VTC_OK;
}

static vtc_status begin_span(struct pairing *pairing, size_t event)
{
    const struct vtc_events *events = &pairing->block->all;
    struct vtci_label name = label_of(pairing, pairing->name_column, events->name[event]);
    struct vtci_label category =
        label_of(pairing, pairing->category_column, events->category[event]);
    uint32_t track = events->track[event];
    if (track == VTC_NO_TRACK)
        track = (uint32_t)pairing->block->definitions->schema.track_count;
    return vtci_open_spans_begin(&pairing->open, track, events->time_ns[event], event, &name,
                                 &category);
}

static inline bool is_own_span(const struct vtc_events *events, size_t i)
{
    return events->phase[i] == 'X' && events->time_ns[i] != VTC_NO_TIME &&
           events->duration_ns[i] != VTC_NO_TIME;
}

/* The X events from `event` on that follow each other; returns the event behind them. Most traces
 * have little else, and whole slices of the arrays are copied. */
static size_t add_own_spans(struct pairing *pairing, size_t event)
{
    const struct vtc_events *events = &pairing->block->all;
    const struct span_arrays *arrays = &pairing->arrays;
    size_t end = event;
    while (end < events->count && is_own_span(events, end))
        end++;
    if (pairing->is_filtered) {
        for (size_t i = event; i < end; i++)
            add_span(pairing, i, VTC_NO_ROW, events->time_ns[i], events->duration_ns[i],
                     events->name[i], events->category[i]);
        return end;
    }
    size_t to = pairing->count, count = end - event;
    memcpy(arrays->row + to, events->row + event, count * sizeof *events->row);
    memcpy(arrays->phase + to, events->phase + event, count);
    memcpy(arrays->start_ns + to, events->time_ns + event, count * sizeof *events->time_ns);
    memcpy(arrays->duration_ns + to, events->duration_ns + event,
           count * sizeof *events->duration_ns);
    memcpy(arrays->track + to, events->track + event, count * sizeof *events->track);
    memcpy(arrays->name + to, events->name + event, count * sizeof *events->name);
    memcpy(arrays->category + to, events->category + event, count * sizeof *events->category);
    memset(arrays->begin_row + to, 0xFF, count * sizeof *arrays->begin_row); /* VTC_NO_ROW */
    pairing->count += count;
    return end;
}

static vtc_status pair_all(struct pairing *pairing)
{
    const struct vtc_events *events = &pairing->block->all;
    for (size_t i = 0; i < events->count; i++) {
        if (is_own_span(events, i)) {
            i = add_own_spans(pairing, i) - 1;
        } else if (events->time_ns[i] == VTC_NO_TIME) {
            continue;
        } else if (events->phase[i] == 'B') {
            VTC_TRY(begin_span(pairing, i));
        } else if (events->phase[i] == 'E') {
            VTC_TRY(end_span(pairing, i));
        }
    }
    return VTC_OK;
}

/* Room for as many spans as there are X and E events. */
static vtc_status make_arrays(struct pairing *pairing)
{
    const struct vtc_events *events = &pairing->block->all;
    struct vtci_arena *arena = &pairing->block->arena;
    struct span_arrays *arrays = &pairing->arrays;
    size_t count = 0;
    for (size_t i = 0; i < events->count; i++)
        count += events->phase[i] == 'X' || events->phase[i] == 'E';
    arrays->row = vtci_arena_array(arena, count, sizeof *arrays->row);
    arrays->phase = vtci_arena_array(arena, count, sizeof *arrays->phase);
    arrays->start_ns = vtci_arena_array(arena, count, sizeof *arrays->start_ns);
    arrays->duration_ns = vtci_arena_array(arena, count, sizeof *arrays->duration_ns);
    arrays->track = vtci_arena_array(arena, count, sizeof *arrays->track);
    arrays->name = vtci_arena_array(arena, count, sizeof *arrays->name);
    arrays->category = vtci_arena_array(arena, count, sizeof *arrays->category);
    arrays->begin_row = vtci_arena_array(arena, count, sizeof *arrays->begin_row);
    return arrays->row && arrays->phase && arrays->start_ns && arrays->duration_ns &&
                   arrays->track && arrays->name && arrays->category && arrays->begin_row
               ? VTC_OK
               : VTC_ERR_NO_MEMORY;
}

static vtc_status make_spans(struct pairing *pairing)
{
    vtc_block *block = pairing->block;
    vtci_block_decoder_carried(block->decoder, &pairing->carried, &pairing->carried_count);
    const struct vtci_schema *schema = &block->definitions->schema;
    pairing->name_column =
        (uint64_t)vtci_event_column(schema, VTCI_TRACKED(VTCI_EVENT_NAME, 1)) + 1;
    pairing->category_column =
        (uint64_t)vtci_event_column(schema, VTCI_TRACKED(VTCI_EVENT_CAT, 1)) + 1;
    VTC_TRY(make_arrays(pairing));
    return pair_all(pairing);
}

vtc_status vtc_block_spans(vtc_block *block, const struct vtc_spans **out_spans,
                           struct vtc_error *err)
{
    if ((block->fields & VTC_FIELD_SPANS) != VTC_FIELD_SPANS)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "the block was opened without VTC_FIELD_SPANS");
    if (block->has_spans) {
        *out_spans = &block->spans;
        return VTC_OK;
    }
    struct pairing pairing;
    memset(&pairing, 0, sizeof pairing);
    pairing.block = block;
    pairing.err = err;
    pairing.is_filtered = block->filter.has_track || block->filter.has_range;
    vtci_open_spans_init(&pairing.open, block->memory, &block->definitions->schema,
                         VTCI_OPEN_SPANS);
    vtc_status status = make_spans(&pairing);
    vtci_open_spans_free(&pairing.open);
    if (status != VTC_OK)
        return vtci_block_fail(block, status, err);
    const struct span_arrays *arrays = &pairing.arrays;
    block->spans = (struct vtc_spans){pairing.count,    arrays->row,         arrays->phase,
                                      arrays->start_ns, arrays->duration_ns, arrays->track,
                                      arrays->name,     arrays->category,    arrays->begin_row};
    block->has_spans = true;
    *out_spans = &block->spans;
    return VTC_OK;
}
