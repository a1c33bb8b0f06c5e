/*
 * mix: from values to decisions, the same code for encoder and decoder.
 *
 *     match flag?  (only where a repeat of match_order values precedes)
 *       1: the value is the one that followed last time.  Done.
 *       0, or no match:
 *          plain:    `width` bits, from the top, each below the bits before it
 *          quantity: bit length (0..64) in binary, then the bits below the top
 *                    one: 12 mixed, the others by one counter each
 *
 * A model's context is a hash of its inputs and of its last `order` values,
 * the latter kept as a rolling polynomial, so that order 32 costs no more than
 * order 1.  The match is verified against the values themselves, which both
 * sides have.  SPEC: MIX-10 to MIX-13
 */
#ifndef VTCI_CODEC_MIX_WALK_H
#define VTCI_CODEC_MIX_WALK_H

#include "codec/mix_predict.h"

struct vtci_mix_walk {
    const struct vtci_mix_model *model;
    const uint32_t *const *contexts;
    unsigned context_count;
    unsigned width;                    /* bits of a plain value */
    unsigned length_bits;              /* bits of a bit length */
    const uint64_t *values;            /* those before the current one are known */
    uint64_t history[VTCI_MIX_MODELS]; /* rolling hash of each model */
    uint64_t drop[VTCI_MIX_MODELS];    /* K1^(order+1): what leaves the window */
    uint64_t match_history, match_drop;
    size_t match_pos;      /* the value expected now */
    uint32_t match_length; /* 0: no match */
    uint32_t flags;        /* last match flags, newest in bit 0 */
};

static inline unsigned vtci_mix_bit_length(uint64_t v)
{
    unsigned n = 0;

    for (unsigned step = 32; step != 0; step >>= 1)
        if (v >> step != 0) {
            v >>= step;
            n += step;
        }
    return n + (v != 0);
}

static inline uint32_t vtci_mix_rough(uint64_t v)
{
    unsigned n = vtci_mix_bit_length(v);

    return n <= 3 ? (uint32_t)v : n * 4 + (uint32_t)(v >> (n - 3) & 3);
}

static inline uint64_t vtci_mix_power(unsigned exponent)
{
    uint64_t p = 1;

    while (exponent-- != 0)
        p *= VTCI_MIX_K1;
    return p;
}

static inline void vtci_mix_walk_init(struct vtci_mix_walk *w)
{
    for (unsigned m = 0; m < VTCI_MIX_MODELS; m++) {
        w->history[m] = 0;
        w->drop[m] = m == 0 || m > w->model->term_count
                         ? 0
                         : vtci_mix_power(w->model->terms[m - 1].order + 1u);
    }
    w->match_history = 0;
    w->match_drop = vtci_mix_power(w->model->match_order + 1u);
    w->match_pos = 0;
    w->match_length = 0;
    w->flags = 0;
    w->length_bits = vtci_mix_bit_length(w->width);
}

static inline uint64_t vtci_mix_roll(const struct vtci_mix_walk *w, uint64_t history, uint64_t drop,
                                     unsigned order, size_t i)
{
    uint64_t gone = i >= (size_t)order + 1 ? w->values[i - 1 - order] : 0;

    return (history + w->values[i - 1]) * VTCI_MIX_K1 - gone * drop;
}

