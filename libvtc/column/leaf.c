/* Leaves: the bytes that operators refer to. See block_encode_internal.h. */
#include "base/bytes.h"
#include "base/error.h"
#include "column/block_encode_internal.h"

#define LEAF_BYTES_OWN 1024 /* from here on a leaf has a segment to itself */

static vtc_status leaf_add(struct vtci_block_encoder *encoder, const struct vtci_leaf *leaf,
                           uint32_t *out_leaf)
{
    vtc_status status = VTCI_ARRAY_RESERVE(encoder->memory, encoder->leaves, encoder->leaf_capacity,
                                           encoder->leaf_count + 1);
    if (status != VTC_OK)
        return status;
    *out_leaf = (uint32_t)encoder->leaf_count;
    encoder->leaves[encoder->leaf_count++] = *leaf;
    return VTC_OK;
}

static const uint8_t *keep_bytes(struct vtci_block_encoder *encoder, const uint8_t *bytes,
                                 size_t len_bytes)
{
    uint8_t *copy = vtci_arena_array(&encoder->arena, len_bytes, 1);
    if (copy && len_bytes)
        memcpy(copy, bytes, len_bytes);
    return copy;
}

/* About what an order-0 coder makes of it: Σ c × log2(n / c), with log2 in 1/16 steps. */
static size_t entropy_bytes(const uint8_t *bytes, size_t len_bytes)
{
    uint32_t counts[256] = {0};
    uint64_t sixteenths = 0;
    for (size_t i = 0; i < len_bytes; i++)
        counts[bytes[i]]++;
    for (int symbol = 0; symbol < 256; symbol++) {
        uint64_t ratio = counts[symbol] ? ((uint64_t)len_bytes << 8) / counts[symbol] : 1u << 8;
        unsigned bits = vtci_bit_length(ratio) - 1;
        uint64_t fraction = bits >= 4 ? ratio >> (bits - 4) & 15 : 0;
        sixteenths += (uint64_t)counts[symbol] * ((bits - 8) * 16 + fraction);
    }
    return (size_t)(sixteenths / 128) + 1;
}

static vtc_status make_own(struct vtci_block_encoder *encoder, const uint8_t *bytes,
                           size_t len_bytes, size_t part_bytes, int zstd_level,
                           struct vtci_leaf *leaf)
{
    struct vtci_arena_mark mark = vtci_arena_mark(&encoder->scratch);
    uint8_t *packed = vtci_arena_array(&encoder->scratch, len_bytes, 1);
    if (!packed)
        return VTC_ERR_NO_MEMORY;
    size_t packed_bytes = 0;
    /* A frame that is not smaller does not fit, which is what LIMIT says. */
    vtc_status status = VTC_ERR_LIMIT;
    if (zstd_level)
        status = vtci_zstd_compress_parts(encoder->zstd, zstd_level, bytes, len_bytes, part_bytes,
                                          packed, len_bytes - 1, &packed_bytes);
    if (status == VTC_OK) {
        leaf->method = 1;
        leaf->stored = keep_bytes(encoder, packed, packed_bytes);
        leaf->stored_bytes = packed_bytes;
    } else if (status == VTC_ERR_LIMIT) {
        leaf->method = 0;
        leaf->stored = keep_bytes(encoder, bytes, len_bytes);
        leaf->stored_bytes = len_bytes;
        status = VTC_OK;
    }
    vtci_arena_rewind(&encoder->scratch, mark);
    return status == VTC_OK && !leaf->stored ? VTC_ERR_NO_MEMORY : status;
}

vtc_status vtci_leaf_make(struct vtci_block_encoder *encoder, const uint8_t *bytes,
                          size_t len_bytes, size_t part_bytes, enum vtci_leaf_pool pool,
                          int zstd_level, uint32_t *out_leaf, size_t *out_cost_bytes)
{
    struct vtci_leaf leaf = {.raw_bytes = len_bytes, .pool = (uint8_t)pool};
    if (len_bytes >= LEAF_BYTES_OWN) {
        VTC_TRY(make_own(encoder, bytes, len_bytes, part_bytes, zstd_level, &leaf));
        *out_cost_bytes = leaf.stored_bytes + 8;
    } else {
        leaf.raw = keep_bytes(encoder, bytes, len_bytes);
        if (!leaf.raw)
            return VTC_ERR_NO_MEMORY;
        *out_cost_bytes = entropy_bytes(bytes, len_bytes);
    }
    return leaf_add(encoder, &leaf, out_leaf);
}

vtc_status vtci_leaf_make_stored(struct vtci_block_encoder *encoder, const uint8_t *bytes,
                                 size_t len_bytes, uint32_t *out_leaf)
{
    struct vtci_leaf leaf = {.raw_bytes = len_bytes, .stored_bytes = len_bytes};
    leaf.stored = keep_bytes(encoder, bytes, len_bytes);
    if (!leaf.stored)
        return VTC_ERR_NO_MEMORY;
    return leaf_add(encoder, &leaf, out_leaf);
}
