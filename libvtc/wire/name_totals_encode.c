#include "wire/name_totals.h"

#include "base/error.h"

static vtc_status put_counts(struct vtci_buffer *out, const struct vtci_name_total *totals,
                             size_t count)
{
    for (size_t i = 0; i < count; i++)
        VTC_TRY(vtci_buffer_varint(out, totals[i].id - (i ? totals[i - 1].id + 1 : 0)));
    for (size_t i = 0; i < count; i++)
        VTC_TRY(vtci_buffer_varint(out, totals[i].events));
    for (size_t i = 0; i < count; i++)
        VTC_TRY(vtci_buffer_svarint(out, (int64_t)(totals[i].spans - totals[i].events)));
    return VTC_OK;
}

vtc_status vtci_name_totals_encode(struct vtci_buffer *out, const struct vtci_name_total *totals,
                                   size_t count)
{
    VTC_TRY(vtci_buffer_varint(out, count));
    VTC_TRY(put_counts(out, totals, count));
    for (size_t i = 0; i < count; i++)
        if (totals[i].spans > 0)
            VTC_TRY(vtci_buffer_svarint(out, totals[i].least_ns));
    for (size_t i = 0; i < count; i++)
        if (totals[i].spans > 1)
            VTC_TRY(vtci_buffer_varint(out,
                                       (uint64_t)totals[i].most_ns - (uint64_t)totals[i].least_ns));
    for (size_t i = 0; i < count; i++)
        if (totals[i].spans > 2)
            VTC_TRY(vtci_buffer_svarint(out, totals[i].total_ns));
    return VTC_OK;
}
