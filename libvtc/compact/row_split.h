/* Finding the events in the text of a trace that comes in pieces, and the track of each.
 *
 *     {"displayTimeUnit":"ns","traceEvents":[ {…} , {…} ],"metadata":{…}}
 *                                             row   row    left out
 *
 * Rows are the objects of the outermost array, or of the member `traceEvents` of the outermost
 * object, as in the import (SPEC 7.9). They are handed on as they stand, so what they hold is kept to
 * the byte. All else is stepped over and counted, but for white space, separators and the member
 * `displayTimeUnit`, which a merged file has anyway.
 *
 * A row's track is the raw text of `pid` and `tid`. As rows of a producer begin alike, the bytes up
 * to the end of `tid` are compared with those of the row before; only where they differ is the row
 * taken apart.
 */
#ifndef VTCI_COMPACT_ROW_SPLIT_H
#define VTCI_COMPACT_ROW_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

struct vtci_span_text {
    const uint8_t *data; /* NULL: absent */
    size_t len_bytes;
};

struct vtci_row_facts {
    struct vtci_span_text phase; /* raw JSON, with quotes */
    struct vtci_span_text pid;
    struct vtci_span_text tid;
    struct vtci_span_text name;
};

/* Takes apart the members of a row that was found; of members of the same name the first counts. */
void vtci_row_facts_read(const uint8_t *row, size_t len_bytes, struct vtci_row_facts *out_facts);

/* Takes one row, borrowed for the call. `facts` NULL: pid, tid and phase are those of the row before,
 * and that was no metadata. */
typedef vtc_status (*vtci_row_fn)(void *context, const uint8_t *row, size_t len_bytes,
                                  const struct vtci_row_facts *facts, struct vtc_error *err);

enum vtci_split_place {
    VTCI_SPLIT_TOP,    /* outside of every value */
    VTCI_SPLIT_OBJECT, /* in the outermost object */
    VTCI_SPLIT_EVENTS, /* in the array of the events, between rows */
    VTCI_SPLIT_OTHER,  /* in some other value */
    VTCI_SPLIT_ROW
};

struct vtci_row_split {
    struct vtci_buffer buffer; /* the row that is not complete yet */
    vtci_row_fn take;
    void *context;
    enum vtci_split_place place;
    bool in_object; /* the events array is a member */
    bool in_string;
    bool escaped;
    uint64_t depth;   /* of nested values within a row or another value */
    size_t key_bytes; /* of the current key of the outermost object, so far */
    bool key_is_events;
    bool key_is_unit;
    bool after_colon;
    bool in_events;    /* the other value is an element of the events' array, not a member */
    uint64_t left_out; /* members and elements that are no events */
    size_t head_bytes; /* what rows of this track and phase begin with; 0: unknown */
    uint8_t head[160];
};

void vtci_row_split_init(struct vtci_row_split *split, struct vtci_memory *memory, vtci_row_fn take,
                         void *context);
/* The next piece of the text. VTC_ERR_NO_MEMORY where a row does not fit, or what `take` gave. */
VTC_NODISCARD vtc_status vtci_row_split_feed(struct vtci_row_split *split, const void *bytes,
                                             size_t len_bytes, struct vtc_error *err);
/* The text is over: a row that was begun is left out. Ready for the next text. */
void vtci_row_split_end(struct vtci_row_split *split);
void vtci_row_split_free(struct vtci_row_split *split);

#endif
