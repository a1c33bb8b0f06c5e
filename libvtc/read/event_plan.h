/* Where the fields of an event are, shape by shape (SPEC 7.10).
 *
 * A field is a member of path 0 whose values are in a NUMBER or a STRING column; of a doubled key
 * the last counts. Both kinds of column of each field are *tracked*: a shape says how many of their
 * values a row of it takes, so that a walk over the rows knows where the next row's begin.
 */
#ifndef VTCI_READ_EVENT_PLAN_H
#define VTCI_READ_EVENT_PLAN_H

#include "column/raw_event.h"
#include "column/schema.h"

/* Tracked columns: of each field its NUMBER and its STRING. */
#define VTCI_TRACKED(field, is_string) ((field)*2 + (is_string))
#define VTCI_TRACKED_COLUMNS (VTCI_EVENT_FIELDS * 2)

struct vtci_event_slot {
    uint8_t type;   /* VTCI_NUMBER, VTCI_STRING; 0: absent */
    uint8_t quoted; /* a NUMBER between quotes */
    uint16_t nth;   /* how many values of its column come before it in the row */
};

struct vtci_event_shape {
    uint8_t is_event;
    uint8_t phase;
    struct vtci_event_slot fields[VTCI_EVENT_FIELDS];
    uint16_t counts[VTCI_TRACKED_COLUMNS];
};

struct vtci_event_plan {
    struct vtci_memory *memory;
    struct vtci_event_shape *shapes; /* [0]: a row without a shape; then by local id of path 0 */
    size_t shape_count, shape_capacity;
};

void vtci_event_plan_init(struct vtci_event_plan *plan, struct vtci_memory *memory);
void vtci_event_plan_free(struct vtci_event_plan *plan);
/* Adds the shapes of path 0 that the schema gained. */
VTC_NODISCARD vtc_status vtci_event_plan_update(struct vtci_event_plan *plan,
                                                const struct vtci_schema *schema);

/* The column of a field; VTCI_NONE. */
uint32_t vtci_event_column(const struct vtci_schema *schema, unsigned tracked);

#endif