/* Brings histories and contexts up to value i.  SPEC: MIX-10 */
static inline void vtci_mix_contexts_set(struct vtci_mix_walk *w, struct vtci_mix_state *s,
                                         size_t i)
{
    const struct vtci_mix_model *model = w->model;
    uint32_t e[VTCI_MIX_CONTEXTS_MAX] = {0};
    uint64_t before = i != 0 ? w->values[i - 1] : 0;

    for (unsigned c = 0; c < w->context_count; c++)
        e[c] = w->contexts[c][i];
    uint64_t e0_hash = vtci_mix_hash(0, w->context_count != 0 ? e[0] : before);

    s->e0_set = (unsigned)(e0_hash >> 24 & (VTCI_MIX_E0_SETS - 1));
    s->hash[0] = 0;
    for (unsigned m = 1; m < s->models; m++) {
        const struct vtci_mix_term *t = &model->terms[m - 1];
        uint64_t h = m;

        for (unsigned c = 0; c < VTCI_MIX_CONTEXTS_MAX; c++)
            if (t->inputs >> c & 1)
                h = vtci_mix_hash(h, e[c]);
        if (t->inputs & VTCI_MIX_PREVIOUS_ROUGH)
            h = vtci_mix_hash(h, vtci_mix_rough(before));
        if (t->inputs & VTCI_MIX_SAME_E0_ROUGH)
            h = vtci_mix_hash(h, s->same[e0_hash >> 12 & (VTCI_MIX_SAME_SLOTS - 1)]);
        if (t->order != 0)
            h = vtci_mix_hash(h, w->history[m]);
        s->hash[m] = h;
    }
}

/* Learns value i into histories, the last-by-e0 table.  SPEC: MIX-11 */
static inline void vtci_mix_histories_roll(struct vtci_mix_walk *w, struct vtci_mix_state *s,
                                           size_t i)
{
    if (w->context_count != 0) {
        uint64_t e0_hash = vtci_mix_hash(0, w->contexts[0][i]);

        s->same[e0_hash >> 12 & (VTCI_MIX_SAME_SLOTS - 1)] = (uint16_t)vtci_mix_rough(w->values[i]);
    }
    for (unsigned m = 1; m < s->models; m++)
        if (w->model->terms[m - 1].order != 0)
            w->history[m] =
                vtci_mix_roll(w, w->history[m], w->drop[m], w->model->terms[m - 1].order, i + 1);
}

/* Follows the match, or looks for one.  SPEC: MIX-12 */
static inline void vtci_mix_match_find(struct vtci_mix_walk *w, struct vtci_mix_state *s, size_t i)
{
    unsigned order = w->model->match_order;

    if (i == 0)
        return;
    w->match_history = vtci_mix_roll(w, w->match_history, w->match_drop, order, i);
    if (w->match_length != 0 && w->values[w->match_pos] == w->values[i - 1]) {
        w->match_pos++;
        w->match_length += w->match_length < 65535;
    } else {
        w->match_length = 0;
    }
    if (i < order)
        return;
    uint32_t *slot =
        &s->match[vtci_mix_hash(0, w->match_history) >> 16 & (VTCI_MIX_MATCH_SLOTS - 1)];

    if (w->match_length == 0 && *slot != 0) {
        size_t from = *slot;
        uint32_t same = 0;

        while (same < order && w->values[from - 1 - same] == w->values[i - 1 - same])
            same++;
        if (same == order) {
            w->match_length = same;
            w->match_pos = from;
        }
    }
    *slot = (uint32_t)i;
}

static inline unsigned vtci_mix_match_class(uint32_t length)
{
    unsigned n = vtci_mix_bit_length(length); /* 1..16 */

    return n * 2 + (n > 1 ? length >> (n - 2) & 1 : 0);
}

/* Codes whether the expected value comes.  SPEC: MIX-13 */
static inline bool vtci_mix_match_flag(struct vtci_mix_walk *w, struct vtci_mix_state *s,
                                       struct vtci_mix_range *r, bool decoding, bool hit)
{
    uint64_t expected = w->values[w->match_pos];
    unsigned length = vtci_mix_match_class(w->match_length);

    s->hash[0] = vtci_mix_hash(101, (uint64_t)length << 8 | (w->flags & 15));
    s->hash[1] = vtci_mix_hash(102, expected);
    s->hash[2] = vtci_mix_hash(vtci_mix_hash(103, expected), w->match_pos);
    s->e0_set = 0;
    vtci_mix_lines_find(s, VTCI_MIX_MATCH_MODELS, 0);
    hit = vtci_mix_bit(s, r, decoding, VTCI_MIX_MATCH_MODELS, VTCI_MIX_MODELS, 1,
                       VTCI_MIX_NODE_MATCH + length, hit) != 0;
    w->flags = w->flags << 1 | hit;
    return hit;
}

