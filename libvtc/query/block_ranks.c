#include "query/block_ranks.h"

#include <stdlib.h>

#include "base/error.h"

static int compare(const void *a, const void *b)
{
    const struct vtci_block_rank *left = a, *right = b;
    if (left->longest_ns != right->longest_ns)
        return left->longest_ns > right->longest_ns ? -1 : 1;
    if (left->earliest_ns != right->earliest_ns)
        return left->earliest_ns < right->earliest_ns ? -1 : 1;
    return left->block < right->block ? -1 : left->block > right->block;
}

static int64_t earliest_start(const vtc_reader *reader, uint64_t block, const struct vtc_zone *zone)
{
    int64_t earliest_ns = INT64_MIN;
    if (!zone->has_times)
        return earliest_ns;
    if (vtc_reader_zone_phase(reader, block, 'E') == 0)
        return zone->first_ns;
    if (zone->longest_ns > INT64_MAX ||
        __builtin_sub_overflow(zone->first_ns, (int64_t)zone->longest_ns, &earliest_ns))
        return INT64_MIN;
    return earliest_ns;
}

/* Blocks without spans are left out. */
static vtc_status gather(struct vtci_block_ranks *ranks, const vtc_reader *reader, uint64_t blocks)
{
    for (uint64_t block = 0; block < blocks; block++) {
        struct vtc_zone zone;
        VTC_TRY(vtc_reader_zone(reader, block, &zone));
        if (zone.spans == 0)
            continue;
        ranks->ranks[ranks->count++] = (struct vtci_block_rank){
            .longest_ns = zone.longest_ns,
            .earliest_ns = earliest_start(reader, block, &zone),
            .block = block,
        };
    }
    return VTC_OK;
}

/* N blocks vouch for N spans; what is shorter than all of these is not needed. */
static void leave_out_beaten(struct vtci_block_ranks *ranks, uint64_t wanted)
{
    if (wanted >= ranks->count)
        return;
    uint64_t least_ns = ranks->ranks[wanted - 1].longest_ns;
    while (ranks->ranks[ranks->count - 1].longest_ns < least_ns)
        ranks->count--;
}

vtc_status vtci_block_ranks_make(struct vtci_block_ranks *ranks, struct vtci_memory *memory,
                                 const vtc_reader *reader, uint64_t wanted, struct vtc_error *err)
{
    struct vtc_summary summary;
    vtc_reader_summary(reader, &summary);
    ranks->count = 0;
    ranks->capacity = 0;
    ranks->ranks = NULL;
    if (summary.blocks > SIZE_MAX / sizeof *ranks->ranks ||
        VTCI_ARRAY_RESERVE(memory, ranks->ranks, ranks->capacity, (size_t)summary.blocks) != VTC_OK)
        return vtci_error_memory(err, summary.blocks);
    vtc_status status = gather(ranks, reader, summary.blocks);
    if (status != VTC_OK) {
        vtci_block_ranks_free(ranks, memory);
        return vtci_error_set(err, status, VTC_NO_OFFSET, NULL, "a block has no zone map");
    }
    if (ranks->count > 0)
        qsort(ranks->ranks, ranks->count, sizeof *ranks->ranks, compare);
    leave_out_beaten(ranks, wanted);
    return VTC_OK;
}

void vtci_block_ranks_free(struct vtci_block_ranks *ranks, struct vtci_memory *memory)
{
    VTCI_ARRAY_FREE(memory, ranks->ranks, ranks->capacity);
}

bool vtci_block_rank_is_beaten(const struct vtci_block_rank *rank,
                               const struct vtci_span_heap *heap)
{
    if (!vtci_span_heap_is_full(heap) || heap->spans[0].duration_ns < 0)
        return false;
    const struct vtc_span *worst = &heap->spans[0];
    if ((uint64_t)worst->duration_ns != rank->longest_ns)
        return (uint64_t)worst->duration_ns > rank->longest_ns;
    if (rank->earliest_ns != worst->start_ns)
        return rank->earliest_ns > worst->start_ns;
    return rank->block > worst->block;
}
