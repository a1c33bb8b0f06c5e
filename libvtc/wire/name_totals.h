/* The name totals: what the events of each name of the file add up to, so that `top N` and `count by
 * name` need no block. SPEC 7.8: IDX-5. They stand in the INDEX behind the top list:
 *
 *     bytes | g | g names | g events | g spans | least | most | totals
 *
 * One field of all names after the other, as in the top list; what follows from another field (the
 * most and the total of one span) is left out.
 */
#ifndef VTCI_WIRE_NAME_TOTALS_H
#define VTCI_WIRE_NAME_TOTALS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "vtc/status.h"

struct vtci_name_total {
    uint32_t id;     /* in the dictionary of the event's name; 0: no name */
    uint64_t events; /* of any phase but E and M */
    uint64_t spans;
    /* Of the spans; 0 where there are none. */
    int64_t total_ns;
    int64_t least_ns;
    int64_t most_ns;
};

/* Appends the totals without their leading length; `totals` by ascending id. */
VTC_NODISCARD vtc_status vtci_name_totals_encode(struct vtci_buffer *out,
                                                 const struct vtci_name_total *totals,
                                                 size_t count);

/* How many names there are: at most a third of the bytes, and VTCI_NAME_TOTALS_MAX. `offset` is that
 * of the INDEX, for errors. */
VTC_NODISCARD vtc_status vtci_name_totals_peek(const void *bytes, size_t len_bytes, uint64_t offset,
                                               size_t *out_count, struct vtc_error *err);
/* Fills the caller's array, with room for as many as peek said. Fields that a later minor version
 * added are stepped over. */
VTC_NODISCARD vtc_status vtci_name_totals_decode(const void *bytes, size_t len_bytes,
                                                 uint64_t offset, struct vtci_name_total *totals,
                                                 struct vtc_error *err);

#endif
