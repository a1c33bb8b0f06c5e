/* From the JSON text of a pid and a tid to the track. */
#ifndef VTCI_READ_TRACK_TABLE_H
#define VTCI_READ_TRACK_TABLE_H

#include "column/schema.h"

struct vtci_track_table {
    struct vtci_memory *memory;
    uint32_t *slots;   /* track + 1; 0: free */
    size_t slot_count; /* a power of two, or 0 */
    size_t track_count;
};

void vtci_track_table_init(struct vtci_track_table *table, struct vtci_memory *memory);
void vtci_track_table_free(struct vtci_track_table *table);
/* Adds the tracks that the schema gained. */
VTC_NODISCARD vtc_status vtci_track_table_update(struct vtci_track_table *table,
                                                 const struct vtci_schema *schema);
/* VTCI_NONE when there is none. Of equal tracks the first. */
uint32_t vtci_track_table_find(const struct vtci_track_table *table,
                               const struct vtci_schema *schema, struct vtci_bytes pid,
                               struct vtci_bytes tid);

#endif
