/* The top list of the INDEX, against all spans and names that the blocks have. SPEC: IDX-3, IDX-4.
 *
 * How long the list is stands behind all blocks, so as many spans are kept as a list may have.
 */
#include "base/error.h"
#include "read/label_values.h"
#include "read/verify_internal.h"

static vtc_status note_labels(struct vtci_verify *verify, vtc_block *block, struct vtc_error *err)
{
    const struct vtc_events *events = &block->all;
    struct vtci_label_values labels;
    if (block->zone.phases['M'] == 0)
        return VTC_OK;
    VTC_TRY(vtci_label_values_find(block, &labels, err));
    for (size_t i = 0; i < events->count; i++) {
        enum vtci_label_kind kind = VTCI_LABEL_NONE;
        if (events->phase[i] == 'M')
            kind = vtci_event_label_kind(block, events->name[i]);
        if (kind == VTCI_LABEL_NONE)
            continue;
        struct vtc_text text = vtci_label_values_text(&labels, events->row[i]);
        struct vtci_bytes bytes = {(const uint8_t *)text.data, text.len_bytes};
        if (bytes.data &&
            vtci_track_labels_put(&verify->labels, events->track[i], kind, bytes) != VTC_OK)
            return vtci_error_memory(err, text.len_bytes);
    }
    return VTC_OK;
}

vtc_status vtci_verify_note_top(struct vtci_verify *verify, vtc_block *block,
                                const struct vtc_spans *spans, struct vtc_error *err)
{
    for (size_t i = 0; i < spans->count; i++) {
        if (!vtci_top_spans_wants(&verify->top, spans->duration_ns[i]))
            continue;
        struct vtci_top_span span = {
            .duration_ns = spans->duration_ns[i],
            .start_ns = spans->start_ns[i],
            .block = verify->result.blocks - 1,
            .row = spans->row[i],
            .track = spans->track[i],
            .phase = spans->phase[i],
        };
        struct vtci_label name = vtci_verify_label(block, VTCI_EVENT_NAME, spans->name[i]);
        struct vtci_label category = vtci_verify_label(block, VTCI_EVENT_CAT, spans->category[i]);
        if (vtci_top_spans_add(&verify->top, &span, &name, &category) != VTC_OK)
            return vtci_error_memory(err, sizeof span);
    }
    return note_labels(verify, block, err);
}

static bool same_text(const struct vtci_schema *schema, const char *key,
                      const struct vtci_top_text *listed, const struct vtci_top_text *found)
{
    struct vtci_bytes a, b;
    return vtci_top_text_find(schema, key, listed, &a) &&
           vtci_top_text_find(schema, key, found, &b) && !a.data == !b.data &&
           vtci_bytes_equal(a, b);
}

static vtc_status compare_spans(struct vtci_verify *verify, const struct vtci_top_list *list,
                                struct vtci_top_span *found, struct vtc_error *err)
{
    const struct vtci_schema *schema = &verify->definitions.schema;
    size_t found_count = vtci_top_spans_list(&verify->top, list->span_count, found);
    for (size_t i = 0; i < list->span_count; i++) {
        const struct vtci_top_span *span = &list->spans[i];
        if (i < found_count && vtci_top_span_compare(span, &found[i]) == 0 &&
            span->track == found[i].track && span->phase == found[i].phase &&
            same_text(schema, "name", &span->name, &found[i].name) &&
            same_text(schema, "cat", &span->category, &found[i].category))
            continue;
        return vtci_error_set(err, VTC_ERR_CORRUPT, verify->offset, "IDX-3",
                              "expected span %zu of the top list to be that of the blocks, found "
                              "one of %lld ns in row %u of block %llu",
                              i, (long long)span->duration_ns, span->row,
                              (unsigned long long)span->block);
    }
    return VTC_OK;
}

static bool is_said(const struct vtci_top_text *listed, const struct vtci_top_text *found)
{
    return listed->code == VTCI_TOP_NOTHING ||
           (listed->code == found->code && vtci_bytes_equal(listed->text, found->text));
}

static vtc_status compare_tracks(struct vtci_verify *verify, const struct vtci_top_list *list,
                                 struct vtc_error *err)
{
    const struct vtci_schema *schema = &verify->definitions.schema;
    for (size_t i = 0; i < list->track_count; i++) {
        struct vtci_top_track found = {.track = list->tracks[i].track};
        bool is_right = found.track < schema->track_count;
        if (is_right) {
            vtci_track_labels_find(&verify->labels, schema, &found);
            is_right = is_said(&list->tracks[i].process, &found.process) &&
                       is_said(&list->tracks[i].thread, &found.thread);
        }
        if (!is_right)
            return vtci_error_set(err, VTC_ERR_CORRUPT, verify->offset, "IDX-4",
                                  "expected the names of track %u as the events give them, found "
                                  "others",
                                  list->tracks[i].track);
    }
    return VTC_OK;
}

vtc_status vtci_verify_top(struct vtci_verify *verify, struct vtci_bytes bytes,
                           struct vtc_error *err)
{
    struct vtci_opened_top top;
    vtci_opened_top_init(&top, verify->memory);
    vtc_status status = vtci_opened_top_load(&top, bytes, verify->offset, err);
    if (status == VTC_OK && !verify->spans_lost && !verify->met_lost) {
        struct vtci_top_span *found = vtci_allocate(verify->memory, top.room * sizeof *found);
        status = found ? compare_spans(verify, &top.list, found, err)
                       : vtci_error_memory(err, top.room * sizeof *found);
        vtci_release(verify->memory, found, top.room * sizeof *found);
        if (status == VTC_OK)
            status = compare_tracks(verify, &top.list, err);
    }
    vtci_opened_top_free(&top);
    return status;
}
