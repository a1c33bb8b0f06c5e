/* PALETTE: few different values, so that an index takes fewer bytes than a value. The palette is sorted, so that it is small itself and neighbours
 * stay neighbours. */
#include <stdlib.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/table_hash.h"
#include "column/block_encode_internal.h"

#define COLOURS_MAX 4096

struct palette {
    int64_t *values; /* by slot */
    uint16_t *slots; /* colour + 1; 0 is free */
    size_t slot_mask;
    int64_t *colours;
    size_t count, limit;
    uint64_t key;
};

static inline size_t slot_of(const struct palette *palette, int64_t value)
{
    size_t at = (size_t)vtci_table_hash(palette->key, (uint64_t)value) & palette->slot_mask;
    while (palette->slots[at] && palette->values[at] != value)
        at = (at + 1) & palette->slot_mask;
    return at;
}

/* A table for `count` values, no larger than they can fill: there are many short arrays. */
static vtc_status palette_open(struct palette *palette, struct vtci_arena *arena, size_t count)
{
    size_t slots = 256;
    palette->count = 0;
    palette->key = vtci_table_key();
    palette->limit = count / 4 + 64 < COLOURS_MAX ? count / 4 + 64 : COLOURS_MAX;
    while (slots < palette->limit * 4)
        slots *= 2;
    palette->slot_mask = slots - 1;
    palette->values = vtci_arena_array(arena, slots, sizeof *palette->values);
    palette->slots = vtci_arena_array_zeroed(arena, slots, sizeof *palette->slots);
    palette->colours = vtci_arena_array(arena, palette->limit, sizeof *palette->colours);
    return palette->values && palette->slots && palette->colours ? VTC_OK : VTC_ERR_NO_MEMORY;
}

/* Fewer than one in four different, and at most COLOURS_MAX: else it is given up early. */
static bool gather(struct palette *palette, const int64_t *values, size_t count)
{
    int64_t last = ~values[0];
    for (size_t i = 0; i < count; i++) {
        if (values[i] == last)
            continue;
        last = values[i];
        size_t at = slot_of(palette, last);
        if (palette->slots[at])
            continue;
        if (palette->count == palette->limit || palette->count > i / 4 + 64)
            return false;
        palette->values[at] = last;
        palette->colours[palette->count++] = last;
        palette->slots[at] = (uint16_t)palette->count;
    }
    return palette->count <= count / 4;
}

static unsigned width_of(uint64_t range)
{
    return (vtci_bit_length(range) + 7) / 8;
}

static int compare(const void *left, const void *right)
{
    int64_t a, b;
    memcpy(&a, left, sizeof a);
    memcpy(&b, right, sizeof b);
    return (a > b) - (a < b);
}

vtc_status vtci_draft_palette(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                              struct vtci_draft *out_draft)
{
    struct vtci_arena *scratch = &encoder->scratch;
    struct palette palette;
    out_draft->op = NULL;
    VTC_TRY(palette_open(&palette, scratch, input->count));
    if (!gather(&palette, input->values, input->count))
        return VTC_OK;
    qsort(palette.colours, palette.count, sizeof *palette.colours, compare);
    if (width_of(palette.count - 1) >=
        width_of((uint64_t)palette.colours[palette.count - 1] - (uint64_t)palette.colours[0]))
        return VTC_OK;
    int64_t *indices = vtci_arena_array(scratch, input->count, sizeof *indices);
    struct vtci_op *op = vtci_arena_array_zeroed(&encoder->arena, 1, sizeof *op);
    if (!indices || !op)
        return VTC_ERR_NO_MEMORY;
    for (size_t i = 0; i < palette.count; i++)
        palette.slots[slot_of(&palette, palette.colours[i])] = (uint16_t)(i + 1);
    for (size_t i = 0; i < input->count; i++)
        indices[i] = palette.slots[slot_of(&palette, input->values[i])] - 1;
    struct vtci_input colours = {.values = palette.colours,
                                 .count = palette.count,
                                 .depth = input->depth + 1,
                                 .column = input->column,
                                 .tried = input->tried};
    struct vtci_input part = *input;
    part.values = indices;
    part.depth++;
    part.children = NULL;
    part.tried |= 1u << VTCI_OP_PALETTE | 1u << VTCI_OP_DELTA | 1u << VTCI_OP_SCALE;
    colours.tried |= 1u << VTCI_OP_PALETTE;
    struct vtci_draft of_colours, of_indices;
    VTC_TRY(vtci_array_plan(encoder, &colours, &of_colours));
    VTC_TRY(vtci_array_plan(encoder, &part, &of_indices));
    op->code = VTCI_OP_PALETTE;
    op->count = input->count;
    op->parts[0] = of_colours.op;
    op->parts[1] = of_indices.op;
    out_draft->op = op;
    out_draft->cost_bytes = of_colours.cost_bytes + of_indices.cost_bytes + 4;
    return VTC_OK;
}
