/* MIX (SPEC 8.1, op 12): a leaf by context mixing, where a level pays for it. Which contexts are
 * worth having depends on what the array is:
 *
 *   ids of name        own history; the shape of the row (its phase), the lane's thread
 *   other ids          name, shape, the name before, own history
 *   times by NEST      name, children, the name before and the one after
 *   other numbers      name, the name before, shape, the column before
 */
#include "base/error.h"
#include "codec/mix_codec.h"
#include "column/block_encode_internal.h"

#define MIX_COUNT_MIN 64
#define PLAIN_BITS_MAX 18 /* ids up to here are coded as names, bit by bit */

struct mix_choice {
    struct vtci_mix_model model;
    struct vtci_mix_context contexts[VTCI_OP_CONTEXTS_MAX];
    unsigned context_count;
};

static void add_context(const struct vtci_block_encoder *encoder, struct mix_choice *choice,
                        uint32_t column, uint8_t lag)
{
    if (choice->context_count == VTCI_OP_CONTEXTS_MAX || column == VTCI_NONE ||
        !encoder->rows.columns[column].known)
        return;
    choice->contexts[choice->context_count++] = (struct vtci_mix_context){lag, column};
}

static void add_children(struct mix_choice *choice)
{
    if (choice->context_count < VTCI_OP_CONTEXTS_MAX)
        choice->contexts[choice->context_count++] = (struct vtci_mix_context){0, VTCI_MIX_CHILDREN};
}

static void add_term(struct mix_choice *choice, unsigned inputs, unsigned order)
{
    unsigned have = (1u << choice->context_count) - 1;
    if (choice->model.term_count == VTCI_MIX_TERMS_MAX ||
        ((inputs & VTCI_MIX_SAME_E0_ROUGH) && !choice->context_count))
        return;
    inputs &= have | VTCI_MIX_PREVIOUS_ROUGH | VTCI_MIX_SAME_E0_ROUGH;
    for (unsigned i = 0; i < choice->model.term_count; i++)
        if (choice->model.terms[i].inputs == inputs && choice->model.terms[i].order == order)
            return;
    if (inputs || order)
        choice->model.terms[choice->model.term_count++] =
            (struct vtci_mix_term){(uint8_t)inputs, (uint8_t)order};
}

static void choose_for_ids(const struct vtci_block_encoder *encoder, const struct vtci_input *input,
                           struct mix_choice *choice)
{
    choice->model.plain = 1;
    choice->model.match_order = 12;
    if (input->rows) {
        if (input->column == encoder->name) {
            add_context(encoder, choice, VTCI_COLUMN_ROOT, 0);
            add_context(encoder, choice, VTCI_COLUMN_ROOT, VTCI_MIX_LAG_NEXT);
            add_context(encoder, choice, encoder->tid, 0);
        } else if (input->column != VTCI_COLUMN_ROOT) {
            add_context(encoder, choice, encoder->name, 0);
            add_context(encoder, choice, VTCI_COLUMN_ROOT, 0);
            add_context(encoder, choice, encoder->name, 1);
            add_context(encoder, choice, VTCI_COLUMN_ROOT, 1);
        }
    }
    add_term(choice, VTCI_MIX_E0, 1);
    add_term(choice, VTCI_MIX_E0, 2);
    add_term(choice, VTCI_MIX_E0 | VTCI_MIX_E1, 3);
    add_term(choice, VTCI_MIX_E0 | VTCI_MIX_E1, 0);
    add_term(choice, VTCI_MIX_E0 | VTCI_MIX_E2, 1);
    add_term(choice, 0, 5);
}

