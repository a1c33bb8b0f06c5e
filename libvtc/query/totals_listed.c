/* Totals by name without reading: those that stand in the file. */
#include "base/error.h"
#include "query/filter.h"
#include "query/totals.h"

static vtc_status take(struct vtci_totals *totals, struct vtci_name_table *names,
                       const struct vtc_name_total *listed, bool of_spans)
{
    struct vtci_total total = {
        .count = of_spans ? listed->spans : listed->events,
        .total_ns = listed->total_ns,
        .least_ns = listed->least_ns,
        .most_ns = listed->most_ns,
    };
    uint32_t group;
    if (total.count == 0)
        return VTC_OK;
    VTC_TRY(vtci_name_table_decode(names, listed->name, &group));
    return vtci_totals_merge(totals, group, &total);
}

vtc_status vtci_totals_take_listed(struct vtci_totals *totals, struct vtci_name_table *names,
                                   const struct vtci_filter *filter, bool of_spans,
                                   struct vtc_error *err)
{
    struct vtc_name_total listed;
    size_t taken = 0;
    if (filter->conjunct_count > 0 || filter->has_range)
        return VTC_END;
    for (;; taken++) {
        vtc_status status = vtc_reader_name_total(filter->reader, taken, &listed, err);
        if (status == VTC_END)
            return taken > 0 ? VTC_OK : VTC_END;
        VTC_TRY(status);
        if (take(totals, names, &listed, of_spans) != VTC_OK)
            return vtci_error_memory(err, sizeof listed);
    }
}
