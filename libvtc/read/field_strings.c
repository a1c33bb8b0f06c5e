/* Names, categories and ids of events. See event_fields.h. */
#include "read/event_fields.h"
#include "read/number_format.h"

vtc_status vtci_field_number_text(const struct vtci_event_maker *maker,
                                  const struct vtci_field *field, vtci_place at, bool with_quotes,
                                  struct vtci_bytes *out)
{
    size_t index = at >> VTCI_PLACE_SHIFT;
    int64_t value = field->numbers->values[index];
    uint8_t scale = field->numbers->scales[index];
    uint8_t room[VTCI_NUMBER_ROOM + 2];
    struct vtci_bytes token = {NULL, 0};
    uint8_t *end = room + 1;
    if (scale != VTCI_SCALE_TOKEN)
        end = vtci_number_format(end, value, scale);
    else
        token = vtci_block_bytes(maker->block, vtci_field_token(field, index));
    bool quoted = with_quotes && (at & VTCI_PLACE_QUOTED);
    size_t len_bytes = token.len_bytes + (size_t)(end - room - 1);
    uint8_t *text = vtci_event_array(maker, len_bytes + 2, 1);
    if (!text)
        return VTC_ERR_NO_MEMORY;
    text[0] = '"';
    if (len_bytes)
        memcpy(text + quoted, token.len_bytes ? token.data : room + 1, len_bytes);
    if (quoted)
        text[len_bytes + 1] = '"';
    *out = (struct vtci_bytes){text, len_bytes + 2u * quoted};
    return VTC_OK;
}

vtc_status vtci_fill_strings(const struct vtci_event_maker *maker, enum vtci_event_field which,
                             bool only_strings, vtc_string **out_strings)
{
    struct vtci_field field;
    VTC_TRY(vtci_field_find(maker, which, &field));
    size_t count = maker->block->all.count;
    vtc_string *strings = vtci_event_array(maker, count, sizeof *strings);
    if (!strings)
        return VTC_ERR_NO_MEMORY;
    if (vtci_field_is_direct(&field, VTCI_STRING)) {
        const int64_t *ids = field.strings->values;
        for (size_t i = 0; i < count; i++)
            strings[i] = vtci_dictionary_string(field.strings->column, (uint64_t)ids[i]);
        *out_strings = strings;
        return VTC_OK;
    }
    for (size_t i = 0; i < count; i++) {
        vtci_place at = vtci_place_of(&field, i);
        strings[i] = VTC_NO_STRING;
        if ((at & VTCI_PLACE_TYPE) == VTCI_STRING) {
            strings[i] = vtci_field_string(&field, at >> VTCI_PLACE_SHIFT);
        } else if (at && (!only_strings || (at & VTCI_PLACE_QUOTED))) {
            struct vtci_bytes text;
            VTC_TRY(vtci_field_number_text(maker, &field, at, false, &text));
            VTC_TRY(vtci_block_local(maker->block, text, &strings[i]));
        }
    }
    *out_strings = strings;
    return VTC_OK;
}
