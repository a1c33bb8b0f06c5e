/* Events with a payload: checked against their site, measured, then written in place. SPEC annex B.6. */
#include <string.h>

#include "base/bytes.h"
#include "wire/live_encode.h"
#include "write/writer.h"

#define DATA_HEADER_BYTES 12u
#define PREFIX_BYTES_MAX 16u

/* What comes before the arguments: start and duration, or an id, or nothing. */
struct prefix {
    uint64_t words[2];
    uint32_t bytes;
};

static bool is_text(enum vtc_arg_type type)
{
    return type == VTC_ARG_STRING || type == VTC_ARG_BYTES;
}

/* VTC_OK when the payload is what the site's events have. Of an address's site no more is known than
 * its kind: it has no arguments. */
static vtc_status check(const struct vtc_session *session, vtc_site site, uint32_t prefix_bytes,
                        const struct vtc_value *values, size_t value_count)
{
    static const uint32_t prefixes[] = {
        [VTCI_SITE_PLAIN] = 0, [VTCI_SITE_SPAN] = 16, [VTCI_SITE_WITH_ID] = 8};
    uint32_t kind = site >> VTCI_SITE_KIND_SHIFT, id = vtci_site_id(site);
    if (kind >= sizeof prefixes / sizeof *prefixes || prefixes[kind] != prefix_bytes || id == 0)
        return VTC_ERR_ARGUMENT;
    const uint8_t *body = vtci_site_body(session, id);
    if (!body)
        return value_count == 0 ? VTC_OK : VTC_ERR_ARGUMENT;
    if (value_count > vtci_load_u16(body + 6) || (value_count && !values))
        return VTC_ERR_ARGUMENT;
    for (size_t i = 0; i < value_count; i++)
        if (vtci_load_u32(body + VTCI_LIVE_SITE_BYTES + 8 * i + 4) != (uint32_t)values[i].type)
            return VTC_ERR_ARGUMENT;
    return VTC_OK;
}

/* Bytes of the arguments; more than the limit for what is too big. */
static uint32_t measure(const struct vtc_value *values, size_t value_count)
{
    uint32_t bytes = 0;
    for (size_t i = 0; i < value_count && bytes <= VTCI_LIVE_PAYLOAD_BYTES_MAX; i++) {
        size_t len = is_text(values[i].type) ? values[i].of.as_bytes.len_bytes : 4;
        if (len > VTCI_LIVE_PAYLOAD_BYTES_MAX)
            return UINT32_MAX;
        bytes += 4 + (((uint32_t)len + 3) & ~3u);
    }
    return bytes;
}

static uint8_t *put_value(uint8_t *to, const struct vtc_value *value)
{
    uint64_t bits = 0;
    switch (value->type) {
    case VTC_ARG_INT: bits = (uint64_t)value->of.as_int; break;
    case VTC_ARG_UINT: bits = value->of.as_uint; break;
    case VTC_ARG_DOUBLE: memcpy(&bits, &value->of.as_double, sizeof bits); break;
    case VTC_ARG_BOOL: bits = value->of.as_bool != 0; break;
    case VTC_ARG_INTERNED: bits = value->of.as_interned; break;
    case VTC_ARG_STRING:
    case VTC_ARG_BYTES: {
        uint32_t len = (uint32_t)value->of.as_bytes.len_bytes;
        vtci_store_u32(to, len);
        if (len) {
            vtci_store_u32(to + 4 + ((len - 1) & ~3u), 0); /* what pads the last word */
            memcpy(to + 4, value->of.as_bytes.data, len);
        }
        return to + 4 + ((len + 3) & ~3u);
    }
    }
    vtci_store_u64(to, bits);
    return to + 8;
}

static vtc_status record_data(struct vtci_lane *lane, vtc_site site, const struct prefix *prefix,
                              const struct vtc_value *values, size_t value_count, uint32_t payload)
{
    uint32_t delta, bytes = DATA_HEADER_BYTES + payload;
    vtc_status status = VTC_OK;
    uint8_t *record = vtci_lane_room(lane, bytes, &delta, &status);
    if (record) {
        vtci_store_u32(record + 4, vtci_site_id(site));
        vtci_store_u32(record + 8, payload);
        uint8_t *to = record + DATA_HEADER_BYTES;
        for (uint32_t i = 0; i < prefix->bytes / 8; i++, to += 8)
            vtci_store_u64(to, prefix->words[i]);
        for (size_t i = 0; i < value_count; i++)
            to = put_value(to, &values[i]);
        status = vtci_lane_commit(lane, record, bytes, VTCI_LIVE_DATA, delta);
    }
    vtci_lane_exit(lane);
    return status;
}

static vtc_status record(struct vtc_writer *writer, vtc_site site, const struct prefix *prefix,
                         const struct vtc_value *values, size_t value_count)
{
    if (!writer)
        return VTC_END;
    if (check(writer->session, site, prefix->bytes, values, value_count) != VTC_OK)
        return vtci_writer_refuse(writer);
    uint32_t arguments = measure(values, value_count);
    if (arguments > VTCI_LIVE_PAYLOAD_BYTES_MAX - PREFIX_BYTES_MAX) {
        vtci_writer_lose(writer, VTC_LOSS_TOO_BIG, VTC_ERR_LIMIT);
        return VTC_ERR_LIMIT;
    }
    uint32_t payload = prefix->bytes + arguments;
    if (payload == 0)
        return vtc_begin(writer, site);
    vtc_status status;
    struct vtci_lane *lane = vtci_writer_enter(writer, &status);
    return lane ? record_data(lane, site, prefix, values, value_count, payload) : status;
}

vtc_status vtc_event(vtc_writer *writer, vtc_site site, const struct vtc_value *values,
                     size_t value_count)
{
    const struct prefix prefix = {{0, 0}, 0};
    return record(writer, site, &prefix, values, value_count);
}

vtc_status vtc_complete(vtc_writer *writer, vtc_site site, uint64_t start_ticks,
                        int64_t duration_ticks, const struct vtc_value *values, size_t value_count)
{
    const struct prefix prefix = {{start_ticks, (uint64_t)duration_ticks}, 16};
    return record(writer, site, &prefix, values, value_count);
}

vtc_status vtc_event_with_id(vtc_writer *writer, vtc_site site, uint64_t id,
                             const struct vtc_value *values, size_t value_count)
{
    const struct prefix prefix = {{id, 0}, 8};
    return record(writer, site, &prefix, values, value_count);
}

vtc_status vtc_end_with(vtc_writer *writer, vtc_site site, const struct vtc_value *values,
                        size_t value_count)
{
    const uint8_t *body = writer ? vtci_site_body(writer->session, vtci_site_id(site)) : NULL;
    if (site > VTCI_LIVE_ID_MAX || (body && body[4] != 'E'))
        return vtci_writer_refuse(writer);
    if (writer && value_count == 0)
        return vtc_end(writer);
    return vtc_event(writer, site, values, value_count);
}
