/*
 * mix: the decoder.  Safe for any bytes: the header is checked against the
 * limits, every value against the width, the end against the last byte.  Time
 * is at most 71 decisions a value, whatever the source says.  SPEC: MIX-1, MIX-3
 */
#include "codec/mix_walk.h"

#include <assert.h>

/* Returns the header's length, 0 if it breaks a rule.  SPEC: MIX-1 */
static size_t header_get(const uint8_t *src, size_t src_bytes, struct vtci_mix_model *model,
                         unsigned *out_width)
{
    if (src_bytes < 3)
        return 0;
    model->plain = src[0] & 1;
    model->term_count = src[0] >> 1;
    model->match_order = src[2];
    *out_width = src[1];
    if (model->term_count > VTCI_MIX_TERMS_MAX || model->match_order > VTCI_MIX_MATCH_MAX ||
        *out_width > (model->plain ? VTCI_MIX_PLAIN_BITS_MAX : 64))
        return 0;
    size_t bytes = 3 + 2 * (size_t)model->term_count;

    if (src_bytes < bytes)
        return 0;
    for (unsigned t = 0; t < model->term_count; t++) {
        model->terms[t].inputs = src[3 + 2 * t];
        model->terms[t].order = src[4 + 2 * t];
        if (model->terms[t].inputs > VTCI_MIX_INPUTS_ALL ||
            model->terms[t].order > VTCI_MIX_ORDER_MAX)
            return 0;
    }
    return bytes;
}

/* SPEC: MIX-1, MIX-3, MIX-15: all that a stream can do wrong. */
const char *vtci_mix_decode(const uint8_t *src, size_t src_bytes, const uint32_t *const *contexts,
                            unsigned context_count, size_t n, void *workspace, uint64_t *out_values)
{
    struct vtci_mix_model model = {0};
    unsigned width = 0;

    assert(n <= VTCI_MIX_VALUES_MAX && context_count <= VTCI_MIX_CONTEXTS_MAX);
    size_t header_bytes = header_get(src, src_bytes, &model, &width);

    if (header_bytes == 0)
        return "MIX-1";
    struct vtci_mix_state *s = vtci_mix_state_init(workspace, n, &model);
    struct vtci_mix_range r = {.src = src, .size_bytes = src_bytes, .pos = header_bytes};
    struct vtci_mix_walk w = {.model = &model,
                              .contexts = contexts,
                              .context_count = context_count,
                              .width = width,
                              .values = out_values};

    vtci_mix_walk_init(&w);
    vtci_mix_range_open(&r, true);
    for (size_t i = 0; i < n; i++) {
        uint64_t value = 0;

        if (!vtci_mix_value(&w, s, &r, true, i, &value))
            return r.pos > src_bytes + 4 ? "MIX-3" : "MIX-15"; /* past the end, anything turns up */
        if (r.pos > src_bytes + 4)
            return "MIX-3";
        out_values[i] = value;
        vtci_mix_histories_roll(&w, s, i);
    }
    return vtci_mix_range_at_end(&r) ? NULL : "MIX-3";
}
