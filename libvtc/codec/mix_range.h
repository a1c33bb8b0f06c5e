/*
 * mix: binary arithmetic coder, 32 bits, carryless (as in lpaq).
 *
 * [low, high] is the interval still open; a decision with probability p/65536
 * of a one gives the lower part to the one.  Leading bytes on which both ends
 * agree are final and move out.  The end is one byte, or none, the shortest
 * that every decoder reading zeros from there on takes the same way; so a
 * decoder can tell whether it used the source exactly.  SPEC: MIX-2
 */
#ifndef VTCI_CODEC_MIX_RANGE_H
#define VTCI_CODEC_MIX_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vtci_mix_range {
    uint32_t low, high, code;
    const uint8_t *src;     /* decoder */
    uint8_t *dst;           /* encoder */
    size_t size_bytes, pos; /* pos may run past size_bytes: then it did not fit */
};

static inline uint32_t vtci_mix_range_next(struct vtci_mix_range *r)
{
    uint32_t byte = r->pos < r->size_bytes ? r->src[r->pos] : 0;

    r->pos++;
    return byte;
}

static inline void vtci_mix_range_put(struct vtci_mix_range *r, uint32_t byte)
{
    if (r->pos < r->size_bytes)
        r->dst[r->pos] = (uint8_t)byte;
    r->pos++;
}

static inline void vtci_mix_range_open(struct vtci_mix_range *r, bool decoding)
{
    r->low = 0;
    r->high = UINT32_MAX;
    r->code = 0;
    if (decoding)
        for (int i = 0; i < 4; i++)
            r->code = r->code << 8 | vtci_mix_range_next(r);
}

/* p in 1..65535.  Encodes `bit`, or decodes and returns it. */
static inline unsigned vtci_mix_range_bit(struct vtci_mix_range *r, bool decoding, uint32_t p,
                                          unsigned bit)
{
    uint32_t middle = r->low + (uint32_t)(((uint64_t)(r->high - r->low) * p) >> 16);

    if (decoding)
        bit = r->code <= middle;
    if (bit)
        r->high = middle;
    else
        r->low = middle + 1;
    while (((r->low ^ r->high) >> 24) == 0) {
        if (decoding)
            r->code = r->code << 8 | vtci_mix_range_next(r);
        else
            vtci_mix_range_put(r, r->high >> 24);
        r->low <<= 8;
        r->high = r->high << 8 | 255;
    }
    return bit;
}

static inline void vtci_mix_range_flush(struct vtci_mix_range *r)
{
    if (r->low != 0)
        vtci_mix_range_put(r, (r->low >> 24) + 1);
}

/* True if the decoder stands at the end that the encoder would have written. */
static inline bool vtci_mix_range_at_end(const struct vtci_mix_range *r)
{
    size_t end = r->pos - 4 + (r->low != 0); /* the decoder reads four bytes ahead */
    uint32_t last = r->low != 0 ? (r->low & 0xff000000u) + 0x01000000u : 0;

    return end == r->size_bytes && r->code == last;
}

#endif
