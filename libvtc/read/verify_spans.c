/* Spans over blocks: the begins that are open are kept from block to block, as the writer did, and the
 * carried spans of each block are compared with those that this finds. SPEC: BLK-6.
 */
#include "base/error.h"
#include "column/event_time.h"
#include "column/open_spans.h"
#include "read/verify_internal.h"

struct vtci_label vtci_verify_label(const vtc_block *block, enum vtci_event_field field,
                                    vtc_string string)
{
    const struct vtci_schema *schema = &block->definitions->schema;
    uint64_t column = (uint64_t)vtci_event_column(schema, VTCI_TRACKED(field, 1)) + 1;
    struct vtci_label label = {0, string == VTC_NO_STRING, {NULL, 0}};
    struct vtc_text text = vtc_block_string(block, string);
    label.text = (struct vtci_bytes){(const uint8_t *)text.data, text.len_bytes};
    if (!label.absent && string < VTC_STRING_LOCAL && string >> 32 == column)
        label.id = (uint32_t)string;
    return label;
}

static bool is_carried(const struct vtci_schema *schema, const struct vtci_carried *carried,
                       uint32_t row, const struct vtci_open_span *span)
{
    return carried->row == row && carried->start_ns == span->start_ns &&
           vtci_bytes_equal(carried->name, vtci_label_text(schema, "name", &span->name)) &&
           vtci_bytes_equal(carried->category, vtci_label_text(schema, "cat", &span->category));
}

struct carried_left {
    const struct vtci_carried *next;
    size_t count;
};

static vtc_status end_span(struct vtci_verify *verify, const vtc_block *block, size_t event,
                           uint32_t track, struct carried_left *left, struct vtc_error *err)
{
    const struct vtc_events *events = &block->all;
    struct vtci_label name = vtci_verify_label(block, VTCI_EVENT_NAME, events->name[event]);
    struct vtci_open_span span;
    if (!vtci_open_spans_end(&verify->open, track, &name, &span))
        return VTC_OK;
    bool is_earlier = span.tag != verify->result.blocks;
    const struct vtci_schema *schema = &block->definitions->schema;
    bool is_right =
        !is_earlier || (left->count && is_carried(schema, left->next, events->row[event], &span));
    struct vtci_label pair_name = vtci_pair_label(schema, "name", &span.name, is_earlier, &name);
    vtc_status status =
        vtci_name_sums_span(&verify->sums, &pair_name,
                            vtci_time_difference(events->time_ns[event], span.start_ns));
    vtci_open_span_release(&verify->open, &span);
    if (status != VTC_OK)
        return vtci_error_memory(err, 0);
    if (!is_right)
        return vtci_error_set(err, VTC_ERR_CORRUPT, block->file_offset, "BLK-6",
                              "expected the begin of the span that ends in row %u to be carried, "
                              "found %s",
                              events->row[event], left->count ? "another" : "none");
    left->next += is_earlier;
    left->count -= is_earlier;
    return VTC_OK;
}

vtc_status vtci_verify_carried(struct vtci_verify *verify, const vtc_block *block,
                               struct vtc_error *err)
{
    const struct vtc_events *events = &block->all;
    struct carried_left left;
    if (verify->spans_lost)
        return VTC_OK;
    vtci_block_decoder_carried(block->decoder, &left.next, &left.count);
    for (size_t i = 0; i < events->count; i++) {
        uint32_t track = events->track[i];
        if ((events->phase[i] != 'B' && events->phase[i] != 'E') ||
            events->time_ns[i] == VTC_NO_TIME || track == VTC_NO_TRACK)
            continue;
        if (events->phase[i] == 'E') {
            VTC_TRY(end_span(verify, block, i, track, &left, err));
            continue;
        }
        struct vtci_label name = vtci_verify_label(block, VTCI_EVENT_NAME, events->name[i]);
        struct vtci_label category = vtci_verify_label(block, VTCI_EVENT_CAT, events->category[i]);
        if (vtci_open_spans_begin(&verify->open, track, events->time_ns[i], verify->result.blocks,
                                  &name, &category) != VTC_OK)
            return vtci_error_memory(err, 0);
    }
    if (left.count)
        return vtci_error_set(err, VTC_ERR_CORRUPT, block->file_offset, "BLK-6",
                              "expected no begin to be carried to row %u, found one",
                              left.next->row);
    return VTC_OK;
}
