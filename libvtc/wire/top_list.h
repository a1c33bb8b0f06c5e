/* The top list: the longest spans of a file, ready to be told, and the names of their threads, so
 * that `slowest N` needs no block. SPEC 7.8: IDX-3, IDX-4. It stands in the INDEX behind the frames:
 *
 *     bytes | n | n durations | n blocks | n starts | ... | n categories | t | t tracks with names
 *
 * One field of all spans after the other, as fields that are alike pack best side by side. The list
 * is a prefix of the order that answers have (base/span_order.h), so whoever wants no more
 * spans than it has, has the exact answer, ties included. One list for the file, not one for each
 * block: as many spans in all, but those that are asked for.
 */
#ifndef VTCI_WIRE_TOP_LIST_H
#define VTCI_WIRE_TOP_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/span_order.h"
#include "vtc/status.h"

/* What a name is. Above VTCI_TOP_TEXT, of a span: the id of a string, plus 1, in the dictionary of
 * the event's name or category. */
enum vtci_top_code { VTCI_TOP_NOTHING = 0, VTCI_TOP_TEXT = 1, VTCI_TOP_NO_NAME = 2 };

/* Of a span: NOTHING (it has none), TEXT, or a string's id. Of a track: NOTHING (not said), TEXT, or
 * NO_NAME (there is none). */
struct vtci_top_text {
    uint64_t code;
    struct vtci_bytes text; /* with TEXT; from the decoder: borrowed from the bytes */
};

struct vtci_top_span {
    int64_t duration_ns;
    int64_t start_ns;
    uint64_t block;
    uint32_t row;
    uint32_t track;
    uint8_t phase; /* 'X' or 'E' */
    struct vtci_top_text name;
    struct vtci_top_text category;
};

struct vtci_top_track {
    uint32_t track;
    struct vtci_top_text process;
    struct vtci_top_text thread;
};

struct vtci_top_list {
    struct vtci_top_span *spans; /* in order */
    size_t span_count;
    struct vtci_top_track *tracks; /* ascending, at most span_count */
    size_t track_count;
};

static inline int vtci_top_span_compare(const struct vtci_top_span *a,
                                        const struct vtci_top_span *b)
{
    return vtci_span_place_compare((struct vtci_span_place){a->duration_ns, a->start_ns, a->block,
                                                            a->row},
                                   (struct vtci_span_place){b->duration_ns, b->start_ns, b->block,
                                                            b->row});
}

/* Appends the list without its leading length. */
VTC_NODISCARD vtc_status vtci_top_list_encode(struct vtci_buffer *out,
                                              const struct vtci_top_list *list);

/* How many spans a list has: at most an eighth of its bytes, and VTCI_TOP_SPANS_MAX. `offset` is
 * that of the INDEX, for errors. */
VTC_NODISCARD vtc_status vtci_top_list_peek(const void *bytes, size_t len_bytes, uint64_t offset,
                                            size_t *out_span_count, struct vtc_error *err);
/* Fills the caller's arrays, each with room for as many as peek said. Fields that a later minor
 * version added are stepped over. */
VTC_NODISCARD vtc_status vtci_top_list_decode(const void *bytes, size_t len_bytes, uint64_t offset,
                                              struct vtci_top_list *list, struct vtc_error *err);

#endif
