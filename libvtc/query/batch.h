/* Spans or events of one block, and which of them a question is about.
 *
 *     zone map -> block -> arrays, those that conditions need first -> selected rows -> the rest
 *
 * Spans of a block whose only spans are X come straight from the arrays of events; where there are
 * ends, from vtc_block_spans. Arrays that were not asked for are NULL.
 */
#ifndef VTCI_QUERY_BATCH_H
#define VTCI_QUERY_BATCH_H

#include "query/filter.h"

struct vtci_batch {
    vtc_block *block;
    uint64_t index;
    bool has_pairs; /* spans that vtc_block_spans made */
    bool is_spans;  /* times and durations are those of spans, `phase` is 'X' or, of a pair, 'E' */
    size_t count;
    const uint32_t *row;
    const uint32_t *begin_row; /* of a pair, in this block; NULL without pairs */
    const uint8_t *phase;
    const int64_t *time_ns;
    const int64_t *duration_ns;
    const uint32_t *track;
    const vtc_string *name;
    const vtc_string *category;
    const vtc_string *id;
    uint32_t *selected; /* ascending indexes into the arrays */
    size_t selected_count, selected_capacity;
};

/* What a verb wants of every block. */
struct vtci_batch_wish {
    bool spans;          /* else events */
    bool everything;     /* all spans in order: the selection says which are meant */
    unsigned fields;     /* of enum vtc_field */
    const char *only;    /* of events: these phases; NULL: all … */
    const char *without; /* … but these; NULL: none */
};

/* One for each thread. */
struct vtci_batch_reader {
    struct vtc_query *query;
    vtc_reader *reader;
    const struct vtci_filter *filter;
    struct vtci_batch_wish wish;
    uint8_t phases[256];                                  /* of events: 1 where wanted */
    struct vtci_string_map verdicts[VTCI_CONDITIONS_MAX]; /* of patterns: 1 no, 2 yes */
    struct vtci_batch batch;
};

void vtci_batch_reader_init(struct vtci_batch_reader *batches, vtc_query *query, vtc_reader *reader,
                            const struct vtci_filter *filter, const struct vtci_batch_wish *wish);
void vtci_batch_reader_free(struct vtci_batch_reader *batches);
/* VTC_END when the block has nothing that is meant. The batch lasts until the next call. As
 * vtc_block_open; NO_MEMORY. */
VTC_NODISCARD vtc_status vtci_batch_read(struct vtci_batch_reader *batches, uint64_t block,
                                         struct vtc_error *err);

/* All spans of a block as vtc_block_spans makes them, none selected; the block has its events too. */
VTC_NODISCARD vtc_status vtci_batch_read_pairs(struct vtci_batch_reader *batches, uint64_t block,
                                               struct vtc_error *err);
/* Unpacks more arrays. */
VTC_NODISCARD vtc_status vtci_batch_add_fields(struct vtci_batch_reader *batches, unsigned fields,
                                               struct vtc_error *err);
/* Whether a row of the arrays is a span, selected or not. */
static inline bool vtci_batch_is_span(const struct vtci_batch *batch, size_t at)
{
    return batch->has_pairs || (batch->phase[at] == 'X' && batch->time_ns[at] != VTC_NO_TIME &&
                                batch->duration_ns[at] != VTC_NO_TIME);
}

/* Leaves the selected rows for which a conjunct holds (filter_apply.c). */
VTC_NODISCARD vtc_status vtci_filter_apply(struct vtci_batch_reader *batches, size_t conjunct,
                                           struct vtc_error *err);
/* Whether the condition on an argument holds for any of its values in a row; sets `*out_holds`, and
 * leaves it alone where not. */
VTC_NODISCARD vtc_status vtci_filter_judge_row(struct vtci_batch_reader *batches,
                                               const struct vtci_batch *batch, size_t index,
                                               const struct vtc_values *values, uint32_t row,
                                               uint8_t *out_holds, struct vtc_error *err);
/* Leaves those that touch the range, whose times must be there. */
void vtci_filter_apply_range(struct vtci_batch_reader *batches);

#endif
