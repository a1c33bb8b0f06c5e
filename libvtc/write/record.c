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

/* The lane is busy: a signal handler, in the middle of a record. Or there is no writer. */
__attribute__((cold, noinline)) static vtc_status event_aside(struct vtc_writer *writer,
                                                              vtc_site site)
{
    if (!writer)
        return VTC_END;
    if (vtci_lane_enter(&writer->signals))
        return record_event(&writer->signals, site);
    vtci_writer_lose(writer, VTC_LOSS_INTERRUPTED, VTC_ERR_LIMIT);
    return VTC_ERR_LIMIT;
}

__attribute__((cold, noinline)) static vtc_status end_aside(struct vtc_writer *writer)
{
    if (!writer)
        return VTC_END;
    if (vtci_lane_enter(&writer->signals))
        return record_end(&writer->signals);
    vtci_writer_lose(writer, VTC_LOSS_INTERRUPTED, VTC_ERR_LIMIT);
    return VTC_ERR_LIMIT;
}

vtc_status vtc_begin(vtc_writer *writer, vtc_site site)
{
    if (__builtin_expect(!writer || !vtci_lane_enter(&writer->lane), 0))
        return event_aside(writer, site);
    return record_event(&writer->lane, site);
}

vtc_status vtc_instant(vtc_writer *writer, vtc_site site)
{
    return vtc_begin(writer, site);
}

vtc_status vtc_end(vtc_writer *writer)
{
    if (__builtin_expect(!writer || !vtci_lane_enter(&writer->lane), 0))
        return end_aside(writer);
    return record_end(&writer->lane);
}
