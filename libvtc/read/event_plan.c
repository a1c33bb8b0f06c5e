#include "read/event_plan.h"

#include "base/error.h"

void vtci_event_plan_init(struct vtci_event_plan *plan, struct vtci_memory *memory)
{
    memset(plan, 0, sizeof *plan);
    plan->memory = memory;
}

void vtci_event_plan_free(struct vtci_event_plan *plan)
{
    VTCI_ARRAY_FREE(plan->memory, plan->shapes, plan->shape_capacity);
    vtci_event_plan_init(plan, plan->memory);
}

uint32_t vtci_event_column(const struct vtci_schema *schema, unsigned tracked)
{
    return vtci_schema_root_column(schema, vtci_event_keys[tracked / 2],
                                   tracked % 2 ? VTCI_STRING : VTCI_NUMBER);
}

/* The field whose member stands at `path`; VTCI_EVENT_FIELDS for none. */
static unsigned field_of_path(const struct vtci_schema *schema, uint32_t path)
{
    const struct vtci_path *of = &schema->paths[path];
    unsigned field = 0;
    if (of->kind != VTCI_MEMBER || of->parent != 0)
        return VTCI_EVENT_FIELDS;
    for (; field < VTCI_EVENT_FIELDS; field++)
        if (of->key_len_bytes == strlen(vtci_event_keys[field]) &&
            memcmp(of->key, vtci_event_keys[field], of->key_len_bytes) == 0)
            break;
    return field;
}

static void plan_shape(const struct vtci_schema *schema, const struct vtci_shape *shape,
                       struct vtci_event_shape *out)
{
    memset(out, 0, sizeof *out);
    out->is_event = shape->is_event;
    out->phase = shape->phase;
    for (uint32_t i = 0; i < shape->slot_count; i++) {
        const struct vtci_column *column = &schema->columns[shape->slot_columns[i]];
        unsigned field = field_of_path(schema, column->path);
        if (field == VTCI_EVENT_FIELDS)
            continue;
        struct vtci_event_slot *slot = &out->fields[field];
        memset(slot, 0, sizeof *slot);
        if (column->type != VTCI_NUMBER && column->type != VTCI_STRING)
            continue;
        struct vtci_bytes before = vtci_shape_literal(shape, i);
        slot->type = column->type;
        slot->quoted = column->type == VTCI_NUMBER && before.len_bytes &&
                       before.data[before.len_bytes - 1] == '"';
        slot->nth = out->counts[VTCI_TRACKED(field, column->type == VTCI_STRING)]++;
    }
}

vtc_status vtci_event_plan_update(struct vtci_event_plan *plan, const struct vtci_schema *schema)
{
    const struct vtci_path *root = &schema->paths[0];
    VTC_TRY(VTCI_ARRAY_RESERVE(plan->memory, plan->shapes, plan->shape_capacity,
                               root->shape_count + 1));
    if (plan->shape_count == 0) {
        memset(&plan->shapes[0], 0, sizeof plan->shapes[0]);
        plan->shapes[0].is_event = 1;
        plan->shape_count = 1;
    }
    for (; plan->shape_count <= root->shape_count; plan->shape_count++)
        plan_shape(schema, &schema->shapes[root->shapes[plan->shape_count - 1]],
                   &plan->shapes[plan->shape_count]);
    return VTC_OK;
}
