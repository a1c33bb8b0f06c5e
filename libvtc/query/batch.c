#include "query/batch.h"

#include <string.h>

#include "base/error.h"

static const unsigned TIMES = VTC_FIELD_TIME | VTC_FIELD_DURATION;

void vtci_batch_reader_init(struct vtci_batch_reader *batches, vtc_query *query, vtc_reader *reader,
                            const struct vtci_filter *filter, const struct vtci_batch_wish *wish)
{
    memset(batches, 0, sizeof *batches);
    batches->query = query;
    batches->reader = reader;
    batches->filter = filter;
    batches->wish = *wish;
    memset(batches->phases, wish->only == NULL, sizeof batches->phases);
    for (const char *phase = wish->only; phase && *phase; phase++)
        batches->phases[(uint8_t)*phase] = 1;
    for (const char *phase = wish->without; phase && *phase; phase++)
        batches->phases[(uint8_t)*phase] = 0;
    for (size_t i = 0; i < VTCI_CONDITIONS_MAX; i++)
        vtci_string_map_init(&batches->verdicts[i], &query->memory);
}

void vtci_batch_reader_free(struct vtci_batch_reader *batches)
{
    vtc_block_close(batches->batch.block);
    VTCI_ARRAY_FREE(&batches->query->memory, batches->batch.selected,
                    batches->batch.selected_capacity);
    for (size_t i = 0; i < VTCI_CONDITIONS_MAX; i++)
        vtci_string_map_free(&batches->verdicts[i]);
}

/* The arrays of events, as far as they are unpacked. */
static void borrow_events(struct vtci_batch *batch)
{
    const struct vtc_events *events = vtc_block_events(batch->block);
    batch->count = events->count;
    batch->row = events->row;
    batch->phase = events->phase;
    batch->time_ns = events->time_ns;
    batch->duration_ns = events->duration_ns;
    batch->track = events->track;
    batch->name = events->name;
    batch->category = events->category;
    batch->id = events->id;
}

static vtc_status borrow_pairs(struct vtci_batch *batch, struct vtc_error *err)
{
    const struct vtc_spans *spans;
    VTC_TRY(vtc_block_spans(batch->block, &spans, err));
    batch->count = spans->count;
    batch->row = spans->row;
    batch->begin_row = spans->begin_row;
    batch->phase = spans->phase;
    batch->time_ns = spans->start_ns;
    batch->duration_ns = spans->duration_ns;
    batch->track = spans->track;
    batch->name = spans->name;
    batch->category = spans->category;
    batch->id = NULL;
    return VTC_OK;
}

/* Those of pairs are all there from the start. */
vtc_status vtci_batch_add_fields(struct vtci_batch_reader *batches, unsigned fields,
                                 struct vtc_error *err)
{
    struct vtci_batch *batch = &batches->batch;
    if (batch->has_pairs)
        return VTC_OK;
    VTC_TRY(vtc_block_add_fields(batch->block, fields, err));
    borrow_events(batch);
    return VTC_OK;
}

/* Rows that are what the verb is about at all. */
static vtc_status select_all(struct vtci_batch_reader *batches, struct vtc_error *err)
{
    struct vtci_batch *batch = &batches->batch;
    if (VTCI_ARRAY_RESERVE(&batches->query->memory, batch->selected, batch->selected_capacity,
                           batch->count + 1) != VTC_OK)
        return vtci_error_memory(err, batch->count * sizeof *batch->selected);
    size_t count = 0;
    if (batch->is_spans && !batch->has_pairs) {
        for (size_t i = 0; i < batch->count; i++) {
            batch->selected[count] = (uint32_t)i;
            count += batch->phase[i] == 'X';
        }
    } else if (!batch->is_spans) {
        for (size_t i = 0; i < batch->count; i++) {
            batch->selected[count] = (uint32_t)i;
            count += batches->phases[batch->phase[i]];
        }
    } else {
        for (; count < batch->count; count++)
            batch->selected[count] = (uint32_t)count;
    }
    batch->selected_count = count;
    return VTC_OK;
}

