#include "read/name_totals.h"

#include "base/error.h"
#include "column/open_spans.h"
#include "read/reader_internal.h"
#include "vtc/block.h"

void vtci_opened_totals_init(struct vtci_opened_totals *totals, struct vtci_memory *memory)
{
    memset(totals, 0, sizeof *totals);
    totals->memory = memory;
}

void vtci_opened_totals_free(struct vtci_opened_totals *totals)
{
    vtci_release(totals->memory, totals->names, totals->room * sizeof *totals->names);
    vtci_opened_totals_init(totals, totals->memory);
}

vtc_status vtci_opened_totals_load(struct vtci_opened_totals *totals, struct vtci_bytes bytes,
                                   uint64_t offset, struct vtc_error *err)
{
    size_t count;
    VTC_TRY(vtci_name_totals_peek(bytes.data, bytes.len_bytes, offset, &count, err));
    totals->room = count + 1;
    totals->names = vtci_allocate(totals->memory, totals->room * sizeof *totals->names);
    if (!totals->names)
        return vtci_error_memory(err, totals->room * sizeof *totals->names);
    totals->count = count;
    return vtci_name_totals_decode(bytes.data, bytes.len_bytes, offset, totals->names, err);
}

/* SPEC: IDX-5, as far as zone maps can tell. */
static vtc_status check_sums(const vtc_reader *reader, struct vtc_error *err)
{
    const struct vtci_opened_totals *totals = &reader->chain.totals;
    const struct vtc_summary *summary = &reader->summary;
    uint64_t counted = summary->events - summary->phases['E'] - summary->phases['M'];
    uint64_t events = 0, spans = 0;
    for (size_t i = 0; i < totals->count; i++) {
        events += totals->names[i].events;
        spans += totals->names[i].spans;
    }
    if (events == counted && spans == summary->spans)
        return VTC_OK;
    return vtci_error_set(err, VTC_ERR_CORRUPT, reader->chain.index_offset, "IDX-5",
                          "expected name totals of %llu events and %llu spans, found %llu and %llu",
                          (unsigned long long)counted, (unsigned long long)summary->spans,
                          (unsigned long long)events, (unsigned long long)spans);
}

vtc_status vtc_reader_name_total(const vtc_reader *reader, size_t index,
                                 struct vtc_name_total *out_total, struct vtc_error *err)
{
    const struct vtci_chain *chain = &reader->chain;
    const struct vtci_schema *schema = &reader->definitions.schema;
    /* Where definitions are damaged, so may be what ids stand for. */
    if (index >= chain->totals.count || chain->blind_from_offset != UINT64_MAX)
        return VTC_END;
    if (index == 0)
        VTC_TRY(check_sums(reader, err));
    const struct vtci_name_total *from = &chain->totals.names[index];
    struct vtci_label name = {from->id, from->id == 0, {NULL, 0}};
    uint32_t column = vtci_schema_root_column(schema, "name", VTCI_STRING);
    if (from->id != 0 && (column == VTCI_NONE || from->id > schema->columns[column].string_count))
        return vtci_error_set(err, VTC_ERR_CORRUPT, chain->index_offset, "IDX-5",
                              "expected name totals of names that are defined, found one of %u",
                              from->id);
    struct vtci_bytes text = vtci_label_text(schema, "name", &name);
    if (!name.absent && text.len_bytes == 0)
        text.data = (const uint8_t *)"";
    *out_total = (struct vtc_name_total){
        .name = {(const char *)text.data, text.len_bytes},
        .events = from->events,
        .spans = from->spans,
        .total_ns = from->total_ns,
        .least_ns = from->least_ns,
        .most_ns = from->most_ns,
    };
    return VTC_OK;
}
