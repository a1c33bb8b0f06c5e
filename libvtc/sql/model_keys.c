/* Numbers for what async events and flows are told apart by. */
#include <errno.h>
#include <stdlib.h>

#include "base/error.h"
#include "sql/model_internal.h"

static bool is_id(struct vtci_json value)
{
    return value.kind == VTCI_JSON_NUMBER || value.kind == VTCI_JSON_STRING;
}

/* A label of a text that stands for an id: no other text of these begins with such a byte. */
static vtc_status id_label(struct vtci_model_maker *maker, struct vtci_json id, vtci_label *out)
{
    struct vtci_buffer *text = &maker->scratch;
    text->len_bytes = 0;
    VTC_TRY(vtci_buffer_u8(text, id.kind == VTCI_JSON_STRING ? 1 : 2));
    VTC_TRY(vtci_buffer_append(text, id.data, id.len_bytes));
    return vtci_labels_add(&maker->trace->labels, (const char *)text->data, text->len_bytes, false,
                           false, out);
}

/* One number for two: for keys of more than 64 bits. */
static vtc_status join(struct vtci_model_maker *maker, const uint32_t parts[4], vtci_label *out)
{
    struct vtci_buffer *text = &maker->scratch;
    text->len_bytes = 0;
    VTC_TRY(vtci_buffer_u8(text, 3));
    VTC_TRY(vtci_buffer_append(text, parts, 4 * sizeof *parts));
    return vtci_labels_add(&maker->trace->labels, (const char *)text->data, text->len_bytes, false,
                           false, out);
}

vtc_status vtci_model_async_key(struct vtci_model_maker *maker, struct vtci_json event,
                                uint32_t upid, vtci_label category, uint32_t *out_key)
{
    struct vtci_json id = vtci_json_member(event, "id");
    bool is_local = false;
    *out_key = VTCI_ID_NONE;
    if (!is_id(id)) {
        struct vtci_json both = vtci_json_member(event, "id2");
        id = vtci_json_member(both, "global");
        is_local = !is_id(id);
        if (is_local)
            id = vtci_json_member(both, "local");
    }
    if (!is_id(id))
        return VTC_OK;
    vtci_label label, joint;
    VTC_TRY(id_label(maker, id, &label));
    VTC_TRY(join(maker, (uint32_t[4]){is_local, is_local ? upid : 0, category, label}, &joint));
    *out_key = vtci_id_map_get(&maker->async_ids, joint);
    if (*out_key != VTCI_ID_NONE)
        return VTC_OK;
    VTC_TRY(VTCI_ARRAY_RESERVE(&maker->trace->memory, maker->async_keys, maker->async_key_capacity,
                               maker->async_key_count + 1));
    *out_key = (uint32_t)maker->async_key_count++;
    maker->async_keys[*out_key] = (struct vtci_async_key){is_local ? upid : VTCI_ID_NONE, 0, false};
    return vtci_id_map_put(&maker->async_ids, joint, *out_key);
}

/* Strings are hexadecimal, with or without 0x. */
static bool flow_number(struct vtci_json id, uint64_t *out_number)
{
    char text[32], *end;
    if (id.kind == VTCI_JSON_NUMBER) {
        struct vtci_json_number number = vtci_json_number(id.data, id.len_bytes);
        *out_number = number.is_integer                         ? (uint64_t)number.integer
                      : number.real > 0 && number.real < 1.8e19 ? (uint64_t)number.real
                                                                : 0;
        return true;
    }
    if (id.kind != VTCI_JSON_STRING || id.len_bytes == 0 || id.len_bytes >= sizeof text)
        return false;
    memcpy(text, id.data, id.len_bytes);
    text[id.len_bytes] = '\0';
    errno = 0;
    *out_number = strtoull(text, &end, 16);
    return errno == 0 && end == text + id.len_bytes;
}

static vtc_status flow_of(struct vtci_model_maker *maker, uint64_t number, const uint32_t parts[4],
                          uint32_t *out_flow)
{
    vtci_label joint;
    VTC_TRY(join(maker, parts, &joint));
    *out_flow = vtci_id_map_get(&maker->flow_ids, joint);
    if (*out_flow != VTCI_ID_NONE)
        return VTC_OK;
    VTC_TRY(VTCI_ARRAY_RESERVE(&maker->trace->memory, maker->flows, maker->flow_capacity,
                               maker->flow_count + 1));
    *out_flow = (uint32_t)maker->flow_count++;
    maker->flows[*out_flow] = (struct vtci_flow_state){number, VTCI_NO_SLICE, 0};
    return vtci_id_map_put(&maker->flow_ids, joint, *out_flow);
}

vtc_status vtci_model_flow_key(struct vtci_model_maker *maker, struct vtci_json event,
                               vtci_label name, vtci_label category, uint32_t *out_flow)
{
    uint64_t number;
    *out_flow = VTCI_ID_NONE;
    if (!flow_number(vtci_json_member(event, "id"), &number))
        return VTC_OK;
    return flow_of(maker, number,
                   (uint32_t[4]){(uint32_t)number, (uint32_t)(number >> 32), category, name + 1},
                   out_flow);
}

static bool is_true(struct vtci_json value)
{
    return value.kind == VTCI_JSON_BOOL && value.data[0] == 't';
}

vtc_status vtci_model_bind(struct vtci_model_maker *maker, struct vtci_json event, uint32_t slice)
{
    uint64_t number;
    uint32_t flow;
    if (!flow_number(vtci_json_member(event, "bind_id"), &number))
        return VTC_OK;
    unsigned directions = (is_true(vtci_json_member(event, "flow_out")) ? VTCI_BIND_OUT : 0) |
                          (is_true(vtci_json_member(event, "flow_in")) ? VTCI_BIND_IN : 0);
    if (directions == 0)
        return VTC_OK;
    VTC_TRY(flow_of(maker, number, (uint32_t[4]){(uint32_t)number, (uint32_t)(number >> 32), 0, 0},
                    &flow));
    VTC_TRY(VTCI_ARRAY_RESERVE(&maker->trace->memory, maker->bound, maker->bound_capacity,
                               maker->bound_count + 1));
    maker->bound[maker->bound_count] = (struct vtci_bound_flow){flow, directions};
    return vtci_id_map_put(&maker->bound_ids, slice, (uint32_t)maker->bound_count++);
}
