#include "query/carried_arguments.h"

#include <string.h>

#include "base/error.h"
#include "query/batch.h"
#include "query/name_table.h"

#define NO_BEGIN UINT32_MAX

/* An end whose begin is in an earlier block; ascending by place. */
struct carried_end {
    uint64_t block;
    uint32_t row;
    uint64_t bits; /* by condition */
};

/* A begin that waits; those of a track are chained, the last one first. */
struct open_begin {
    int64_t time_ns;
    uint64_t bits;
    uint32_t name;
    uint32_t before;
};

struct vtci_carried_arguments {
    struct vtci_memory *memory;
    struct carried_end *ends;
    size_t end_count, end_capacity;
};

struct loader {
    struct vtci_carried_arguments *carried;
    struct vtci_batch_reader batches;
    struct vtci_name_table names;
    struct open_begin *begins;
    size_t begin_count, begin_capacity;
    uint32_t free_begin;
    uint32_t *tracks; /* the last open begin; the last entry: of no track */
    size_t track_count;
    struct vtc_values values[VTCI_CONDITIONS_MAX];
};

static uint32_t *chain_of(struct loader *loader, uint32_t track)
{
    return &loader->tracks[track < loader->track_count ? track : loader->track_count - 1];
}

static vtc_status read_values(struct loader *loader, vtc_block *block, struct vtc_error *err)
{
    const struct vtci_filter *filter = loader->batches.filter;
    memset(loader->values, 0, sizeof loader->values);
    for (size_t i = 0; i < filter->question->condition_count; i++) {
        const struct vtci_argument_columns *columns = &filter->arguments[i];
        if (columns->has_number || columns->has_string)
            VTC_TRY(vtc_block_values(block, columns->has_number ? columns->number : columns->string,
                                     &loader->values[i], err));
    }
    return VTC_OK;
}

static vtc_status judge_begin(struct loader *loader, uint32_t row, uint64_t *out_bits,
                              struct vtc_error *err)
{
    struct vtci_batch_reader *batches = &loader->batches;
    *out_bits = 0;
    for (size_t i = 0; i < batches->filter->question->condition_count; i++) {
        uint8_t holds = 0;
        if (loader->values[i].count > 0)
            VTC_TRY(vtci_filter_judge_row(batches, &batches->batch, i, &loader->values[i], row,
                                          &holds, err));
        *out_bits |= (uint64_t)holds << i;
    }
    return VTC_OK;
}

/* The innermost open begin of that time and name ends. */
static vtc_status end_begin(struct loader *loader, const struct vtci_batch *batch, size_t at)
{
    struct vtci_carried_arguments *carried = loader->carried;
    uint32_t name, *place = chain_of(loader, batch->track[at]);
    VTC_TRY(vtci_name_table_group(&loader->names, batch->block, batch->name[at], &name));
    while (*place != NO_BEGIN &&
           (loader->begins[*place].time_ns != batch->time_ns[at] ||
            (loader->begins[*place].name != 0 && loader->begins[*place].name != name)))
        place = &loader->begins[*place].before;
    if (*place == NO_BEGIN)
        return VTC_OK;
    uint32_t found = *place;
    struct open_begin *begin = &loader->begins[found];
    *place = begin->before;
    VTC_TRY(VTCI_ARRAY_RESERVE(carried->memory, carried->ends, carried->end_capacity,
                               carried->end_count + 1));
    if (begin->bits != 0)
        carried->ends[carried->end_count++] =
            (struct carried_end){batch->index, batch->row[at], begin->bits};
    begin->before = loader->free_begin;
    loader->free_begin = found;
    return VTC_OK;
}

static vtc_status open_begin(struct loader *loader, const struct vtc_events *events, size_t i,
                             struct vtc_error *err)
{
    struct open_begin begin = {.time_ns = events->time_ns[i]};
    uint32_t *chain = chain_of(loader, events->track[i]), place = loader->free_begin;
    VTC_TRY(vtci_name_table_group(&loader->names, loader->batches.batch.block, events->name[i],
                                  &begin.name));
    VTC_TRY(judge_begin(loader, events->row[i], &begin.bits, err));
    if (place != NO_BEGIN) {
        loader->free_begin = loader->begins[place].before;
    } else {
        if (loader->begin_count >= NO_BEGIN - 1)
            return VTC_ERR_NO_MEMORY;
        VTC_TRY(VTCI_ARRAY_RESERVE(loader->carried->memory, loader->begins, loader->begin_capacity,
                                   loader->begin_count + 1));
        place = (uint32_t)loader->begin_count++;
    }
    begin.before = *chain;
    loader->begins[place] = begin;
    *chain = place;
    return VTC_OK;
}

