/* The fields of an event whose row is kept as text (SPEC 7.10).
 *
 * A row without a shape is an event like any other: importer and reader find its phase, times,
 * track, name and category by this one unit. The text is data that nobody checked, of a hostile file
 * any bytes at all; what does not read as a member ends the reading, and nothing recurses.
 *
 *     {"ph":"X", "ts" : 5,"args":{"ts":7},"name":"f"}
 *       key string key bare  key   node     key  string
 */
#ifndef VTCI_COLUMN_RAW_EVENT_H
#define VTCI_COLUMN_RAW_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "column/schema.h"

enum vtci_event_field {
    VTCI_EVENT_TS,
    VTCI_EVENT_DUR,
    VTCI_EVENT_PID,
    VTCI_EVENT_TID,
    VTCI_EVENT_NAME,
    VTCI_EVENT_CAT,
    VTCI_EVENT_ID,
    VTCI_EVENT_FIELDS
};

/* Their keys. */
extern const char *const vtci_event_keys[VTCI_EVENT_FIELDS];

struct vtci_raw_value {
    struct vtci_bytes text; /* of a string what is between its quotes */
    uint8_t type;           /* VTCI_NUMBER: a bare word, VTCI_STRING, VTCI_NODE; 0: absent */
};

struct vtci_raw_event {
    uint8_t phase; /* 0: none */
    struct vtci_raw_value fields[VTCI_EVENT_FIELDS];
};

/* Texts are borrowed. */
void vtci_raw_event_read(struct vtci_bytes text, struct vtci_raw_event *out);

/* The last member of an object that has this key. */
struct vtci_raw_value vtci_raw_member(struct vtci_bytes text, const char *key);

/* The JSON text of a pid or tid: a string with its quotes, which stand around it; an object or a list
 * counts as absent. */
static inline struct vtci_bytes vtci_raw_json(const struct vtci_raw_value *value)
{
    size_t quotes = value->type == VTCI_STRING;
    if (value->type != VTCI_NUMBER && value->type != VTCI_STRING)
        return (struct vtci_bytes){NULL, 0};
    return (struct vtci_bytes){value->text.data - quotes, value->text.len_bytes + 2 * quotes};
}

/* SPEC 7.11; false where it is no time. */
bool vtci_raw_time(const struct vtci_raw_value *value, int64_t *out_ns);

#endif
