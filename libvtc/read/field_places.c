/* Where the value of each event is: its index in the NUMBER or the STRING column, by walking the
 * shapes of the rows. See event_fields.h. */
#include "read/event_fields.h"

static vtc_status decode_column(const struct vtci_event_maker *maker, unsigned tracked,
                                const struct vtci_values **out_values)
{
    static const struct vtci_values none;
    uint32_t column = vtci_event_column(&maker->block->definitions->schema, tracked);
    *out_values = &none;
    if (column == VTCI_NONE)
        return VTC_OK;
    return vtci_block_decoder_column(maker->block->decoder, column, out_values, maker->err);
}

/* How many plain strings come before each value of a column. */
static vtc_status count_plain(const struct vtci_event_maker *maker,
                              const struct vtci_values *values, struct vtci_plain_places *out)
{
    out->before = NULL;
    if (values->plain_count == 0)
        return VTC_OK;
    VTC_TRY(vtci_block_plain_strings(maker->block, values, &out->first));
    out->before = vtci_event_array(maker, values->count, sizeof *out->before);
    if (!out->before)
        return VTC_ERR_NO_MEMORY;
    uint32_t plain = 0;
    for (size_t i = 0; i < values->count; i++) {
        out->before[i] = plain;
        plain += vtci_value_is_plain(values, i);
    }
    if (plain == values->plain_count)
        return VTC_OK;
    return vtci_error_set(maker->err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "STR-1",
                          "expected %u plain strings, found %zu", plain, values->plain_count);
}

/* Fills the steps of the shapes that occur. True when the value of event i is value i of one column,
 * as in a block whose events are all alike. */
static bool make_steps(const struct vtci_event_maker *maker, enum vtci_event_field which,
                       vtci_place *out_direct)
{
    const struct vtci_event_plan *plan = &maker->block->definitions->events;
    bool is_direct = true;
    vtci_place direct = 0;
    for (size_t i = 0; i < plan->shape_count; i++) {
        if (!maker->used[i])
            continue;
        const struct vtci_event_shape *shape = &plan->shapes[i];
        const struct vtci_event_slot *slot = &shape->fields[which];
        struct vtci_field_step *step = &maker->steps[i];
        step->numbers = shape->counts[VTCI_TRACKED(which, 0)];
        step->strings = shape->counts[VTCI_TRACKED(which, 1)];
        step->is_event = shape->is_event;
        step->is_string = slot->type == VTCI_STRING;
        vtci_place kind = slot->type ? (vtci_place)slot->quoted << 2 | slot->type : 0;
        step->base = kind ? (vtci_place)slot->nth << VTCI_PLACE_SHIFT | kind : 0;
        uint32_t own = step->is_string ? step->strings : step->numbers;
        is_direct &= step->is_event && kind && own == 1 && (!direct || direct == kind);
        direct = kind;
    }
    *out_direct = direct;
    return is_direct;
}

vtc_status vtci_field_find(const struct vtci_event_maker *maker, enum vtci_event_field which,
                           struct vtci_field *field)
{
    vtc_block *block = maker->block;
    memset(field, 0, sizeof *field);
    VTC_TRY(decode_column(maker, VTCI_TRACKED(which, 0), &field->numbers));
    VTC_TRY(decode_column(maker, VTCI_TRACKED(which, 1), &field->strings));
    VTC_TRY(count_plain(maker, field->numbers, &field->number_plain));
    VTC_TRY(count_plain(maker, field->strings, &field->string_plain));
    bool is_direct = make_steps(maker, which, &field->direct);
    const struct vtci_values *values =
        (field->direct & VTCI_PLACE_TYPE) == VTCI_STRING ? field->strings : field->numbers;
    if (is_direct && values->count == block->all.count)
        return VTC_OK;
    field->places = vtci_event_array(maker, block->all.count, sizeof *field->places);
    if (!field->places)
        return VTC_ERR_NO_MEMORY;
    size_t numbers = 0, strings = 0; /* the row's first values */
    vtci_place *to = field->places;
    for (size_t i = 0; i < maker->run_count; i++) {
        const struct vtci_field_step *step = &maker->steps[maker->runs[i].local];
        size_t rows = maker->runs[i].rows;
        if (step->is_event) {
            size_t first = step->is_string ? strings : numbers;
            vtci_place stride = step->is_string ? step->strings : step->numbers;
            vtci_place next = step->base ? step->base + ((vtci_place)first << VTCI_PLACE_SHIFT) : 0;
            stride = step->base ? stride << VTCI_PLACE_SHIFT : 0;
            for (size_t k = 0; k < rows; k++)
                to[k] = next + (vtci_place)k * stride;
            to += rows;
        }
        numbers += rows * step->numbers;
        strings += rows * step->strings;
    }
    /* SPEC: BLK-5. So every place is below its column's count. */
    if (numbers != field->numbers->count || strings != field->strings->count)
        return vtci_error_set(maker->err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "BLK-5",
                              "expected %zu and %zu values of a field, found %zu and %zu", numbers,
                              strings, field->numbers->count, field->strings->count);
    return VTC_OK;
}