/* Begins that no span of the block has stay open. */
static vtc_status open_begins(struct loader *loader, struct vtc_error *err)
{
    struct vtci_memory *memory = loader->carried->memory;
    const struct vtci_batch *batch = &loader->batches.batch;
    const struct vtc_events *events = vtc_block_events(batch->block);
    size_t rows = events->count ? (size_t)events->row[events->count - 1] + 1 : 1;
    uint8_t *ended = vtci_allocate_zeroed(memory, rows);
    vtc_status status = ended ? VTC_OK : VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < batch->count && status == VTC_OK; i++)
        if (batch->begin_row[i] < rows)
            ended[batch->begin_row[i]] = 1;
    for (size_t i = 0; i < events->count && status == VTC_OK; i++)
        if (events->phase[i] == 'B' && events->time_ns[i] != VTC_NO_TIME && !ended[events->row[i]])
            status = open_begin(loader, events, i, err);
    vtci_release(memory, ended, rows);
    return status;
}

static vtc_status read_block(struct loader *loader, uint64_t block, struct vtc_error *err)
{
    struct vtci_batch_reader *batches = &loader->batches;
    struct vtci_batch *batch = &batches->batch;
    if (vtc_reader_zone_phase(batches->reader, block, 'B') == 0 &&
        vtc_reader_zone_phase(batches->reader, block, 'E') == 0)
        return VTC_OK;
    VTC_TRY(vtci_batch_read_pairs(batches, block, err));
    VTC_TRY(read_values(loader, batch->block, err));
    for (size_t i = 0; i < batch->count; i++)
        if (batch->phase[i] == 'E' && batch->begin_row[i] == VTC_NO_ROW)
            VTC_TRY(end_begin(loader, batch, i));
    return open_begins(loader, err);
}

static vtc_status load(struct loader *loader, struct vtc_error *err)
{
    struct vtc_summary summary;
    vtc_reader_summary(loader->batches.reader, &summary);
    VTC_TRY(vtci_name_table_init(&loader->names, loader->carried->memory));
    loader->track_count = (size_t)summary.tracks + 1;
    loader->tracks =
        vtci_allocate(loader->carried->memory, loader->track_count * sizeof *loader->tracks);
    if (!loader->tracks)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < loader->track_count; i++)
        loader->tracks[i] = NO_BEGIN;
    for (uint64_t block = 0; block < summary.blocks; block++)
        VTC_TRY(read_block(loader, block, err));
    return VTC_OK;
}

vtc_status vtci_carried_arguments_load(const struct vtci_filter *filter, vtc_query *query,
                                       vtc_reader *reader,
                                       struct vtci_carried_arguments **out_carried,
                                       struct vtc_error *err)
{
    struct vtci_batch_wish wish = {.spans = true, .everything = true};
    struct vtci_memory *memory = &query->memory;
    struct loader *loader = vtci_allocate_zeroed(memory, sizeof *loader);
    struct vtci_carried_arguments *carried = vtci_allocate_zeroed(memory, sizeof *carried);
    if (!loader || !carried) {
        vtci_release(memory, loader, sizeof *loader);
        vtci_release(memory, carried, sizeof *carried);
        return vtci_error_memory(err, sizeof *loader);
    }
    carried->memory = memory;
    loader->carried = carried;
    loader->free_begin = NO_BEGIN;
    vtci_batch_reader_init(&loader->batches, query, reader, filter, &wish);
    vtc_status status = load(loader, err);
    vtci_batch_reader_free(&loader->batches);
    vtci_name_table_free(&loader->names);
    VTCI_ARRAY_FREE(memory, loader->begins, loader->begin_capacity);
    vtci_release(memory, loader->tracks, loader->track_count * sizeof *loader->tracks);
    vtci_release(memory, loader, sizeof *loader);
    if (status == VTC_OK)
        *out_carried = carried;
    else
        vtci_carried_arguments_free(carried);
    return status;
}

void vtci_carried_arguments_free(struct vtci_carried_arguments *carried)
{
    if (!carried)
        return;
    VTCI_ARRAY_FREE(carried->memory, carried->ends, carried->end_capacity);
    vtci_release(carried->memory, carried, sizeof *carried);
}

bool vtci_carried_arguments_hold(const struct vtci_carried_arguments *carried, uint64_t block,
                                 uint32_t row, size_t condition)
{
    size_t least = 0, end = carried->end_count;
    while (least < end) {
        size_t middle = least + (end - least) / 2;
        const struct carried_end *at = &carried->ends[middle];
        if (at->block < block || (at->block == block && at->row < row))
            least = middle + 1;
        else
            end = middle;
    }
    return least < carried->end_count && carried->ends[least].block == block &&
           carried->ends[least].row == row && (carried->ends[least].bits >> condition & 1);
}
