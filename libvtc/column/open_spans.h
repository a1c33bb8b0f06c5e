/* Begins that wait for their ends: pairing `B` and `E` events of a track (SPEC 7.11).
 *
 * Both the importer (zone maps, carried spans) and the reader pair by this one unit. An end closes
 * the innermost open begin of its track with the same name, or, without a name, the innermost. Only
 * the VTCI_OPEN_SPANS_SEARCHED innermost are looked at, so that hostile input costs no more than
 * that per event.
 */
#ifndef VTCI_COLUMN_OPEN_SPANS_H
#define VTCI_COLUMN_OPEN_SPANS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"
#include "column/schema.h"
#include "vtc/status.h"

#define VTCI_OPEN_SPANS_SEARCHED 1024u

/* A name or category: text, and an id (not 0) by which equal ones are told quickly. */
struct vtci_label {
    uint32_t id; /* 0: compare the text */
    bool absent;
    struct vtci_bytes text; /* borrowed; a begin's text is copied when it has no id */
};

struct vtci_open_span {
    int64_t start_ns;
    uint64_t tag; /* the caller's: where the begin is */
    struct vtci_label name;
    struct vtci_label category;
    uint8_t *owned; /* copies of texts without id */
    size_t owned_bytes;
};

struct vtci_open_stack {
    struct vtci_open_span *spans;
    size_t count, capacity;
    uint64_t not_kept; /* begins beyond the limit */
};

struct vtci_open_spans {
    struct vtci_memory *memory;
    const struct vtci_schema *schema; /* borrowed; its dictionaries hold the texts of ids */
    struct vtci_open_stack *stacks;   /* by track */
    size_t stack_capacity;
    size_t open_count;
    size_t open_max;
};

void vtci_open_spans_init(struct vtci_open_spans *spans, struct vtci_memory *memory,
                          const struct vtci_schema *schema, size_t open_max);
void vtci_open_spans_free(struct vtci_open_spans *spans);

VTC_NODISCARD vtc_status vtci_open_spans_begin(struct vtci_open_spans *spans, uint32_t track,
                                               int64_t start_ns, uint64_t tag,
                                               const struct vtci_label *name,
                                               const struct vtci_label *category);
/* True and *out_span, when the end has a begin; the span's owned texts pass to the caller, who calls
 * vtci_open_span_release. */
bool vtci_open_spans_end(struct vtci_open_spans *spans, uint32_t track,
                         const struct vtci_label *name, struct vtci_open_span *out_span);
void vtci_open_span_release(struct vtci_open_spans *spans, struct vtci_open_span *span);

/* The label `key` of a pair: that of its begin, or of its end where the begin has none. A begin that is
 * carried, in an earlier block than its end, tells an empty text as none. */
struct vtci_label vtci_pair_label(const struct vtci_schema *schema, const char *key,
                                  const struct vtci_label *begin, bool is_carried,
                                  const struct vtci_label *end);

/* The text of a label of the member `key` of path 0: by its id, as what it borrowed may be gone. */
struct vtci_bytes vtci_label_text(const struct vtci_schema *schema, const char *key,
                                  const struct vtci_label *label);

#endif
