#include "read/text_plan.h"

#include "base/error.h"

void vtci_text_plan_init(struct vtci_text_plan *plan, struct vtci_memory *memory)
{
    memset(plan, 0, sizeof *plan);
    plan->memory = memory;
    vtci_buffer_init(&plan->literals, memory);
}

void vtci_text_plan_free(struct vtci_text_plan *plan)
{
    vtci_buffer_free(&plan->literals);
    VTCI_ARRAY_FREE(plan->memory, plan->ops, plan->op_capacity);
    VTCI_ARRAY_FREE(plan->memory, plan->shape_ops, plan->shape_capacity);
    vtci_text_plan_init(plan, plan->memory);
}

static vtc_status add_op(struct vtci_text_plan *plan, struct vtci_bytes literal, uint8_t type,
                         uint32_t column)
{
    VTC_TRY(VTCI_ARRAY_RESERVE(plan->memory, plan->ops, plan->op_capacity, plan->op_count + 1));
    struct vtci_text_op *op = &plan->ops[plan->op_count];
    op->literal_pos = plan->literals.len_bytes;
    op->literal_len_bytes = (uint32_t)literal.len_bytes;
    op->column = column;
    op->type = type;
    VTC_TRY(vtci_buffer_append(&plan->literals, literal.data, literal.len_bytes));
    plan->op_count++;
    return VTC_OK;
}

static vtc_status add_shape(struct vtci_text_plan *plan, const struct vtci_schema *schema,
                            const struct vtci_shape *shape)
{
    VTC_TRY(VTCI_ARRAY_RESERVE(plan->memory, plan->shape_ops, plan->shape_capacity,
                               plan->shape_count + 1));
    plan->shape_ops[plan->shape_count] = plan->op_count;
    if (shape->kind == VTCI_LIST) {
        for (uint32_t i = 0; i < 3; i++)
            VTC_TRY(add_op(plan, vtci_shape_literal(shape, i), VTCI_TEXT_LIST, VTCI_NONE));
    } else {
        for (uint32_t i = 0; i < shape->slot_count; i++) {
            uint32_t column = shape->slot_columns[i];
            VTC_TRY(
                add_op(plan, vtci_shape_literal(shape, i), schema->columns[column].type, column));
        }
        VTC_TRY(
            add_op(plan, vtci_shape_literal(shape, shape->slot_count), VTCI_TEXT_END, VTCI_NONE));
    }
    plan->shape_count++;
    return VTC_OK;
}

vtc_status vtci_text_plan_update(struct vtci_text_plan *plan, const struct vtci_schema *schema)
{
    while (plan->shape_count < schema->shape_count)
        VTC_TRY(add_shape(plan, schema, &schema->shapes[plan->shape_count]));
    VTC_TRY(vtci_buffer_reserve(&plan->literals, VTCI_TEXT_SLACK));
    memset(plan->literals.data + plan->literals.len_bytes, 0, VTCI_TEXT_SLACK);
    return VTC_OK;
}
