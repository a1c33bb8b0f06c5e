/* The fields of a block's events on their way from columns to arrays.
 *
 *     block_events.c   which rows are events, their phases; rows of one shape as runs
 *     field_places.c   for a field: where the value of each event is
 *     field_times.c, field_strings.c, field_tracks.c    what it is
 *
 * Most blocks have one kind of event: then value i of a column is that of event i, no places are made,
 * and arrays are filled by loops that do not look where a value is (`direct`).
 */
#ifndef VTCI_READ_EVENT_FIELDS_H
#define VTCI_READ_EVENT_FIELDS_H

#include "base/error.h"
#include "read/block_internal.h"

/* Where the value of a field is: index << 3 | quoted << 2 | type; 0: absent. */
typedef uint32_t vtci_place;
enum { VTCI_PLACE_TYPE = 3, VTCI_PLACE_QUOTED = 4, VTCI_PLACE_SHIFT = 3 };

/* The plain strings of a column. */
struct vtci_plain_places {
    vtc_string first; /* the number of the first … */
    uint32_t *before; /* … and how many come before a value; NULL when there are none */
};

/* A field in work. */
struct vtci_field {
    const struct vtci_values *numbers;
    const struct vtci_values *strings;
    vtci_place *places; /* by event; NULL: that of event i is i << VTCI_PLACE_SHIFT | direct */
    vtci_place direct;
    struct vtci_plain_places string_plain, number_plain;
};

static inline vtci_place vtci_place_of(const struct vtci_field *field, size_t event)
{
    return field->places ? field->places[event]
                         : (vtci_place)event << VTCI_PLACE_SHIFT | field->direct;
}

/* Whether value i of the column of this type (VTCI_NUMBER, VTCI_STRING) is that of event i, and none
 * is a plain string. */
static inline bool vtci_field_is_direct(const struct vtci_field *field, unsigned type)
{
    const struct vtci_plain_places *plain =
        type == VTCI_STRING ? &field->string_plain : &field->number_plain;
    return !field->places && (field->direct & VTCI_PLACE_TYPE) == type && !plain->before;
}

/* What a row of a shape means for one field: small, as it is looked up row by row. */
struct vtci_field_step {
    uint32_t numbers, strings; /* values that the row takes */
    vtci_place base;           /* quoted, type and, in units of values, nth; 0: absent */
    uint8_t is_event;
    uint8_t is_string;
};

/* Rows one after the other that have the same shape; a trace has long ones. */
struct vtci_shape_run {
    uint32_t local;
    uint32_t rows;
};

struct vtci_event_maker {
    vtc_block *block;
    struct vtci_shape_run *runs;
    size_t run_count;
    uint8_t *used;                 /* by local id: whether a row has it */
    struct vtci_field_step *steps; /* by local id: of the field in work */
    uint8_t *phases;               /* by event */
    struct vtc_error *err;
};

/* At least one item; NULL when memory is short. */
static inline void *vtci_event_array(const struct vtci_event_maker *maker, size_t count,
                                     size_t item_bytes)
{
    return vtci_arena_array(&maker->block->arena, count ? count : 1, item_bytes);
}

/* Finds the places of a field; one at a time, as the steps are shared. SPEC: BLK-5, STR-1 */
VTC_NODISCARD vtc_status vtci_field_find(const struct vtci_event_maker *maker,
                                         enum vtci_event_field which, struct vtci_field *field);

static inline vtc_string vtci_field_string_of(const struct vtci_values *values,
                                              const struct vtci_plain_places *plain, size_t index)
{
    uint64_t id = (uint64_t)values->values[index];
    return id ? vtci_dictionary_string(values->column, id) : plain->first + plain->before[index];
}

/* A string of the field; the caller knows that the place is one. */
static inline vtc_string vtci_field_string(const struct vtci_field *field, size_t index)
{
    return vtci_field_string_of(field->strings, &field->string_plain, index);
}

/* The same of a number that is a token. */
static inline vtc_string vtci_field_token(const struct vtci_field *field, size_t index)
{
    return vtci_field_string_of(field->numbers, &field->number_plain, index);
}

static inline struct vtci_bytes vtci_block_bytes(const vtc_block *block, vtc_string string)
{
    struct vtc_text text = vtc_block_string(block, string);
    return (struct vtci_bytes){(const uint8_t *)text.data, text.len_bytes};
}

/* The text of a number, with its quotes if it has them and they are wanted. */
VTC_NODISCARD vtc_status vtci_field_number_text(const struct vtci_event_maker *maker,
                                                const struct vtci_field *field, vtci_place at,
                                                bool with_quotes, struct vtci_bytes *out);

/* The arrays. With `only_strings` a value without quotes counts as absent; one between them is a
 * string even where its column is one of numbers: SPEC 7.10. */
VTC_NODISCARD vtc_status vtci_fill_times(const struct vtci_event_maker *maker,
                                         enum vtci_event_field which, int64_t **out_times);
VTC_NODISCARD vtc_status vtci_fill_strings(const struct vtci_event_maker *maker,
                                           enum vtci_event_field which, bool only_strings,
                                           vtc_string **out_strings);
VTC_NODISCARD vtc_status vtci_fill_tracks(const struct vtci_event_maker *maker,
                                          uint32_t **out_tracks);

#endif
