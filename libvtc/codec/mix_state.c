/*
 * mix: tables by formula and the initial state.  SPEC: MIX-4, MIX-5
 */
#include "codec/mix_state.h"

#include <string.h>

#define EXP_STEP 4278222805u /* floor(2^32 * exp(-1/256)) */

static void fill_squash(uint16_t *squash)
{
    const int max = VTCI_MIX_STRETCH_MAX;
    uint64_t decay = (uint64_t)1 << 32;

    for (int i = 0; i <= max; i++) {
        uint64_t p = ((uint64_t)1 << 48) / (((uint64_t)1 << 32) + decay);

        if (p > 65535)
            p = 65535;
        squash[max + i] = (uint16_t)p;
        squash[max - i] = (uint16_t)(65536 - p);
        decay = (decay * EXP_STEP) >> 32;
    }
}

static void fill_stretch(int16_t *stretch, const uint16_t *squash)
{
    int d = -VTCI_MIX_STRETCH_MAX;

    for (int i = 0; i < 4096; i++) {
        while (d < VTCI_MIX_STRETCH_MAX && squash[d + VTCI_MIX_STRETCH_MAX] < i * 16 + 8)
            d++;
        stretch[i] = (int16_t)d;
    }
}

static uint32_t knot(const uint16_t *squash, int d)
{
    if (d > VTCI_MIX_STRETCH_MAX)
        d = VTCI_MIX_STRETCH_MAX;
    if (d < -VTCI_MIX_STRETCH_MAX)
        d = -VTCI_MIX_STRETCH_MAX;
    return (uint32_t)squash[d + VTCI_MIX_STRETCH_MAX] << 16;
}

static void init_refinement(struct vtci_mix_state *s)
{
    for (int b = 0; b < VTCI_MIX_BUCKETS; b++) {
        uint32_t centre = knot(s->squash, b * 128 - 2816 + 64);

        for (int m = 0; m < VTCI_MIX_MODELS + VTCI_MIX_MATCH_MODELS; m++)
            for (int age = 0; age < VTCI_MIX_AGES; age++)
                s->calibration[m][age][b] = centre | 1;
    }
    for (int b = 0; b <= VTCI_MIX_BUCKETS; b++)
        s->refine[0][b] = knot(s->squash, b * 128 - 2816) | 6;
    for (int node = 1; node < VTCI_MIX_NODES; node++)
        memcpy(s->refine[node], s->refine[0], sizeof s->refine[0]);
}

static void init_weights(struct vtci_mix_state *s)
{
    memset(s->by_hits, 0, sizeof s->by_hits);
    memset(s->by_e0, 0, sizeof s->by_e0);
    for (int node = 0; node < VTCI_MIX_NODES; node++) {
        bool match = node >= VTCI_MIX_NODE_MATCH;
        unsigned models = match ? VTCI_MIX_MATCH_MODELS : s->models;

        for (unsigned m = 0; m < VTCI_MIX_MODELS; m++)
            s->by_node[node].w[m] = (int32_t)(78643u / models);
        s->by_node[node].w[VTCI_MIX_MODELS] = 0;
    }
}

uint32_t vtci_mix_line_count(size_t n)
{
    return n >= VTCI_MIX_LINES_MAX / 8 ? VTCI_MIX_LINES_MAX : (uint32_t)n * 8 + 64;
}

size_t vtci_mix_workspace_bytes(size_t n)
{
    return ((sizeof(struct vtci_mix_state) + 63) & ~(size_t)63) +
           vtci_mix_line_count(n) * sizeof(struct vtci_mix_line);
}

struct vtci_mix_state *vtci_mix_state_init(void *workspace, size_t n,
                                           const struct vtci_mix_model *model)
{
    struct vtci_mix_state *s = workspace;
    struct vtci_mix_line *lines =
        (struct vtci_mix_line *)(void *)((uint8_t *)workspace + ((sizeof *s + 63) & ~(size_t)63));
    static const struct vtci_mix_line fresh = {0,
                                               {1u << 31, 1u << 31, 1u << 31, 1u << 31, 1u << 31,
                                                1u << 31, 1u << 31}};

    s->models = 1u + model->term_count;
    s->line_count = vtci_mix_line_count(n);
    s->lines = lines;
    s->e0_set = 0;
    fill_squash(s->squash);
    fill_stretch(s->stretch, s->squash);
    for (uint32_t i = 0; i < 256; i++)
        s->rate[i] = 131072 / (2 * i + 3);
    for (unsigned age = 0; age < 128; age++)
        s->age_class[age] = (uint8_t)(age < 16   ? age
                                      : age < 32 ? 16
                                      : age < 64 ? 17
                                      : age < 90 ? 18
                                                 : 19);
    init_refinement(s);
    init_weights(s);
    for (int c = 0; c < 65; c++)
        for (int b = 0; b < 64; b++)
            s->tail[c][b] = 1u << 31;
    memset(s->same, 0, sizeof s->same);
    if (model->match_order != 0)
        memset(s->match, 0, sizeof s->match);
    for (uint32_t i = 0; i < s->line_count; i++)
        lines[i] = fresh;
    return s;
}
