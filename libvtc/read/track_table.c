#include "read/track_table.h"

#include "base/error.h"
#include "base/table_hash.h"

void vtci_track_table_init(struct vtci_track_table *table, struct vtci_memory *memory)
{
    memset(table, 0, sizeof *table);
    table->memory = memory;
}

void vtci_track_table_free(struct vtci_track_table *table)
{
    VTCI_ARRAY_FREE(table->memory, table->slots, table->slot_count);
    vtci_track_table_init(table, table->memory);
}

static size_t track_hash(struct vtci_bytes pid, struct vtci_bytes tid)
{
    uint64_t of_pid = vtci_table_hash_text(0, pid.data, pid.len_bytes);
    return (size_t)vtci_table_hash_text(of_pid, tid.data, tid.len_bytes);
}

static bool bytes_equal(struct vtci_bytes a, struct vtci_bytes b)
{
    return a.len_bytes == b.len_bytes &&
           (a.len_bytes == 0 || memcmp(a.data, b.data, a.len_bytes) == 0);
}

/* The slot of the track, or the free one where it belongs. */
static size_t find_slot(const struct vtci_track_table *table, const struct vtci_schema *schema,
                        struct vtci_bytes pid, struct vtci_bytes tid)
{
    size_t mask = table->slot_count - 1;
    size_t at = track_hash(pid, tid) & mask;
    for (; table->slots[at]; at = (at + 1) & mask) {
        const struct vtci_track *track = &schema->tracks[table->slots[at] - 1];
        if (bytes_equal(track->pid, pid) && bytes_equal(track->tid, tid))
            break;
    }
    return at;
}

static vtc_status resize(struct vtci_track_table *table, size_t slot_count)
{
    uint32_t *slots = vtci_allocate_zeroed(table->memory, slot_count * sizeof *slots);
    if (!slots)
        return VTC_ERR_NO_MEMORY;
    VTCI_ARRAY_FREE(table->memory, table->slots, table->slot_count);
    table->slots = slots;
    table->slot_count = slot_count;
    table->track_count = 0; /* to be added once more */
    return VTC_OK;
}

vtc_status vtci_track_table_update(struct vtci_track_table *table, const struct vtci_schema *schema)
{
    size_t wanted = table->slot_count ? table->slot_count : 64;
    while (wanted < schema->track_count * 2)
        wanted *= 2;
    if (wanted != table->slot_count)
        VTC_TRY(resize(table, wanted));
    for (; table->track_count < schema->track_count; table->track_count++) {
        const struct vtci_track *track = &schema->tracks[table->track_count];
        size_t at = find_slot(table, schema, track->pid, track->tid);
        if (!table->slots[at])
            table->slots[at] = (uint32_t)table->track_count + 1;
    }
    return VTC_OK;
}

uint32_t vtci_track_table_find(const struct vtci_track_table *table,
                               const struct vtci_schema *schema, struct vtci_bytes pid,
                               struct vtci_bytes tid)
{
    uint32_t found = table->slot_count ? table->slots[find_slot(table, schema, pid, tid)] : 0;
    return found ? found - 1 : VTCI_NONE;
}
