/*
 * mix: predict one decision, code it, learn from it.
 *
 *     counter --+-- stretch ---+
 *      (m)      +- calibration-+-> x[m] --*weights--> sum --squash--> p --+
 *                                                      |                  +-> coder
 *                                                      +-- refinement ----+
 *
 * The calibration of model m says what really came when a counter of this age
 * and leaning was met: it makes young counters trustworthy at once, without a
 * table of constants.  The weights are the sum of three sets, chosen by the
 * decision, by which models have seen their context (the best set for data of
 * the PPM kind), and by the first context; all three learn from one error.
 * SPEC: MIX-6, MIX-7, MIX-8, MIX-9
 */
#ifndef VTCI_CODEC_MIX_PREDICT_H
#define VTCI_CODEC_MIX_PREDICT_H

#include "codec/mix_range.h"
#include "codec/mix_state.h"

#define VTCI_MIX_K1 UINT64_C(0x9E3779B97F4A7C15)
#define VTCI_MIX_K2 UINT64_C(0xD6E8FEB86659FD93)
#define VTCI_MIX_COUNTER_LIMIT 90u
#define VTCI_MIX_SLOW_LIMIT 255u
#define VTCI_MIX_LEARNING 5

#if defined(__GNUC__)
#define VTCI_MIX_PREFETCH(address) __builtin_prefetch((address), 1)
#else
#define VTCI_MIX_PREFETCH(address) ((void)0)
#endif

static inline uint64_t vtci_mix_hash(uint64_t h, uint64_t v)
{
    h = (h + v + VTCI_MIX_K1) * VTCI_MIX_K2;
    return h ^ h >> 32;
}

/* Floor division by 2^bits; the compilers of this world shift arithmetically. */
static inline int64_t vtci_mix_shift(int64_t v, unsigned bits)
{
    _Static_assert((-3 >> 1) == -2, "arithmetic right shift");
    return v >> bits;
}

/* Moves the counter towards the bit by its age's rate.  SPEC: MIX-6 */
static inline uint32_t vtci_mix_counter_next(const struct vtci_mix_state *s, uint32_t counter,
                                             unsigned bit, uint32_t limit)
{
    uint32_t age = counter & 1023;
    int32_t p = (int32_t)(counter >> 10);
    int32_t target = bit ? (1 << 22) - 1 : 0;

    p += (int32_t)vtci_mix_shift((int64_t)(target - p) * s->rate[age], 16);
    return (uint32_t)p << 10 | (age < limit ? age + 1 : limit);
}

/*
 * The line for the check word, or the younger of the two emptied for it.  Which
 * of the two it is no branch predictor can know, so that is arithmetic.
 */
static inline struct vtci_mix_line *vtci_mix_line_take(struct vtci_mix_line *lines, uint32_t slot,
                                                       uint32_t check)
{
    uint32_t other = (lines[slot].check != check) & (lines[slot ^ 1].check == check);
    struct vtci_mix_line *line = &lines[slot ^ other];
    const struct vtci_mix_line *twin = &lines[slot ^ 1];

    if (line->check == check)
        return line;
    if ((twin->nodes[0] & 1023) < (line->nodes[0] & 1023))
        line = &lines[slot ^ 1];
    line->check = check;
    for (int i = 0; i < 7; i++)
        line->nodes[i] = 1u << 31;
    return line;
}

/*
 * Finds, or makes, the line of each model for the decisions below `key`.  Most
 * are not in the cache, so all are asked for before the first is looked at.
 * SPEC: MIX-5
 */
static inline void vtci_mix_lines_find(struct vtci_mix_state *s, unsigned models, uint64_t key)
{
    uint32_t slots[VTCI_MIX_MODELS], checks[VTCI_MIX_MODELS];

    for (unsigned m = 0; m < models; m++) {
        uint64_t h = (s->hash[m] ^ key * VTCI_MIX_K1) * VTCI_MIX_K2;

        slots[m] = (uint32_t)((h >> 32) * s->line_count >> 32);
        checks[m] = (uint32_t)h | 1;
        VTCI_MIX_PREFETCH(&s->lines[slots[m]]);
    }
    for (unsigned m = 0; m < models; m++)
        s->line[m] = vtci_mix_line_take(s->lines, slots[m], checks[m]);
}

