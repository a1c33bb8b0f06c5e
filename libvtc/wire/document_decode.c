#include "base/error.h"
#include "wire/document.h"
#include "wire/varint_rule.h"

static vtc_status malformed(const struct vtci_fields *fields, uint64_t offset,
                            struct vtc_error *err, const char *what)
{
    return vtci_error_set(err, VTC_ERR_CORRUPT, offset, vtci_fields_rule(fields),
                          "a DOCUMENT is malformed: %s", what);
}

vtc_status vtci_document_decode(const void *bytes, size_t len_bytes, uint64_t offset,
                                struct vtci_document *out_document, struct vtc_error *err)
{
    struct vtci_fields fields = vtci_fields_make(bytes, len_bytes);
    struct vtci_cursor *cursor = &fields.cursor;
    struct vtci_document document;
    memset(&document, 0, sizeof document);
    document.bytes = vtci_fields_varint(&fields);
    document.hash.low = vtci_cursor_u64(cursor);
    document.hash.high = vtci_cursor_u64(cursor);
    document.rows = vtci_fields_varint(&fields);
    document.events = vtci_fields_varint(&fields);
    document.cut_off = vtci_cursor_u8(cursor) & 1;
    document.issue_count = vtci_fields_varint(&fields);
    uint64_t listed_count = vtci_fields_varint(&fields);
    if (cursor->failed)
        return malformed(&fields, offset, err, "it is too short");
    /* Three bytes each at least: CON-2. */
    if (listed_count > vtci_cursor_left(cursor) / 3 || listed_count > document.issue_count)
        return malformed(&fields, offset, err, "the number of issues that are listed");
    document.listed_count = (size_t)listed_count;
    document.issue_bytes = cursor->pos;
    document.issue_len_bytes = vtci_cursor_left(cursor);
    uint64_t last_offset = 0;
    for (uint64_t i = 0; i < listed_count; i++) {
        uint64_t gap = vtci_fields_varint(&fields);
        uint64_t issue_bytes = vtci_fields_varint(&fields);
        vtci_cursor_u8(cursor);
        if (cursor->failed)
            return malformed(&fields, offset, err, "an issue");
        if (gap > document.bytes - last_offset || issue_bytes > document.bytes - last_offset - gap)
            return vtci_error_set(err, VTC_ERR_CORRUPT, offset, "DOC-2",
                                  "expected issues within the %llu bytes of the document, found "
                                  "one outside",
                                  (unsigned long long)document.bytes);
        last_offset += gap;
    }
    if (vtci_cursor_left(cursor) != 0)
        return malformed(&fields, offset, err, "bytes are left");
    *out_document = document;
    return VTC_OK;
}

void vtci_document_issues(const struct vtci_document *document, struct vtci_issue *out_issues)
{
    struct vtci_cursor cursor = vtci_cursor_make(document->issue_bytes, document->issue_len_bytes);
    uint64_t offset = 0;
    for (size_t i = 0; i < document->listed_count; i++) {
        offset += vtci_cursor_varint(&cursor);
        out_issues[i].offset = offset;
        out_issues[i].len_bytes = vtci_cursor_varint(&cursor);
        out_issues[i].cause = vtci_cursor_u8(&cursor);
    }
}
