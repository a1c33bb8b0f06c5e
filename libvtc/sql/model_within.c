/* What the children of a slice took together, for its own time: 32 bits a slice, as hardly any has
 * children of more than four seconds; those few have 64 bits of their own. */
#include "base/error.h"
#include "sql/model.h"

#define IS_LONG UINT32_MAX

static int64_t add(int64_t sum, int64_t more)
{
    return more > INT64_MAX - sum ? INT64_MAX : sum + more;
}

vtc_status vtci_within_add(struct vtci_sql_trace *trace, uint32_t parent, int64_t duration_ns)
{
    struct vtci_model *model = trace->model;
    uint32_t *within = &model->within[parent];
    if (duration_ns <= 0)
        return VTC_OK;
    if (*within == IS_LONG) {
        int64_t *sum = &model->long_within[vtci_id_map_get(&model->long_within_of, parent)];
        *sum = add(*sum, duration_ns);
        return VTC_OK;
    }
    int64_t sum = add(*within, duration_ns);
    if (sum < IS_LONG) {
        *within = (uint32_t)sum;
        return VTC_OK;
    }
    VTC_TRY(VTCI_ARRAY_RESERVE(&trace->memory, model->long_within, model->long_within_capacity,
                               model->long_within_count + 1));
    VTC_TRY(vtci_id_map_put(&model->long_within_of, parent, (uint32_t)model->long_within_count));
    model->long_within[model->long_within_count++] = sum;
    *within = IS_LONG;
    return VTC_OK;
}

int64_t vtci_within(const struct vtci_model *model, uint32_t slice)
{
    uint32_t within = model->within[slice];
    return within == IS_LONG ? model->long_within[vtci_id_map_get(&model->long_within_of, slice)]
                             : within;
}

vtc_status vtci_within_add_begins(struct vtci_sql_trace *trace)
{
    const struct vtci_model *model = trace->model;
    for (size_t begin = 0; begin < model->begin_count; begin++) {
        uint32_t parent = model->parent[model->begin_slice[begin]];
        if (parent != VTCI_NO_SLICE && model->begin_dur[begin] > 0)
            VTC_TRY(vtci_within_add(trace, parent, model->begin_dur[begin]));
    }
    return VTC_OK;
}
