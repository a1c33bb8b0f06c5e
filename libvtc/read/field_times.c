/* Times of events. See event_fields.h. */
#include "column/event_time.h"
#include "read/event_fields.h"

/* SPEC 7.11. */
static int64_t time_of(const struct vtci_event_maker *maker, const struct vtci_field *field,
                       vtci_place at)
{
    size_t index = at >> VTCI_PLACE_SHIFT;
    vtc_string string;
    int64_t ns;
    if (at == 0)
        return VTC_NO_TIME;
    if ((at & VTCI_PLACE_TYPE) == VTCI_NUMBER) {
        uint8_t scale = field->numbers->scales[index];
        int64_t value = field->numbers->values[index];
        if (scale == 3)
            return vtci_time_clamp(value);
        if (scale != VTCI_SCALE_TOKEN)
            return vtci_time_ns(value, scale);
        string = vtci_field_token(field, index);
    } else {
        string = vtci_field_string(field, index);
    }
    struct vtci_bytes text = vtci_block_bytes(maker->block, string);
    return vtci_time_ns_from_text(text.data, text.len_bytes, &ns) ? ns : VTC_NO_TIME;
}

/* Mostly a value for each event, microseconds with three decimals: the mantissas are the nanoseconds. */
static bool are_nanoseconds(const struct vtci_field *field, size_t count)
{
    const uint8_t *scales = field->numbers->scales;
    return vtci_field_is_direct(field, VTCI_NUMBER) && count > 0 && scales[0] == 3 &&
           memcmp(scales, scales + 1, count - 1) == 0;
}

vtc_status vtci_fill_times(const struct vtci_event_maker *maker, enum vtci_event_field which,
                           int64_t **out_times)
{
    struct vtci_field field;
    VTC_TRY(vtci_field_find(maker, which, &field));
    size_t count = maker->block->all.count;
    int64_t *times = vtci_event_array(maker, count, sizeof *times);
    if (!times)
        return VTC_ERR_NO_MEMORY;
    const int64_t *values = field.numbers->values;
    if (are_nanoseconds(&field, count))
        for (size_t i = 0; i < count; i++)
            times[i] = vtci_time_clamp(values[i]);
    else
        for (size_t i = 0; i < count; i++)
            times[i] = time_of(maker, &field, vtci_place_of(&field, i));
    *out_times = times;
    return VTC_OK;
}
