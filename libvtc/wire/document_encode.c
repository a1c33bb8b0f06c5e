#include "base/error.h"
#include "wire/document.h"

vtc_status vtci_document_encode(struct vtci_buffer *out, const struct vtci_document *document)
{
    VTC_TRY(vtci_buffer_varint(out, document->bytes));
    VTC_TRY(vtci_buffer_u64(out, document->hash.low));
    VTC_TRY(vtci_buffer_u64(out, document->hash.high));
    VTC_TRY(vtci_buffer_varint(out, document->rows));
    VTC_TRY(vtci_buffer_varint(out, document->events));
    VTC_TRY(vtci_buffer_u8(out, document->cut_off));
    VTC_TRY(vtci_buffer_varint(out, document->issue_count));
    VTC_TRY(vtci_buffer_varint(out, document->listed_count));
    uint64_t last_offset = 0;
    for (size_t i = 0; i < document->listed_count; i++) {
        const struct vtci_issue *issue = &document->issues[i];
        VTC_TRY(vtci_buffer_varint(out, issue->offset - last_offset));
        VTC_TRY(vtci_buffer_varint(out, issue->len_bytes));
        VTC_TRY(vtci_buffer_u8(out, issue->cause));
        last_offset = issue->offset;
    }
    return VTC_OK;
}
