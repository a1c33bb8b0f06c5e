/* The top list of the INDEX as spans. */
#include "base/error.h"
#include "base/limits.h"
#include "read/reader_internal.h"
#include "vtc/block.h"

_Static_assert(VTC_LONGEST_SPANS_MAX == VTCI_TOP_SPANS_MAX, "a list fits into what callers hold");

static bool take_text(const struct vtci_schema *schema, const char *key,
                      const struct vtci_top_text *from, struct vtc_text *out_text)
{
    struct vtci_bytes text;
    if (!vtci_top_text_find(schema, key, from, &text))
        return false;
    *out_text = (struct vtc_text){(const char *)text.data, text.len_bytes};
    return true;
}

/* False when the span uses what is not defined. */
static bool take_span(const struct vtci_schema *schema, const struct vtci_top_span *from,
                      struct vtc_span *out_span)
{
    *out_span = (struct vtc_span){
        .start_ns = from->start_ns,
        .duration_ns = from->duration_ns,
        .track = from->track,
        .row = from->row,
        .block = from->block,
        .phase = from->phase,
    };
    return from->track < schema->track_count &&
           take_text(schema, "name", &from->name, &out_span->name) &&
           take_text(schema, "cat", &from->category, &out_span->category);
}

vtc_status vtc_reader_longest_spans(const vtc_reader *reader, uint64_t wanted,
                                    struct vtc_span *out_spans, size_t *out_count,
                                    struct vtc_error *err)
{
    const struct vtci_top_list *list = vtci_reader_top_list(reader);
    if (!list || (wanted > list->span_count && list->span_count != reader->summary.spans))
        return VTC_END;
    size_t count = wanted < list->span_count ? (size_t)wanted : list->span_count;
    for (size_t i = 0; i < count; i++)
        if (!take_span(&reader->definitions.schema, &list->spans[i], &out_spans[i]))
            return vtci_error_set(err, VTC_ERR_CORRUPT, reader->chain.index_offset, "IDX-3",
                                  "expected span %zu of the top list to have a track and texts "
                                  "that are defined",
                                  i);
    *out_count = count;
    return VTC_OK;
}
