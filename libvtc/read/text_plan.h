/* The shapes of a schema as a program: one op for each slot, and one for the end of the shape.
 *
 *     shape  {"name":"<STRING 4>","ts":<NUMBER 5>}
 *     ops    [`{"name":"`, STRING, 4] [`","ts":`, NUMBER, 5] [`}`, END]
 *
 * The literals lie in one buffer with VTCI_TEXT_SLACK bytes behind them, so that a short one is
 * copied by moves of a fixed size. A plan only grows, as its schema does.
 */
#ifndef VTCI_READ_TEXT_PLAN_H
#define VTCI_READ_TEXT_PLAN_H

#include "base/buffer.h"
#include "column/schema.h"

#define VTCI_TEXT_SLACK 32
/* Instead of an enum vtci_type: */
#define VTCI_TEXT_END 0
#define VTCI_TEXT_LIST 255

struct vtci_text_op {
    size_t literal_pos;
    uint32_t literal_len_bytes;
    uint32_t column;
    uint8_t type; /* enum vtci_type, VTCI_TEXT_END or VTCI_TEXT_LIST */
};

struct vtci_text_plan {
    struct vtci_memory *memory;
    struct vtci_buffer literals;
    struct vtci_text_op *ops;
    size_t op_count, op_capacity;
    size_t *shape_ops; /* by global shape: its first op. A list has three LIST ops, its literals */
    size_t shape_count, shape_capacity;
};

void vtci_text_plan_init(struct vtci_text_plan *plan, struct vtci_memory *memory);
void vtci_text_plan_free(struct vtci_text_plan *plan);
/* Adds the shapes that the schema gained. */
VTC_NODISCARD vtc_status vtci_text_plan_update(struct vtci_text_plan *plan,
                                               const struct vtci_schema *schema);

#endif
