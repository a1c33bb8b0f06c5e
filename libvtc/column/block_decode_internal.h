/* What the files of the block decoder share. Not for others. */
#ifndef VTCI_COLUMN_BLOCK_DECODE_INTERNAL_H
#define VTCI_COLUMN_BLOCK_DECODE_INTERNAL_H

#include "codec/zstd_wrapper.h"
#include "column/arena.h"
#include "column/block_decode.h"
#include "column/directory.h"
#include "column/rows.h"

struct vtci_unpacked_segment {
    const uint8_t *stored;
    const uint8_t *raw; /* NULL: not unpacked yet */
};

struct vtci_decoded_column {
    struct vtci_values values;
    bool needed; /* marked by the request that is being served */
    bool done;
};

struct vtci_block_decoder {
    struct vtci_memory *memory;
    struct vtci_arena arena;   /* as long as the block */
    struct vtci_arena scratch; /* as long as a column is being decoded */
    struct vtci_zstd *zstd;
    bool is_open;
    const struct vtci_schema *schema;
    struct vtci_segment *segments;
    struct vtci_unpacked_segment *unpacked;
    size_t segment_count;
    struct vtci_directory directory;
    struct vtci_decoded_column *columns; /* by index in the directory */
    struct vtci_values absent;
    struct vtci_block_rows rows;
    /* What NEST gave for dur, until NESTED fetches it. */
    const int64_t *nested;
    uint32_t nested_column;
    uint8_t nested_scale;
};

/* What an array is decoded for. */
struct vtci_array_place {
    const uint32_t *rows;     /* of each value; NULL: it has none */
    const uint32_t *children; /* for MIX in NEST's a and b; else NULL */
};

/* Borrow the bytes of a segment, unpacked now if need be. */
VTC_NODISCARD vtc_status vtci_block_decoder_segment(struct vtci_block_decoder *decoder,
                                                    uint32_t segment, const uint8_t **out_bytes,
                                                    struct vtc_error *err);

/* Fills out[0 .. op->count). What the operators refer to has been decoded. */
VTC_NODISCARD vtc_status vtci_array_decode(struct vtci_block_decoder *decoder,
                                           const struct vtci_op *op, struct vtci_array_place place,
                                           int64_t *out, struct vtc_error *err);
/* The operators of more than one line of thought. */
VTC_NODISCARD vtc_status vtci_array_decode_map(struct vtci_block_decoder *decoder,
                                               const struct vtci_op *op,
                                               struct vtci_array_place place, int64_t *out,
                                               struct vtc_error *err);
VTC_NODISCARD vtc_status vtci_array_decode_mix(struct vtci_block_decoder *decoder,
                                               const struct vtci_op *op,
                                               struct vtci_array_place place, int64_t *out,
                                               struct vtc_error *err);
VTC_NODISCARD vtc_status vtci_array_decode_unstack(struct vtci_block_decoder *decoder,
                                                   const struct vtci_op *op,
                                                   struct vtci_array_place place, int64_t *out,
                                                   struct vtc_error *err);
/* The mantissas of ts by NEST; leaves those of dur in the decoder. */
VTC_NODISCARD vtc_status vtci_nest_decode(struct vtci_block_decoder *decoder,
                                          const struct vtci_op *op, const uint32_t *ts_rows,
                                          int64_t *out, struct vtc_error *err);

/* Decodes one column, whose needs are done. */
VTC_NODISCARD vtc_status vtci_column_decode(struct vtci_block_decoder *decoder, size_t index,
                                            struct vtc_error *err);

#endif
