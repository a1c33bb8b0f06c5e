#include "read/text_sink.h"

#include <string.h>

#include "base/error.h"

/* SPEC: ZON-4. */
vtc_status vtci_sink_flush(struct vtci_text_sink *sink, struct vtc_error *err)
{
    if (sink->len_bytes > sink->left_bytes)
        return vtci_error_set(err, VTC_ERR_CORRUPT, VTC_NO_OFFSET, "ZON-4",
                              "expected no more text than the zone map says, found at least %llu "
                              "bytes more",
                              (unsigned long long)(sink->len_bytes - sink->left_bytes));
    if (sink->len_bytes == 0)
        return VTC_OK;
    VTC_TRY(sink->flush(sink->context, sink->data, sink->len_bytes, err));
    sink->left_bytes -= sink->len_bytes;
    sink->len_bytes = 0;
    return VTC_OK;
}

vtc_status vtci_sink_put(struct vtci_text_sink *sink, const void *bytes, size_t len_bytes,
                         struct vtc_error *err)
{
    const uint8_t *from = bytes;
    while (len_bytes > 0) {
        size_t room_bytes = sink->capacity_bytes - sink->len_bytes;
        size_t piece_bytes = len_bytes < room_bytes ? len_bytes : room_bytes;
        memcpy(sink->data + sink->len_bytes, from, piece_bytes);
        sink->len_bytes += piece_bytes;
        from += piece_bytes;
        len_bytes -= piece_bytes;
        if (sink->len_bytes == sink->capacity_bytes)
            VTC_TRY(vtci_sink_flush(sink, err));
    }
    return VTC_OK;
}
