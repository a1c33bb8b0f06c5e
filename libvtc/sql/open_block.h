/* Opened blocks: a few are kept, so that rows can be had by number in any order.
 *
 * A block is pinned while rows of it are used. Of those that are not, the least recently used one
 * goes when another is opened.
 */
#ifndef VTCI_SQL_OPEN_BLOCK_H
#define VTCI_SQL_OPEN_BLOCK_H

#include "sql/json.h"
#include "sql/trace.h"

#define VTCI_OPEN_BLOCKS 2 /* [choice] that are kept without being pinned: 20 MB each */

/* Members of events that are not among the fields of a block. */
enum vtci_member { VTCI_MEMBER_ARGS, VTCI_MEMBER_TTS, VTCI_MEMBER_TDUR, VTCI_MEMBERS };

struct vtci_open_block {
    struct vtci_open_block *next;
    uint64_t index;
    unsigned fields;
    unsigned pins;
    vtc_block *block;
    const struct vtc_events *events;
    struct vtc_row_texts texts; /* data NULL: not made yet */
    uint8_t *may_have;          /* by row, a bit for each member; NULL: not asked for yet */
    size_t row_count;
    struct vtci_json members[VTCI_MEMBERS]; /* of event `members_of` - 1; 0: of none */
    size_t members_of;

    bool has_slices;
    uint32_t slice_count;
    uint32_t *slice_event; /* by slice: its event */
    uint8_t *slice_flags;  /* by slice: enum vtci_slice_flag */
    uint32_t *slice_begin; /* by slice: the number of its begin; NULL when the block has none */
    uint32_t *end_event;   /* by end: its event; NULL: not asked for yet */
    size_t end_count;
};

enum vtci_slice_flag {
    VTCI_SLICE_IS = 1,      /* it is one */
    VTCI_SLICE_PROCESS = 2, /* an instant of its process */
    VTCI_SLICE_GLOBAL = 4   /* an instant of the whole trace */
};

/* Pins a block that has at least these fields (enum vtc_field). Failures are in trace->err. */
VTC_NODISCARD vtc_status vtci_open_block_get(struct vtci_sql_trace *trace, uint64_t index,
                                             unsigned fields, struct vtci_open_block **out_block);
/* Unpins; NULL is accepted. */
void vtci_open_block_put(struct vtci_sql_trace *trace, struct vtci_open_block *block);
void vtci_open_blocks_free(struct vtci_sql_trace *trace);

/* Fills the arrays of slices. */
VTC_NODISCARD vtc_status vtci_open_block_slices(struct vtci_sql_trace *trace,
                                                struct vtci_open_block *block);
/* What of a block must be unpacked to tell its slices. */
unsigned vtci_slice_fields(const struct vtci_sql_trace *trace, uint64_t index);

/* The event of an end, by its number from the block's first on; SIZE_MAX where there is none. */
VTC_NODISCARD vtc_status vtci_open_block_end(struct vtci_sql_trace *trace,
                                             struct vtci_open_block *block, uint64_t end,
                                             size_t *out_event);

/* Fills `texts`. */
VTC_NODISCARD vtc_status vtci_open_block_texts(struct vtci_sql_trace *trace,
                                               struct vtci_open_block *block);
/* The object of an event, once there are texts. */
static inline struct vtci_json vtci_open_block_event(const struct vtci_open_block *block,
                                                     size_t event)
{
    size_t row = block->events->row[event];
    const struct vtc_row_texts *texts = &block->texts;
    if (row >= texts->count)
        return vtci_json_value(NULL, 0);
    return vtci_json_value(texts->data + texts->bounds[2 * row],
                           texts->bounds[2 * row + 1] - texts->bounds[2 * row]);
}

/* A member of an event (open_members.c). Kind NONE where it has none, for which no text is made: the
 * columns of a block tell which rows may have one. */
VTC_NODISCARD vtc_status vtci_open_block_member(struct vtci_sql_trace *trace,
                                                struct vtci_open_block *block, size_t event,
                                                enum vtci_member member,
                                                struct vtci_json *out_value);
void vtci_open_members_free(struct vtci_sql_trace *trace, struct vtci_open_block *block);

/* Whether an async event has an id, in any of the three places where it may be. */
bool vtci_json_has_async_id(struct vtci_json event);

#endif
