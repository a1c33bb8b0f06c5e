#include "column/name_sums.h"

#include "base/limits.h"

void vtci_name_sums_init(struct vtci_name_sums *sums, struct vtci_memory *memory)
{
    memset(sums, 0, sizeof *sums);
    sums->memory = memory;
}

void vtci_name_sums_free(struct vtci_name_sums *sums)
{
    VTCI_ARRAY_FREE(sums->memory, sums->names, sums->capacity);
    vtci_name_sums_init(sums, sums->memory);
}

vtc_status vtci_name_sums_reach(struct vtci_name_sums *sums, const struct vtci_label *name)
{
    sums->is_lost |= (name->id == 0 && !name->absent) || name->id >= VTCI_NAME_TOTALS_MAX;
    if (sums->is_lost || name->id < sums->count)
        return VTC_OK;
    VTC_TRY(VTCI_ARRAY_RESERVE(sums->memory, sums->names, sums->capacity, (size_t)name->id + 1));
    for (; sums->count <= name->id; sums->count++)
        sums->names[sums->count] = (struct vtci_name_total){.id = (uint32_t)sums->count};
    return VTC_OK;
}

size_t vtci_name_sums_list(struct vtci_name_sums *sums)
{
    size_t listed = 0;
    for (size_t i = 0; i < sums->count && !sums->is_lost; i++)
        if (sums->names[i].events > 0 || sums->names[i].spans > 0)
            sums->names[listed++] = sums->names[i];
    return listed;
}
