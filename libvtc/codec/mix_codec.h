/*
 * mix: a context-mixing entropy coder for columns of unsigned 64-bit integers.
 *
 * For the high compression levels.  Every value is cut into binary decisions;
 * each decision is predicted by up to seven adaptive counters, one for each
 * context (order 0, and what the model below asks for), the predictions are
 * mixed in the logistic domain, refined once more, and handed to a binary
 * arithmetic coder.  Encoder and decoder run the same walk (mix_walk.h), so
 * they cannot drift apart.  Integers only: the result is the same everywhere.
 *
 * The stream says by itself which model made it; only n and the external
 * contexts have to be known to the decoder.  SPEC: MIX-1
 *
 * Kernel: no allocation, no I/O.  The decoder accepts any input bytes, reads
 * none outside src, and its time is bounded by O(n).
 */
#ifndef VTCI_CODEC_MIX_CODEC_H
#define VTCI_CODEC_MIX_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VTCI_MIX_CONTEXTS_MAX 4u /* external streams aligned with the values */
#define VTCI_MIX_TERMS_MAX 6u    /* mixed contexts besides order 0 */
#define VTCI_MIX_ORDER_MAX 32u   /* previous values in one context */
#define VTCI_MIX_MATCH_MAX 64u   /* length of a match before it is trusted */
#define VTCI_MIX_PLAIN_BITS_MAX 24u
#define VTCI_MIX_VALUES_MAX ((size_t)1 << 24)

/* Inputs of one mixed context, or-ed together. */
enum {
    VTCI_MIX_E0 = 1,
    VTCI_MIX_E1 = 2,
    VTCI_MIX_E2 = 4,
    VTCI_MIX_E3 = 8,
    VTCI_MIX_PREVIOUS_ROUGH = 16, /* magnitude of the previous value */
    VTCI_MIX_SAME_E0_ROUGH = 32,  /* magnitude of the last value that had this e0 */
    VTCI_MIX_INPUTS_ALL = 63
};

struct vtci_mix_term {
    uint8_t inputs; /* VTCI_MIX_… */
    uint8_t order;  /* and so many previous values, exactly; <= VTCI_MIX_ORDER_MAX */
};

struct vtci_mix_model {
    uint8_t plain;       /* 1: values are names (ids), 0: values are quantities */
    uint8_t match_order; /* 0: off; else predict whole values after a repeat of this length */
    uint8_t term_count;
    struct vtci_mix_term terms[VTCI_MIX_TERMS_MAX];
};

/* Bytes of workspace for n values; below 4 MiB for every n.  Alignment 64. */
size_t vtci_mix_workspace_bytes(size_t n);

/*
 * Encodes values[0..n) into dst.  Returns the bytes written, or 0 if they do
 * not fit in dst_capacity (a result larger than the caller's alternative is of
 * no use, so give the size of that alternative).
 *
 * Preconditions: n <= VTCI_MIX_VALUES_MAX; the model is within its limits;
 * contexts[0..context_count) have n elements each; workspace has
 * vtci_mix_workspace_bytes(n) bytes, aligned to 64, and need not be cleared.
 */
size_t vtci_mix_encode(const struct vtci_mix_model *model, const uint64_t *values,
                       const uint32_t *const *contexts, unsigned context_count, size_t n,
                       void *workspace, uint8_t *dst, size_t dst_capacity);

/*
 * Decodes n values.  Returns NULL; or, unless src is exactly one stream of n
 * values, the id of the rule that it breaks, with out_values undefined.
 * Preconditions as above, src may be anything.
 */
const char *vtci_mix_decode(const uint8_t *src, size_t src_bytes, const uint32_t *const *contexts,
                            unsigned context_count, size_t n, void *workspace,
                            uint64_t *out_values);

#endif
