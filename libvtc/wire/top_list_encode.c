#include "base/error.h"
#include "wire/top_list.h"

static vtc_status put_text(struct vtci_buffer *out, const struct vtci_top_text *text)
{
    VTC_TRY(vtci_buffer_varint(out, text->code));
    if (text->code != VTCI_TOP_TEXT)
        return VTC_OK;
    VTC_TRY(vtci_buffer_varint(out, text->text.len_bytes));
    return vtci_buffer_append(out, text->text.data, text->text.len_bytes);
}

static vtc_status put_times(struct vtci_buffer *out, const struct vtci_top_list *list)
{
    const struct vtci_top_span *spans = list->spans;
    for (size_t i = 0; i < list->span_count; i++) {
        if (i == 0)
            VTC_TRY(vtci_buffer_svarint(out, spans[i].duration_ns));
        else
            VTC_TRY(vtci_buffer_varint(out, (uint64_t)spans[i - 1].duration_ns -
                                                (uint64_t)spans[i].duration_ns));
    }
    for (size_t i = 0; i < list->span_count; i++) {
        uint64_t from = i ? (uint64_t)spans[i - 1].start_ns : 0;
        VTC_TRY(vtci_buffer_svarint(out, (int64_t)((uint64_t)spans[i].start_ns - from)));
    }
    return VTC_OK;
}

static vtc_status put_spans(struct vtci_buffer *out, const struct vtci_top_list *list)
{
    const struct vtci_top_span *spans = list->spans;
    size_t count = list->span_count;
    VTC_TRY(put_times(out, list));
    for (size_t i = 0; i < count; i++)
        VTC_TRY(vtci_buffer_varint(out, spans[i].block));
    for (size_t i = 0; i < count; i++)
        VTC_TRY(vtci_buffer_varint(out, spans[i].row));
    for (size_t i = 0; i < count; i++)
        VTC_TRY(vtci_buffer_u8(out, spans[i].phase));
    for (size_t i = 0; i < count; i++)
        VTC_TRY(vtci_buffer_varint(out, spans[i].track));
    for (size_t i = 0; i < count; i++)
        VTC_TRY(put_text(out, &spans[i].name));
    for (size_t i = 0; i < count; i++)
        VTC_TRY(put_text(out, &spans[i].category));
    return VTC_OK;
}

vtc_status vtci_top_list_encode(struct vtci_buffer *out, const struct vtci_top_list *list)
{
    VTC_TRY(vtci_buffer_varint(out, list->span_count));
    VTC_TRY(put_spans(out, list));
    VTC_TRY(vtci_buffer_varint(out, list->track_count));
    for (size_t i = 0; i < list->track_count; i++) {
        const struct vtci_top_track *track = &list->tracks[i];
        uint32_t from = i ? list->tracks[i - 1].track + 1 : 0;
        VTC_TRY(vtci_buffer_varint(out, track->track - from));
        VTC_TRY(put_text(out, &track->process));
        VTC_TRY(put_text(out, &track->thread));
    }
    return VTC_OK;
}
