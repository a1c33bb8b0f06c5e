/* The longest spans so far, for the top list of the INDEX (wire/top_list.h): a heap with the last of
 * them, by the order of answers, on top.
 *
 * Both the importer and `verify` gather by this one unit, from the first block to the last. Almost
 * every span is turned away by one comparison (vtci_top_spans_wants). Texts without an id are
 * copied; one that is longer than the list may hold is not, and the list ends before its span.
 */
#ifndef VTCI_COLUMN_TOP_SPANS_H
#define VTCI_COLUMN_TOP_SPANS_H

#include <stdbool.h>

#include "base/memory.h"
#include "column/open_spans.h"
#include "wire/top_list.h"

struct vtci_top_entry {
    struct vtci_top_span span;
    uint8_t *owned; /* name, then category, where they are texts */
    size_t owned_bytes;
};

struct vtci_top_spans {
    struct vtci_memory *memory;
    struct vtci_top_entry *entries;
    size_t count, capacity;
    size_t wanted;
};

void vtci_top_spans_init(struct vtci_top_spans *top, struct vtci_memory *memory, size_t wanted);
void vtci_top_spans_free(struct vtci_top_spans *top);

/* False: a span as long as this has no place. */
static inline bool vtci_top_spans_wants(const struct vtci_top_spans *top, int64_t duration_ns)
{
    return top->count < top->wanted || duration_ns >= top->entries[0].span.duration_ns;
}

/* Takes a span (its texts apart) if it belongs to the longest. NO_MEMORY. */
VTC_NODISCARD vtc_status vtci_top_spans_add(struct vtci_top_spans *top,
                                            const struct vtci_top_span *span,
                                            const struct vtci_label *name,
                                            const struct vtci_label *category);

/* Puts the longest first, and gives up to `count` of them to `out_spans`; returns how many: fewer
 * where there are no more, or where a text is too long. They borrow from `top`, which takes no more
 * spans from then on. */
size_t vtci_top_spans_list(struct vtci_top_spans *top, size_t count,
                           struct vtci_top_span *out_spans);

#endif
