/* The records that most events are: a begin of two words, an end of one. */
#include "write/writer.h"

#define EVENT_BYTES 8u
#define END_BYTES 4u

static vtc_status record_event(struct vtci_lane *lane, vtc_site site)
{
    uint32_t delta;
    vtc_status status = VTC_OK;
    uint8_t *record = vtci_lane_room(lane, EVENT_BYTES, &delta, &status);
    if (__builtin_expect(record != NULL, 1)) {
        vtci_store_u32(record + 4, site);
        status = vtci_lane_commit(lane, record, EVENT_BYTES, VTCI_LIVE_EVENT, delta);
    }
    vtci_lane_exit(lane);
    return status;
}

static vtc_status record_end(struct vtci_lane *lane)
{
    uint32_t delta;
    vtc_status status = VTC_OK;
    uint8_t *record = vtci_lane_room(lane, END_BYTES, &delta, &status);
    if (__builtin_expect(record != NULL, 1))
        status = vtci_lane_commit(lane, record, END_BYTES, VTCI_LIVE_END, delta);
    vtci_lane_exit(lane);
    return status;
}

vtc_status vtc_begin(vtc_writer *writer, vtc_site site)
{
    vtc_status status;
    /* None, or one whose events have a payload: see defined.h. */
    if (__builtin_expect(site - 1 >= VTCI_LIVE_ID_MAX, 0))
        return vtci_writer_refuse(writer);
    struct vtci_lane *lane = vtci_writer_enter(writer, &status);
    return __builtin_expect(lane != NULL, 1) ? record_event(lane, site) : status;
}

vtc_status vtc_instant(vtc_writer *writer, vtc_site site)
{
    return vtc_begin(writer, site);
}

vtc_status vtc_end(vtc_writer *writer)
{
    vtc_status status;
    struct vtci_lane *lane = vtci_writer_enter(writer, &status);
    return __builtin_expect(lane != NULL, 1) ? record_end(lane) : status;
}
