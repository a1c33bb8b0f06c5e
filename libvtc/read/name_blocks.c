#include "read/name_blocks.h"

#include "base/error.h"
#include "wire/zone_map.h"

/* Goes through the blocks twice: the first time counts, the second one fills. */
struct walk {
    struct vtci_name_blocks *lists;
    const uint32_t *key_of;
    uint32_t *noted; /* by key: the block that was noted last, + 1 */
    bool counts;
};

static void note(struct walk *walk, uint32_t key, uint32_t block)
{
    struct vtci_name_blocks *lists = walk->lists;
    if (walk->noted[key] == block + 1)
        return;
    walk->noted[key] = block + 1;
    if (walk->counts)
        lists->starts[key]++;
    else
        lists->blocks[--lists->starts[key]] = block;
}

/* Filled from the ends of the lists, so the first block comes first to have the last behind it. */
static void walk_blocks(struct walk *walk, const struct vtci_chain *chain)
{
    for (size_t i = 0; i < chain->block_count; i++) {
        struct vtci_zone_map zone;
        vtci_chain_zone(chain, i, &zone);
        if (zone.phases['M'] == 0)
            continue;
        struct vtci_cursor cursor = vtci_cursor_make(zone.track_bytes, zone.track_len_bytes);
        uint32_t next = 0;
        for (size_t k = 0; k < zone.track_count; k++) {
            uint32_t id = next + (uint32_t)vtci_cursor_varint(&cursor);
            if (id < walk->lists->key_count)
                note(walk, walk->key_of ? walk->key_of[id] : id, (uint32_t)i);
            next = id + 1;
        }
    }
}

vtc_status vtci_name_blocks_make(const struct vtci_chain *chain, const uint32_t *key_of,
                                 size_t key_count, struct vtci_memory *memory,
                                 struct vtci_name_blocks *out_lists)
{
    size_t noted_bytes = key_count * sizeof(uint32_t), total = 0;
    out_lists->key_count = key_count;
    out_lists->starts = vtci_allocate_zeroed(memory, (key_count + 1) * sizeof *out_lists->starts);
    struct walk walk = {out_lists, key_of, vtci_allocate_zeroed(memory, noted_bytes), true};
    vtc_status status = VTC_ERR_NO_MEMORY;
    if (!out_lists->starts || !walk.noted)
        goto end;
    walk_blocks(&walk, chain);
    for (size_t key = 0; key < key_count; key++)
        out_lists->starts[key] = total += out_lists->starts[key]; /* the end of each, for now */
    out_lists->starts[key_count] = total;
    out_lists->blocks = vtci_allocate(memory, total * sizeof *out_lists->blocks);
    if (total && !out_lists->blocks)
        goto end;
    memset(walk.noted, 0, noted_bytes);
    walk.counts = false;
    walk_blocks(&walk, chain);
    status = VTC_OK;
end:
    vtci_release(memory, walk.noted, noted_bytes);
    return status;
}

void vtci_name_blocks_free(struct vtci_name_blocks *lists, struct vtci_memory *memory)
{
    if (lists->starts)
        vtci_release(memory, lists->blocks,
                     lists->starts[lists->key_count] * sizeof *lists->blocks);
    vtci_release(memory, lists->starts, (lists->key_count + 1) * sizeof *lists->starts);
    memset(lists, 0, sizeof *lists);
}
