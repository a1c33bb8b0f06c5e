/* Events that belong together by an id: those of async operations and of flows.
 *
 * They come from several threads and so in no order; all are collected, with what identifies them, and
 * given sorted by time, of the same time as in the trace. What identifies an event is its category and
 * id (or its id2, a local one with the process), its scope, and for flows and the old form of async
 * events (S T p F) its name.
 */
#ifndef VTCI_QUERY_LINKED_EVENTS_H
#define VTCI_QUERY_LINKED_EVENTS_H

#include "query/name_table.h"
#include "query/scan.h"

struct vtci_linked_event {
    int64_t time_ns;
    uint64_t order;              /* in the trace */
    uint32_t key;                /* the same for those that belong together */
    uint32_t name, category, id; /* of the table of texts; 0: absent */
    uint32_t track;
    uint8_t phase;
    bool selected; /* the conditions hold for it */
};

struct vtci_linked_events {
    struct vtci_memory *memory;
    struct vtci_name_table texts;
    struct vtci_name_table keys;
    struct vtci_linked_event *events;
    size_t count, capacity;
};

/* Collects the events of some phases; those of `named` go by their names too. */
VTC_NODISCARD vtc_status vtci_linked_events_load(struct vtci_linked_events *linked,
                                                 struct vtci_verbs *verbs,
                                                 const struct vtci_filter *filter,
                                                 const char *phases, const char *named,
                                                 struct vtc_error *err);
void vtci_linked_events_free(struct vtci_linked_events *linked);

#endif