static void choose_for_numbers(const struct vtci_block_encoder *encoder,
                               const struct vtci_input *input, struct mix_choice *choice)
{
    if (input->rows) {
        add_context(encoder, choice, encoder->name, 0);
        if (input->children)
            add_children(choice);
        add_context(encoder, choice, encoder->name, 1);
        if (input->children)
            add_context(encoder, choice, encoder->name, VTCI_MIX_LAG_NEXT);
        add_context(encoder, choice, VTCI_COLUMN_ROOT, 0);
        add_context(encoder, choice, VTCI_COLUMN_ROOT, 1);
    }
    add_term(choice, VTCI_MIX_E0, 0);
    add_term(choice, VTCI_MIX_E0 | VTCI_MIX_E1 | VTCI_MIX_E2, 0);
    add_term(choice, VTCI_MIX_E0 | VTCI_MIX_E1 | VTCI_MIX_E2 | VTCI_MIX_E3, 0);
    add_term(choice, VTCI_MIX_E0 | VTCI_MIX_E1 | VTCI_MIX_SAME_E0_ROUGH, 0);
    add_term(choice, VTCI_MIX_E0 | VTCI_MIX_E1 | VTCI_MIX_PREVIOUS_ROUGH, 0);
    add_term(choice, VTCI_MIX_E0, 2);
}

static vtc_status encode(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                         const struct mix_choice *choice, size_t capacity, uint8_t *to,
                         size_t *out_bytes)
{
    struct vtci_arena *scratch = &encoder->scratch;
    const uint32_t *contexts[VTCI_OP_CONTEXTS_MAX] = {NULL};
    for (unsigned i = 0; i < choice->context_count; i++)
        VTC_TRY(vtci_rows_mix_context(&encoder->rows, &choice->contexts[i], input->rows,
                                      input->children, input->count, scratch, &contexts[i]));
    uint8_t *workspace = vtci_arena_array(scratch, vtci_mix_workspace_bytes(input->count) + 64, 1);
    if (!workspace)
        return VTC_ERR_NO_MEMORY;
    workspace += 64 - ((uintptr_t)workspace & 63);
    *out_bytes = vtci_mix_encode(&choice->model, (const uint64_t *)input->values, contexts,
                                 choice->context_count, input->count, workspace, to, capacity);
    return VTC_OK;
}

static vtc_status make_op(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                          const struct mix_choice *choice, const uint8_t *bytes, size_t len_bytes,
                          struct vtci_draft *out_draft)
{
    struct vtci_op *op = vtci_arena_array_zeroed(&encoder->arena, 1, sizeof *op);
    if (!op)
        return VTC_ERR_NO_MEMORY;
    op->code = VTCI_OP_MIX;
    op->count = input->count;
    op->flags = (uint8_t)choice->context_count;
    op->bytes = len_bytes;
    memcpy(op->contexts, choice->contexts, sizeof op->contexts);
    VTC_TRY(vtci_leaf_make_stored(encoder, bytes, len_bytes, &op->segment));
    out_draft->op = op;
    out_draft->cost_bytes = len_bytes + 10;
    return VTC_OK;
}

vtc_status vtci_draft_mix(struct vtci_block_encoder *encoder, const struct vtci_input *input,
                          uint64_t greatest, size_t capacity, struct vtci_draft *out_draft)
{
    struct mix_choice choice;
    struct vtci_arena_mark mark = vtci_arena_mark(&encoder->scratch);
    uint8_t type = encoder->schema->columns[input->column].type;
    out_draft->op = NULL;
    if (input->count < MIX_COUNT_MIN || input->count > VTCI_MIX_VALUES_MAX || capacity < 16)
        return VTC_OK;
    memset(&choice, 0, sizeof choice);
    bool few = greatest >> PLAIN_BITS_MAX == 0 &&
               (type != VTCI_NUMBER || (input->tried >> VTCI_OP_PALETTE & 1));
    bool is_time = input->column == encoder->ts || input->column == encoder->dur;
    if (few && !is_time) {
        choose_for_ids(encoder, input, &choice);
    } else {
        choose_for_numbers(encoder, input, &choice);
        choice.model.plain = few;
    }
    uint8_t *bytes = vtci_arena_array(&encoder->scratch, capacity, 1);
    size_t len_bytes = 0;
    if (!bytes || encode(encoder, input, &choice, capacity, bytes, &len_bytes) != VTC_OK)
        return VTC_ERR_NO_MEMORY;
    vtc_status status = VTC_OK;
    if (len_bytes)
        status = make_op(encoder, input, &choice, bytes, len_bytes, out_draft);
    vtci_arena_rewind(&encoder->scratch, mark);
    return status;
}
