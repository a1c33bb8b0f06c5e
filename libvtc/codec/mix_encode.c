/*
 * mix: the encoder.  SPEC: MIX-1, MIX-3
 */
#include "codec/mix_walk.h"

#include <assert.h>

static size_t header_put(const struct vtci_mix_model *model, unsigned width, uint8_t *dst,
                         size_t capacity)
{
    size_t bytes = 3 + 2 * (size_t)model->term_count;

    if (capacity < bytes)
        return 0;
    dst[0] = (uint8_t)(model->plain | model->term_count << 1);
    dst[1] = (uint8_t)width;
    dst[2] = model->match_order;
    for (unsigned t = 0; t < model->term_count; t++) {
        dst[3 + 2 * t] = model->terms[t].inputs;
        dst[4 + 2 * t] = model->terms[t].order;
    }
    return bytes;
}

static void model_check(const struct vtci_mix_model *model)
{
    assert(model->plain <= 1);
    assert(model->term_count <= VTCI_MIX_TERMS_MAX);
    assert(model->match_order <= VTCI_MIX_MATCH_MAX);
    for (unsigned t = 0; t < model->term_count; t++) {
        assert(model->terms[t].inputs <= VTCI_MIX_INPUTS_ALL);
        assert(model->terms[t].order <= VTCI_MIX_ORDER_MAX);
    }
}

size_t vtci_mix_encode(const struct vtci_mix_model *model, const uint64_t *values,
                       const uint32_t *const *contexts, unsigned context_count, size_t n,
                       void *workspace, uint8_t *dst, size_t dst_capacity)
{
    struct vtci_mix_model used = *model;
    uint64_t all = 0;

    assert(n <= VTCI_MIX_VALUES_MAX && context_count <= VTCI_MIX_CONTEXTS_MAX);
    model_check(model);
    for (size_t i = 0; i < n; i++)
        all |= values[i];
    unsigned width = vtci_mix_bit_length(all);

    if (width > VTCI_MIX_PLAIN_BITS_MAX)
        used.plain = 0;
    size_t header_bytes = header_put(&used, width, dst, dst_capacity);

    if (header_bytes == 0)
        return 0;
    struct vtci_mix_state *s = vtci_mix_state_init(workspace, n, &used);
    struct vtci_mix_range r = {.dst = dst, .size_bytes = dst_capacity, .pos = header_bytes};
    struct vtci_mix_walk w = {.model = &used,
                              .contexts = contexts,
                              .context_count = context_count,
                              .width = width,
                              .values = values};

    vtci_mix_walk_init(&w);
    vtci_mix_range_open(&r, false);
    for (size_t i = 0; i < n; i++) {
        uint64_t value = values[i];

        (void)vtci_mix_value(&w, s, &r, false, i, &value);
        vtci_mix_histories_roll(&w, s, i);
        if (r.pos > dst_capacity)
            return 0;
    }
    vtci_mix_range_flush(&r);
    return r.pos <= dst_capacity ? r.pos : 0;
}
