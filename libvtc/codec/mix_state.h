/*
 * mix: the adaptive state, all of it inside the caller's workspace.
 *
 * A counter is a u32: probability of a one in the upper 22 bits, number of
 * times seen (saturating) in the lower 10.  Counters for one context and three
 * consecutive decisions share a line of 32 bytes (a tree of seven nodes and a
 * check word), so that a cache miss is paid once in three decisions:
 *
 *     | check | n1 | n2 n3 | n4 n5 n6 n7 |
 *
 * Lines are found by hash, two to a bucket; the one with the younger root is
 * thrown out.  Sources: PAQ (M. Mahoney), lpaq and zpaq for counters, mixer
 * and refinement.  Rejected: one weight set instead of summed ones (about 0.5 %
 * worse on the test streams), trusting matches of 6 values instead of 32 (23 %
 * worse on names).  Not tried: bit-history state tables, which would put a
 * table of constants into the specification.
 */
#ifndef VTCI_CODEC_MIX_STATE_H
#define VTCI_CODEC_MIX_STATE_H

#include "codec/mix_codec.h"

enum {
    VTCI_MIX_MODELS = VTCI_MIX_TERMS_MAX + 1, /* order 0 first */
    VTCI_MIX_MATCH_MODELS = 3,
    VTCI_MIX_STRETCH_MAX = 2815, /* ln(p/(1-p)) * 256 at p = 2^-16 */
    VTCI_MIX_BUCKETS = 44,       /* stretch range in steps of 128 */
    VTCI_MIX_AGES = 20,
    VTCI_MIX_NODES = 1152,
    VTCI_MIX_NODE_TAIL = 1024, /* plain: bits below a long prefix */
    VTCI_MIX_NODE_MANTISSA = 128,
    VTCI_MIX_NODE_MATCH = 1088,
    VTCI_MIX_HIT_SETS = 730, /* 3^6, and one for the match flag */
    VTCI_MIX_E0_SETS = 256,
    VTCI_MIX_SAME_SLOTS = 4096,
    VTCI_MIX_MATCH_SLOTS = 65536,
    VTCI_MIX_MIXED_MANTISSA_BITS = 12,
    VTCI_MIX_LINES_MAX = 106496
};

struct vtci_mix_line {
    uint32_t check;
    uint32_t nodes[7];
};

struct vtci_mix_weights {
    int32_t w[VTCI_MIX_MODELS + 1]; /* the last one is the bias */
};

struct vtci_mix_state {
    /* What the walk knows of the current value. */
    uint64_t hash[VTCI_MIX_MODELS]; /* context of each model */
    struct vtci_mix_line *line[VTCI_MIX_MODELS];
    unsigned models; /* in use, order 0 included */
    unsigned e0_set;
    uint32_t line_count;

    /* Constants, filled by formula. */
    uint16_t squash[2 * VTCI_MIX_STRETCH_MAX + 1];
    int16_t stretch[4096];
    uint32_t rate[256];
    uint8_t age_class[128];

    /* Adaptive. */
    uint32_t calibration[VTCI_MIX_MODELS + VTCI_MIX_MATCH_MODELS][VTCI_MIX_AGES][VTCI_MIX_BUCKETS];
    uint32_t refine[VTCI_MIX_NODES][VTCI_MIX_BUCKETS + 1];
    uint32_t tail[65][64];
    struct vtci_mix_weights by_node[VTCI_MIX_NODES];
    struct vtci_mix_weights by_hits[VTCI_MIX_HIT_SETS];
    struct vtci_mix_weights by_e0[VTCI_MIX_E0_SETS];
    uint16_t same[VTCI_MIX_SAME_SLOTS];   /* rough last value by e0 */
    uint32_t match[VTCI_MIX_MATCH_SLOTS]; /* position after a hashed run, 0 none */
    struct vtci_mix_line *lines;
};

uint32_t vtci_mix_line_count(size_t n);
struct vtci_mix_state *vtci_mix_state_init(void *workspace, size_t n,
                                           const struct vtci_mix_model *model);

#endif
