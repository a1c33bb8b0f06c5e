/* Which operators an array gets: the encoder's choice, from one pass and samples at low levels, by
 * trying at higher ones. What a column is does not matter here; see column_encode.c for that. */
#include "base/error.h"
#include "base/limits.h"
#include "column/block_encode_internal.h"
#include "column/estimate.h"

#define PLAN_COUNT_MIN 24 /* fewer values are not worth a thought */
#define RUN_LENGTH_MIN 12

struct traits {
    int64_t least, greatest;
    size_t changes; /* values that differ from the one before */
};

static struct traits look(const struct vtci_input *input)
{
    const int64_t *values = input->values;
    int64_t first = input->count ? values[0] : 0;
    struct traits traits = {first, first, 0};
    for (size_t i = 1; i < input->count; i++) {
        traits.least = values[i] < traits.least ? values[i] : traits.least;
        traits.greatest = values[i] > traits.greatest ? values[i] : traits.greatest;
        traits.changes += values[i] != values[i - 1];
    }
    return traits;
}

static vtc_status plan_planes(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                              const struct traits *traits, struct vtci_draft *out_draft)
{
    return vtci_draft_planes(encoder, input, traits->least, traits->greatest, out_draft);
}

static bool may(const struct vtci_input *input, enum vtci_op_code code)
{
    return !(input->tried >> code & 1);
}

static uint64_t gcd(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* The greatest factor of all values less the least one; 1 early. */
static uint64_t common_factor(const struct vtci_input *input, int64_t least)
{
    uint64_t factor = 0;
    for (size_t i = 0; i < input->count && factor != 1; i++) {
        uint64_t rest = (uint64_t)input->values[i] - (uint64_t)least;
        if (factor == 0 || rest % factor)
            factor = gcd(rest, factor);
    }
    return factor;
}

static vtc_status plan_by_sample(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                                 const struct traits *traits, struct vtci_draft *out_draft)
{
    int64_t sample[VTCI_SAMPLE_MAX];
    uint64_t range = (uint64_t)traits->greatest - (uint64_t)traits->least;
    if (may(input, VTCI_OP_RUNS) && traits->changes * RUN_LENGTH_MIN < input->count)
        return vtci_draft_runs(encoder, input, out_draft);
    if (range > 255 && may(input, VTCI_OP_PALETTE)) {
        VTC_TRY(vtci_draft_palette(encoder, input, out_draft));
        if (out_draft->op)
            return VTC_OK;
    }
    if (may(input, VTCI_OP_DELTA)) {
        /* Ids that lie close to each other mean nothing by it. */
        bool ids = encoder->schema->columns[input->column].type != VTCI_NUMBER;
        size_t count = vtci_sample_take(input->values, NULL, input->count, sample);
        uint64_t plain = vtci_sample_plain_cost(sample, count);
        if (vtci_sample_delta_cost(sample, count) < (ids ? plain / 2 : plain - plain / 16))
            return vtci_draft_delta(encoder, input, out_draft);
    }
    if (range > 1 && may(input, VTCI_OP_SCALE)) {
        uint64_t factor = common_factor(input, traits->least);
        if (factor > 1) {
            /* A least value that is a multiple too needs no offset. */
            int64_t base = (uint64_t)traits->least % factor ? traits->least : 0;
            if (traits->least < 0)
                base = traits->least;
            return vtci_draft_scale(encoder, input, factor, base, out_draft);
        }
    }
    return plan_planes(encoder, input, traits, out_draft);
}

/* The array as it is, where that is smaller after all. */
static vtc_status try_leaf(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                           const struct traits *traits, struct vtci_draft *out_draft)
{
    struct vtci_draft leaf;
    if (out_draft->op->code == VTCI_OP_PLANES || out_draft->op->code == VTCI_OP_MIX)
        return VTC_OK;
    VTC_TRY(plan_planes(encoder, input, traits, &leaf));
    if (leaf.cost_bytes < out_draft->cost_bytes)
        *out_draft = leaf;
    return VTC_OK;
}

vtc_status vtci_array_plan(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                           struct vtci_draft *out_draft)
{
    struct traits traits = look(input);
    if (input->count < PLAN_COUNT_MIN || input->depth + 2 > VTCI_ENCODING_DEPTH_MAX ||
        traits.least == traits.greatest)
        return plan_planes(encoder, input, &traits, out_draft);
    VTC_TRY(plan_by_sample(encoder, input, &traits, out_draft));
    return encoder->effort.trials ? try_leaf(encoder, input, &traits, out_draft) : VTC_OK;
}