/* The first arrays: all that pairing needs, or, of X alone, times, or else none yet. */
static vtc_status open_batch(struct vtci_batch_reader *batches, uint64_t block,
                             struct vtc_error *err)
{
    struct vtci_batch *batch = &batches->batch;
    batch->has_pairs =
        batches->wish.spans && vtc_reader_zone_phase(batches->reader, block, 'E') > 0;
    const struct vtci_filter *filter = batches->filter;
    unsigned fields = filter->conjunct_count && !batches->wish.everything ? filter->fields[0] : 0;
    VTC_TRY(vtc_block_open(batches->reader, block, batch->has_pairs ? VTC_FIELD_SPANS : fields,
                           &batch->block, err));
    atomic_fetch_add_explicit(&batches->query->blocks_read, 1, memory_order_relaxed);
    batch->index = block;
    batch->is_spans = batches->wish.spans;
    batch->begin_row = NULL;
    if (batch->has_pairs)
        return borrow_pairs(batch, err);
    borrow_events(batch);
    return VTC_OK;
}

/* An X is a span when it has time and duration. */
static vtc_status leave_spans(struct vtci_batch_reader *batches, struct vtc_error *err)
{
    struct vtci_batch *batch = &batches->batch;
    size_t kept = 0;
    if (!batch->is_spans || batch->has_pairs)
        return VTC_OK;
    VTC_TRY(vtci_batch_add_fields(batches, TIMES, err));
    for (size_t i = 0; i < batch->selected_count; i++) {
        uint32_t at = batch->selected[i];
        batch->selected[kept] = at;
        kept += (batch->time_ns[at] != VTC_NO_TIME) & (batch->duration_ns[at] != VTC_NO_TIME);
    }
    batch->selected_count = kept;
    return VTC_OK;
}

/* Times are unpacked when the conditions before have left something. */
static vtc_status select_rows(struct vtci_batch_reader *batches, struct vtc_error *err)
{
    struct vtci_batch *batch = &batches->batch;
    const struct vtci_filter *filter = batches->filter;
    VTC_TRY(select_all(batches, err));
    for (size_t i = 0; i < filter->conjunct_count && batch->selected_count > 0; i++) {
        VTC_TRY(vtci_batch_add_fields(batches, filter->fields[i], err));
        VTC_TRY(vtci_filter_apply(batches, i, err));
    }
    if (batch->selected_count > 0 || batches->wish.everything)
        VTC_TRY(leave_spans(batches, err));
    if (filter->has_range && batch->selected_count > 0) {
        VTC_TRY(vtci_batch_add_fields(batches, TIMES, err));
        vtci_filter_apply_range(batches);
    }
    return VTC_OK;
}

vtc_status vtci_batch_read_pairs(struct vtci_batch_reader *batches, uint64_t block,
                                 struct vtc_error *err)
{
    struct vtci_batch *batch = &batches->batch;
    vtc_block_close(batch->block);
    batch->block = NULL;
    VTC_TRY(vtci_query_check(batches->query, err));
    VTC_TRY(vtc_block_open(batches->reader, block, VTC_FIELD_SPANS, &batch->block, err));
    batch->index = block;
    batch->is_spans = batch->has_pairs = true;
    return borrow_pairs(batch, err);
}

vtc_status vtci_batch_read(struct vtci_batch_reader *batches, uint64_t block, struct vtc_error *err)
{
    struct vtci_batch *batch = &batches->batch;
    vtc_block_close(batch->block);
    batch->block = NULL;
    VTC_TRY(vtci_query_check(batches->query, err));
    VTC_TRY(open_batch(batches, block, err));
    VTC_TRY(select_rows(batches, err));
    if (batch->selected_count == 0 && !batches->wish.everything)
        return VTC_END;
    return vtci_batch_add_fields(batches, batches->wish.fields, err);
}
