/* Going through the blocks that a filter leaves, and leaving what it leaves of their events. */
#include "base/error.h"
#include "read/block_internal.h"

struct vtc_iterator {
    const vtc_reader *reader;
    struct vtc_filter filter;
    uint64_t next_block;
    vtc_block *block; /* given out last */
};

vtc_status vtc_iterator_open(const vtc_reader *reader, const struct vtc_filter *filter,
                             vtc_iterator **out_iterator, struct vtc_error *err)
{
    struct vtc_filter chosen = {.struct_size = sizeof chosen, .fields = VTC_FIELD_ALL};
    if (filter) {
        memset(&chosen, 0, sizeof chosen);
        memcpy(&chosen, filter,
               filter->struct_size < sizeof chosen ? filter->struct_size : sizeof chosen);
    }
    if (chosen.fields & ~(unsigned)VTC_FIELD_ALL)
        return vtci_error_set(err, VTC_ERR_ARGUMENT, VTC_NO_OFFSET, NULL,
                              "expected known fields, found %#x", chosen.fields);
    if (chosen.has_track)
        chosen.fields |= VTC_FIELD_TRACK;
    if (chosen.has_range)
        chosen.fields |= VTC_FIELD_TIME | VTC_FIELD_DURATION;
    struct vtci_memory *memory = (struct vtci_memory *)(uintptr_t)&reader->memory;
    vtc_iterator *iterator = vtci_allocate_zeroed(memory, sizeof *iterator);
    if (!iterator)
        return vtci_error_memory(err, sizeof *iterator);
    iterator->reader = reader;
    iterator->filter = chosen;
    *out_iterator = iterator;
    return VTC_OK;
}

void vtc_iterator_close(vtc_iterator *iterator)
{
    if (!iterator)
        return;
    struct vtci_memory *memory = (struct vtci_memory *)(uintptr_t)&iterator->reader->memory;
    vtc_block_close(iterator->block);
    vtci_release(memory, iterator, sizeof *iterator);
}

/* Whether the zone map leaves a block: SPEC: ZON-2. A span that ends in a block may have begun
 * before it, but by no more than the longest. */
static bool zone_matches(const struct vtc_iterator *iterator, uint64_t block)
{
    const struct vtc_filter *filter = &iterator->filter;
    const struct vtci_chain_block *of = &iterator->reader->chain.blocks[block];
    if (of->events == 0)
        return false;
    if (filter->has_range) {
        if (!of->has_times || of->last_ns < filter->from_ns)
            return false;
        uint64_t before_ns = filter->fields & VTC_FIELD_SPANS ? of->longest_ns : 0;
        if (of->first_ns > filter->to_ns &&
            (uint64_t)of->first_ns - (uint64_t)filter->to_ns > before_ns)
            return false;
    }
    return !filter->has_track || vtc_reader_zone_has_track(iterator->reader, block, filter->track);
}

/* Whether the filter leaves anything of an opened block. */
static vtc_status has_something(vtc_block *block, bool *out_has, struct vtc_error *err)
{
    *out_has = block->events.count > 0;
    if (*out_has || (block->fields & VTC_FIELD_SPANS) != VTC_FIELD_SPANS)
        return VTC_OK;
    const struct vtc_spans *spans;
    VTC_TRY(vtc_block_spans(block, &spans, err));
    *out_has = spans->count > 0;
    return VTC_OK;
}

vtc_status vtc_iterator_next(vtc_iterator *iterator, vtc_block **out_block, struct vtc_error *err)
{
    const struct vtc_filter *filter = &iterator->filter;
    while (iterator->next_block < iterator->reader->chain.block_count) {
        uint64_t index = iterator->next_block++;
        vtc_block_close(iterator->block);
        iterator->block = NULL;
        if (!zone_matches(iterator, index))
            continue;
        bool has = false;
        VTC_TRY(vtc_block_open(iterator->reader, index, filter->fields, &iterator->block, err));
        VTC_TRY(vtci_block_set_filter(iterator->block, filter, err));
        VTC_TRY(has_something(iterator->block, &has, err));
        if (has) {
            *out_block = iterator->block;
            return VTC_OK;
        }
    }
    return VTC_END;
}