/* Codes the low `bits` bits of v from the top, three to a line.  SPEC: MIX-14 */
static inline uint64_t vtci_mix_plain(struct vtci_mix_state *s, struct vtci_mix_range *r,
                                      bool decoding, unsigned bits, uint64_t v)
{
    uint32_t prefix = 1;
    unsigned node = 1;

    for (unsigned j = 0; j < bits; j++) {
        if (j % 3 == 0) {
            vtci_mix_lines_find(s, s->models, prefix);
            node = 1;
        }
        unsigned place = prefix < VTCI_MIX_NODE_TAIL ? prefix : VTCI_MIX_NODE_TAIL + j;
        unsigned bit = vtci_mix_bit(s, r, decoding, s->models, 0, node, place,
                                    (unsigned)(v >> (bits - 1 - j) & 1));

        node = node * 2 + bit;
        prefix = prefix * 2 + bit;
    }
    return prefix - (UINT32_C(1) << bits);
}

/* One counter alone, for bits that have nothing to learn from.  SPEC: MIX-15 */
static inline unsigned vtci_mix_tail_bit(struct vtci_mix_state *s, struct vtci_mix_range *r,
                                         bool decoding, uint32_t *counter, unsigned bit)
{
    uint32_t p = *counter >> 16;

    bit = vtci_mix_range_bit(r, decoding, p < 1 ? 1 : p, bit);
    *counter = vtci_mix_counter_next(s, *counter, bit, VTCI_MIX_SLOW_LIMIT);
    return bit;
}

/* The bits of a value of `length` bits below its top bit.  SPEC: MIX-15 */
static inline uint64_t vtci_mix_mantissa(struct vtci_mix_state *s, struct vtci_mix_range *r,
                                         bool decoding, unsigned length, uint64_t v)
{
    uint64_t prefix = 1;
    unsigned node = 1;

    for (unsigned j = 0; j + 1 < length; j++) {
        unsigned below = length - 2 - j;
        unsigned bit = (unsigned)(v >> below & 1);

        if (j >= VTCI_MIX_MIXED_MANTISSA_BITS) {
            bit = vtci_mix_tail_bit(s, r, decoding, &s->tail[length][below], bit);
        } else {
            if (j % 3 == 0) {
                vtci_mix_lines_find(s, s->models, (uint64_t)(256 + length) << 32 | prefix);
                node = 1;
            }
            bit = vtci_mix_bit(s, r, decoding, s->models, 0, node,
                               VTCI_MIX_NODE_MANTISSA + length * VTCI_MIX_MIXED_MANTISSA_BITS + j,
                               bit);
            node = node * 2 + bit;
        }
        prefix = prefix * 2 + bit;
    }
    return prefix;
}

/* One value; returns false if a decoder finds an impossible one. */
static inline bool vtci_mix_value(struct vtci_mix_walk *w, struct vtci_mix_state *s,
                                  struct vtci_mix_range *r, bool decoding, size_t i,
                                  uint64_t *value)
{
    bool done = false;

    if (w->model->match_order != 0) {
        vtci_mix_match_find(w, s, i);
        if (w->match_length != 0) {
            uint64_t expected = w->values[w->match_pos];

            done = vtci_mix_match_flag(w, s, r, decoding, !decoding && *value == expected);
            if (done)
                *value = expected;
        }
    }
    if (!done) {
        vtci_mix_contexts_set(w, s, i);
        if (w->model->plain) {
            *value = vtci_mix_plain(s, r, decoding, w->width, *value);
        } else {
            unsigned length = decoding ? 0 : vtci_mix_bit_length(*value);

            length = (unsigned)vtci_mix_plain(s, r, decoding, w->length_bits, length);
            if (length > w->width)
                return false;
            *value = length == 0 ? 0 : vtci_mix_mantissa(s, r, decoding, length, *value);
        }
    }
    return true;
}

#endif
