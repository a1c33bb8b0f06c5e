#include "base/error.h"
#include "base/limits.h"
#include "column/definitions.h"
#include "read/reader_internal.h"
#include "wire/packed.h"

vtc_status vtci_definitions_init(struct vtci_definitions *definitions, struct vtci_memory *memory)
{
    memset(definitions, 0, sizeof *definitions);
    definitions->memory = memory;
    vtci_event_plan_init(&definitions->events, memory);
    vtci_track_table_init(&definitions->tracks, memory);
    return vtci_schema_init(&definitions->schema, memory);
}

void vtci_definitions_free(struct vtci_definitions *definitions)
{
    if (!definitions->memory)
        return;
    vtci_schema_free(&definitions->schema);
    vtci_event_plan_free(&definitions->events);
    vtci_track_table_free(&definitions->tracks);
    definitions->memory = NULL;
}

vtc_status vtci_definitions_add(struct vtci_definitions *definitions, struct vtci_packer *packer,
                                const struct vtci_frame_view *view, struct vtc_error *err)
{
    struct vtci_packed packed;
    VTC_TRY(vtci_packed_head_decode(view->head, view->frame.head_bytes, view->frame.payload_bytes,
                                    0, VTCI_PAYLOAD_BYTES_MAX, "PCK-2", view->offset, &packed,
                                    err));
    size_t room_bytes = (size_t)packed.original_bytes + 1;
    uint8_t *bytes = vtci_allocate(definitions->memory, room_bytes);
    if (!bytes)
        return vtci_error_memory(err, room_bytes);
    vtc_status status = vtci_unpack(packer, &packed, view->payload, bytes, view->offset, err);
    if (status == VTC_OK)
        status = vtci_definitions_decode(&definitions->schema, bytes, (size_t)packed.original_bytes,
                                         view->offset, err);
    vtci_release(definitions->memory, bytes, room_bytes);
    return status;
}

vtc_status vtci_definitions_update(struct vtci_definitions *definitions)
{
    VTC_TRY(vtci_event_plan_update(&definitions->events, &definitions->schema));
    return vtci_track_table_update(&definitions->tracks, &definitions->schema);
}
