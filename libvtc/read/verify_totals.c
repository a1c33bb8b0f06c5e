/* The name totals of the INDEX, against what the events of all blocks add up to. SPEC: IDX-5.
 *
 * Pairs are added where begins are kept open (verify_spans.c), as a carried span has its name as text
 * alone.
 */
#include "base/error.h"
#include "read/verify_internal.h"

vtc_status vtci_verify_note_totals(struct vtci_verify *verify, const vtc_block *block,
                                   const struct vtc_spans *spans, struct vtc_error *err)
{
    const struct vtc_events *events = &block->all;
    vtc_status status = VTC_OK;
    for (size_t i = 0; i < events->count && status == VTC_OK; i++) {
        if (events->phase[i] == 'E' || events->phase[i] == 'M')
            continue;
        struct vtci_label name = vtci_verify_label(block, VTCI_EVENT_NAME, events->name[i]);
        status = vtci_name_sums_event(&verify->sums, &name);
    }
    for (size_t i = 0; i < spans->count && status == VTC_OK; i++) {
        if (spans->phase[i] != 'X')
            continue;
        struct vtci_label name = vtci_verify_label(block, VTCI_EVENT_NAME, spans->name[i]);
        status = vtci_name_sums_span(&verify->sums, &name, spans->duration_ns[i]);
    }
    return status == VTC_OK ? VTC_OK : vtci_error_memory(err, 0);
}

static bool is_equal(const struct vtci_name_total *a, const struct vtci_name_total *b)
{
    return a->id == b->id && a->events == b->events && a->spans == b->spans &&
           a->total_ns == b->total_ns && a->least_ns == b->least_ns && a->most_ns == b->most_ns;
}

static vtc_status compare(struct vtci_verify *verify, const struct vtci_opened_totals *totals,
                          struct vtc_error *err)
{
    size_t count = vtci_name_sums_list(&verify->sums);
    if (verify->sums.is_lost)
        return vtci_error_set(err, VTC_ERR_CORRUPT, verify->offset, "IDX-5",
                              "expected no name totals, as a name has no id or a sum no 64 bits, "
                              "found %zu",
                              totals->count);
    if (totals->count != count)
        return vtci_error_set(err, VTC_ERR_CORRUPT, verify->offset, "IDX-5",
                              "expected totals of %zu names, found %zu", count, totals->count);
    for (size_t i = 0; i < count; i++)
        if (!is_equal(&totals->names[i], &verify->sums.names[i]))
            return vtci_error_set(err, VTC_ERR_CORRUPT, verify->offset, "IDX-5",
                                  "expected the totals of name %u to be what its events add up to, "
                                  "found others",
                                  totals->names[i].id);
    return VTC_OK;
}

vtc_status vtci_verify_totals(struct vtci_verify *verify, struct vtci_bytes bytes,
                              struct vtc_error *err)
{
    struct vtci_opened_totals totals;
    vtci_opened_totals_init(&totals, verify->memory);
    vtc_status status = vtci_opened_totals_load(&totals, bytes, verify->offset, err);
    if (status == VTC_OK && !verify->spans_lost && !verify->met_lost)
        status = compare(verify, &totals, err);
    vtci_opened_totals_free(&totals);
    return status;
}