static inline int vtci_mix_clamp(int64_t v, int limit)
{
    return v > limit ? limit : v < -limit ? -limit : (int)v;
}

/*
 * One decision: node `node` (1..7) of the current lines, weights of decision
 * `place`; `first` is the first calibration table (0, or VTCI_MIX_MODELS for
 * the match flag), `models` how many.
 */
static inline unsigned vtci_mix_bit(struct vtci_mix_state *s, struct vtci_mix_range *r,
                                    bool decoding, unsigned models, unsigned first, unsigned node,
                                    unsigned place, unsigned bit)
{
    uint32_t *counters[VTCI_MIX_MODELS], *tables[VTCI_MIX_MODELS];
    int32_t x[VTCI_MIX_MODELS];
    unsigned hits = 0;

    for (unsigned m = 0; m < models; m++) {
        uint32_t *counter = &s->line[m]->nodes[node - 1];
        uint32_t age = *counter & 1023;
        int direct = s->stretch[*counter >> 20];
        uint32_t *table = &s->calibration[first + m][s->age_class[age]][(direct + 2816) >> 7];

        counters[m] = counter;
        tables[m] = table;
        x[m] = (int)vtci_mix_shift(direct + s->stretch[*table >> 20], 1);
        if (m != 0)
            hits = hits * 3 + (age > 0) + (age > 3);
    }
    if (first != 0)
        hits = VTCI_MIX_HIT_SETS - 1;

    struct vtci_mix_weights *wa = &s->by_node[place];
    struct vtci_mix_weights *wb = &s->by_hits[hits];
    struct vtci_mix_weights *wc = &s->by_e0[s->e0_set];
    int64_t dot =
        256 * ((int64_t)wa->w[VTCI_MIX_MODELS] + wb->w[VTCI_MIX_MODELS] + wc->w[VTCI_MIX_MODELS]);

    for (unsigned m = 0; m < models; m++)
        dot += x[m] * ((int64_t)wa->w[m] + wb->w[m] + wc->w[m]);

    int mixed = vtci_mix_clamp(vtci_mix_shift(dot, 16), VTCI_MIX_STRETCH_MAX);
    uint32_t p = s->squash[mixed + VTCI_MIX_STRETCH_MAX];
    uint32_t at = (uint32_t)(mixed + 2816), part = at & 127;
    uint32_t *knots = &s->refine[place][at >> 7];
    uint32_t refined = ((knots[0] >> 16) * (128 - part) + (knots[1] >> 16) * part) >> 7;
    uint32_t final = (p + 3 * refined) >> 2;

    final = final < 1 ? 1 : final > 65535 ? 65535 : final;
    bit = vtci_mix_range_bit(r, decoding, final, bit);

    int32_t error = ((int32_t)(bit << 16) - (int32_t)p) * VTCI_MIX_LEARNING;

    for (unsigned m = 0; m <= models; m++) {
        unsigned i = m < models ? m : VTCI_MIX_MODELS;
        int32_t input = m < models ? x[m] : 256;
        uint32_t delta = (uint32_t)vtci_mix_shift((int64_t)input * error + (1 << 17), 18);

        wa->w[i] = (int32_t)((uint32_t)wa->w[i] + delta);
        wb->w[i] = (int32_t)((uint32_t)wb->w[i] + delta);
        wc->w[i] = (int32_t)((uint32_t)wc->w[i] + delta);
    }
    for (unsigned m = 0; m < models; m++) {
        *counters[m] = vtci_mix_counter_next(s, *counters[m], bit, VTCI_MIX_COUNTER_LIMIT);
        *tables[m] = vtci_mix_counter_next(s, *tables[m], bit, VTCI_MIX_SLOW_LIMIT);
    }
    knots += part >= 64;
    *knots = vtci_mix_counter_next(s, *knots, bit, VTCI_MIX_SLOW_LIMIT);
    return bit;
}

#endif
